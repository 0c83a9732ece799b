"""Figures of what the network has learned: filters, feature maps, activations, attribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from lenet_lib.plots.axes import name_classes
from lenet_lib.plots.style import COLUMN, PALETTE
from lenet_lib.plots.tiles import (
    FRAME,
    colour_bar,
    draw_box,
    draw_digit,
    draw_sheet,
    draw_signed,
    name_row,
)


def layer_maps(image: Tensor, steps: Mapping[str, Tensor]) -> Figure:
    """Show one image and what the convolutions and poolings make of it.

    Args:
        image: uint8 1×28×28.
        steps: Name → float32 maps×height×width, in the order of the network. Maps with
            values of either sign have a scale each; those of 0 or more have one for all of their
            layer.
    """
    lines = [-(-len(maps) // 8) for maps in steps.values()]
    figure = plt.figure(figsize=(COLUMN, 0.74 * (1 + sum(lines)) + 0.2))
    parts = figure.subfigures(1 + len(steps), 1, squeeze=False, height_ratios=[1.1, *lines])
    first, *_ = _row(parts[0, 0], "input\n1×28×28", 1, 1)
    draw_digit(first, image)
    for part, rows, (name, maps) in zip(parts[1:, 0], lines, steps.items(), strict=True):
        size = "×".join(map(str, maps.shape))
        drawn = _row(part, f"{name}\n{size}", len(maps), rows)
        for axes, one in zip(drawn, maps, strict=True):
            if maps.min() < 0:
                draw_signed(axes, one, float(one.abs().max()))
            else:
                draw_digit(axes, one, vmax=float(maps.max()))
    return figure


def _row(part: object, title: str, count: int, rows: int) -> list[Axes]:
    """Make room for some maps, eight in a line, beside their title."""
    grid = part.subplots(rows, 9, squeeze=False, width_ratios=[1.25] + [1] * 8)  # type: ignore[attr-defined]
    for axes in grid.flat:
        axes.axis("off")
    # One title for all lines of maps, beside the first.
    grid[0, 0].text(0.9, 0.5, title, ha="right", va="center", fontsize=8, linespacing=1.4,
                    transform=grid[0, 0].transAxes)  # fmt: skip
    chosen: list[Axes] = list(grid[:, 1:].flat)[:count]
    for axes in chosen:
        axes.axis("on")
    return chosen


def layer_units(
    vectors: Mapping[str, Tensor], logits: Tensor, truth: int, classes: tuple[str, ...]
) -> Figure:
    """Show the linear layers' activations, the logits and the probabilities of one image.

    Args:
        vectors: Name → float32 units, 0 or more.
        logits: float32 10.
    """
    figure = plt.figure(figsize=(COLUMN, 3.4))
    upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=[1, 1.75])[:, 0]
    for axes, (name, units) in zip(
        upper.subplots(len(vectors), 1, squeeze=False)[:, 0], vectors.items(), strict=True
    ):
        shown = draw_digit(axes, units[None], vmax=None, aspect="auto")
        name_row(axes, f"{name}\n{len(units)}")
        colour_bar(shown, pad=0.015, aspect=6)
    left, right = lower.subplots(1, 2)
    colours = [PALETTE["blue"] if k == truth else "#B8B8B8" for k in range(10)]
    chance = logits.softmax(0) * 100
    for axes, values, name in ((left, logits, "logit"), (right, chance, "probability (%)")):
        axes.bar(range(10), values.numpy(), 0.7, color=colours)
        name_classes(axes, classes)
        axes.set_ylabel(name)
        axes.axhline(0, color="black", linewidth=0.8)
    right.set_ylim(0, 112)
    top = int(chance.argmax())
    right.text(top, float(chance[top]) + 1, f"{chance[top]:.1f}%", ha="center", fontsize=8)
    return figure


def feature_maps(images: Tensor, kernels: Tensor, maps: Tensor) -> Figure:
    """Show what each kernel finds in some images.

    Args:
        images: uint8 N×1×28×28.
        kernels: float32 6×1×3×3, drawn above the maps, each in its own scale.
        maps: float32 N×6×height×width, 0 or more.
    """
    count, channels = maps.shape[:2]
    size, heights = (COLUMN, 0.9 * (count + 0.6)), [0.6] + [1] * count
    figure, grid = plt.subplots(count + 1, channels + 1, figsize=size, height_ratios=heights)
    grid[0, 0].axis("off")
    for channel in range(channels):
        limit = float(kernels[channel].abs().max())  # its own, or one strong kernel pales the rest
        draw_signed(grid[0, channel + 1], kernels[channel, 0], limit, f"map {channel}")
        grid[0, channel + 1].title.set_fontsize(8)
    for row in range(count):
        draw_digit(grid[row + 1, 0], images[row], frame="black")
        for channel in range(channels):
            draw_digit(grid[row + 1, channel + 1], maps[row, channel], vmax=float(maps.max()))
    return figure


def top_patches(patches: Tensor) -> Figure:
    """Show the patches that activate each map most; uint8 maps×count×side×side."""
    maps, count, side = patches.shape[:3]
    figure, grid = plt.subplots(-(-maps // 2), 2, figsize=(COLUMN, 0.4 * maps / 2 + 0.1))
    for axes in grid.T.flat[maps:]:
        axes.axis("off")
    for number, axes in zip(range(maps), grid.T.flat, strict=False):
        draw_sheet(axes, patches[number], count, gap=2, interpolation="nearest")
        for place in range(count):
            edge = place * (side + 2) - 0.5
            look = {"fill": False, "edgecolor": FRAME, "linewidth": 0.6, "clip_on": False}
            draw_box(axes, (edge, -0.5), side, side, **look)
        name_row(axes, f"{number}")
    return figure


def activation_histograms(networks: Mapping[str, Mapping[str, Tensor]]) -> Figure:
    """Draw how each layer's activations are distributed, a row a network.

    Args:
        networks: By title: each layer's activations over some images, by its name, of any shape.
            All networks have the same layers; the share of exact zeros is written into each panel.
    """
    layers = list(next(iter(networks.values())))
    figure, grid = plt.subplots(
        len(networks), len(layers), figsize=(COLUMN, 0.3 + 1.35 * len(networks)), squeeze=False,
        sharey=True,
    )  # fmt: skip
    grid[0, 0].set(yscale="log", ylim=(0.02, 300))
    grid[0, 0].yaxis.set_major_formatter("{x:g}")
    for row, (title, activations) in zip(grid, networks.items(), strict=True):
        for axes, layer in zip(row, layers, strict=True):
            values = activations[layer].detach().flatten().double().numpy()
            axes.hist(
                values, bins=40, weights=np.full(len(values), 100 / len(values)),
                range=(min(0, values.min()), max(1, values.max())),
            )  # fmt: skip
            zeros = 100 * (values == 0).mean()
            axes.text(
                0.95, 0.92, f"{zeros:.0f}% zero", transform=axes.transAxes, ha="right", va="top",
                fontsize=8,
            )  # fmt: skip
            axes.locator_params(axis="x", nbins=4)
            axes.tick_params(labelsize=7)
        row[0].set_ylabel(f"{title}\n(% of values)")
    for axes, layer in zip(grid[0], layers, strict=True):
        axes.set_title(layer, loc="center")
    figure.supxlabel("activation", fontsize=9)
    return figure


def occlusion(images: Tensor, maps: Tensor, titles: Sequence[str]) -> Figure:
    """Show which pixels a prediction needs: how likely it is when a patch around them is hidden.

    Args:
        images: uint8 N×1×28×28.
        maps: Probability of the class with the patch centred at each pixel, float N×28×28, 0–1.
    """
    figure, grid = plt.subplots(
        2, len(images), figsize=(COLUMN, 2 * COLUMN / (len(images) + 0.7) + 0.25), squeeze=False
    )
    for (above, below), image, values, title in zip(grid.T, images, maps, titles, strict=True):
        draw_digit(above, image, title)
        above.title.set_fontsize(8)
        shown = draw_digit(below, 100 * values, vmax=100, cmap="viridis")
        below.contour(image[0].numpy(), levels=[127], colors="white", linewidths=0.8)
    grid[0, 0].set_ylabel("image")
    grid[1, 0].set_ylabel("patch hidden at")
    colour_bar(shown, ax=grid[1], aspect=12, label="probability (%)")
    return figure
