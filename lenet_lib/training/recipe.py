"""How a network is trained, as named, frozen, printable settings."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from lenet_lib.errors import LenetError


@dataclass(frozen=True)
class Distortion:
    """How far a digit may be distorted; every amount is drawn uniformly from ± the bound.

    Attributes
    ----------
    rotation
        Largest turn, in degrees.
    scale
        Largest change of width and of height, each for itself, as a fraction.
    shear
        Largest horizontal shear, pixels across per pixel down.
    shift
        Largest shift down or across, in pixels.
    alpha, sigma
        Strength and smoothness (in pixels) of the elastic field. The paper has 34 and 4; by
        default it is gentler. ``alpha`` 0 leaves it out.
    """

    rotation: float = 10.0
    scale: float = 0.1
    shear: float = 0.15
    shift: float = 1.5
    alpha: float = 20.0
    sigma: float = 4.0


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run but the data, the seed and the machine.

    Attributes
    ----------
    epochs
        Passes over the training set; the weights after the last one are the result.
    batch_size
        Images per step.
    optimizer
        ``adam`` (Kingma & Ba 2015) or ``adamw`` (Loshchilov & Hutter 2019).
    learning_rate
        The constant rate, or the peak of the schedule.
    schedule
        ``constant``, or ``one-cycle`` (Smith & Topin 2018): up over the first
        ``warmup`` of the steps, down to nothing by the last.
    warmup
        Fraction of the steps spent rising, 0–1; for ``one-cycle`` only.
    weight_decay
        Decoupled weight decay per unit of learning rate; for ``adamw`` only.
    label_smoothing
        Probability mass taken from the true class and spread over all ten, 0–1.
    network
        What is trained: a name of :data:`lenet_lib.models.NETWORKS`.
    distortion
        Bounds of the random distortion of every image in every epoch; None leaves images alone.
    clean_statistics
        Whether batch normalisation's means and variances are estimated anew, after the last
        epoch, on the training images as they are: distorted ones, seen during training, have
        others, and are not what the network will read (cf. Touvron et al. 2019).
    swa
        Share of the epochs, at the end, in which the rate stays at ``swa_learning_rate``; the
        result is then the mean of the weights at those epochs' ends (stochastic weight averaging,
        Izmailov et al. 2018), 0–1. Such a mean needs ``clean_statistics``: it has none of its own.
    swa_learning_rate
        Where the one-cycle schedule ends and the rate stays; for ``swa`` only.
    mixed_precision
        Whether a step computes in bfloat16 on a CPU with instructions for it; weights, optimiser
        and everything after training are float32 (Micikevicius et al. 2018).
    teacher
        Settings of a network that is trained first, from the same seed and images: what it says of
        an image then stands in for the label (distillation, Hinton, Vinyals & Dean 2015).
    teacher_temperature
        What the logits of both are divided by before the softmax that compares them, above 0; for
        ``teacher`` only.
    copies
        How many distorted copies of each image there are; a later epoch goes through one of them
        again, and the teacher need not be asked twice. For ``teacher`` only.
    """

    name: str
    epochs: int
    batch_size: int
    optimizer: Literal["adam", "adamw"]
    learning_rate: float
    schedule: Literal["constant", "one-cycle"] = "constant"
    warmup: float = 0.3
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    network: Literal["LeNet", "LeNet5", "SmallVGG"] = "LeNet"
    distortion: Distortion | None = None
    clean_statistics: bool = False
    swa: float = 0.0
    swa_learning_rate: float = 0.0
    mixed_precision: bool = False
    teacher: Recipe | None = None
    teacher_temperature: float = 1.0
    copies: int = 1

    def __post_init__(self) -> None:
        if self.epochs < 1 or self.batch_size < 2:
            raise LenetError("A recipe needs at least 1 epoch and a batch of at least 2 images.")
        if not 0 < self.learning_rate < math.inf:
            raise LenetError(f"A learning rate must be above 0 and finite: {self.learning_rate}.")
        if not 0 <= self.swa < 1:
            raise LenetError(
                f"The share of averaged epochs must be 0 or more, below 1: {self.swa}."
            )
        if self.swa and not (
            self.schedule == "one-cycle"
            and self.clean_statistics
            and 0 < self.swa_learning_rate < math.inf
        ):
            raise LenetError(
                "Averaging weights needs schedule one-cycle, clean_statistics and a finite "
                "swa_learning_rate above 0."
            )
        if not 0 < self.teacher_temperature < math.inf or self.copies < 1:
            raise LenetError("A teacher needs a finite temperature above 0 and at least 1 copy.")

    @property
    def cycle_epochs(self) -> int:
        """Epochs of the schedule itself, at least 1; those that follow are averaged."""
        return self.epochs - int(self.epochs * self.swa)

    def settings(self) -> dict[str, Any]:
        """Give all settings as a plain dictionary, for ``config.json``."""
        return asdict(self)


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
AFFINE = replace(
    ONE_CYCLE,
    name="affine",
    distortion=Distortion(rotation=8, scale=0.08, shear=0.1, shift=1.5, alpha=0),
)
ELASTIC = replace(
    ONE_CYCLE,
    name="elastic",
    distortion=Distortion(rotation=8, scale=0.08, shear=0.1, shift=1.5, alpha=15),
)
CLEAN = replace(ELASTIC, name="clean", clean_statistics=True)
LONG = replace(CLEAN, name="long", epochs=40)
AVERAGED = replace(LONG, name="averaged", epochs=80, swa=0.75, swa_learning_rate=0.004)
GENTLE = replace(
    AVERAGED,
    name="gentle",
    distortion=Distortion(rotation=8, scale=0.08, shear=0.1, shift=1.5, alpha=8),
)
TEACHER = replace(
    AVERAGED, name="teacher", network="SmallVGG", epochs=20, swa=0.4, mixed_precision=True
)
BEST = replace(AVERAGED, name="best", teacher=TEACHER, teacher_temperature=2.0, copies=24)

RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="reference",  # the assignment's settings, exactly
            epochs=20,
            batch_size=1024,
            optimizer="adam",
            learning_rate=0.02,
        ),
        Recipe(
            name="fast",
            epochs=3,
            batch_size=512,
            optimizer="adamw",
            learning_rate=0.02,
            schedule="one-cycle",
            weight_decay=0.5,
            label_smoothing=0.05,
            mixed_precision=True,
        ),
        ONE_CYCLE,
        LENET5,
        AFFINE,
        ELASTIC,
        CLEAN,
        LONG,
        AVERAGED,
        GENTLE,
        TEACHER,
        BEST,
    )
}

LADDER = ("reference", "one-cycle", "affine", "elastic", "clean", "long", "averaged", "best")
"""From the assignment's recipe to the best one: each adds one idea to the one before it."""


def get_recipe(name: str, *, epochs: int | None = None) -> Recipe:
    """Look a recipe up by name, with another number of epochs if one is given.

    A teacher's epochs change in the same proportion.

    Raises
    ------
    LenetError
        No recipe has that name, or ``epochs`` is less than 1.
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


def stretch(recipe: Recipe, images: int, *, steps: int = 250) -> Recipe:
    """Give a recipe the epochs that ``steps`` steps take, if it takes fewer on so few images.

    On data sets of MNIST's size no recipe changes; on scikit-learn's 1,797 digits three epochs
    would be over before the learning rate has risen.
    """
    per_epoch = math.ceil(images / recipe.batch_size)
    teacher = recipe.teacher and stretch(recipe.teacher, images, steps=steps)
    epochs = max(recipe.epochs, math.ceil(steps / per_epoch))
    return replace(recipe, epochs=epochs, teacher=teacher)
