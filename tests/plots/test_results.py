"""Figures of notebooks 03 and 04: they hold the numbers that they are given."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from helpers.paths import ROOT
from matplotlib.figure import Figure

from lenet_lib.data.assignment import CONFUSION
from lenet_lib.plots import evaluation, training
from lenet_lib.plots.style import COLUMN, use_style

mpl.use("agg")


@pytest.fixture(autouse=True)
def drawn() -> None:
    use_style()
    yield
    plt.close("all")


def words(figure: Figure) -> str:
    figure.canvas.draw()
    return " ".join(text.get_text() for text in figure.findobj(mpl.text.Text))


def test_confusions_show_every_count() -> None:
    classes = tuple("0123456789")
    figure = evaluation.confusion_matrix({"ours": CONFUSION, "theirs": CONFUSION}, classes)
    text = words(figure).split()
    assert text.count("1132") == 2
    assert figure.get_figwidth() == pytest.approx(COLUMN)
    errors = words(evaluation.confusion_matrix({"ours": CONFUSION}, classes, kind="errors")).split()
    assert "1132" not in errors
    assert "10" in errors


def test_curves_draw_the_history() -> None:
    history = pd.DataFrame(
        {
            "epoch": [0, 1, 2],
            "train_loss": [np.nan, 0.5, 0.3],
            "train_accuracy": [np.nan, 0.9, 0.95],
            "validation_loss": [2.3, 0.4, 0.2],
            "validation_accuracy": [0.1, 0.93, 0.97],
        }
    )
    figure = training.learning_curves(history, floor=0.1)
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes)
    shown = np.concatenate([line.get_ydata() for axes in figure.axes for line in axes.lines])
    assert {2.3, 0.4, 0.2} <= {round(float(value), 6) for value in shown}


def test_rejection_and_reliability_have_labelled_axes() -> None:
    from lenet_lib.evaluation import calibration

    draw = np.random.default_rng(0)
    claimed = draw.uniform(0.5, 1, 500)
    right = draw.random(500) < claimed
    for figure in (
        evaluation.reliability({"": calibration.reliability(claimed, right)}),
        evaluation.rejection({"by confidence": calibration.rejection_curve(claimed, right)}),
    ):
        text = words(figure)
        assert "confidence" in text or "rejected" in text
        assert figure.get_figwidth() == pytest.approx(COLUMN)


def test_time_to_accuracy_marks_every_run() -> None:
    table = pd.read_csv(ROOT / "results" / "time_to_accuracy.csv")
    figure = training.time_to_accuracy(table)
    points = sum(len(c.get_offsets()) for axes in figure.axes for c in axes.collections)
    points += sum(len(line.get_xdata()) for axes in figure.axes for line in axes.lines)
    assert points >= len(table)
