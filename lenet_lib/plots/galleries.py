"""Galleries of misclassified images."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from torch import Tensor

from lenet_lib.plots.style import COLUMN, PALETTE
from lenet_lib.plots.tiles import FRAME, draw_digit


def misclassified(images: Tensor, errors: pd.DataFrame, classes: Sequence[str]) -> Figure:
    """Draw misclassified images in the table's order, each with its label and its prediction.

    Images whose label is disputed are framed.

    Args:
        images: The whole test set, uint8 N×1×28×28.
        errors: What :func:`lenet_lib.evaluation.mistakes.misclassified` gives, or some rows of it:
            ``index``, ``truth``, ``prediction``, ``disputed``, and ``confidence`` (0–1) if it is to
            be drawn.
        classes: Names of the classes.
    """
    long = max(map(len, classes)) > 2
    # As many in a row as leaves the fewest gaps in the last one.
    columns = min((9, 10, 8), key=lambda n: -len(errors) % n) if not long else 7
    rows = max(1, -(-len(errors) // columns))
    layout = ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.02, wspace=0.01, hspace=0.01)
    size = (COLUMN, rows * (1.62 if long else 1.22) * COLUMN / columns)
    figure, grid = plt.subplots(rows, columns, figsize=size, layout=layout, squeeze=False)
    for axes in grid.flat[len(errors) :]:
        axes.set_axis_off()
    for axes, row in zip(grid.flat, errors.to_dict("records"), strict=False):
        title = f"{classes[row['truth']]}→{classes[row['prediction']]}"
        if "confidence" in row:
            percent = 100 * row["confidence"]
            title += f" {percent:.0f}%" if percent < 99.5 else " >99%"  # nothing is certain
        if long:
            title = title.replace("→", "→\n").replace(" ", "\n")
        frame, width = (PALETTE["red"], 2) if row["disputed"] else (FRAME, 0.6)
        draw_digit(axes, images[row["index"]], frame=frame, width=width)
        axes.set_title(title, fontsize=7, fontweight="normal", loc="center", pad=2)
    return figure
