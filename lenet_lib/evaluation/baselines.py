"""Classifiers to beat before there is any reason to train a network."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from lenet_lib.data import Images, scale
from lenet_lib.evaluation.metrics import wilson_interval


def classifiers() -> dict[str, Any]:
    """Give scikit-learn classifiers by name, unfitted, from the most modest on.

    The L2 penalty of the logistic regression is strong enough for L-BFGS to reach the optimum,
    which is unique, within seconds.
    """
    from sklearn.dummy import DummyClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier, NearestCentroid

    return {
        "majority class": DummyClassifier(strategy="most_frequent"),
        "nearest class mean": NearestCentroid(),
        "logistic regression": LogisticRegression(C=1 / 30, tol=1e-6, max_iter=2000),
        "3 nearest neighbours": KNeighborsClassifier(3, algorithm="brute"),
    }


def subsample(images: Images, count: int, *, seed: int = 0) -> Images:
    """Draw ``count`` images without replacement (all of them, if there are no more)."""
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(seed))
    return images[order[:count].sort().values]


def pixels(images: Images) -> NDArray[np.float64]:
    """Give each image as a row of 784 numbers from 0 (paper) to 1 (ink), float64 N×784."""
    rows = images.images.flatten(1)
    return (rows.double() / 255 if rows.dtype == torch.uint8 else scale(rows).double()).numpy()


def compare(train: Images, validation: Images) -> pd.DataFrame:
    """Fit every baseline to the pixels of ``train`` and test it on ``validation``.

    Returns:
        One row for each, by name: ``images`` it learned from; ``accuracy``, ``low`` and ``high``
        (95% Wilson interval) on the validation images, as fractions 0–1.
    """
    X, x = pixels(train), pixels(validation)  # noqa: N806 (scikit-learn's name)
    labels, rows = validation.labels.numpy(), {}
    for name, classifier in classifiers().items():
        with warnings.catch_warnings():  # NearestCentroid's, of pixels that are always blank
            warnings.simplefilter("ignore", UserWarning)
            predicted = classifier.fit(X, train.labels.numpy()).predict(x)
        right = int((predicted == labels).sum())
        rows[name] = (len(train), right / len(labels), *wilson_interval(right, len(labels)))
    columns = ["images", "accuracy", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)
