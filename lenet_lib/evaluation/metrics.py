"""Loss, accuracy with its interval, classification report and confusion matrix."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from lenet_lib.errors import LenetError
from lenet_lib.models import predict_logits


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """Give the 95% score interval of a proportion (Wilson 1927), as fractions 0–1."""
    from scipy.stats import binomtest

    interval = binomtest(successes, trials).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


@dataclass(frozen=True)
class Metrics:
    """How good a set of predictions is.

    Attributes:
        images, errors: How many images there are, and how many of them are misclassified.
        loss: Mean cross-entropy over images, in nats; NaN where only predictions are known.
        accuracy, accuracy_low, accuracy_high: Fraction right, and its 95% Wilson interval.
        confusion: 10×10 counts, rows true, columns predicted.
        report: scikit-learn's classification report as a dictionary.
        text: The same report as text, four digits.
        predictions: What was predicted, int64 N.
    """

    images: int
    errors: int
    loss: float
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    confusion: NDArray[np.int64]
    report: dict[str, Any]
    text: str
    predictions: NDArray[np.int64]

    def summary(self) -> str:
        """Print-ready: loss and accuracy, the report, the confusion matrix."""
        interval = f"{100 * self.accuracy_low:.2f}–{100 * self.accuracy_high:.2f}%"
        width = len(str(self.confusion.max()))
        rows = [" ".join(f"{count:{width}d}" for count in row) for row in self.confusion]
        return (
            f"Test Loss: {self.loss:5.2f},  Test Acc: {100 * self.accuracy:.2f}%   "
            f"(95% interval {interval})\n"
            f"Precision, Recall and F1-Score...\n{self.text}\n"
            "Confusion Matrix...\n" + "\n".join(rows)
        )

    def as_json(self) -> dict[str, Any]:
        """Give everything that :meth:`summary` prints, at full precision."""
        return {
            "images": self.images,
            "errors": self.errors,
            "loss": self.loss,
            "accuracy": self.accuracy,
            "accuracy_interval_95": [self.accuracy_low, self.accuracy_high],
            "confusion_matrix": self.confusion.tolist(),
            "classification_report": self.report,
        }


def score(
    labels: ArrayLike,
    predictions: ArrayLike,
    *,
    loss: float = float("nan"),
    classes: tuple[str, ...] = tuple("0123456789"),
) -> Metrics:
    """Compare predictions with labels.

    Args:
        labels, predictions: Class numbers from 0, integers of shape N.
        loss: Mean cross-entropy in nats, where it is known.
    """
    from sklearn.metrics import classification_report, confusion_matrix

    y, y_pred = np.asarray(labels), np.asarray(predictions)
    order = list(range(len(classes)))
    options: dict[str, Any] = {"labels": order, "target_names": classes, "zero_division": 0}
    right = int((y == y_pred).sum())
    report = classification_report(y, y_pred, output_dict=True, **options)
    text = classification_report(y, y_pred, digits=4, **options)
    return Metrics(
        len(y),
        len(y) - right,
        loss,
        right / len(y),
        *wilson_interval(right, len(y)),
        confusion=confusion_matrix(y, y_pred, labels=order),
        report=report,
        text=text,
        predictions=y_pred,
    )


def evaluate(model: nn.Module, images: Tensor, labels: Tensor, **options: Any) -> Metrics:
    """Test a network on labelled images; the loss is the mean over images, not over batches.

    The network returns logits N×10 and is put into evaluation mode and back; images are uint8
    N×1×28×28, labels int64 N; options are those of :func:`score`.

    Raises:
        LenetError: A logit is infinite or not a number.
    """
    logits = predict_logits(model, images)
    loss = nn.functional.cross_entropy(logits.double(), labels.cpu()).item()
    if not math.isfinite(loss):
        raise LenetError("The network's outputs are not finite; lower the learning rate.")
    return score(labels.cpu(), logits.argmax(1), loss=loss, **options)
