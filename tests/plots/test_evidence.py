"""Figures of evidence: they hold the numbers that they are given."""

from __future__ import annotations

import numpy as np
import pandas as pd
from helpers.figure_data import published, robustness, runs
from helpers.figures import words
from matplotlib.figure import Figure

from lenet_lib.evaluation import comparison
from lenet_lib.plots import evidence


def drawn(figure: Figure, colour: str) -> set[tuple[float, float]]:
    """Give the marks of a colour on the first axes."""
    lines = [line for line in figure.axes[0].lines if line.get_color() == colour]
    marks = np.concatenate([line.get_xydata() for line in lines])
    return {(float(x), round(float(y), 9)) for x, y in marks}


def test_variants_show_every_run_and_the_interval_of_the_mean() -> None:
    summary = comparison.summarise(runs())
    figure = evidence.variants(runs(), summary, {"a": "the first"})
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["the first", "b", "c"]
    errors = 100 * (1 - runs()["accuracy"])
    shown = np.concatenate([line.get_xdata() for line in axes.lines[:3]])
    np.testing.assert_allclose(np.sort(shown), np.sort(errors))
    intervals = axes.containers[0].lines[2][0].get_segments()
    np.testing.assert_allclose([s[:, 0] for s in intervals], summary[["low", "high"]])


def test_history_places_results_by_year() -> None:
    ours = comparison.summarise(runs()).reset_index(names="method")
    figure = evidence.history(published(), ours)
    theirs = {(1998, 1.1), (1998, 0.95), (2012, 0.23)}
    assert theirs <= drawn(figure, "#0072B2")
    assert drawn(figure, "#D55E00") >= {(2026, round(e, 9)) for e in ours["error"]}
    assert {"LeNet-4", "committee"} <= set(words(figure))


def test_sample_size_draws_runs_and_means() -> None:
    table = pd.concat([runs().assign(train_images=n) for n in (100, 1000)])
    axes = evidence.sample_size(table).axes[0]
    assert len(axes.collections[0].get_offsets()) == len(table)
    means = 100 * (1 - runs().groupby("recipe").accuracy.mean())
    lines = [line.get_ydata() for line in axes.lines if len(line.get_ydata()) == 2]
    np.testing.assert_allclose(lines, np.stack([means, means], 1))
    assert axes.get_xticks().tolist() == [100, 1000]


def test_costs_are_named() -> None:
    summary = comparison.summarise(runs()).assign(operations=[1e12, 2e12, 3e12])
    for axes in evidence.cost(summary).axes:
        assert [text.get_text() for text in axes.texts] == ["a", "b", "c"]


def test_robustness_has_a_panel_for_each_corruption_with_its_unit() -> None:
    table = robustness()
    figure = evidence.robustness(table)
    titles = [axes.get_title(loc="center") or axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["shift", "blur", "noise", "FGSM"]
    assert {axes.get_xlabel() for axes in figure.axes} == {"pixels"}
    first, second = figure.axes[0].lines[:2]
    np.testing.assert_allclose(first.get_ydata(), [99, 89, 79])
    np.testing.assert_allclose(second.get_ydata(), [99, 99, 99])


def test_disputed_images_are_framed() -> None:
    shared = pd.DataFrame({"runs": [3, 3], "prediction": [9, 1]}, index=[4, 5])
    images = np.zeros((9, 1, 28, 28), dtype=np.uint8)
    figure = evidence.always_misclassified(images, [8] * 9, shared, {4})
    shown = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_title(loc="center") for axes in shown] == ["8→9", "8→1"]
    widths = [axes.spines["left"].get_linewidth() for axes in shown]
    assert widths[0] > widths[1]
