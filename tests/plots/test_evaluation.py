"""Figures of the evaluation: every count, every interval, every bin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from helpers.figure_data import LONG, SHORT, by_writer, errors, images, rejection
from helpers.figures import words

from lenet_lib.data.assignment import CONFUSION
from lenet_lib.evaluation import calibration
from lenet_lib.plots import evaluation


def test_the_confusion_matrix_shows_every_count_and_colours_the_errors() -> None:
    figure = evaluation.confusion_matrix({"ours": CONFUSION, "theirs": CONFUSION.T}, SHORT)
    numbers = [text for text in words(figure) if text.isdigit() and len(text) > 2]
    assert sorted(numbers) == sorted(2 * [str(count) for count in np.diag(CONFUSION)])
    left, right = (axes.collections[0].get_array() for axes in figure.axes)
    assert left[9, 4] == right[4, 9] == 10 == left.max()
    assert left[0, 0] == 0 and np.ma.is_masked(left[0, 1])


def test_writers_are_counted_by_their_errors() -> None:
    left, right = evaluation.writer_groups(*by_writer()).axes
    assert left.containers[0].lines[0].get_xdata().tolist() == pytest.approx([0.6, 0.2])
    shares = {round(bar.get_height(), 2) for bar in right.patches} - {0}
    assert shares == {66.67, 16.67, 75, 25}  # of six students, of four Census employees


def test_reliability_draws_each_bin_and_tells_those_without_an_error() -> None:
    claimed = np.repeat([0.6, 0.9, 0.95], 20)
    right = np.r_[np.arange(20) < 10, np.arange(20) < 18, np.ones(20, dtype=bool)]
    table = calibration.reliability(claimed, right, bins=3, strategy="quantile")
    axes = evaluation.reliability({"": table}).axes[0]
    _, some, none = axes.lines
    np.testing.assert_allclose(some.get_xydata(), [[40, 50], [10, 10]])
    np.testing.assert_allclose(none.get_xydata(), [[5, 2.5]])  # half an error of 20, the edge
    ends = np.array([segment[:, 1] for segment in axes.collections[0].get_segments()])
    np.testing.assert_allclose(np.sort(ends[:2]), 100 * (1 - table[["high", "low"]][:2]))


def test_rejection_draws_the_curve_that_it_is_given() -> None:
    table = rejection()
    axes = evaluation.rejection({"by confidence": table}, most=0.05).axes[0]
    shown = table[table["rate"] <= 0.05]
    line = axes.lines[0]
    np.testing.assert_allclose(line.get_xdata(), 100 * shown["rate"])
    np.testing.assert_allclose(line.get_ydata(), 100 * (1 - shown["accuracy"]), atol=1e-8)
    assert isinstance(table, pd.DataFrame) and len(shown) > 10


def test_every_error_is_drawn_and_disputed_ones_are_framed() -> None:
    figure = evaluation.misclassified(images(), errors(), SHORT)
    shown = [axes for axes in figure.axes if axes.axison]
    titles = [axes.get_title(loc="center") for axes in shown]
    assert titles[:2] == ["0→3 >99%", "1→4 97%"] and len(titles) == 12
    framed = [axes.spines["left"].get_linewidth() > 1 for axes in shown]
    assert framed == errors()["disputed"].tolist()
    np.testing.assert_array_equal(shown[3].images[0].get_array(), images()[3, 0])


def test_no_title_is_wider_than_its_image() -> None:
    for classes in (SHORT, LONG):
        figure = evaluation.misclassified(images(), errors(), classes)
        figure.draw_without_rendering()
        for axes in figure.axes:
            if axes.axison:
                title = next(text for text in axes.findobj() if text is axes.title)
                assert title.get_window_extent().width < 1.05 * axes.bbox.width


@pytest.mark.slow
def test_as_many_in_a_row_as_leaves_the_fewest_gaps() -> None:
    for count, gaps in ((27, 0), (10, 0), (16, 0), (11, 5)):
        table = errors(1).loc[[0] * count]
        assert len(evaluation.misclassified(images(), table, SHORT).axes) == count + gaps
