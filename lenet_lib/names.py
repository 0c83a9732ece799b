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
    """The recipes to choose from."""

    FAST = "fast"
    REFERENCE = "reference"
    ONE_CYCLE = "one-cycle"
    LENET5 = "lenet5"
    AFFINE = "affine"
    ELASTIC = "elastic"
    CLEAN = "clean"
    LONG = "long"
    AVERAGED = "averaged"
    GENTLE = "gentle"
    TEACHER = "teacher"
    BEST = "best"


class NetworkName(StrEnum):
    """The networks to choose from."""

    LENET = "LeNet"
    LENET5 = "LeNet5"
    SMALL_VGG = "SmallVGG"
