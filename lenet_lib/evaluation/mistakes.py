"""Misclassified images: which, with what confidence, in which pairs of classes, by which writer."""

from __future__ import annotations

from collections.abc import Container

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import Tensor

from lenet_lib.data import Writers
from lenet_lib.evaluation.metrics import wilson_interval
from lenet_lib.models import softmax


def misclassified(logits: Tensor, labels: Tensor, disputed: Container[int] = ()) -> pd.DataFrame:
    """List every misclassified image, the most confident error first.

    Args:
        logits: Float N×10.
        labels: True classes as given by the data set, int64 N.
        disputed: Positions of images whose label human raters dispute.

    Returns:
        ``index`` (position 0 … N−1), ``truth``, ``prediction``, ``confidence`` (probability of the
        prediction, 0–1), ``margin`` (confidence less the probability of the truth, 0–1) and
        ``disputed``.
    """
    probabilities, truth = softmax(logits), labels.numpy()
    prediction = logits.argmax(1).numpy()
    wrong = np.flatnonzero(prediction != truth)
    confidence = probabilities[wrong, prediction[wrong]]
    table = pd.DataFrame(
        {
            "index": wrong,
            "truth": truth[wrong],
            "prediction": prediction[wrong],
            "confidence": confidence,
            "margin": confidence - probabilities[wrong, truth[wrong]],
            "disputed": [int(i) in disputed for i in wrong],
        }
    )
    return table.sort_values(["confidence", "index"], ascending=[False, True], ignore_index=True)


def confused_pairs(confusion: NDArray[np.int64]) -> pd.DataFrame:
    """Rank pairs of classes by how often one is taken for the other, in counts true × predicted.

    Returns:
        ``a`` < ``b``, the errors ``a_as_b`` and ``b_as_a``, and their sum ``errors``; the most
        confused first, pairs without errors left out.
    """
    a, b = np.triu_indices(len(confusion), k=1)
    table = pd.DataFrame({"a": a, "b": b, "a_as_b": confusion[a, b], "b_as_a": confusion[b, a]})
    table["errors"] = table["a_as_b"] + table["b_as_a"]
    table = table.sort_values(["errors", "a", "b"], ascending=[False, True, True])
    return table[table["errors"] > 0].reset_index(drop=True)


def by_writer(correct: NDArray[np.bool_], who: Writers) -> pd.DataFrame:
    """Count each writer's digits and errors.

    Args:
        correct: Whether each digit is classified correctly, bool N.

    Returns:
        One row a writer, by NIST's number: ``student``, ``digits``, ``errors``, the error ``rate``
        (0–1) and its 95% Wilson interval ``low`` to ``high``; the most errors first.
    """
    table = (
        pd.DataFrame({"writer": who.writer, "student": who.student, "wrong": ~correct})
        .groupby("writer")
        .agg(student=("student", "first"), digits=("wrong", "size"), errors=("wrong", "sum"))
    )
    table["rate"] = table["errors"] / table["digits"]
    table["low"], table["high"] = np.vectorize(wilson_interval)(table["errors"], table["digits"])
    return table.sort_values(["errors", "digits"], ascending=[False, True], kind="stable")
