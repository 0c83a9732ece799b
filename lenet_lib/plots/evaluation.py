"""Figures of an evaluation: confusion matrices, writers, calibration, rejection, errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from torch import Tensor

from lenet_lib.plots.axes import accuracy_axis, draw_intervals, name_rows
from lenet_lib.plots.style import COLUMN, PALETTE
from lenet_lib.plots.tiles import FRAME, draw_box, draw_digit

Counts = NDArray[np.int64]


def confusion_matrix(matrices: Mapping[str, Counts], classes: Sequence[str]) -> Figure:
    """Draw confusion matrices, the counts off the diagonal in colour: they are the errors.

    Args:
        matrices: By title: counts, rows true, columns predicted; one is drawn large, two side by
            side.
    """
    wide = len(matrices) == 1
    figure, panels = plt.subplots(
        1, len(matrices), figsize=(COLUMN, 4.4 if wide else 3.3), squeeze=False, sharey=True
    )
    errors = {title: matrix - np.diag(np.diag(matrix)) for title, matrix in matrices.items()}
    most = max(matrix.max() for matrix in errors.values())
    long = max(map(len, classes)) > 2
    for axes, (title, matrix) in zip(panels[0], matrices.items(), strict=True):
        text = np.where(matrix > 0, matrix.astype(str), "")
        sns.heatmap(
            errors[title], mask=matrix == 0, annot=text, fmt="", cbar=False, vmin=0,
            vmax=1.3 * most, cmap="Oranges", linewidths=0.5, linecolor="#E4E4E4", ax=axes,
            annot_kws={"fontsize": 9 if wide else 7},
            xticklabels=classes, yticklabels=classes,
        )  # fmt: skip
        for k in range(len(classes)):
            draw_box(axes, (k, k), 1, 1, color=PALETTE["sky"], alpha=0.45, lw=0)
        axes.tick_params(length=0, rotation=0)
        axes.tick_params(axis="x", rotation=90 if long else 0)
        axes.set(title=title, xlabel="predicted class")
    panels[0, 0].set_ylabel("true class")
    return figure


def writer_groups(groups: pd.DataFrame, writers: pd.DataFrame) -> Figure:
    """Draw the error rate of each group of writers, and how errors spread over its writers.

    Args:
        groups: By name of the group: ``rate``, ``low``, ``high``, as fractions 0–1, and
            ``student``.
        writers: One row a writer: ``student``, ``errors``, ``digits``.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(COLUMN, 2.3), width_ratios=(1, 1.3))
    draw_intervals(left, 100 * groups[["rate", "low", "high"]], np.arange(len(groups)))
    name_rows(left, list(groups.index))
    left.set(xlabel="test error (%), with 95% interval", xlim=(0, None))
    own = {name: writers.loc[writers["student"] == student, "errors"].to_numpy()
           for name, student in groups["student"].items()}  # fmt: skip
    sns.histplot(
        {f"{name}: {len(errors)} writers": errors for name, errors in own.items()}, ax=right,
        stat="percent", common_norm=False, multiple="dodge", discrete=True, shrink=0.8, alpha=1,
        linewidth=0, palette=[PALETTE["sky"], PALETTE["orange"]][: len(own)],
    )  # fmt: skip
    right.set(xlabel="errors in a writer's digits", ylabel="writers of the group (%)")
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.grid(visible=False, axis="x")
    return figure


def reliability(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw reliability diagrams side by side, on axes that are stretched towards 100%.

    A bin without an error is drawn as a triangle at the upper edge.

    Args:
        tables: By title: what :func:`lenet_lib.evaluation.calibration.reliability` gives, best in
            bins of equally many images.
    """
    figure, panels = plt.subplots(
        1, len(tables), figsize=(COLUMN, 2.9), sharex=True, sharey=True, squeeze=False
    )
    best = min((1 / table["count"]).min() for table in tables.values()) * 100 / 2
    for axes, (title, table) in zip(panels[0], tables.items(), strict=True):
        claimed = (100 * (1 - table["confidence"])).clip(lower=best)
        error, low, high = (
            (100 * (1 - table[column])).clip(lower=best) for column in ("accuracy", "high", "low")
        )
        axes.plot([100, best], [100, best], color=PALETTE["grey"], ls="--", lw=1, label="perfect")
        axes.vlines(claimed, low, high, color=PALETTE["blue"], lw=0.9, alpha=0.6)
        some = table["accuracy"] < 1
        axes.plot(claimed[some], error[some], "o", ms=4.5, label="images of one bin")
        axes.plot(
            claimed[~some], error[~some], "^", ms=4.5, mfc="white", color=PALETTE["blue"],
            label="the same, without an error", clip_on=False,
        )  # fmt: skip
        axes.set(title=title, xlabel="mean confidence (%)")
    for of in "xy":
        accuracy_axis(panels[0, 0], 20, 100 - best, of=of)
    panels[0, 0].set_ylabel("accuracy (%), with 95% interval")
    named = panels[0, 0].get_legend_handles_labels()
    figure.legend(*named, loc="outside lower center", ncols=3, fontsize=7.5)
    return figure


def rejection(tables: Mapping[str, pd.DataFrame], *, most: float = 0.1) -> Figure:
    """Draw the accuracy on the images kept against the part that is rejected.

    Args:
        tables: By name: what :func:`lenet_lib.evaluation.calibration.rejection_curve` gives.
        most: Largest rejection rate shown, 0–1.
    """
    figure, axes = plt.subplots(figsize=(COLUMN, 2.7))
    lowest, best = 100.0, 0.0
    for colour, (name, table) in zip(("blue", "red", "green"), tables.items(), strict=False):
        shown = table[table["rate"] <= most]
        error = (100 * (1 - shown["accuracy"])).clip(lower=1e-9)
        axes.plot(100 * shown["rate"], error, color=PALETTE[colour], label=name)
        lowest = min(lowest, 100 - float(error.max()))
        best = max(best, 100 - float(error[error > 1e-6].min()))
    accuracy_axis(axes, 100 - 1.3 * (100 - lowest), max(99.5, 100 - 0.7 * (100 - best)))
    axes.set(xlabel="images rejected, least confident first (%)", xlim=(0, 100 * most))
    axes.set_ylabel("accuracy on the rest (%)")
    axes.legend(loc="center right")  # the curves rise at the left or stay at the bottom
    return figure


def misclassified(images: Tensor, errors: pd.DataFrame, classes: Sequence[str]) -> Figure:
    """Draw misclassified images in the table's order, each with its label and its prediction.

    Images whose label is disputed are framed.

    Args:
        images: The whole test set, uint8 N×1×28×28.
        errors: What :func:`lenet_lib.evaluation.mistakes.misclassified` gives, or some rows of it:
            ``index``, ``truth``, ``prediction``, ``disputed``, and ``confidence`` (0–1) if it is to
            be drawn.
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
