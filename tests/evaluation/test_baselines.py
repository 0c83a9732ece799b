"""The classifiers to beat: each held against a plain computation of its idea."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lenet_lib.data import Dataset, Images
from lenet_lib.evaluation import baselines


def test_subsample_draws_without_replacement(digits: Dataset) -> None:
    few = baselines.subsample(digits.train, 200, seed=1)
    assert len(few) == 200
    again = baselines.subsample(digits.train, 200, seed=1)
    assert torch.equal(few.images, again.images)
    assert not torch.equal(few.images, baselines.subsample(digits.train, 200).images)
    assert len(baselines.subsample(digits.train, 10**6)) == len(digits.train)


@pytest.mark.slow
def test_each_baseline_is_its_idea_computed_plainly(digits: Dataset) -> None:
    table = baselines.compare(digits.train, digits.test)
    assert table.index.tolist() == list(baselines.classifiers())
    assert (table.images == len(digits.train)).all()
    assert ((table.low < table.accuracy) & (table.accuracy < table.high)).all()
    x, y = baselines.pixels(digits.train), digits.train.labels.numpy()
    means = np.stack([x[y == c].mean(0) for c in range(10)])
    far = np.linalg.norm(baselines.pixels(digits.test)[:, None] - means, axis=2)
    truth = digits.test.labels.numpy()
    assert table.accuracy["majority class"] == (truth == np.bincount(y).argmax()).mean()
    assert table.accuracy["nearest class mean"] == pytest.approx((far.argmin(1) == truth).mean())
    assert table.accuracy.iloc[0] < 0.2 < 0.8 < table.accuracy.iloc[1:].min()


def test_pixels_are_between_paper_and_ink(digits: Dataset) -> None:
    values = baselines.pixels(digits.train[:50])
    assert values.shape == (50, 784)
    assert (values.min(), values.max()) == (0, 1)
    fractions = Images(digits.train.images[:50].float() / 255, digits.train.labels[:50])
    assert np.allclose(baselines.pixels(fractions), values)
