"""One run, wherever it is done and kept: what is asked for, and the record of what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

import lenet_lib
from lenet_lib.data import Dataset
from lenet_lib.evaluation.metrics import Metrics, evaluate
from lenet_lib.training import (
    RECIPES,
    Fit,
    Recipe,
    code_digest,
    fit,
    get_recipe,
    stretch,
    with_network,
)
from lenet_lib.training.device import describe

KEY = ["dataset", "recipe", "network", "train_images", "epochs", "seed", "settings"]
"""What tells one run from another; ``settings`` is the digest of all of the recipe's."""


TEACHERS = Path("runs") / "teachers"
"""Where trained teachers and their answers are kept, for all runs that learn from them."""


def vary(
    name: str, *, epochs: int | None = None, images: int | None = None, **changes: Any
) -> Recipe:
    """Look a recipe up and change some settings of it, and its name with them.

    Args:
        epochs: Other epochs; a teacher's change in the same proportion.
        images: How many images it is for: on few it is stretched if no epochs are given.
        changes: Other values of :class:`~lenet_lib.training.Recipe`'s fields; None leaves one as it
            is. Another optimizer goes without weight decay, which is another thing to each.

    Returns:
        Called, for example, ``fast-1epochs-learning-rate-0.1``.

    Raises:
        LenetError: No recipe has that name, or a value is impossible.
    """
    usual, recipe = get_recipe(name), get_recipe(name, epochs=epochs)
    new = {k: v for k, v in changes.items() if v is not None and v != getattr(usual, k)}
    labels = [f"{recipe.epochs}epochs"] if recipe.epochs != usual.epochs else []
    labels += [f"{key.replace('_', '-')}-{value}" for key, value in new.items()]
    if "optimizer" in new:
        new.setdefault("weight_decay", 0.0)
    recipe = replace(recipe, name="-".join([name, *labels]), **new)
    return recipe if images is None or epochs is not None else stretch(recipe, images)


@dataclass(frozen=True)
class Job:
    """One run to be done.

    Attributes:
        recipe: The settings, the network's name among them.
        train_images: How many training images are used: the first ones after a shuffle that is the
            same for all runs of this seed. None means all.
    """

    recipe: Recipe
    seed: int
    dataset: str = "mnist"
    train_images: int | None = None

    @property
    def usual(self) -> bool:
        """Whether the settings are those of the recipe's name, but for the network.

        A recipe that is stretched for few images is still the same.
        """
        if self.recipe.name not in RECIPES:
            return False
        named = with_network(RECIPES[self.recipe.name], self.recipe.network)
        return self.recipe in (named, stretch(named, self.train_images or 10**9))

    def key(self, dataset: Dataset) -> dict[str, Any]:
        """Give the run's values of :data:`KEY`, in that order."""
        return {
            "dataset": self.dataset,
            "recipe": self.recipe.name,
            "network": self.recipe.network,
            "train_images": self.train_images or len(dataset.train),
            "epochs": self.recipe.epochs,
            "seed": self.seed,
            "settings": self.recipe.digest(),
        }

    def train(self, dataset: Dataset, device: torch.device, **options: Any) -> Fit:
        """Train on the data set's training part; the options are those of ``fit``."""
        train = dataset.train
        if self.train_images is not None:
            generator = torch.Generator().manual_seed(self.seed)
            train = train[torch.randperm(len(train), generator=generator)[: self.train_images]]
        return fit(self.recipe, train, seed=self.seed, device=device, teachers=TEACHERS, **options)

    def test(self, fitted: Fit, dataset: Dataset, device: torch.device) -> Record:
        """Read the test set once, with the trained network, and record the run."""
        metrics = metrics_of(fitted.model, dataset, device)
        wrong = np.flatnonzero(metrics.predictions != dataset.test.labels.numpy())
        mistakes = [(int(index), int(metrics.predictions[index])) for index in wrong]
        machine = {"lenet_lib": lenet_lib.__version__, **describe(device)}
        code = code_digest(self.recipe)
        return Record(self, self.key(dataset), code, fitted, metrics, mistakes, machine)


@dataclass(frozen=True)
class Record:
    """One run that is done.

    Attributes:
        key: The run's values of :data:`KEY`.
        code: Digest of the code of its network and of the training.
        fitted: The network, and what happened in each epoch.
        mistakes: Index in the test set and prediction of each wrong answer: with them every
            prediction is known, for all others are right.
    """

    job: Job
    key: dict[str, Any]
    code: str
    fitted: Fit
    metrics: Metrics
    mistakes: list[tuple[int, int]]
    machine: dict[str, str | int]

    def row(self) -> dict[str, Any]:
        """Give the run as a row of a table, its main results first."""
        return {
            "recipe": self.key["recipe"],
            "seed": self.key["seed"],
            "accuracy": self.metrics.accuracy,
            "loss": round(self.metrics.loss, 6),
            "errors": self.metrics.errors,
            "seconds": round(self.fitted.seconds, 1),
            **self.key,
            "code": self.code,
            **self.machine,
        }

    def as_json(self) -> dict[str, Any]:
        """Give the same with everything that is printed of the results, at full precision."""
        return {**self.row(), **self.metrics.as_json()}


def metrics_of(model: nn.Module, dataset: Dataset, device: torch.device) -> Metrics:
    """Measure a network on a data set's test part."""
    part = dataset.test.to(device)
    return evaluate(model.to(device), part.images, part.labels, classes=dataset.classes)
