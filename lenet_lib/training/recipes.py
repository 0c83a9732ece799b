"""The named recipes, and what each of them reaches."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, NamedTuple

from lenet_lib.errors import LenetError
from lenet_lib.training.recipe import BEGINS_AS_LENET, Distortion, Network, Recipe

REFERENCE = Recipe(  # the assignment's settings, exactly
    name="reference", epochs=20, batch_size=1024, optimizer="adam", learning_rate=0.02
)
FAST = Recipe(
    name="fast",
    epochs=3,
    batch_size=384,
    optimizer="adamw",
    learning_rate=0.02,
    schedule="one-cycle",
    weight_decay=0.5,
    label_smoothing=0.05,
    whitening=True,
    temperature_scaling=True,
    mixed_precision=True,
)
SPRINT = replace(
    FAST,
    name="sprint",
    epochs=2,
    learning_rate=0.014,
    weight_decay=0.7,
    label_smoothing=0.03,
    warmup=0.2,
)
ONE_CYCLE = Recipe(
    name="one-cycle",
    epochs=20,
    batch_size=256,
    optimizer="adamw",
    learning_rate=0.01,
    schedule="one-cycle",
    weight_decay=0.05,
)
LENET5 = replace(ONE_CYCLE, name="lenet5", network="LeNet5", learning_rate=0.005)
BOUNDS = Distortion(rotation=8, scale=0.08, shear=0.1, shift=1.5, alpha=0)
AFFINE = replace(ONE_CYCLE, name="affine", distortion=BOUNDS)
ELASTIC = replace(ONE_CYCLE, name="elastic", distortion=replace(BOUNDS, alpha=15))
RECALIBRATED = replace(ELASTIC, name="elastic-recalibrated", recalibrate_bn=True)
LONG = replace(RECALIBRATED, name="long", epochs=40)
AVERAGED = replace(LONG, name="averaged", epochs=80, swa=0.75, swa_learning_rate=0.004)
GENTLE = replace(AVERAGED, name="gentle", distortion=replace(BOUNDS, alpha=8))
TEACHER = replace(
    AVERAGED, name="teacher", network="SmallVGG", epochs=20, swa=0.4, mixed_precision=True
)
BEST = replace(
    AVERAGED,
    name="best",
    epochs=220,
    weight_decay=0.02,
    teacher=TEACHER,
    teachers=4,
    teacher_temperature=2.0,
    cached_augmentations=100,
)
ROBUST = replace(BEST, name="robust", corruption=0.25)
RECALIBRATED_TOO = [  # what recalibration alone does to the others, for comparison
    replace(recipe, name=f"{recipe.name}-recalibrated", recalibrate_bn=True)
    for recipe in (REFERENCE, ONE_CYCLE, AFFINE)
]

RECIPES = {
    recipe.name: recipe
    for recipe in [
        *(REFERENCE, FAST, SPRINT, ONE_CYCLE, LENET5, AFFINE, ELASTIC, RECALIBRATED),
        *(LONG, AVERAGED, GENTLE, TEACHER, BEST, ROBUST, *RECALIBRATED_TOO),
    ]
}
"""All named recipes, by name."""


class Reached(NamedTuple):
    """What a recipe's runs reach on MNIST's test set."""

    accuracy: float
    """Mean, in % of the 10,000 images."""
    runs: int
    seconds: int | None
    """Mean training time, with one thread; None where no run had a core to itself."""


REACHED = {
    "reference": Reached(98.779, 10, 55),
    "fast": Reached(99.234, 10, 6),
    "sprint": Reached(99.197, 10, 4),
    "one-cycle": Reached(99.273, 10, 74),
    "lenet5": Reached(99.06, 5, None),
    "affine": Reached(99.433, 10, 102),
    "elastic": Reached(99.369, 10, 137),
    "elastic-recalibrated": Reached(99.513, 10, 104),
    "long": Reached(99.579, 10, 190),
    "averaged": Reached(99.594, 10, 371),
    "gentle": Reached(99.580, 10, 365),
    "best": Reached(99.637, 10, None),
    "robust": Reached(99.589, 10, None),
    "reference-recalibrated": Reached(98.985, 10, None),
    "one-cycle-recalibrated": Reached(99.282, 10, None),
    "affine-recalibrated": Reached(99.500, 10, 115),
}
"""Recipe → what ``results/study.csv`` says of it; a test holds the two together."""

LADDER = (
    *("reference", "one-cycle", "affine", "elastic"),
    *("elastic-recalibrated", "long", "averaged", "best"),
)
"""From the assignment's recipe to the best one: each adds one idea to the one before it."""


def get_recipe(name: str, *, epochs: int | None = None) -> Recipe:
    """Look a recipe up by name, with another number of epochs if one is given.

    A teacher's epochs change in the same proportion.

    Raises:
        LenetError: No recipe has that name, or ``epochs`` is less than 1.
    """
    if name not in RECIPES:
        raise LenetError(f"There is no recipe {name!r}; choose one of {', '.join(RECIPES)}.")
    recipe = RECIPES[name]
    if epochs is None:
        return recipe
    teacher = recipe.teacher
    if teacher is not None:
        share = epochs / recipe.epochs
        teacher = replace(teacher, epochs=max(1, round(share * teacher.epochs)))
    return replace(recipe, epochs=epochs, teacher=teacher)


def with_network(recipe: Recipe, network: Network) -> Recipe:
    """Give a recipe for another network: the same settings, but for what that one can't have."""
    change: dict[str, Any] = {"network": network}
    if network == "LeNet5":  # its outputs are distances, not logits
        change |= {"temperature_scaling": False, "label_smoothing": 0.0}
    if network not in BEGINS_AS_LENET:
        change["whitening"] = False
    return replace(recipe, **change)


def stretch(recipe: Recipe, images: int, *, steps: int = 250) -> Recipe:
    """Give a recipe the epochs that ``steps`` steps take, if it takes fewer on so few images.

    On data sets of MNIST's size no recipe changes; on scikit-learn's 1,797 digits three epochs
    would be over before the learning rate has risen.
    """
    per_epoch = math.ceil(images / recipe.batch_size)
    teacher = recipe.teacher and stretch(recipe.teacher, images, steps=steps)
    epochs = max(recipe.epochs, math.ceil(steps / per_epoch))
    return replace(recipe, epochs=epochs, teacher=teacher)
