"""Figures of the network's build: the drawing to scale, where the work is, what a unit sees."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from lenet_lib.models.summary import Layer
from lenet_lib.plots.style import COLUMN, PALETTE
from lenet_lib.plots.tiles import bare, draw_box, draw_digit

FILL = {"maps": "#CFE5F3", "units": "#FBE3B3"}


def architecture(steps: Sequence[Layer], image: Tensor) -> Figure:
    """Draw a network so that each of its values takes the same area.

    Args:
        steps: Its layers; batch normalisations and ReLUs are drawn with the layer before them.
        image: What is drawn as the input, uint8 1×28×28.
    """
    drawn = [step for step in steps if not step.kind.startswith(("BatchNorm", "ReLU"))]
    normed = {a.name for a, b in pairwise(steps) if b.kind[:9] == "BatchNorm"}
    figure, axes = plt.subplots(figsize=(COLUMN, 2.3))
    axes.imshow(image[0].numpy(), extent=(0, 28, -14, 14), vmin=0, vmax=255, zorder=2)
    draw_box(axes, (0, -14), 28, 28, fill=False, linewidth=0.8, zorder=3)
    _label(axes, 14, "input", "1×28×28")
    x, corner, side = 28.0, (0.0, 14.0), 28  # where the last square begins, and how wide it is
    for number, step in enumerate(drawn):
        x += 13 if len(step.shape) == 3 else 25
        if len(step.shape) == 3:
            left, corner_next, width = _stack(axes, x, step)
            _window_lines(axes, corner, side, corner_next, step)
            corner, side = corner_next, step.shape[-1]
        else:
            left, width = x, _columns(axes, x, step.shape[0])
            arrow = {"arrowstyle": "-|>", "color": PALETTE["grey"], "linewidth": 0.8}
            axes.annotate("", (x - 2, 0), (x - 23, 0), arrowprops=arrow)
        _label(axes, left + width / 2, step.name.split(" (")[0], step.size)
        gap = left - (6.5 if len(step.shape) == 3 else 12.5)
        axes.text(
            gap, 31, _operation(step, step.name in normed, number, drawn), ha="center", va="bottom",
            fontsize=7, linespacing=1.25, color=PALETTE["grey"],
        )  # fmt: skip
        x = left + width
    axes.set(xlim=(-2, x + 6), ylim=(-42, 54), aspect="equal")
    axes.axis("off")
    return figure


def _stack(axes: Axes, x: float, step: Layer) -> tuple[float, tuple[float, float], float]:
    """Draw maps behind each other; give left end, upper left corner of the front one, width."""
    maps, height, width = step.shape
    shift = 3.2 if maps <= 8 else 1.5
    reach = shift * (maps - 1)
    top = (height + reach) / 2
    look = {"facecolor": FILL["maps"], "edgecolor": "#33617F", "linewidth": 0.5}
    for number in range(maps):
        corner = (x + shift * number, top - height - shift * number)
        draw_box(axes, corner, width, height, zorder=2 + number / 100, **look)
    return x, (x + reach, top - reach), width + reach


def _columns(axes: Axes, x: float, units: int) -> float:
    """Draw a vector as columns of up to 30 unit squares; give the width."""
    columns = -(-units // 30)
    rows = -(-units // columns)
    for unit in range(units):
        corner = (x + unit // rows, rows / 2 - 1 - unit % rows)
        draw_box(axes, corner, 1, 1, facecolor=FILL["units"], edgecolor="#8A5D00", linewidth=0.3)
    return columns


def _window_lines(
    axes: Axes, corner: tuple[float, float], side: int, target: tuple[float, float], step: Layer
) -> None:
    """Mark one unit in the front map, the window it looks at, and the rays between them."""
    at = side * 0.55
    x, y = corner[0] + at, corner[1] - at
    unit = (target[0] + 0.35 * step.shape[-1], target[1] - 0.45 * step.shape[-1])
    kernel, colour = step.kernel, PALETTE["red"]
    draw_box(axes, (x, y), kernel, kernel, fill=False, color=colour, linewidth=0.9, zorder=5)
    draw_box(axes, unit, 1, 1, color=colour, linewidth=0, zorder=5)
    for edge in (y, y + kernel):
        ends = [x + kernel, unit[0]], [edge, unit[1] + 0.5]
        axes.plot(*ends, color=colour, linewidth=0.5, zorder=4)


def _operation(step: Layer, normed: bool, number: int, drawn: Sequence[Layer]) -> str:
    if step.kind == "MaxPool2d":
        return f"ReLU\nmax\n{step.kernel}×{step.kernel}"
    if step.kind == "Conv2d":
        padding = f"\npadding {-step.start}" if number == 0 else ""
        return f"conv\n{step.kernel}×{step.kernel}{padding}"
    if step is drawn[-1]:
        return "linear"
    return "linear\nbatch\nnorm\nReLU" if normed else "linear\nReLU"


def _label(axes: Axes, x: float, name: str, size: str) -> None:
    axes.text(x, -32, name, ha="center", va="top", fontsize=7.5, weight="bold")
    axes.text(x, -37.5, size, ha="center", va="top", fontsize=7)


def layer_costs(steps: Sequence[Layer]) -> Figure:
    """Compare the layers' shares of all parameters and of all multiply-adds."""
    working = [step for step in steps if step.parameters]
    figure, both = plt.subplots(1, 2, figsize=(COLUMN, 2.3), sharey=True)
    place = np.arange(len(working))
    counts = {
        "parameters": [step.parameters for step in working],
        "multiply-adds for one image": [step.multiply_adds for step in working],
    }
    for axes, (name, values), colour in zip(both, counts.items(), ("blue", "orange"), strict=True):
        bars = axes.barh(place, values, 0.66, color=PALETTE[colour])
        axes.bar_label(bars, [f"{value:,}" for value in values], padding=3, fontsize=8)
        axes.set(xlabel=name, xlim=(0, max(values) * 1.28))
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.locator_params(axis="x", nbins=4)
        axes.grid(visible=False, axis="y")
    both[0].set_yticks(place, [step.name for step in working])
    both[0].invert_yaxis()
    return figure


def receptive_fields(steps: Sequence[Layer], image: Tensor) -> Figure:
    """Show, for each layer with maps, the pixels one unit sees, and the centres of all units."""
    shown = [step for step in steps if step.field and step.kind != "ReLU"]
    figure, row = plt.subplots(1, len(shown), figsize=(COLUMN, 2.1))
    for axes, step in zip(row, shown, strict=True):
        draw_digit(axes, image, step.name.split(" (")[0], alpha=0.55)
        count = step.shape[-1]
        centres = step.start + (step.field - 1) / 2 + step.jump * np.arange(count)
        columns, rows = np.meshgrid(centres, centres)
        axes.plot(
            columns.ravel(), rows.ravel(), ".", color=PALETTE["blue"], markersize=22 / count**0.85
        )
        middle = step.start + step.jump * (count // 2) - 0.5
        look = {"fill": False, "color": PALETTE["red"], "linewidth": 2}
        draw_box(axes, (middle, middle), step.field, step.field, **look)
        draw_box(axes, (-0.5, -0.5), 28, 28, fill=False, color="#888888", linewidth=0.7)
        axes.set(xlim=(-3, 30), ylim=(30, -3))
        axes.set_xlabel(
            f"sees {step.field}×{step.field} pixels\nin steps of {step.jump}", fontsize=7.5
        )
        bare(axes)
    return figure


def c3_table(table: Sequence[Sequence[int]]) -> Figure:
    """Draw which of six input maps each output map of a partial convolution sees."""
    seen = [[row in maps for maps in table] for row in range(6)]
    figure, axes = plt.subplots(figsize=(COLUMN, 2.65))
    sns.heatmap(
        seen, ax=axes, cmap=["#EFEFEF", PALETTE["blue"]], cbar=False, square=True, linewidths=3
    )
    axes.set(xlabel="map of C3", ylabel="map of S2")
    axes.tick_params(length=0, rotation=0)
    return figure


def rbf_codes(pictures: Tensor) -> Figure:
    """Draw the ten target vectors of LeNet-5's F6 as the pictures they are; float 10×84, ±1."""
    figure, row = plt.subplots(1, len(pictures), figsize=(COLUMN, 1.25))
    for axes, picture, digit in zip(row, pictures, range(10), strict=True):
        draw_digit(axes, picture.reshape(12, 7), f"{digit}", vmin=-1, vmax=1)
    return figure
