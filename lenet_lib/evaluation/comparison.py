"""Whether one way of training is better than another, at what cost, and where they err alike."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, zip_longest
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lenet_lib.evaluation.statistics import compare, mean_interval
from lenet_lib.training import RECIPES, Distortion, Recipe

ASSIGNMENT = "reference"
"""The recipe with the assignment's settings."""


def summarise(table: pd.DataFrame) -> pd.DataFrame:
    """Summarise a study's table, which has two runs of each recipe at least.

    Returns:
        By recipe, in the order in which they come: ``runs``; the mean ``error`` and its t-interval
        ``low`` to ``high``, in % of the test images; ``seconds``, the mean training time.
    """
    rows = {}
    for name, runs in table.groupby("recipe", sort=False):
        error, low, high = mean_interval(100 * (1 - runs["accuracy"]))
        rows[str(name)] = (len(runs), error, low, high, runs["seconds"].mean())
    columns = ["runs", "error", "low", "high", "seconds"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def multiply_adds(recipe: Recipe, images: int = 60_000) -> int:
    """Count the multiply-adds of a training run: a measure of its cost that no machine changes.

    An image costs a forward pass, and going back twice as much: once for the gradient by the
    inputs, once for that by the weights. Behind a whitening convolution, which is not trained, both
    are spared in the first layer, and that by the inputs in the second. Teachers are counted apart,
    for they serve all seeds.
    """
    spared = (2, 1) if recipe.whitening else ()
    costs = zip_longest(_forward(recipe), spared, fillvalue=0)
    return sum((3 - less) * cost for cost, less in costs) * recipe.epochs * images


def teachers_multiply_adds(recipe: Recipe, images: int = 60_000) -> int:
    """Count the multiply-adds of a recipe's teachers: their training, then each reads each copy."""
    if recipe.teacher is None:
        return 0
    copies = min(recipe.cached_augmentations, recipe.epochs)
    read = sum(_forward(recipe.teacher)) * copies * images
    return recipe.teachers * (multiply_adds(recipe.teacher, images) + read)


def _forward(recipe: Recipe) -> list[int]:
    """Count the multiply-adds with which each layer of a recipe's network reads one image."""
    from lenet_lib.models import NETWORKS
    from lenet_lib.models.summary import layers

    steps = layers(NETWORKS[recipe.network]())
    return [step.multiply_adds for step in steps if step.multiply_adds]


_UNITS = {
    "warmup": "warm-up (share of cycle)",
    "swa": "averaged (share of epochs)",
    "swa_learning_rate": "rate while averaged",
    "teacher": "teacher (a recipe)",
    "teachers": "teachers",
    "corruption": "corrupted (share of images)",
    "teacher_temperature": "temperature of both",
    "cached_augmentations": "distorted copies per image",
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
        row |= dict.fromkeys(recipe.unused())
        for setting in ("swa", "corruption", "whitening", "temperature_scaling"):
            row[setting] = row[setting] or None
        row["teacher"] = recipe.teacher and recipe.teacher.name
        if not row["alpha"]:
            row["alpha"] = row["sigma"] = None
        rows[name] = row
    table = pd.DataFrame(rows).drop("name").dropna(how="all").map(_shown)
    return table.rename(index=_UNITS).rename(index=lambda setting: setting.replace("_", " "))


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def compare_recipes(
    table: pd.DataFrame, pairs: Sequence[tuple[str, str]], *, by: str = "recipe"
) -> pd.DataFrame:
    """Compare the accuracies of a study's runs, two groups at a time, as one family of tests.

    The comparison that a reader looks for is always in the family: where recipes are compared and
    none of the pairs starts from the assignment's, the last pair's recipe is compared with it too.

    Args:
        pairs: (before, after), values of the column ``by``.

    Returns:
        As :func:`lenet_lib.evaluation.statistics.compare` gives it, in percentage points.
    """
    pairs = list(pairs)
    if by == "recipe" and not any(before == ASSIGNMENT for before, _ in pairs):
        pairs.append((ASSIGNMENT, pairs[-1][1]))
    runs = {str(name): 100 * group["accuracy"].to_numpy() for name, group in table.groupby(by)}
    return compare(runs, pairs)


def steps(ladder: Sequence[str]) -> list[tuple[str, str]]:
    """Pair each variant with the one before it, and the last one with the first."""
    pairs = list(pairwise(ladder))
    return pairs if len(pairs) < 2 else [*pairs, (ladder[0], ladder[-1])]


def against_published(
    mistakes: pd.DataFrame, labels: Sequence[int], published: NDArray[np.int64]
) -> pd.DataFrame:
    """Set the precision, recall and F1 of each class beside those of one published run.

    A single run says what the next one would give only up to the scatter between seeds. So beside
    the mean over ours stands the 95% prediction interval: where one more run of ours would lie.

    Args:
        mistakes: Of one recipe, from two runs on, as ``results/study-mistakes.csv`` has them:
            ``seed, index, predicted``; every run has mistakes.
        labels: The true class of each test image, shape N.
        published: The other run's confusion matrix of the same images, rows true, shape K×K.

    Returns:
        By ``measure`` and ``digit``, in %: ``published``, our ``mean``, and ``low`` to ``high``.
    """
    from scipy.stats import t

    truth, runs = np.asarray(labels), []
    for _, own in mistakes.groupby("seed"):
        answers = truth.copy()
        answers[own["index"]] = own["predicted"]
        runs.append(_class_scores(truth, answers))
    theirs = (
        np.repeat(axis, published.ravel()) for axis in np.indices(published.shape).reshape(2, -1)
    )
    scores, count = np.array(runs), len(runs)
    half = t.ppf(0.975, count - 1) * scores.std(0, ddof=1) * np.sqrt(1 + 1 / count)
    mean = scores.mean(0)
    columns = {"published": _class_scores(*theirs), "mean": mean}
    columns |= {"low": mean - half, "high": mean + half}
    kinds = [["precision", "recall", "F1"], range(len(published))]
    index = pd.MultiIndex.from_product(kinds, names=["measure", "digit"])
    return pd.DataFrame({name: value.ravel() for name, value in columns.items()}, index)


def _class_scores(truth: NDArray[np.int64], answers: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give precision, recall and F1 of each class, in %, shape 3×K."""
    from sklearn.metrics import precision_recall_fscore_support

    return 100 * np.array(precision_recall_fscore_support(truth, answers)[:3])


def peeking_gain(table: pd.DataFrame) -> pd.DataFrame:
    """Tell what choosing the epoch that is best on the test set would add to the accuracy.

    Args:
        table: ``results/peeking.csv``: ``recipe, seed, epoch, test_errors, test_images``, a row an
            epoch.

    Returns:
        By recipe: ``runs``; the mean accuracy after the ``last`` epoch and after each run's
        ``best`` one, in %; their difference ``gain`` in percentage points, and its 95% t-interval
        over seeds, ``low`` to ``high``.
    """
    rows = {}
    ordered = table.sort_values("epoch", kind="stable")  # else the processor orders the recipes
    for name, runs in ordered.groupby("recipe", sort=False):
        accuracy = 100 * (1 - runs["test_errors"] / runs["test_images"])
        seeds = accuracy.groupby(runs["seed"])
        last, best = seeds.last(), seeds.max()
        rows[str(name)] = (len(last), last.mean(), best.mean(), *mean_interval(best - last))
    columns = ["runs", "last", "best", "gain", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def shared_mistakes(mistakes: pd.DataFrame) -> pd.DataFrame:
    """Tell how many of a recipe's runs misread each image that any of them misreads.

    It is given a study's table of errors, of one recipe alone (``seed, index, predicted``), and
    gives by index in the test set the ``runs`` that misread it and the most frequent
    ``prediction``, sorted by runs, most first.
    """
    groups = mistakes.groupby("index")["predicted"]
    table = pd.DataFrame({"runs": groups.size(), "prediction": groups.agg(lambda p: p.mode()[0])})
    return table.sort_values(["runs"], ascending=False, kind="stable")


def repeated_share(mistakes: pd.DataFrame) -> float:
    """Give the mean share of one run's mistakes that another run makes too, 0–1.

    Args:
        mistakes: As for :func:`shared_mistakes`, of two runs at least; all ordered pairs of them
            count.
    """
    wrong = pd.crosstab(mistakes["index"], mistakes["seed"]).to_numpy()
    both = wrong.T @ wrong
    share = both / np.diag(both)[:, None]
    runs = len(both)
    return float((share.sum() - runs) / (runs * (runs - 1)))


def trials_of(recipe: Recipe, search: pd.DataFrame) -> pd.DataFrame:
    """Find the trials of a recipe, which distorts its images, in the log of the search.

    They have exactly its settings. The log is ``results/search.csv``: a column for each setting,
    and a remark on whatever else a trial changed.
    """
    settings = recipe.settings()
    settings |= {f"distortion.{name}": value for name, value in settings.pop("distortion").items()}
    settings["teacher"] = recipe.teacher and recipe.teacher.name
    same = search["remark"].isna()
    for name in settings.keys() & set(search.columns):
        value = settings[name]
        same &= search[name].isna() if value is None else search[name] == value
    return search[same]
