"""Whether one way of training is better than another, and what has been published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lenet_lib.evaluation.metrics import wilson_interval
from lenet_lib.evaluation.statistics import mean_interval
from lenet_lib.training import Distortion
from lenet_lib.training.recipe import RECIPES, Recipe


def summarise(table: pd.DataFrame, by: str = "recipe") -> pd.DataFrame:
    """Give runs, mean error and its t-interval, all in % of the test images, group by group.

    Parameters
    ----------
    table
        A study's table: one row a run, ``accuracy`` as a fraction; two runs a group at least.
    by
        The column that names the groups; they keep the order in which they come.

    Returns
    -------
    DataFrame
        By group: ``runs, error, low, high, seconds`` (the mean training time, one thread).
    """
    rows = {}
    for name, runs in table.groupby(by, sort=False):
        error, low, high = mean_interval(100 * (1 - runs["accuracy"]))
        rows[str(name)] = (len(runs), error, low, high, runs["seconds"].mean())
    columns = ["runs", "error", "low", "high", "seconds"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def multiply_adds(recipe: Recipe, images: int = 60_000) -> int:
    """Count the multiply-adds of a training run: a measure of its cost that no machine changes.

    An image costs a forward pass, and going back twice as much: once for the gradient by the
    inputs, once for that by the weights. A teacher is trained too, and then reads each copy once.
    """
    cost = 3 * _forward(recipe) * recipe.epochs * images
    if recipe.teacher is not None:
        copies = min(recipe.copies, recipe.epochs)
        cost += multiply_adds(recipe.teacher, images) + _forward(recipe.teacher) * copies * images
    return cost


def _forward(recipe: Recipe) -> int:
    """Count the multiply-adds with which a recipe's network reads one image."""
    from lenet_lib.models import NETWORKS
    from lenet_lib.models.summary import layers

    return sum(step.multiply_adds for step in layers(NETWORKS[recipe.network]()))


_UNITS = {
    "warmup": "warm-up (share of the cycle)",
    "swa": "averaged (share of the epochs)",
    "swa_learning_rate": "learning rate while averaged",
    "teacher": "teacher (a recipe)",
    "teacher_temperature": "temperature of both",
    "copies": "distorted copies of an image",
    "rotation": "rotation (± degrees)",
    "scale": "scale (±)",
    "shear": "shear (±)",
    "shift": "shift (± pixels)",
    "alpha": "elastic α (pixels)",
    "sigma": "elastic σ (pixels)",
}


def settings_table(names: Sequence[str]) -> pd.DataFrame:
    """Set recipes side by side, one a column; a dash where a setting has no part in the recipe."""
    rows = {}
    for name in names:
        recipe = RECIPES[name]
        row: dict[str, Any] = recipe.settings()
        row |= row.pop("distortion") or dict.fromkeys(Distortion.__dataclass_fields__)
        if recipe.schedule == "constant":
            row["warmup"] = None
        if not recipe.swa:
            row["swa"] = row["swa_learning_rate"] = None
        if recipe.teacher is None:
            row["teacher_temperature"] = row["copies"] = None
        else:
            row["teacher"] = recipe.teacher.name
        if not row["alpha"]:
            row["alpha"] = row["sigma"] = None
        rows[name] = row
    table = pd.DataFrame(rows).drop("name").map(_shown)
    return table.rename(index=_UNITS).rename(index=lambda setting: setting.replace("_", " "))


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def paired_steps(table: pd.DataFrame, ladder: Sequence[str]) -> pd.DataFrame:
    """Compare each recipe with the one before it, seed by seed.

    Both runs of a pair start from the same weights and see the images in the same order wherever
    the recipes allow it, so their difference says more than two means do. Student's paired t-test;
    the p values are corrected for their number by Holm's method (1979).

    Returns
    -------
    DataFrame
        By recipe: ``pairs, gain, low, high`` (mean difference of the accuracies in percentage
        points, and its 95 % interval), ``p``, ``holm``.
    """
    from scipy.stats import ttest_rel

    accuracy = table.pivot(index="seed", columns="recipe", values="accuracy")
    rows = {}
    for before, after in pairwise(ladder):
        both = accuracy[[before, after]].dropna()
        gain = 100 * (both[after] - both[before])
        p = float(ttest_rel(both[after], both[before]).pvalue)
        rows[after] = (len(both), *mean_interval(gain), p)
    columns = ["pairs", "gain", "low", "high", "p"]
    steps = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    steps["holm"] = holm(steps["p"].to_numpy())
    return steps


def holm(p: ArrayLike) -> list[float]:
    """Correct p values for their number (Holm 1979): still 5 % risk of *any* false alarm."""
    values = np.asarray(p, dtype=float)
    order = np.argsort(values)
    factors = np.arange(len(values), 0, -1)
    corrected = np.minimum(1, np.maximum.accumulate(values[order] * factors))
    result = np.empty_like(corrected)
    result[order] = corrected
    return [float(value) for value in result]


def mcnemar(one: set[int], other: set[int]) -> tuple[int, int, float]:
    """Compare two networks on the same images by those that exactly one of them misreads.

    Parameters
    ----------
    one, other
        Indices of the images that each network misreads.

    Returns
    -------
    tuple
        How many only the first misreads, how many only the second, and the exact two-sided
        p value of McNemar's test (1947).
    """
    from scipy.stats import binomtest

    first, second = len(one - other), len(other - one)
    p = binomtest(first, first + second).pvalue if first + second else 1.0
    return first, second, float(p)


@dataclass(frozen=True)
class Published:
    """A published test error: one number for one trained system."""

    source: str
    method: str
    error: float
    """In % of the 10,000 test images."""


PUBLISHED = (
    Published("LeCun et al. 1998", "linear classifier", 12.0),
    Published("LeCun et al. 1998", "nearest neighbours", 5.0),
    Published("LeCun et al. 1998", "LeNet-1", 1.7),
    Published("LeCun et al. 1998", "LeNet-4", 1.1),
    Published("LeCun et al. 1998", "LeNet-5", 0.95),
    Published("LeCun et al. 1998", "LeNet-5, distortions", 0.8),
    Published("LeCun et al. 1998", "boosted LeNet-4, distortions", 0.7),
    Published("Simard et al. 2003", "convolutional net, affine", 0.6),
    Published("Simard et al. 2003", "convolutional net, elastic", 0.4),
    Published("Cireşan et al. 2012", "committee of 35 networks", 0.23),
)
"""Test errors on MNIST from 1998 to 2012, as their papers give them."""


def published_table() -> pd.DataFrame:
    """List :data:`PUBLISHED` with 95 % Wilson intervals over the 10,000 images, in %."""
    rows = []
    for entry in PUBLISHED:
        low, high = wilson_interval(round(100 * entry.error), 10_000)
        rows.append((entry.source, entry.method, entry.error, 100 * low, 100 * high))
    return pd.DataFrame(rows, columns=["source", "method", "error", "low", "high"])


def shared_mistakes(mistakes: pd.DataFrame) -> pd.DataFrame:
    """Tell how many of a recipe's runs misread each image that any of them misreads.

    Parameters
    ----------
    mistakes
        A study's table of errors, of one recipe alone: ``seed, index, predicted``.

    Returns
    -------
    DataFrame
        By index in the test set: ``runs`` that misread it, the most frequent ``prediction``;
        sorted by runs, most first.
    """
    groups = mistakes.groupby("index")["predicted"]
    table = pd.DataFrame({"runs": groups.size(), "prediction": groups.agg(lambda p: p.mode()[0])})
    return table.sort_values(["runs"], ascending=False, kind="stable")


def repeated_share(mistakes: pd.DataFrame) -> float:
    """Give the mean share of one run's mistakes that another run makes too, 0–1.

    Parameters
    ----------
    mistakes
        As for :func:`shared_mistakes`, of two runs at least; all ordered pairs of them count.
    """
    wrong = pd.crosstab(mistakes["index"], mistakes["seed"]).to_numpy()
    both = wrong.T @ wrong
    share = both / np.diag(both)[:, None]
    runs = len(both)
    return float((share.sum() - runs) / (runs * (runs - 1)))


def trials_of(recipe: Recipe, search: pd.DataFrame) -> pd.DataFrame:
    """Find the trials of a recipe, exactly as it is, in the log of the search.

    Parameters
    ----------
    recipe
        One that distorts its images.
    search
        ``results/search.csv``: a column for each setting, and a remark on whatever else a trial
        changed.
    """
    settings = recipe.settings()
    settings |= {f"distortion.{name}": value for name, value in settings.pop("distortion").items()}
    settings["teacher"] = recipe.teacher and recipe.teacher.name
    same = search["remark"].isna()
    for name in settings.keys() & set(search.columns):
        value = settings[name]
        same &= search[name].isna() if value is None else search[name] == value
    return search[same]
