"""Galleries of misclassified images."""

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
from lenet_lib.plots.tiles import draw_digit


def misclassified(images: Tensor, errors: pd.DataFrame, classes: Sequence[str]) -> Figure:
    """Draw misclassified images in the table's order, each with its label and its prediction.

    Images whose label is disputed are framed.

    Parameters
    ----------
    images
        The whole test set, uint8 N×1×28×28.
    errors
        What :func:`lenet_lib.evaluation.mistakes.misclassified` gives, or some rows of it:
        ``index``, ``truth``, ``prediction``, ``disputed``, and ``confidence`` (0–1) if it is to be
        drawn.
    classes
        Names of the classes.
    """
    long = max(map(len, classes)) > 2
    # As many in a row as leaves the fewest gaps in the last one.
    columns = min((9, 10, 8), key=lambda n: -len(errors) % n) if not long else 7
    figure, grid = _tiles(len(errors), columns, height=1.62 if long else 1.22)
    for axes, row in zip(grid, errors.to_dict("records"), strict=False):
        draw_digit(axes, images[row["index"]])
        title = f"{classes[row['truth']]}→{classes[row['prediction']]}"
        if "confidence" in row:
            percent = 100 * row["confidence"]
            title += f" {percent:.0f}%" if percent < 99.5 else " >99%"  # nothing is certain
        if long:
            title = title.replace("→", "→\n").replace(" ", "\n")
        axes.set_title(title, fontsize=7, fontweight="normal", loc="center", pad=2)
        if row["disputed"]:
            _frame(axes)
    return figure


def _tiles(count: int, columns: int, *, height: float) -> tuple[Figure, list[Axes]]:
    """Lay out a page-wide grid of images close together; a tile's ``height`` in its widths."""
    rows = max(1, -(-count // columns))
    layout = ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.02, wspace=0.01, hspace=0.01)
    size = (COLUMN, rows * height * COLUMN / columns)
    figure, grid = plt.subplots(rows, columns, figsize=size, layout=layout, squeeze=False)
    for axes in grid.flat[count:]:
        axes.set_axis_off()
    return figure, list(grid.flat)


def _frame(axes: Axes) -> None:
    """Frame an image that stands out."""
    axes.spines[:].set(color=PALETTE["red"], linewidth=2)


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
    figure, grid = plt.subplots(1, len(blocks), figsize=(COLUMN, width + 0.35), squeeze=False)
    panels = grid[0]
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
