"""Axes: plain numbers at few ticks, names that keep out of each other's way."""

from __future__ import annotations

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from lenet_lib.plots.axes import accuracy_axis, draw_intervals, log_axis, name_points, name_rows


@pytest.mark.parametrize(
    ("least", "most", "ticks"),
    [
        (0.31, 1.2, ["0.4", "0.5", "0.6", "0.8", "1"]),
        (0.2, 25, ["0.2", "0.5", "1", "2", "5", "10", "20"]),
        (900, 1_100_000, ["1,000", "10,000", "100,000", "1,000,000"]),
    ],
)
def test_a_logarithmic_axis_has_plain_numbers(least: float, most: float, ticks: list[str]) -> None:
    figure, axes = plt.subplots()
    axes.set_ylim(least, most)
    log_axis(axes, "y")
    figure.draw_without_rendering()
    low, high = axes.get_ylim()
    inside = zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
    assert [label.get_text() for place, label in inside if low <= place <= high] == ticks


def test_accuracy_grows_upwards_on_an_axis_of_errors() -> None:
    figure, axes = plt.subplots()
    accuracy_axis(axes, 50, 99.9)
    figure.draw_without_rendering()
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["50", "80", "90", "95", "98", "99", "99.5", "99.8", "99.9"]
    heights = [axes.transData.transform((0, 100 - float(label)))[1] for label in labels]
    assert heights == sorted(heights)


def test_an_interval_reaches_from_its_low_to_its_high_end() -> None:
    axes = plt.figure().subplots()
    draw_intervals(axes, pd.DataFrame([(5, 4, 8)]), [2])
    ends = axes.containers[0].lines[2][0].get_segments()[0]
    np.testing.assert_allclose(ends, [[4, 2], [8, 2]])


def test_rows_are_named_from_the_top() -> None:
    axes = plt.figure().subplots()
    name_rows(axes, ["first", "second"])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["first", "second"]
    assert axes.get_ylim() == (1.5, -0.5)


def test_names_of_near_points_overlap_neither_each_other_nor_a_point() -> None:
    points = np.array([(3.0, 0.42), (6.0, 0.421), (6.0, 0.406), (5.8, 0.41), (1.0, 1.0)])
    figure, axes = plt.subplots(figsize=(4, 3))
    axes.plot(*points.T, "o")
    name_points(axes, points, ["early", "upper", "lower", "between", "far"])
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) == 5
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    pixels = axes.transData.transform(points)
    assert not any(box.contains(*pixel) for box in boxes for pixel in pixels)
    assert all(axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1 for box in boxes)
