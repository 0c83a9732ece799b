"""Figures of images as points: principal components, t-SNE, nearest neighbours."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from lenet_lib.data import Images
from lenet_lib.plots.axes import log_axis
from lenet_lib.plots.style import COLUMN, DIGIT_COLOURS, PALETTE
from lenet_lib.plots.tiles import FRAME, bare, draw_digit, draw_signed, name_row

Floats = NDArray[np.float32] | NDArray[np.float64]


def pca(
    points: Floats,
    labels: NDArray[np.int64],
    ratios: Floats,
    directions: Floats,
    classes: tuple[str, ...],
) -> Figure:
    """Show principal components: where each class lies, the variance explained, the directions.

    Args:
        points: Images' coordinates in grey levels, float N×2 or wider; the first two are drawn.
        labels: Their classes, int64 N.
        ratios: Part of the variance that each component explains, 0–1, float D.
        directions: The first components as images, float 8×784.
    """
    figure = plt.figure(figsize=(COLUMN, 5.2))
    upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.35, 1])[:, 0]
    panels = upper.subplots(2, 5, sharex=True, sharey=True)
    for k, (axes, name) in enumerate(zip(panels.flat, classes, strict=True)):
        axes.plot(*points[:, :2].T, ".", color="#D5D5D5", ms=1.5, mew=0, rasterized=True)
        axes.plot(
            *points[labels == k, :2].T, ".", color=PALETTE["blue"], ms=2.5, mew=0, rasterized=True
        )
        axes.set_title(name, loc="center")
        axes.tick_params(labelsize=7)
    upper.supxlabel("first component (grey levels)", fontsize=9)
    upper.supylabel("second component (grey levels)", fontsize=9)
    curve, pictures = lower.subfigures(1, 2, squeeze=False)[0]
    axes, share = curve.subplots(), 100 * np.cumsum(ratios)
    axes.plot(np.arange(1, len(share) + 1), share)
    for goal in (50, 90, 99):
        needed = int(np.searchsorted(share, goal)) + 1
        axes.plot(needed, share[needed - 1], "o", color=PALETTE["red"], markersize=5)
        axes.annotate(f"{needed} for {goal}%", (needed * 0.82, goal + 1), fontsize=8, ha="right")
    axes.set(xlabel="components", ylabel="variance explained (%)", ylim=(0, 106))
    log_axis(axes, "x")
    limit = float(np.abs(directions).max())
    for number, axes in enumerate(pictures.subplots(2, len(directions) // 2).flat):
        draw_signed(axes, directions[number].reshape(28, 28), limit, f"{number + 1}")
        axes.title.set_fontsize(8)
    return figure


def tsne(maps: Mapping[str, Floats], labels: NDArray[np.int64], classes: tuple[str, ...]) -> Figure:
    """Draw two-dimensional t-SNE maps of the same images side by side, coloured by class.

    Args:
        maps: Title → coordinates, float N×2.
        labels: The images' classes, int64 N.
        classes: Names of the ten classes, which are written at the classes' medians.
    """
    side = COLUMN / len(maps)
    figure, row = plt.subplots(1, len(maps), figsize=(COLUMN, min(4.6, side + 0.3)), squeeze=False)
    for axes, (title, points) in zip(row[0], maps.items(), strict=True):
        for k, (colour, name) in enumerate(zip(DIGIT_COLOURS, classes, strict=True)):
            mine = points[labels == k]
            axes.scatter(*mine.T, s=16, marker=f"${k}$", color=colour, lw=0.2, alpha=0.8)
            if len(mine):
                axes.text(
                    *np.median(mine, axis=0), name, fontsize=13 if len(name) < 3 else 8,
                    weight="bold", ha="center", va="center",
                    path_effects=[withStroke(linewidth=3, foreground="white")],
                )  # fmt: skip
        bare(axes, FRAME)
        axes.set(title=title, xlabel="first t-SNE dimension", ylabel="second t-SNE dimension")
    return figure


def neighbours(queries: Images, found: Images, distances: Floats, names: tuple[str, ...]) -> Figure:
    """Show images and, to the right of each, its nearest neighbours; wrong ones are framed.

    Args:
        queries: N images.
        found: Their k nearest neighbours each, N·k images, nearest first.
        distances: float N×k, grey levels.
        names: Names of the classes.
    """
    count, k = distances.shape
    figure: Figure
    figure, grid = plt.subplots(
        count, k + 2, figsize=(COLUMN, 0.9 * count + 0.1), width_ratios=[1, 0.25] + [1] * k
    )
    for row, axes in enumerate(grid):
        truth = int(queries.labels[row])
        draw_digit(axes[0], queries.images[row], frame="black")
        name_row(axes[0], names[truth], fontsize=11)
        axes[1].axis("off")
        for place, ax in enumerate(axes[2:]):
            label = int(found.labels[row * k + place])
            frame, width, weight, colour = FRAME, 0.6, "normal", "black"
            if label != truth:
                frame, width, weight, colour = PALETTE["red"], 2.2, "bold", PALETTE["red"]
            draw_digit(ax, found.images[row * k + place], frame=frame, width=width)
            text = f"{names[label]}  ·  {distances[row, place]:,.0f}"
            ax.set_title(text, loc="center", fontsize=7.5, pad=2.5, weight=weight, color=colour)
    return figure
