"""Small made-up data for figures, in the form in which the package gives it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from lenet_lib import data
from lenet_lib.data import Images, Writers
from lenet_lib.evaluation import calibration
from lenet_lib.models import LeNet
from lenet_lib.models.summary import Layer, layers

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


BASELINES = pd.DataFrame(
    {"accuracy": [0.112, 0.945], "low": [0.106, 0.94], "high": [0.118, 0.949]},
    index=["majority class", "3 nearest neighbours"],
)
