"""Figures of the network's build: to scale, and with the layers' own numbers."""

from __future__ import annotations

import torch
from helpers.figures import words
from matplotlib.patches import Rectangle

from lenet_lib.models import C3_TABLE, LeNet
from lenet_lib.models.summary import layers
from lenet_lib.plots import architecture

IMAGE = torch.randint(0, 256, (1, 28, 28), dtype=torch.uint8)


def test_the_architecture_is_drawn_to_scale() -> None:
    figure = architecture.architecture(layers(LeNet()), IMAGE)
    axes = figure.axes[0]
    squares = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    sizes = [round(patch.get_width()) for patch in squares]
    maps = {side: sizes.count(side) for side in (30, 15, 11)}
    assert maps == {30: 6, 15: 6, 11: 16}
    units = [patch for patch in squares if patch.get_width() == 1 and patch.get_linewidth() == 0.3]
    assert len(units) == 120 + 84 + 10
    assert axes.get_aspect() == 1
    text = " ".join(words(figure))
    assert "16×11×11" in text and "padding 2" in text and "5×5" in text


def test_the_costs_are_those_of_the_layers() -> None:
    left, right = architecture.layer_costs(layers(LeNet())).axes
    assert [bar.get_width() for bar in left.patches][:3] == [60, 2_416, 48_120]
    assert sum(bar.get_width() for bar in left.patches) == 62_018
    assert max(bar.get_width() for bar in right.patches) == 16 * 11 * 11 * 150


def test_receptive_fields_are_squares_of_their_size() -> None:
    figure = architecture.receptive_fields(layers(LeNet()), IMAGE)
    assert [axes.patches[0].get_width() for axes in figure.axes] == [3, 4, 12, 14]
    assert [len(axes.lines[0].get_xdata()) for axes in figure.axes] == [900, 225, 121, 25]


def test_the_c3_table_has_a_filled_cell_for_each_connection() -> None:
    cells = architecture.c3_table(C3_TABLE).axes[0].collections[0].get_array()
    assert cells.shape == (6, 16)
    for number, maps in enumerate(C3_TABLE):
        assert {int(row) for row in cells[:, number].nonzero()[0]} == set(maps)
