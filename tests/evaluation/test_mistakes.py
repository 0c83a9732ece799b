"""Errors: listed, paired, and counted by writer."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lenet_lib.data import Writers
from lenet_lib.data.assignment import CONFUSION
from lenet_lib.evaluation import mistakes
from lenet_lib.evaluation.metrics import wilson_interval

LOGITS = torch.tensor([[4.0, 0, 0], [0, 9, 0], [1.0, 2, 0], [0, 0, 3.0]])
LABELS = torch.tensor([0, 2, 0, 2])


def test_errors_are_listed_most_confident_first() -> None:
    table = mistakes.misclassified(LOGITS, LABELS, disputed={2})
    assert table["index"].tolist() == [1, 2]
    assert table["truth"].tolist() == [2, 0]
    assert table["prediction"].tolist() == [1, 1]
    assert table["disputed"].tolist() == [False, True]
    p = torch.softmax(LOGITS[2].double(), 0)
    assert table["confidence"].iloc[1] == pytest.approx(p[1].item())
    assert table["margin"].iloc[1] == pytest.approx((p[1] - p[0]).item())


def test_the_assignments_most_confused_pair() -> None:
    table = mistakes.confused_pairs(CONFUSION)
    first = table.iloc[0]
    assert (first.a, first.b, first.a_as_b, first.b_as_a, first.errors) == (4, 9, 2, 10, 12)
    assert table["errors"].sum() == 85


def test_errors_are_counted_by_writer() -> None:
    who = Writers(series=np.array([4, 4, 0, 0, 0]), writer=np.array([7, 7, 9, 9, 9]))
    table = mistakes.by_writer(np.array([True, False, False, False, True]), who)
    assert table.index.tolist() == [9, 7]
    assert table["errors"].tolist() == [2, 1]
    assert table["digits"].tolist() == [3, 2]
    assert table["student"].tolist() == [False, True]
    assert (table["low"].iloc[0], table["high"].iloc[0]) == pytest.approx(wilson_interval(2, 3))
