"""How sure we are of a number: t-intervals over seeds, bootstraps over images and over writers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Interval = tuple[float, float]


def mean_interval(values: ArrayLike, confidence: float = 0.95) -> tuple[float, float, float]:
    """Give the mean of some runs and Student's t-interval of the mean, in the values' unit.

    Raises
    ------
    ValueError
        Fewer than two values: one run says nothing of the next.
    """
    from scipy.stats import t

    x = np.asarray(values, dtype=float)
    if x.size < 2:
        raise ValueError("An interval needs at least two runs.")
    half = t.ppf((1 + confidence) / 2, x.size - 1) * x.std(ddof=1) / np.sqrt(x.size)
    return float(x.mean()), float(x.mean() - half), float(x.mean() + half)


def macro_f1(confusion: NDArray[np.int64]) -> float:
    """Average the F1 scores of all classes (rows true, columns predicted), as a fraction 0–1."""
    hit, both = np.diag(confusion), confusion.sum(0) + confusion.sum(1)
    return float(np.mean(2 * hit / np.maximum(both, 1)))


def bootstrap_confusion(
    confusion: NDArray[np.int64],
    statistic: Callable[[NDArray[np.int64]], float],
    *,
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Bootstrap what follows from a confusion matrix (percentile interval, Efron 1979).

    Drawing images with replacement is drawing the matrix from a multinomial, so the images
    themselves are not needed, and a published matrix will do.
    """
    draw, shape = np.random.default_rng(seed), confusion.shape
    cells = confusion.ravel() / confusion.sum()
    counts = draw.multinomial(int(confusion.sum()), cells, size=resamples).reshape(-1, *shape)
    return _percentiles(np.array([statistic(matrix) for matrix in counts]), confidence)


def bootstrap_clusters(
    errors: ArrayLike,
    digits: ArrayLike,
    *,
    confidence: float = 0.95,
    resamples: int = 10_000,
    seed: int = 0,
) -> Interval:
    """Bootstrap an error rate by drawing whole writers, whose digits are not independent.

    Parameters
    ----------
    errors, digits
        For each writer: how many digits are misread, of how many.

    Returns
    -------
    tuple of float
        Percentile interval of ``sum(errors) / sum(digits)``, as fractions 0–1.
    """
    e, n = np.asarray(errors), np.asarray(digits)
    drawn = np.random.default_rng(seed).integers(len(n), size=(resamples, len(n)))
    return _percentiles(e[drawn].sum(1) / n[drawn].sum(1), confidence)


def overdispersion(
    errors: ArrayLike, digits: ArrayLike, *, resamples: int = 10_000, seed: int = 0
) -> tuple[float, float]:
    """Ask whether errors gather at some writers more than chance would have it.

    Pearson's chi-squared over writers, against the same number of errors dealt out to digits at
    random (without replacement, so exact up to the number of ``resamples``).

    Returns
    -------
    tuple of float
        Chi-squared over its mean by chance (1: no gathering), and the one-sided p value.
    """
    e, n = np.asarray(errors), np.asarray(digits)
    expected = e.sum() * n / n.sum()
    deal = np.random.default_rng(seed).multivariate_hypergeometric(n, int(e.sum()), size=resamples)
    chance = ((deal - expected) ** 2 / expected).sum(1)
    found = ((e - expected) ** 2 / expected).sum()
    return float(found / chance.mean()), float((1 + (chance >= found).sum()) / (1 + resamples))


def _percentiles(values: NDArray[np.float64], confidence: float) -> Interval:
    tail = 50 * (1 - confidence)
    low, high = np.percentile(values, [tail, 100 - tail])
    return float(low), float(high)
