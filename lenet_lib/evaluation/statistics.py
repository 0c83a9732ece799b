"""How sure a number is, and whether two differ: over seeds, over images and over writers.

Seeds, images and writers answer different questions. An interval over *seeds* says where the mean
of more runs would lie, on these 10,000 images; one over *images* where this one network would lie
on other images by the same kind of writers; images by one writer are not independent, so for the
latter whole *writers* are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lenet_lib.errors import LenetError

RUNS = 10
"""Runs of either side below which no difference between two ways of training is claimed."""

ALPHA = 0.05
"""The risk of claiming any difference of a family though there is none."""

RESAMPLES = 10_000
"""How often whole writers are drawn, or swapped, at random, always by seed 0."""


def mean_interval(values: ArrayLike) -> tuple[float, float, float]:
    """Give the mean of some runs and Student's 95% t-interval of it, in the values' unit.

    Raises:
        LenetError: Fewer than two values: one run says nothing of the next.
    """
    from scipy.stats import ttest_1samp

    x = np.asarray(values, dtype=float)
    if x.size < 2:
        raise LenetError(f"An interval over seeds needs at least 2 runs, not {x.size}.")
    interval = ttest_1samp(x, 0).confidence_interval()
    return float(x.mean()), float(interval.low), float(interval.high)


def compare(
    groups: Mapping[str, ArrayLike],
    pairs: Sequence[tuple[str, str]],
    *,
    resamples: int = 20_000,
) -> pd.DataFrame:
    """Compare the means of groups of independent runs, two by two: a family of tests.

    The verdict rests on a permutation test of Welch's t statistic: it assumes neither normal
    distributions nor equal variances (Janssen 1997). Its p values are corrected for their number
    (:func:`holm`). Welch's own test (1947) and its interval stand beside it; where one seed of ten
    fails to converge, they are the less trustworthy ones.

    Args:
        groups: By name, one number a run, in any unit; the runs of two groups are not paired.
        pairs: Which to compare: (before, after).
        resamples: Divisions of the runs that are tried at most; where there are no more (for two
            groups of five there are 252), all are, and the p value is exact.

    Returns:
        One row a pair, in the order given: ``before, after``, their runs ``n_before, n_after`` and
        means ``mean_before, mean_after``; the ``difference`` after − before and its 95% Welch
        interval ``low`` to ``high``; the two-sided p values ``welch`` and ``permutation``;
        ``holm``, the latter corrected for the number of pairs; and ``significant``: whether that is
        below :data:`ALPHA` and either side has :data:`RUNS` runs or more.

    Raises:
        LenetError: A group is missing or has fewer than two runs.
    """
    from scipy.stats import PermutationMethod, ttest_ind

    rows = []
    for before, after in pairs:
        one, other = (_runs(groups, name) for name in (before, after))
        row: dict[str, Any] = {"before": before, "after": after}
        row |= {"n_before": len(one), "n_after": len(other)}
        row |= {"mean_before": one.mean(), "mean_after": other.mean()}
        row["difference"] = row["mean_after"] - row["mean_before"]
        if np.ptp(np.r_[one, other]) == 0:  # nothing varies, and t would be 0/0
            row |= {"low": 0.0, "high": 0.0, "welch": 1.0, "permutation": 1.0}
        else:
            welch = ttest_ind(other, one, equal_var=False)
            row["low"], row["high"] = welch.confidence_interval()
            draw = PermutationMethod(n_resamples=resamples, rng=np.random.default_rng(0))
            row["welch"] = welch.pvalue
            row["permutation"] = ttest_ind(other, one, equal_var=False, method=draw).pvalue
        rows.append(row)
    table = pd.DataFrame(rows)
    table["holm"] = holm(table["permutation"])
    enough = table[["n_before", "n_after"]].min(axis=1) >= RUNS
    table["significant"] = enough & (table["holm"] < ALPHA)
    return table


def _runs(groups: Mapping[str, ArrayLike], name: str) -> NDArray[np.float64]:
    values = np.asarray(groups.get(name, ()), dtype=float)
    if values.size < 2:
        raise LenetError(f"A comparison needs at least 2 runs of {name!r}, not {values.size}.")
    return values


def holm(p: ArrayLike) -> NDArray[np.float64]:
    """Correct p values for their number (Holm 1979): still 5% risk of *any* false alarm."""
    values = np.asarray(p, dtype=float)
    order = np.argsort(values)
    corrected = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    return np.minimum(1, corrected)[np.argsort(order)]


def mcnemar(one: set[int], other: set[int]) -> tuple[int, int, float]:
    """Compare two networks on the same images by those that exactly one of them misclassifies.

    It takes images as independent, which those by one writer are not: see
    :func:`compare_by_cluster`. Given the indices of the images that each misclassifies, it tells
    how many only the first does, how many only the second, and the exact two-sided p value of
    McNemar's test (1947).
    """
    from scipy.stats import binomtest

    first, second = len(one - other), len(other - one)
    p = binomtest(first, first + second).pvalue if first + second else 1.0
    return first, second, float(p)


class ClusterDifference(NamedTuple):
    """The difference of two error rates on the same images: an interval, and a p value."""

    difference: float
    low: float
    high: float
    p: float


def compare_by_cluster(one: ArrayLike, other: ArrayLike, clusters: ArrayLike) -> ClusterDifference:
    """Compare two error rates on the same images, whose clusters (writers) are independent.

    Args:
        one, other: How often each image is misclassified: 0 or 1 for one network, the mean over
            seeds (0–1) for several; shape N.
        clusters: The writer of each image, shape N.

    Returns:
        Of the error rates, other − one, as fractions; the 95% percentile bootstrap interval over
        writers; and the two-sided p value of the test that swaps the two networks, writer by
        writer, at random (McNemar's test, with writers in place of images).
    """
    from scipy.stats import permutation_test

    _, who = np.unique(np.asarray(clusters), return_inverse=True)
    more = np.bincount(who, np.asarray(other, dtype=float) - np.asarray(one, dtype=float))
    digits = np.bincount(who)
    low, high = bootstrap_clusters(more, digits)
    swapped = permutation_test(
        (more,), np.sum, permutation_type="samples", vectorized=True, n_resamples=RESAMPLES,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    return ClusterDifference(float(more.sum() / digits.sum()), low, high, float(swapped.pvalue))


def bootstrap_clusters(errors: ArrayLike, digits: ArrayLike) -> tuple[float, float]:
    """Bootstrap an error rate by drawing whole writers, whose digits are not independent.

    Of how many digits of each writer are misclassified, of how many, it gives the 95% percentile
    interval of ``sum(errors) / sum(digits)``, as fractions 0–1.
    """
    from scipy.stats import bootstrap

    def rate(e: NDArray[Any], n: NDArray[Any], axis: int) -> NDArray[np.float64]:
        return np.asarray(e.sum(axis) / n.sum(axis))

    interval = bootstrap(
        (np.asarray(errors), np.asarray(digits)), rate, paired=True, batch=1000,
        n_resamples=RESAMPLES, method="percentile", rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    return float(interval.low), float(interval.high)


def overdispersion(errors: ArrayLike, digits: ArrayLike) -> tuple[float, float]:
    """Ask whether errors gather at some writers more than chance would have it.

    Pearson's chi-squared of writers × (wrong, right), against tables with the same sums at random:
    for each writer, how many digits are misclassified, of how many. Groups of writers that differ
    on the whole are to be asked one by one, or the difference between the groups counts as
    gathering.

    Returns:
        Chi-squared over its mean by chance (1: no gathering), and the one-sided p value.
    """
    from scipy.stats import MonteCarloMethod, chi2_contingency

    e, n = np.asarray(errors), np.asarray(digits)
    draw = MonteCarloMethod(n_resamples=RESAMPLES, rng=np.random.default_rng(0))
    found = chi2_contingency(np.stack([e, n - e]), correction=False, method=draw)
    chance = (len(n) - 1) * n.sum() / (n.sum() - 1)  # the exact mean, given both sums
    return float(found.statistic / chance), float(found.pvalue)
