"""A sample of every figure, drawn from small made-up data."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from lenet_lib import data
from lenet_lib.data import Images, Writers
from lenet_lib.data.assignment import CONFUSION
from lenet_lib.data.label_errors import Dispute
from lenet_lib.evaluation import calibration, comparison, score
from lenet_lib.models import C3_TABLE, LeNet, digit_codes
from lenet_lib.models.summary import Layer, layers
from lenet_lib.plots import (
    architecture as arch,
    augmentation,
    convolution,
    dataset,
    embeddings,
    evaluation,
    evidence,
    galleries,
    model,
    training,
    writers,
)

SHORT = tuple("0123456789")
LONG = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def product(**columns: Iterable[object]) -> pd.DataFrame:
    """Give a row for each combination of values."""
    rows = itertools.product(*columns.values())
    return pd.DataFrame(rows, columns=list(columns))


def digits() -> Images:
    return data.load("digits").train


def images(count: int = 40) -> Tensor:
    return digits().images[:count]


def waves(*shape: int) -> Tensor:
    """Give numbers between −1 and 1 that hang on no random generator."""
    return torch.arange(float(np.prod(shape))).mul(0.7).sin().reshape(shape)


def alternating() -> Writers:
    """200 digits: student 7 and employee 3 in turn."""
    return Writers(np.tile([4, 0], 100), np.tile([7, 3], 100))


def runs() -> pd.DataFrame:
    """Three recipes of five seeds: the second better than the first, the third like it."""
    table = product(recipe="abc", seed=range(5)).assign(seconds=10.0)
    better = np.where(table["recipe"] == "a", 0, 0.008)
    return table.assign(accuracy=0.985 + better + 0.001 * np.sin(2.5 * table.index))


def history(floor: float = 0.1, wobble: float = 0) -> pd.DataFrame:
    """Eight epochs of a run whose validation loss ends near ``floor``."""
    epoch = np.arange(1, 9)
    loss = floor + np.exp(-epoch / 2) + wobble * np.sin(epoch)
    table = pd.DataFrame(
        {"epoch": epoch, "validation_loss": loss, "validation_accuracy": 1 - loss / 9}
    )
    return table.assign(train_loss=np.exp(-epoch / 1.5), train_accuracy=1 - np.exp(-epoch) / 2)


def errors(count: int = 12) -> pd.DataFrame:
    """Misclassified images 0, 1, …; every fifth label is disputed."""
    table = pd.DataFrame({"index": range(count)})
    number = table["index"]
    table = table.assign(truth=number % 10, prediction=(number + 3) % 10)
    return table.assign(disputed=number % 5 == 0, confidence=1 - number / 30)


def published() -> pd.DataFrame:
    rows = [(1998, "LeNet-4", 1.1, 1), (1998, "LeNet-5", 0.95, 1), (2012, "committee", 0.23, 35)]
    table = pd.DataFrame(rows, columns=["year", "method", "error", "networks"])
    return table.assign(low=0.8 * table["error"], high=1.25 * table["error"])


def peeking() -> pd.DataFrame:
    table = product(recipe=["reference", "best"], seed=range(4), epoch=range(1, 9))
    wobble = 20 * np.sin(table["seed"] + 3 * table["epoch"])
    counts = (90 + 900 * np.exp(-table["epoch"]) + wobble).round()
    return table.assign(test_errors=counts, test_images=10_000)


def robustness() -> pd.DataFrame:
    kinds = ["shift", "blur", "noise", "FGSM"]
    table = product(network="ab", corruption=kinds, strength=[0.0, 1.0, 2.0]).assign(unit="pixels")
    return table.assign(accuracy=0.99 - 0.1 * table["strength"] * (table["network"] == "a"))


def by_writer() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give two groups' error rates, and ten writers: six students, four Census employees."""
    names, columns = ["students", "Census"], ["rate", "low", "high"]
    groups = pd.DataFrame([(0.006, 0.004, 0.008), (0.002, 0.001, 0.004)], names, columns)
    who = pd.DataFrame({"errors": [0, 0, 1, 0, 2, 0, 0, 0, 0, 4], "digits": 20})
    return groups.assign(student=[True, False]), who.assign(student=who.index < 6)


def clouds() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give 300 points around ten centres, and which centre each has."""
    labels = np.arange(300) % 10
    centres = 900 * np.stack([np.cos(labels), np.sin(labels)], 1)
    return centres + 300 * waves(300, 2).double().numpy(), labels


def reliability(**options: Any) -> pd.DataFrame:
    claimed = 0.75 + waves(500).double().numpy() / 4
    return calibration.reliability(claimed, waves(501)[1:].numpy() < 4 * claimed - 2.6, **options)


def rejection() -> pd.DataFrame:
    claimed = 0.95 + waves(2000).double().numpy() / 20
    return calibration.rejection_curve(claimed, claimed + waves(2001)[1:].numpy() / 20 > 0.88)


def steps() -> list[Layer]:
    return list(layers(LeNet()))


REPORT = score(*np.indices((10, 10)).reshape(2, -1).repeat(CONFUSION.ravel(), axis=1))
BASELINES = pd.DataFrame(
    {"accuracy": [0.112, 0.945], "low": [0.106, 0.94], "high": [0.118, 0.949]},
    index=["majority class", "3 nearest neighbours"],
)
SCALE = pd.DataFrame(
    {"task": task, "pipeline": name, "images": n, "seconds": n / speed, "peak_mb": 900.0}
    for task in ("train", "read")
    for name, speed in (("ours", 2_000), ("usual", 500))
    for n in (1_000, 10_000)
)
TIMES = pd.DataFrame(
    [("fast", 0.992, 5.0), ("fast", 0.993, 6.0), ("usual", 0.988, 100.0)],
    columns=["pipeline", "accuracy", "train_seconds"],
)
SETTINGS = {"none": 0.3, "weight decay": 0.25, "dropout": 0.2, "augmentation": 0.1}

SAMPLES: dict[str, Callable[[], Figure]] = {
    "architecture.architecture": lambda: arch.architecture(steps(), images()[0]),
    "architecture.layer_costs": lambda: arch.layer_costs(steps()),
    "architecture.receptive_fields": lambda: arch.receptive_fields(steps(), images()[0]),
    "architecture.c3_table": lambda: arch.c3_table(C3_TABLE),
    "architecture.rbf_codes": lambda: arch.rbf_codes(digit_codes()),
    "augmentation.elastic_field": lambda: augmentation.elastic_field(
        images()[0], waves(28, 28, 2).numpy(), images()[1]
    ),
    "augmentation.augmented": lambda: augmentation.augmented(
        images()[0], {"rotation": images(9), "elastic": images(9)}
    ),
    "convolution.patch_by_hand": lambda: convolution.patch_by_hand(
        images()[0, 0].float(), torch.tensor([[-1.0, 0, 1]] * 3), 8, 10
    ),
    "convolution.responses": lambda: convolution.responses(
        images()[0, 0], {"vertical": waves(26, 26), "horizontal": 2 * waves(26, 26)}
    ),
    "dataset.sample_grid": lambda: dataset.sample_grid(digits(), SHORT, each=8),
    "dataset.centring": lambda: dataset.centring(images()[0], 14 + waves(400, 2).numpy() / 2),
    "dataset.intensities": lambda: dataset.intensities(digits(), SHORT),
    "dataset.intensities long": lambda: dataset.intensities(digits(), LONG),
    "dataset.label_errors": lambda: dataset.label_errors(
        images(), {3: Dispute(1, 2, (0, 5, 0)), 8: Dispute(5, 6, (2, 1, 2))}
    ),
    "embeddings.pca": lambda: embeddings.pca(
        *clouds(), np.full(60, 1 / 60), waves(8, 784).numpy(), SHORT
    ),
    "embeddings.tsne": lambda: embeddings.tsne({"": clouds()[0]}, clouds()[1], SHORT),
    "embeddings.tsne two": lambda: embeddings.tsne(
        {"pixels": clouds()[0], "units": clouds()[0][:, ::-1]}, clouds()[1], LONG
    ),
    "embeddings.neighbours": lambda: embeddings.neighbours(
        digits()[:2], digits()[torch.tensor([0, 1, 1, 0])], np.ones((2, 2)), SHORT
    ),
    "evaluation.confusion_matrix": lambda: evaluation.confusion_matrix({"": CONFUSION}, SHORT),
    "evaluation.confusion_matrix two": lambda: evaluation.confusion_matrix(
        {"ours": CONFUSION, "theirs": CONFUSION}, LONG
    ),
    "evaluation.writer_groups": lambda: evaluation.writer_groups(*by_writer()),
    "evaluation.reliability": lambda: evaluation.reliability(
        {"one": reliability(bins=10, strategy="quantile"), "other": reliability()}
    ),
    "evaluation.rejection": lambda: evaluation.rejection({"by confidence": rejection()}),
    "evidence.variants": lambda: evidence.variants(
        runs(), comparison.summarise(runs()), {"a": "the first"}
    ),
    "evidence.history": lambda: evidence.history(
        published(), comparison.summarise(runs()).reset_index(names="method")
    ),
    "evidence.sample_size": lambda: evidence.sample_size(
        pd.concat([runs().assign(train_images=100), runs().assign(train_images=1000)])
    ),
    "evidence.cost": lambda: evidence.cost(
        comparison.summarise(runs()).assign(operations=[1e12, 3e12, 2e13])
    ),
    "evidence.robustness": lambda: evidence.robustness(robustness()),
    "evidence.always_misclassified": lambda: evidence.always_misclassified(
        images(), [8] * 40, pd.DataFrame({"runs": [3, 3], "prediction": [9, 1]}, [4, 5]), {4}
    ),
    "galleries.misclassified": lambda: galleries.misclassified(images(), errors(), SHORT),
    "galleries.misclassified long": lambda: galleries.misclassified(images(), errors(), LONG),
    "model.layer_maps": lambda: model.layer_maps(
        images()[0], {"conv1": waves(6, 30, 30), "pool": waves(16, 5, 5).abs()}
    ),
    "model.layer_units": lambda: model.layer_units(
        {"fc1": waves(120).abs()}, torch.arange(10.0), 4, SHORT
    ),
    "model.feature_maps": lambda: model.feature_maps(
        images(3), waves(6, 1, 3, 3), waves(3, 6, 15, 15).abs()
    ),
    "model.top_patches": lambda: model.top_patches(images(16).expand(16, 8, 28, 28)),
    "model.activation_histograms": lambda: model.activation_histograms(
        {
            "rate 2": {"conv1": 0 * waves(900), "fc1": (9 * waves(900)).tanh()},
            "rate 0.02": {"conv1": waves(900).relu(), "fc1": waves(900)},
        }
    ),
    "model.occlusion": lambda: model.occlusion(
        images(3), waves(3, 28, 28).abs(), ["4 as 9", "7 as 2", "1 as 1"]
    ),
    "training.baselines": lambda: training.baselines(BASELINES),
    "training.schedules": lambda: training.schedules(
        {"flat": [(0.02, 0.9)] * 40, "rising": [(k / 1500, 0.95 - k / 500) for k in range(30)]}, 10
    ),
    "training.loss_per_step": lambda: training.loss_per_step(
        {"rate 0.02": 2.3 * np.exp(-np.arange(60) / 20) + 0.1}
    ),
    "training.compare_learning_curves": lambda: training.compare_learning_curves(
        {name: [history(floor, w) for w in (0, 0.05)] for name, floor in SETTINGS.items()}
    ),
    "training.peeking": lambda: training.peeking(peeking()),
    "training.scale": lambda: training.scale(SCALE),
    "training.time_to_accuracy": lambda: training.time_to_accuracy(TIMES),
    "writers.file_order": lambda: writers.file_order(alternating(), alternating(), bins=10),
    "writers.digits_per_writer": lambda: writers.digits_per_writer(alternating(), alternating()),
    "writers.samples": lambda: writers.samples([("left", images(20)), ("right", images(10))]),
}
"""By ``module.function``, with a word behind it where a function is drawn in several ways."""
