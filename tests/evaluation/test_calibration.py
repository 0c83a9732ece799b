"""Confidence: reliability, temperature and rejection, on cases with known answers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lenet_lib.evaluation import calibration
from lenet_lib.models import softmax


def test_reliability_counts_what_falls_into_each_bin() -> None:
    table = calibration.reliability([0.05, 0.1, 0.95, 1.0, 1.0], [0, 1, 1, 1, 0], bins=10)
    assert table["count"].tolist() == [2, 3]
    assert table["accuracy"].tolist() == pytest.approx([1 / 2, 2 / 3])
    assert table["confidence"].tolist() == pytest.approx([0.075, 2.95 / 3])
    assert (table["right"].iloc[0], table["left"].iloc[1]) == pytest.approx((0.1, 0.9))
    gap = (2 * (0.5 - 0.075) + 3 * (2.95 / 3 - 2 / 3)) / 5
    assert calibration.expected_calibration_error(table) == pytest.approx(gap)


def test_an_honest_network_has_no_calibration_error() -> None:
    draw = np.random.default_rng(0)
    claimed = draw.uniform(0.3, 1, 200_000)
    table = calibration.reliability(claimed, draw.random(200_000) < claimed)
    assert calibration.expected_calibration_error(table) < 0.01


@pytest.mark.parametrize("factor", [0.5, 2.0, 4.0])
def test_temperature_undoes_a_factor(factor: float) -> None:
    """Labels drawn from the softmax of some logits; the same logits times a factor."""
    generator = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(20_000, 10, generator=generator)
    labels = torch.softmax(logits, 1).multinomial(1, generator=generator).flatten()
    found = calibration.fit_temperature(factor * logits, labels)
    assert found == pytest.approx(factor, rel=0.03)


def test_softmax_softens_and_keeps_the_order() -> None:
    logits = torch.tensor([[3.0, 1.0, 0.0]])
    plain, soft = softmax(logits), softmax(logits, 10)
    assert plain.sum() == pytest.approx(1)
    assert plain.argmax() == soft.argmax() == 0
    assert soft.max() < plain.max()


def test_rejecting_the_least_confident_first() -> None:
    table = calibration.rejection_curve([0.9, 0.2, 0.8, 0.4], [1, 0, 1, 0])
    assert table["errors"].tolist() == [2, 1, 0, 0]
    assert table["accuracy"].tolist() == pytest.approx([1 / 2, 2 / 3, 1, 1])
    assert calibration.rejection_rate(table, 1.0) == 0.5
    assert calibration.rejection_rate(table, 0.6) == 0.25
    assert np.isnan(calibration.rejection_rate(table.iloc[:1], 0.9))


def test_bins_of_equal_mass_hold_equally_many_images() -> None:
    claimed = np.random.default_rng(0).beta(20, 1, 1000)  # most near 1
    table = calibration.reliability(claimed, claimed > 0.9, bins=10, strategy="quantile")
    assert table["count"].tolist() == [100] * 10
    assert table["left"].iloc[0] == claimed.min() and table["right"].iloc[-1] == claimed.max()
    assert (table["right"].to_numpy()[:-1] == table["left"].to_numpy()[1:]).all()
    assert table["confidence"].between(table["left"], table["right"]).all()
    assert np.average(table["accuracy"], weights=table["count"]) == (claimed > 0.9).mean()
