"""Whether a network knows when it may be wrong: reliability, temperature, rejection."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from lenet_lib.evaluation.metrics import wilson_interval
from lenet_lib.training.temperature import fit_temperature as fit_temperature


def reliability(
    confidence: ArrayLike,
    correct: ArrayLike,
    *,
    bins: int = 15,
    strategy: Literal["uniform", "quantile"] = "uniform",
) -> pd.DataFrame:
    """Compare confidence with accuracy, bin by bin of the confidence.

    Args:
        confidence: Probability of the predicted class, 0–1, shape N.
        correct: Whether the prediction is right, shape N.
        bins: Number of bins; empty ones are left out.
        strategy: ``uniform``, bins of equal width between 0 and 1; or ``quantile``, of equally many
            images.

    Returns:
        One row a bin: its edges ``left`` and ``right`` (right edge included), the ``count`` of
        images in it, their mean ``confidence``, their ``accuracy`` and its 95% Wilson interval
        ``low`` to ``high``.
    """
    claimed, kept = np.asarray(confidence, dtype=float), np.asarray(correct, dtype=bool)
    edges = np.linspace(0, 1, bins + 1)
    if strategy == "quantile":
        edges = np.quantile(claimed, edges)
    number = np.clip(np.searchsorted(edges, claimed, side="left") - 1, 0, bins - 1)
    inside = pd.DataFrame({"confidence": claimed, "right": kept}).groupby(number)
    count, right = inside.size(), inside["right"].sum()
    low, high = np.vectorize(wilson_interval)(right, count)
    table = pd.DataFrame(
        {
            "left": edges[count.index],
            "right": edges[count.index + 1],
            "count": count,
            "confidence": inside["confidence"].mean(),
            "accuracy": right / count,
            "low": low,
            "high": high,
        }
    )
    return table.reset_index(drop=True)


def expected_calibration_error(table: pd.DataFrame) -> float:
    """Average the gap between confidence and accuracy over the images of :func:`reliability`.

    Naeini, Cooper & Hauskrecht 2015; 0 is perfect, as a fraction 0–1.
    """
    gaps = (table["accuracy"] - table["confidence"]).abs()
    return float(np.average(gaps, weights=table["count"]))


def rejection_curve(confidence: ArrayLike, correct: ArrayLike) -> pd.DataFrame:
    """Give the accuracy on what is left when the least confident images are rejected.

    Args:
        confidence: Any number by which to rank images, shape N.
        correct: Whether the prediction is right, shape N.

    Returns:
        One row for each number of images rejected, from none to all but one: ``rejected``, its
        ``rate`` (0–1), the ``errors`` among the images kept, and the ``accuracy`` on them (0–1).
    """
    claimed, kept = np.asarray(confidence, dtype=float), np.asarray(correct, dtype=bool)
    wrong = ~kept[np.argsort(claimed, kind="stable")]  # the least confident first
    rejected = np.arange(len(wrong))
    errors = wrong[::-1].cumsum()[::-1]
    return pd.DataFrame(
        {
            "rejected": rejected,
            "rate": rejected / len(wrong),
            "errors": errors,
            "accuracy": 1 - errors / (len(wrong) - rejected),
        }
    )


def rejection_rate(table: pd.DataFrame, accuracy: float) -> float:
    """Give the smallest rejection rate that reaches an accuracy, or NaN if none does."""
    enough = table.loc[table["accuracy"] >= accuracy, "rate"]
    return float(enough.iloc[0]) if len(enough) else float("nan")
