"""Figures of images as points: principal components, t-SNE, nearest neighbours."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from lenet_lib.data import Images
from lenet_lib.plots.style import COLUMN, DIGIT_COLOURS, PALETTE
from lenet_lib.plots.tiles import draw_digit

Floats = NDArray[np.float32] | NDArray[np.float64]


def pca(
    points: Floats, labels: NDArray[np.int64], ratios: Floats, directions: Floats,
    classes: tuple[str, ...],
) -> Figure:  # fmt: skip
    """Show the first principal components: the map, the explained variance, the directions.

    Parameters
    ----------
    points
        Images' coordinates, float N×2 or wider; the first two are drawn.
    labels
        Their classes, int64 N.
    ratios
        Part of the variance that each component explains, 0–1, float D.
    directions
        The first components as images, float 8×784.
    classes
        Names of the ten classes.
    """
    figure = plt.figure(figsize=(COLUMN, 4.6))
    upper, lower = figure.subfigures(2, 1, squeeze=False, height_ratios=[3.6, 1])[:, 0]
    left, right = upper.subplots(1, 2, width_ratios=[1.5, 1])
    _marks(left, points, labels, classes, size=14, name_size=10)
    left.set(xlabel="first component (grey levels)", ylabel="second component (grey levels)")
    share = 100 * np.cumsum(ratios)
    right.plot(np.arange(1, len(share) + 1), share, color=PALETTE["blue"])
    for goal in (50, 90, 99):
        needed = int(np.searchsorted(share, goal)) + 1
        right.plot(needed, share[needed - 1], "o", color=PALETTE["red"], markersize=5)
        beside = (needed * 0.82, goal + 1)
        right.annotate(f"{needed} for {goal}%", beside, fontsize=8, ha="right")
    right.set(xscale="log", xlabel="components", ylabel="variance explained (%)", ylim=(0, 106))
    right.set_xticks([1, 10, 100], ["1", "10", "100"])
    for number, axes in enumerate(lower.subplots(1, len(directions))):
        limit = float(np.abs(directions[number]).max())
        image = directions[number].reshape(28, 28)
        draw_digit(axes, image, vmin=-limit, vmax=limit, cmap="RdBu_r")
        axes.set_title(f"{number + 1}", loc="center", fontsize=8)
    return figure


def tsne(points: Floats, labels: NDArray[np.int64], classes: tuple[str, ...]) -> Figure:
    """Draw a two-dimensional map of images, each as its class's sign; float N×2, int64 N."""
    figure, axes = plt.subplots(figsize=(COLUMN, 5.2))
    _marks(axes, points, labels, classes, size=20, name_size=13)
    axes.set(xticks=[], yticks=[], xlabel="first t-SNE dimension", ylabel="second t-SNE dimension")
    return figure


def _marks(
    axes: Axes,
    points: Floats,
    labels: NDArray[np.int64],
    classes: tuple[str, ...],
    size: float,
    name_size: float,
) -> None:
    """Draw each point as a coloured digit, and each class's name at its median."""
    for k, colour in enumerate(DIGIT_COLOURS):
        mine = points[labels == k]
        axes.scatter(
            mine[:, 0], mine[:, 1], s=size, marker=f"${k}$", color=colour, linewidths=0.2, alpha=0.8
        )
    for k, name in enumerate(classes):
        mine = points[labels == k]
        if len(mine):
            x, y = np.median(mine[:, :2], axis=0)
            axes.text(
                x,
                y,
                name,
                fontsize=name_size if len(name) < 3 else 8,
                weight="bold",
                ha="center",
                va="center",
                path_effects=[withStroke(linewidth=3, foreground="white")],
            )


def neighbours(queries: Images, found: Images, distances: Floats, names: tuple[str, ...]) -> Figure:
    """Show images and, to the right of each, its nearest neighbours; wrong ones are framed.

    Parameters
    ----------
    queries
        N images.
    found
        Their k nearest neighbours each, N·k images, nearest first.
    distances
        float N×k, grey levels.
    names
        Names of the classes.
    """
    count, k = distances.shape
    figure: Figure
    figure, grid = plt.subplots(
        count, k + 2, figsize=(COLUMN, 0.9 * count + 0.1), width_ratios=[1, 0.25] + [1] * k
    )
    for row, axes in enumerate(grid):
        truth = int(queries.labels[row])
        draw_digit(axes[0], queries.images[row], frame="black")
        axes[0].set_ylabel(names[truth], rotation=0, ha="right", va="center", fontsize=11)
        axes[1].axis("off")
        for place, ax in enumerate(axes[2:]):
            label = int(found.labels[row * k + place])
            draw_digit(ax, found.images[row * k + place])
            text = f"{names[label]}  ·  {distances[row, place]:,.0f}"
            if label != truth:
                for spine in ax.spines.values():
                    spine.set(color=PALETTE["red"], linewidth=2.2)
            ax.set_title(
                text,
                loc="center",
                fontsize=7.5,
                weight="bold" if label != truth else "normal",
                color=PALETTE["red"] if label != truth else "black",
                pad=2.5,
            )
    return figure
