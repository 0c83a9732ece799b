"""Classifiers to beat before there is any reason to train a network."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from lenet_lib.data import Images
from lenet_lib.evaluation.metrics import wilson_interval

Labels = NDArray[np.int64]


def subsample(images: Images, count: int, *, seed: int = 0) -> Images:
    """Draw ``count`` images without replacement (all of them, if there are no more)."""
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    return images[order[:count].sort().values]


def pixels(images: Images) -> NDArray[np.float64]:
    """Give each image as a row of 784 numbers from 0 (paper) to 1 (ink), float64 N×784."""
    return images.images.flatten(1).numpy().astype(np.float64) / 255


def majority(train: Images, images: Images) -> Labels:
    """Call everything the most frequent class; int64 N."""
    return np.full(len(images), int(train.labels.bincount().argmax()))


def nearest_mean(train: Images, images: Images) -> Labels:
    """Choose the class whose mean image is nearest (Euclidean distance over pixels); int64 N."""
    X, x = pixels(train), pixels(images)  # noqa: N806 (scikit-learn's name)
    means = np.stack([X[train.labels.numpy() == c].mean(0) for c in range(10)])
    # |x − m|² = |x|² − 2 x·m + |m|², whose first term is the same for all classes
    nearest: Labels = np.argmin((means**2).sum(1) - 2 * x @ means.T, axis=1)
    return nearest


def logistic_regression(train: Images, images: Images, *, penalty: float = 30.0) -> Labels:
    """Fit multinomial logistic regression on pixels, with an L2 ``penalty``; int64 N.

    The penalty is strong enough for L-BFGS to reach the optimum, which is unique, within seconds.
    """
    from sklearn.linear_model import LogisticRegression

    return _predict(LogisticRegression(C=1 / penalty, tol=1e-6, max_iter=2000), train, images)


def nearest_neighbours(train: Images, images: Images, *, k: int = 3) -> Labels:
    """Let the ``k`` nearest training images vote (Euclidean distance over pixels); int64 N."""
    from sklearn.neighbors import KNeighborsClassifier

    return _predict(KNeighborsClassifier(k, algorithm="brute"), train, images)


def _predict(classifier: object, train: Images, images: Images) -> Labels:
    fitted = classifier.fit(pixels(train), train.labels.numpy())  # type: ignore[attr-defined]
    return np.asarray(fitted.predict(pixels(images)), dtype=np.int64)


BASELINES: dict[str, Callable[[Images, Images], Labels]] = {
    "majority class": majority,
    "nearest class mean": nearest_mean,
    "logistic regression": logistic_regression,
    "3 nearest neighbours": nearest_neighbours,
}
"""From the most modest on; each takes training images and images to classify."""


def compare(train: Images, validation: Images) -> pd.DataFrame:
    """Fit every baseline and measure it.

    Returns
    -------
    DataFrame
        One row for each, by name: ``images`` it learned from; ``accuracy``, ``low`` and ``high``
        (95 % Wilson interval) on the validation images, as fractions 0–1.
    """
    labels, rows = validation.labels.numpy(), {}
    for name, classify in BASELINES.items():
        right = int((classify(train, validation) == labels).sum())
        low, high = wilson_interval(right, len(labels))
        rows[name] = {
            "images": len(train),
            "accuracy": right / len(labels),
            "low": low,
            "high": high,
        }
    return pd.DataFrame.from_dict(rows, orient="index").astype({"images": int})
