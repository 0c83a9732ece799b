"""A sample of every figure, drawn from small made-up data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure

from helpers.figure_data import (
    BASELINES,
    LONG,
    SHORT,
    alternating,
    by_writer,
    clouds,
    digits,
    errors,
    history,
    images,
    peeking,
    published,
    rejection,
    reliability,
    robustness,
    runs,
    steps,
    waves,
)
from lenet_lib.data.assignment import CONFUSION
from lenet_lib.data.label_errors import Dispute
from lenet_lib.evaluation import comparison
from lenet_lib.models import C3_TABLE, digit_codes
from lenet_lib.plots import (
    architecture as arch,
    augmentation,
    convolution,
    dataset,
    embeddings,
    evaluation,
    evidence,
    model,
    training,
    writers,
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
    "evaluation.misclassified": lambda: evaluation.misclassified(images(), errors(), SHORT),
    "evaluation.misclassified long": lambda: evaluation.misclassified(images(), errors(), LONG),
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
