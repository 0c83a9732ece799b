"""Metrics: held against the assignment's own confusion matrix and report."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from helpers.facts import labels_and_predictions
from torch import nn

from lenet_lib.data import Dataset
from lenet_lib.data.assignment import CONFUSION
from lenet_lib.evaluation.metrics import evaluate, score, wilson_interval
from lenet_lib.models import LeNet, predict_logits


def test_the_assignments_report_follows_from_its_matrix() -> None:
    metrics = score(*labels_and_predictions(), loss=0.04)
    assert np.array_equal(metrics.confusion, CONFUSION)
    assert (metrics.errors, metrics.accuracy) == (85, 0.9915)
    lines = [line.split() for line in metrics.summary().splitlines()]
    assert ["0", "0.9919", "0.9959", "0.9939", "980"] in lines
    assert ["9", "0.9900", "0.9812", "0.9856", "1009"] in lines
    assert ["accuracy", "0.9915", "10000"] in lines
    assert ["macro", "avg", "0.9915", "0.9914", "0.9914", "10000"] in lines
    assert 100 * (1 - metrics.accuracy_high) == pytest.approx(0.69, abs=0.005)
    assert 100 * (1 - metrics.accuracy_low) == pytest.approx(1.05, abs=0.005)
    assert metrics.summary().startswith(
        "Test Loss:  0.04,  Test Acc: 99.15%   (95% interval 98.95–99.31%)\n"
        "Precision, Recall and F1-Score...\n"
    )
    assert "Confusion Matrix...\n 976    0    1" in metrics.summary()


def test_wilson_interval_is_the_formula_of_1927() -> None:
    k, n, z = 85, 10_000, 1.959963984540054
    centre = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(k * (n - k) / n + z * z / 4)
    assert wilson_interval(k, n) == pytest.approx((centre - half, centre + half), rel=1e-9)
    assert wilson_interval(0, 10)[0] == 0
    assert wilson_interval(10, 10)[1] == 1


def test_loss_is_the_mean_over_images_not_over_batches(digits: Dataset) -> None:
    model = LeNet().eval()
    images, labels = digits.test.images[:7], digits.test.labels[:7]
    logits = predict_logits(model, images, batch_size=4)  # batches of 4 and 3
    each = nn.functional.cross_entropy(logits, labels, reduction="none")
    assert evaluate(model, images, labels).loss == pytest.approx(each.mean().item(), rel=1e-6)
    assert abs(each.mean() - (each[:4].mean() + each[4:].mean()) / 2) > 1e-4


def test_predict_logits_leaves_the_model_as_it_was(digits: Dataset) -> None:
    model = LeNet().train()
    before = model.fc1[1].running_mean.clone()
    logits = predict_logits(model, digits.test.images[:5])
    assert logits.shape == (5, 10)
    assert model.training
    assert torch.equal(model.fc1[1].running_mean, before)


def test_a_class_that_never_occurs_is_no_trouble() -> None:
    metrics = score([0, 1, 1], [0, 1, 2])
    assert metrics.confusion.shape == (10, 10)
    assert metrics.errors == 1
    assert json.loads(json.dumps(metrics.as_json()))["accuracy"] == pytest.approx(2 / 3)
