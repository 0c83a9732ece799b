"""Galleries of misread images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from numpy.typing import NDArray
from torch import Tensor

from lenet_lib.plots.style import COLUMN, PALETTE


def misclassified(
    images: Tensor, mistakes: pd.DataFrame, classes: Sequence[str], *, columns: int = 10
) -> Figure:
    """Draw misread images in the table's order, each with truth, prediction and confidence.

    Parameters
    ----------
    images
        The whole test set, uint8 N×1×28×28.
    mistakes
        What :func:`lenet_lib.evaluation.mistakes.misclassified` gives, or the first rows of it.
    classes
        Names of the classes.
    columns
        Images a row.
    """
    rows = max(1, -(-len(mistakes) // columns))
    long = max(map(len, classes)) > 2
    tile = COLUMN / columns
    figure, grid = _tiles(rows, columns, height=rows * tile * 1.42 + 0.05)
    for axes, row in zip(grid, mistakes.to_dict("records"), strict=False):
        axes.imshow(images[row["index"], 0])
        truth, prediction = classes[row["truth"]], classes[row["prediction"]]
        arrow = f"{truth}→\n{prediction}" if long else f"{truth}→{prediction}"
        axes.set_title(
            f"{arrow}  {100 * row['confidence']:.0f} %",
            fontsize=5.5 if long else 6.5,
            fontweight="normal",
            loc="center",
            pad=2,
        )
        if row["disputed"]:
            _frame(axes)
    return figure


def _tiles(rows: int, columns: int, *, height: float) -> tuple[Figure, list[Axes]]:
    """Lay out a page-wide grid of images, close together and without axes."""
    layout = ConstrainedLayoutEngine(w_pad=0.025, h_pad=0.02, wspace=0.02, hspace=0.02)
    figure = plt.figure(figsize=(COLUMN, height), layout=layout)
    grid: list[Axes] = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes in grid:
        axes.set_axis_off()
    return figure, grid


def _frame(axes: Axes) -> None:
    """Frame an image whose label is disputed."""
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[], xlim=(-1.5, 28.5), ylim=(28.5, -1.5))
    axes.spines[:].set(visible=True, color=PALETTE["red"], linewidth=2)


def confused_pairs(
    images: Tensor,
    blocks: Mapping[tuple[str, str], Mapping[tuple[int, int], NDArray[np.int64]]],
    *,
    side: int = 4,
) -> Figure:
    """Draw confused pairs as 2×2 blocks: rows the true class, columns the predicted one.

    Parameters
    ----------
    images
        uint8 N×1×28×28.
    blocks
        For each pair of class names, the positions of the images in each of the four fields
        (true 0 or 1, predicted 0 or 1).
    side
        A field shows at most ``side`` × ``side`` images.
    """
    width = COLUMN / len(blocks)
    figure = plt.figure(figsize=(COLUMN, width + 0.35))
    panels = figure.subplots(1, len(blocks), squeeze=False)[0]
    half = 28 * side
    for axes, (names, fields) in zip(panels, blocks.items(), strict=True):
        canvas = np.zeros((2 * half + 6, 2 * half + 6))
        for (true, predicted), found in fields.items():
            for number, index in enumerate(found[: side * side]):
                y = true * (half + 6) + 28 * (number // side)
                x = predicted * (half + 6) + 28 * (number % side)
                canvas[y : y + 28, x : x + 28] = images[int(index), 0]
        axes.imshow(canvas)
        for line in (axes.axhline, axes.axvline):
            line(half + 2.5, color=PALETTE["grey"], lw=0.8)
        ticks = [half / 2, half * 1.5 + 6]
        axes.set_xticks(ticks, names)
        axes.set_yticks(ticks, names, rotation=90 if max(map(len, names)) > 2 else 0, va="center")
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set(visible=True, color=PALETTE["grey"], linewidth=0.8)
        axes.set_xlabel("predicted class")
    panels[0].set_ylabel("true class")
    return figure


def hand(images: Tensor, labels: Tensor, predictions: Tensor, *, columns: int = 12) -> Figure:
    """Draw all of one writer's images in the order of their class, the misread ones framed.

    Parameters
    ----------
    images, labels, predictions
        uint8 N×1×28×28; int64 N; int64 N.
    columns
        Images a row.
    """
    order = labels.argsort(stable=True).tolist()
    rows = -(-len(order) // columns)
    tile = COLUMN / columns
    figure, grid = _tiles(rows, columns, height=rows * tile * 1.3 + 0.05)
    for axes, i in zip(grid, order, strict=False):
        axes.imshow(images[i, 0])
        if labels[i] != predictions[i]:
            axes.set_title(f"read as {int(predictions[i])}", fontsize=6, loc="center", pad=2)
            _frame(axes)
    return figure
