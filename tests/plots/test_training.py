"""Figures of training: the curves are the histories, the marks are the runs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from helpers.figure_data import BASELINES, history, peeking
from helpers.figures import words
from helpers.paths import ROOT

from lenet_lib.plots import training


def test_baselines_are_named_and_numbered() -> None:
    figure = training.baselines(BASELINES)
    assert [bar.get_width() for bar in figure.axes[0].patches] == pytest.approx([11.2, 94.5])
    assert {"11.2%", "94.5%", "majority"} <= set(words(figure))
    figure.draw_without_rendering()
    left = figure.axes[0].bbox.x0
    assert all(text.get_window_extent().x0 > left for text in figure.axes[0].texts)


def test_compared_curves_are_means_over_runs() -> None:
    both = [history(0.1), history(0.3)]
    figure = training.compare_learning_curves({"none": both, "dropout": [history(0.1)] * 2})
    none, dropout = figure.axes
    assert none.get_title(loc="left") == "none"
    np.testing.assert_allclose(
        none.lines[1].get_ydata(), (both[0] + both[1])["validation_loss"] / 2
    )
    np.testing.assert_allclose(dropout.lines[0].get_ydata(), history()["train_loss"])
    last = [100 * run["validation_accuracy"].iloc[-1] for run in both]
    assert f"{np.mean(last):.1f}%" in none.texts[0].get_text()


def test_every_step_is_drawn() -> None:
    losses = np.linspace(2, 1, 30)
    axes = training.loss_per_step({"one": losses}).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), losses)
    assert axes.lines[0].get_xdata()[[0, -1]].tolist() == [1, 30]
    assert len(axes.lines) == 2


def test_peeking_compares_each_runs_best_epoch_with_its_last() -> None:
    left, right = training.peeking(peeking()).axes
    table = peeking().set_index("epoch")
    first = table[(table.recipe == "reference") & (table.seed == 0)].test_errors
    curve, last, best = left.lines[:3]
    np.testing.assert_allclose(curve.get_ydata(), 100 - first / 100)
    assert (last.get_xdata()[0], best.get_xdata()[0]) == (8, first.idxmin())
    errors = table[table.recipe == "reference"].groupby("seed").test_errors
    gains = (errors.last() - errors.min()) / 100
    np.testing.assert_allclose(np.sort(right.lines[0].get_xdata()), np.sort(gains), atol=1e-9)


def test_time_to_accuracy_marks_every_run_once() -> None:
    table = pd.read_csv(ROOT / "results" / "time_to_accuracy.csv")
    axes = training.time_to_accuracy(table).axes[0]
    marks = np.concatenate([points.get_offsets() for points in axes.collections])
    expected = np.stack([table["train_seconds"], 100 * table["accuracy"]], 1)
    np.testing.assert_allclose(sorted(marks.tolist()), sorted(expected.tolist()))


def test_scale_draws_seconds_and_memory_of_both_pipelines() -> None:
    rows = [
        (task, name, n, n / speed, 900.0 + n / 1000)
        for task in ("train", "read")
        for name, speed in (("ours", 2_000), ("usual", 500))
        for n in (1_000, 10_000)
    ]
    columns = ["task", "pipeline", "images", "seconds", "peak_mb"]
    seconds, reading, memory, _ = training.scale(pd.DataFrame(rows, columns=columns)).axes
    assert [line.get_ydata().tolist() for line in seconds.lines[:2]] == [[0.5, 5.0], [2.0, 20.0]]
    assert memory.lines[0].get_ydata().tolist() == [901.0, 910.0]
    assert seconds.get_yscale() == reading.get_xscale() == "log"
