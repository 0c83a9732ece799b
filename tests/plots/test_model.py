"""The figures of notebook 02, drawn from an untrained network and looked into."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest
import torch
from matplotlib.patches import Rectangle

from lenet_lib.models import C3_TABLE, LeNet, digit_codes
from lenet_lib.models.summary import layers
from lenet_lib.plots import COLUMN, architecture, model, use_style

IMAGE = torch.randint(0, 256, (1, 28, 28), dtype=torch.uint8)


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    plt.switch_backend("Agg")
    use_style()
    yield
    plt.close("all")


def test_the_architecture_is_drawn_to_scale() -> None:
    axes = architecture.architecture(layers(LeNet()), IMAGE).axes[0]
    squares = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    sizes = [round(patch.get_width()) for patch in squares]
    maps = {side: sizes.count(side) for side in (30, 15, 11)}
    assert maps == {30: 6, 15: 6, 11: 16}
    units = [patch for patch in squares if patch.get_width() == 1 and patch.get_linewidth() == 0.3]
    assert len(units) == 120 + 84 + 10
    assert axes.get_aspect() == 1
    text = " ".join(label.get_text() for label in axes.texts)
    assert "16×11×11" in text and "padding 2" in text and "5×5" in text


def test_the_budget_is_that_of_the_layers() -> None:
    left, right = architecture.layer_costs(layers(LeNet())).axes
    assert [bar.get_width() for bar in left.patches][:3] == [60, 2_416, 48_120]
    assert sum(bar.get_width() for bar in left.patches) == 62_018
    assert max(bar.get_width() for bar in right.patches) == 16 * 11 * 11 * 150


def test_receptive_fields_are_squares_of_their_size() -> None:
    figure = architecture.receptive_fields(layers(LeNet()), IMAGE)
    assert [axes.patches[0].get_width() for axes in figure.axes] == [3, 4, 12, 14]
    assert [len(axes.lines[0].get_xdata()) for axes in figure.axes] == [900, 225, 121, 25]


def test_the_c3_table_has_a_filled_cell_for_each_connection() -> None:
    axes = architecture.c3_table(C3_TABLE).axes[0]
    colours = [patch.get_facecolor() for patch in axes.patches]
    assert len(colours) == 96 and colours.count(colours[0]) == 60


def test_the_label_stands_out_among_the_logits() -> None:
    logits = torch.arange(10.0)
    figure = model.layer_units({"fc1": torch.ones(120)}, logits, 4, tuple("0123456789"))
    bars = next(axes for axes in figure.axes if axes.get_ylabel() == "logit").patches
    assert [bar.get_height() for bar in bars] == logits.tolist()
    assert [bar.get_facecolor() == bars[4].get_facecolor() for bar in bars].index(True) == 4


def test_the_other_figures_of_the_network_are_drawn() -> None:
    network = LeNet()
    first, second = network.conv1[0].weight.detach(), network.conv2[0].weight.detach()
    images = IMAGE.expand(3, 1, 28, 28)
    figures = [
        architecture.rbf_codes(digit_codes()),
        model.layer_maps(IMAGE, {"conv1": torch.randn(6, 30, 30), "pool": torch.rand(16, 5, 5)}),
        model.filters(first, second),
        model.feature_maps(images, first, torch.rand(3, 6, 15, 15)),
        model.top_patches(torch.zeros(16, 8, 12, 12, dtype=torch.uint8)),
    ]
    for figure in figures:
        figure.canvas.draw()
        assert figure.get_figwidth() == COLUMN
