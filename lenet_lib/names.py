"""Names that the command line offers, known without importing what they stand for."""

from __future__ import annotations

from enum import StrEnum


class DatasetName(StrEnum):
    """The data sets to choose from."""

    MNIST = "mnist"
    FASHION_MNIST = "fashion-mnist"
    KMNIST = "kmnist"
    DIGITS = "digits"


class RecipeName(StrEnum):
    """The recipes to choose from, in the order of the ladder."""

    REFERENCE = "reference"
    FAST = "fast"
    ONE_CYCLE = "one-cycle"
    AFFINE = "affine"
    ELASTIC = "elastic"
    LONG = "long"
    BEST = "best"
    TEACHER = "teacher"


class NetworkName(StrEnum):
    """The networks to choose from."""

    LENET = "LeNet"
    LENET5 = "LeNet5"
    WIDE_LENET = "WideLeNet"
