"""Galleries: every image with its truth and its prediction, disputed labels framed."""

from __future__ import annotations

import numpy as np
from helpers.figure_samples import LONG, SHORT, errors, images

from lenet_lib.plots import galleries


def test_every_error_is_drawn_and_disputed_ones_are_framed() -> None:
    figure = galleries.misclassified(images(), errors(), SHORT)
    shown = [axes for axes in figure.axes if axes.axison]
    titles = [axes.get_title(loc="center") for axes in shown]
    assert titles[:2] == ["0→3 >99%", "1→4 97%"] and len(titles) == 12
    framed = [axes.spines["left"].get_linewidth() > 1 for axes in shown]
    assert framed == errors()["disputed"].tolist()
    np.testing.assert_array_equal(shown[3].images[0].get_array(), images()[3, 0])


def test_no_title_is_wider_than_its_image() -> None:
    for classes in (SHORT, LONG):
        figure = galleries.misclassified(images(), errors(), classes)
        figure.draw_without_rendering()
        for axes in figure.axes:
            if axes.axison:
                title = next(text for text in axes.findobj() if text is axes.title)
                assert title.get_window_extent().width < 1.05 * axes.bbox.width


def test_as_many_in_a_row_as_leaves_the_fewest_gaps() -> None:
    for count, gaps in ((27, 0), (10, 0), (16, 0), (11, 5)):
        table = errors(1).loc[[0] * count]
        assert len(galleries.misclassified(images(), table, SHORT).axes) == count + gaps
