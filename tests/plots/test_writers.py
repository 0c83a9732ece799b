"""Figures of the writers: counted, not guessed."""

from __future__ import annotations

import numpy as np
from helpers.figure_data import alternating

from lenet_lib.data import Writers
from lenet_lib.plots import writers


def test_file_order_shows_who_wrote_where() -> None:
    test = Writers(np.repeat([4, 0], 50), np.repeat([7, 3], 50))
    axes = writers.file_order(alternating(), test, bins=10).axes
    share = [axes[part].patches[0].get_data().values.tolist() for part in (0, 1)]
    assert share == [[50] * 10, [100] * 5 + [0] * 5]


def test_digits_per_writer_counts_writers() -> None:
    legend = writers.digits_per_writer(alternating(), alternating()).axes[0].get_legend()
    labels = [text.get_text() for text in legend.get_texts()]
    assert labels == ["1 students", "1 Census employees"]
