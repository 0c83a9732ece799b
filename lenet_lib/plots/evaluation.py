"""Figures of the evaluation notebook: error rates, confusion matrices, classes, writers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter
from numpy.typing import NDArray

from lenet_lib.evaluation.metrics import wilson_interval
from lenet_lib.plots.style import COLUMN, PALETTE
from lenet_lib.plots.training import accuracy_axis

Counts = NDArray[np.int64]
_MARKS = {"precision": ("s", "blue"), "recall": ("o", "red"), "f1-score": ("D", "green")}


def error_rates(
    table: pd.DataFrame,
    *,
    label: str = "test error (%), with 95 % interval",
    floor: float | None = None,
) -> Figure:
    """Draw error rates with their intervals, one row each.

    Parameters
    ----------
    table
        By name: the error ``rate`` and its interval ``low`` to ``high``, as fractions 0–1.
    label
        What the axis shows.
    floor
        A rate to mark as the noise of the labels themselves, 0–1.
    """
    figure = plt.figure(figsize=(COLUMN, 0.65 + 0.3 * len(table)))
    axes = figure.subplots()
    percent = 100 * table[["rate", "low", "high"]].to_numpy()
    place = np.arange(len(table))
    spread = np.abs(percent[:, 1:] - percent[:, :1]).T
    axes.errorbar(percent[:, 0], place, xerr=spread, fmt="o", color=PALETTE["blue"], capsize=3)
    if floor is not None:
        axes.axvspan(0, 100 * floor, color=PALETTE["orange"], alpha=0.25, lw=0)
        axes.text(103 * floor, -0.45, "← disputed labels", va="center", fontsize=7.5)
    axes.set_yticks(place, list(table.index))
    axes.set(ylim=(len(table) - 0.5, -0.8), xlabel=label)
    axes.set_xlim(0)
    axes.grid(visible=False, axis="y")
    return figure


def confusion_matrix(
    matrices: Mapping[str, Counts], classes: Sequence[str], *, kind: str = "counts"
) -> Figure:
    """Draw confusion matrices side by side.

    Parameters
    ----------
    matrices
        By title: counts, rows true, columns predicted.
    classes
        Names of the classes.
    kind
        ``counts``; ``rows``, each row as a percentage of its digits; or ``errors``, counts without
        the diagonal.
    """
    wide = len(matrices) == 1
    figure = plt.figure(figsize=(COLUMN, 4.6 if wide else 3.25))
    panels = figure.subplots(1, len(matrices), squeeze=False)[0]
    shown = {title: _content(matrix, kind) for title, matrix in matrices.items()}
    top = max(np.nanmax(values) for values in shown.values())
    for axes, (title, values) in zip(panels, shown.items(), strict=True):
        _heatmap(axes, values, classes, kind, float(top), size=7.0 if wide else 5.6)
        axes.set_title(title)
    panels[0].set_ylabel("true class")
    return figure


def _content(matrix: Counts, kind: str) -> NDArray[np.float64]:
    values: NDArray[np.float64] = matrix.astype(float)
    if kind == "rows":
        values *= 100 / np.maximum(values.sum(1, keepdims=True), 1)
    if kind == "errors":
        np.fill_diagonal(values, np.nan)
    return values


def _heatmap(
    axes: Axes,
    values: NDArray[np.float64],
    classes: Sequence[str],
    kind: str,
    top: float,
    *,
    size: float,
) -> None:
    # The diagonal dwarfs the errors a hundred to one: colours follow the square root.
    axes.imshow(np.sqrt(values / top), cmap="Blues", vmin=0, vmax=1.15)
    for (row, column), value in np.ndenumerate(values):
        if np.isnan(value):
            axes.text(column, row, "·", ha="center", va="center", color=PALETTE["grey"])
        elif value > 0:
            text = f"{value:.0f}" if kind != "rows" else f"{value:.1f}"
            colour = "white" if value / top > 0.45 else "black"
            axes.text(column, row, text, ha="center", va="center", fontsize=size, color=colour)
    long = max(map(len, classes)) > 2
    ticks = np.arange(len(classes))
    axes.set_xticks(ticks, classes, rotation=90 if long else 0)
    axes.set_yticks(ticks, classes)
    axes.tick_params(length=0)
    axes.set_xlabel("predicted class")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)


def by_class(report: Mapping[str, Mapping[str, float]], confusion: Counts) -> Figure:
    """Draw precision, recall and F1 of every class.

    Parameters
    ----------
    report
        scikit-learn's report by class, as a dictionary.
    confusion
        Counts, for the 95 % Wilson intervals of precision (by column) and recall (by row).
    """
    figure = plt.figure(figsize=(COLUMN, 2.7))
    axes = figure.subplots()
    names = [name for name in report if name not in ("accuracy", "macro avg", "weighted avg")]
    hits, place = np.diag(confusion), np.arange(len(names))
    totals = {"precision": confusion.sum(0), "recall": confusion.sum(1)}
    for shift, (metric, (marker, colour)) in zip((-0.22, 0, 0.22), _MARKS.items(), strict=True):
        value = 100 * np.array([report[name][metric] for name in names])
        if metric in totals:
            pairs = zip(hits, totals[metric], strict=True)
            bounds = 100 * np.array([wilson_interval(int(k), max(int(n), 1)) for k, n in pairs])
            axes.vlines(place + shift, bounds[:, 0], bounds[:, 1], color=PALETTE[colour], lw=1)
        label = "F1" if metric == "f1-score" else metric
        axes.plot(place + shift, value, marker, ms=4.5, color=PALETTE[colour], label=label)
    axes.set_xticks(place, names, rotation=30 if max(map(len, names)) > 2 else 0)
    axes.grid(visible=False, axis="x")
    axes.set(xlabel="class", ylabel="on the test set (%)")
    axes.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


def writer_groups(groups: pd.DataFrame, writers: pd.DataFrame) -> Figure:
    """Draw the error rate of each group of writers, and how errors spread over its writers.

    Parameters
    ----------
    groups
        By name of the group: ``rate``, ``low``, ``high``, as fractions 0–1, and ``student``.
    writers
        One row a writer: ``student``, ``errors``, ``digits``.
    """
    figure = plt.figure(figsize=(COLUMN, 2.7))
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.5))
    colours = [PALETTE["blue"], PALETTE["red"]]
    percent = 100 * groups[["rate", "low", "high"]].to_numpy()
    for at, (value, low, high) in enumerate(percent):
        error = [[value - low], [high - value]]
        left.errorbar([at], [value], yerr=error, fmt="o", color=colours[at], capsize=4)
    left.set_xticks(range(len(groups)), list(groups.index))
    left.set(xlim=(-0.6, len(groups) - 0.4), ylim=(0, None))
    left.set_ylabel("test error (%), with 95 % interval")
    left.grid(visible=False, axis="x")
    most = int(writers["errors"].max())
    for at, (name, student) in enumerate(groups["student"].items()):
        own = writers[writers["student"] == student]
        share = np.bincount(own["errors"], minlength=most + 1) / len(own)
        right.bar(np.arange(most + 1) + 0.4 * (at - 0.5), 100 * share, 0.4, color=colours[at])
        right.bar([0], [0], color=colours[at], label=f"{name}: {len(own)} writers")
    right.set(xlabel="errors in a writer's digits", ylabel="writers of the group (%)")
    right.xaxis.set_major_locator(MaxNLocator(integer=True))
    right.grid(visible=False, axis="x")
    right.legend()
    return figure


def hardest_writers(table: pd.DataFrame, overall: float) -> Figure:
    """Draw the error rates of single writers with their intervals.

    Parameters
    ----------
    table
        By writer's number: ``student``, ``digits``, ``errors``, ``rate``, ``low``, ``high``.
    overall
        The error rate over all writers, 0–1, which is marked.
    """
    figure = plt.figure(figsize=(COLUMN, 0.75 + 0.24 * len(table)))
    axes = figure.subplots()
    percent = 100 * table[["rate", "low", "high"]].to_numpy()
    place = np.arange(len(table))
    for student, colour, name in ((True, "blue", "students"), (False, "red", "Census employees")):
        mine = np.flatnonzero(table["student"].to_numpy(dtype=bool) == student)
        if not len(mine):
            continue
        spread = np.abs(percent[mine, 1:] - percent[mine, :1]).T
        axes.errorbar(
            percent[mine, 0], place[mine], xerr=spread, fmt="o", color=PALETTE[colour],
            capsize=2.5, ms=4.5, label=name,
        )  # fmt: skip
    axes.axvline(100 * overall, color=PALETTE["grey"], ls="--", lw=1, label="all writers")
    labels = [
        f"{writer} ({row.errors} of {row.digits})"
        for writer, row in zip(table.index, table.itertuples(), strict=True)
    ]
    axes.set_yticks(place, labels)
    axes.set(ylim=(len(table) - 0.5, -0.5), xlabel="test error (%), with 95 % interval")
    axes.set_xlim(0)
    axes.set_ylabel("writer (errors of digits)")
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower right")
    return figure


def reliability(tables: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw reliability diagrams side by side, over the number of images in each bin.

    Parameters
    ----------
    tables
        By title: what :func:`lenet_lib.evaluation.calibration.reliability` gives.
    """
    figure = plt.figure(figsize=(COLUMN, 3.3))
    panels = figure.subplots(2, len(tables), squeeze=False, sharex=True, height_ratios=(2.6, 1))
    for column, (title, table) in enumerate(tables.items()):
        top, below = panels[:, column]
        top.plot([0, 1], [0, 1], color=PALETTE["grey"], ls="--", lw=1, label="perfect")
        spread = np.abs(table[["low", "high"]].to_numpy().T - table["accuracy"].to_numpy())
        top.errorbar(
            table["confidence"], table["accuracy"], yerr=spread, fmt="o-", ms=3.5, lw=1.2,
            elinewidth=0.8, capsize=2, color=PALETTE["blue"], label="found",
        )  # fmt: skip
        top.set_title(title)
        top.set_ylim(0, 1.02)
        width = (table["right"] - table["left"]).to_numpy()
        below.bar(table["left"], table["count"], width, align="edge", color=PALETTE["sky"], ec="w")
        below.set(yscale="log", xlabel="confidence", xlim=(0, 1), ylim=(0.7, None))
        for axes in (top, below):
            axes.xaxis.set_major_formatter(PercentFormatter(1))
        top.yaxis.set_major_formatter(PercentFormatter(1))
    panels[0, 0].set_ylabel("accuracy")
    panels[1, 0].set_ylabel("images")
    panels[0, 0].legend()
    for axes in panels[1, 1:]:
        axes.sharey(panels[1, 0])
    return figure


def rejection(tables: Mapping[str, pd.DataFrame], *, most: float = 0.1) -> Figure:
    """Draw the accuracy on the images kept against the part that is rejected.

    Parameters
    ----------
    tables
        By name: what :func:`lenet_lib.evaluation.calibration.rejection_curve` gives.
    most
        Largest rejection rate shown, 0–1.
    """
    figure = plt.figure(figsize=(COLUMN, 2.7))
    axes = figure.subplots()
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
