"""The classifiers to beat: each held against a plain computation of its idea."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lenet_lib.data import Dataset
from lenet_lib.evaluation import baselines


def test_subsample_draws_without_replacement(digits: Dataset) -> None:
    few = baselines.subsample(digits.train, 200, seed=1)
    assert len(few) == 200
    again = baselines.subsample(digits.train, 200, seed=1)
    assert torch.equal(few.images, again.images)
    assert not torch.equal(few.images, baselines.subsample(digits.train, 200).images)
    assert len(baselines.subsample(digits.train, 10**6)) == len(digits.train)


def test_majority_says_one_class(digits: Dataset) -> None:
    said = baselines.majority(digits.train, digits.test)
    assert set(said) == {int(digits.train.labels.mode().values)}


def test_nearest_mean_is_the_nearest_mean(digits: Dataset) -> None:
    x, y = baselines.pixels(digits.train), digits.train.labels.numpy()
    means = np.stack([x[y == c].mean(0) for c in range(10)])
    far = np.linalg.norm(baselines.pixels(digits.test)[:, None] - means, axis=2)
    assert np.array_equal(baselines.nearest_mean(digits.train, digits.test), far.argmin(1))


def test_neighbours_find_the_image_itself(digits: Dataset) -> None:
    said = baselines.nearest_neighbours(digits.train, digits.train[:50], k=1)
    assert np.array_equal(said, digits.train.labels[:50].numpy())


def test_the_baselines_rise(digits: Dataset) -> None:
    table = baselines.compare(digits.train, digits.test)
    assert table.index.tolist() == list(baselines.BASELINES)
    assert table.accuracy.iloc[0] < 0.2 < 0.8 < table.accuracy.iloc[1:].min()
    assert ((table.low < table.accuracy) & (table.accuracy < table.high)).all()
    said = baselines.logistic_regression(digits.train, digits.test)
    right = (said == digits.test.labels.numpy()).mean()
    assert table.accuracy["logistic regression"] == pytest.approx(right)
