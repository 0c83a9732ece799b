"""Figures of the evidence notebook: ladder, history, sample size, cost, robustness, errors."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator
from numpy.typing import NDArray
from torch import Tensor

from lenet_lib.plots.style import COLUMN, PALETTE
from lenet_lib.plots.tiles import bare

_ERRORS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.5, 2, 3, 5, 8, 12, 20, 30, 50, 80)
_MARKERS = "os^Dv"


def variants(table: pd.DataFrame, summary: pd.DataFrame, labels: Mapping[str, str]) -> Figure:
    """Draw every run's test error, rung by rung, with the mean and its interval.

    Parameters
    ----------
    table
        One row a run: ``recipe``, ``accuracy`` (0–1).
    summary
        What :func:`lenet_lib.evaluation.comparison.summarise` gives; its order is the ladder's.
    labels
        What to write beside each rung.
    """
    figure = plt.figure(figsize=(COLUMN, 0.75 + 0.42 * len(summary)))
    axes = figure.subplots()
    for place, (name, row) in enumerate(summary.iterrows()):
        errors = 100 * (1 - table.loc[table["recipe"] == name, "accuracy"])
        axes.plot(errors, np.full(len(errors), place), "o", color=PALETTE["sky"], ms=4.5, alpha=0.8)
        axes.plot([row["low"], row["high"]], [place + 0.22] * 2, color=PALETTE["blue"], lw=2.2)
        axes.plot(row["error"], place + 0.22, "D", color=PALETTE["blue"], ms=5)
        axes.annotate(
            f"{row['error']:.2f}",
            (row["high"], place + 0.22),
            (6, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    axes.set_yticks(range(len(summary)), [labels[str(name)] for name in summary.index])
    axes.set_ylim(len(summary) - 0.4, -0.5)
    axes.grid(visible=False, axis="y")
    errors = 100 * (1 - table["accuracy"])
    _error_axis(axes, errors.min(), errors.max(), of="x")
    axes.set_xlabel("test error (%): runs, and their mean with 95 % interval")
    return figure


def _error_axis(axes: Axes, least: float, most: float, *, of: str) -> None:
    """Make an axis of errors in % logarithmic, with plain numbers at the ticks."""
    axis = axes.xaxis if of == "x" else axes.yaxis
    (axes.set_xscale if of == "x" else axes.set_yscale)("log")
    (axes.set_xlim if of == "x" else axes.set_ylim)(least / 1.12, most * 1.12)
    inside = [error for error in _ERRORS if least / 1.12 <= error <= most * 1.12]
    axis.set_major_locator(FixedLocator(inside if len(inside) < 10 else inside[::2]))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter("{x:g}")


def history(published: pd.DataFrame, ours: pd.DataFrame) -> Figure:
    """Draw published test errors with their intervals, and ours among them.

    Parameters
    ----------
    published
        ``source, method, error, low, high``, in %: an interval over test images.
    ours
        ``method, error, low, high``, in %: an interval over seeds.
    """
    theirs = published.assign(name=published["method"] + ", " + published["source"], own=False)
    table = pd.concat([theirs, ours.assign(name=ours["method"] + " (ours)", own=True)])
    table = table.sort_values("error", ascending=False)
    figure = plt.figure(figsize=(COLUMN, 0.7 + 0.25 * len(table)))
    axes = figure.subplots()
    for place, row in enumerate(table.to_dict("records")):
        colour, marker = (PALETTE["red"], "D") if row["own"] else (PALETTE["blue"], "o")
        axes.plot([row["low"], row["high"]], [place, place], color=colour, lw=1.8)
        axes.plot(row["error"], place, marker, color=colour, ms=5)
    axes.set_yticks(range(len(table)), list(table["name"]), fontsize=7.5)
    for label, own in zip(axes.get_yticklabels(), table["own"], strict=True):
        label.set_fontweight("bold" if own else "normal")
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    _error_axis(axes, table["low"].min(), table["high"].max(), of="x")
    axes.set_xlabel("test error (%)")
    return figure


def sample_size(table: pd.DataFrame) -> Figure:
    """Draw the test error against the number of training digits, for each recipe.

    Parameters
    ----------
    table
        One row a run: ``recipe``, ``train_images``, ``accuracy`` (0–1).
    """
    figure = plt.figure(figsize=(COLUMN, 3))
    axes = figure.subplots()
    for number, (name, runs) in enumerate(table.groupby("recipe", sort=False)):
        colour = list(PALETTE.values())[number]
        errors = 100 * (1 - runs["accuracy"])
        axes.plot(runs["train_images"], errors, _MARKERS[number], color=colour, ms=3.5, alpha=0.5)
        means = errors.groupby(runs["train_images"]).mean()
        axes.plot(means.index, means, color=colour, label=str(name))
    axes.set_xscale("log")
    sizes = sorted(table["train_images"].unique())
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xticklabels([f"{size:,}" for size in sizes])
    errors = 100 * (1 - table["accuracy"])
    _error_axis(axes, errors.min(), errors.max(), of="y")
    axes.set(xlabel="training digits", ylabel="test error (%)")
    axes.legend(title="recipe", title_fontsize=8)
    return figure


def cost(summary: pd.DataFrame) -> Figure:
    """Draw the mean test error against what a training run costs, counted and timed.

    Parameters
    ----------
    summary
        By recipe: ``error`` (%), ``operations`` (multiply-adds of a whole training run) and
        ``seconds`` (of one thread).
    """
    figure = plt.figure(figsize=(COLUMN, 2.9))
    left, right = figure.subplots(1, 2, sharey=True)
    summary = summary.assign(operations=summary["operations"] / 1e12)
    for axes, column in ((left, "operations"), (right, "seconds")):
        axes.plot(summary[column], summary["error"], "o", color=PALETTE["blue"], ms=6)
        places = np.log10(summary[[column, "error"]].to_numpy())
        for name, place in zip(summary.index, places, strict=True):
            offset, side, height = _beside(place, places)
            axes.annotate(
                str(name), tuple(10**place), offset, textcoords="offset points", ha=side, va=height
            )
        axes.set_xscale("log")
        axes.set_xlim(summary[column].min() / 1.6, summary[column].max() * 3)  # for its name
    _error_axis(left, summary["error"].min(), summary["error"].max(), of="y")
    left.set(xlabel="multiply-adds of one run (10¹²)", ylabel="mean test error (%)")
    right.set_xlabel("seconds of one run, one thread")
    for axes in (left, right):
        ticks = [digit * 10.0**power for power in range(-3, 4) for digit in (1, 3)]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter("{x:,g}")
    return figure


def _beside(
    place: NDArray[np.float64], places: NDArray[np.float64]
) -> tuple[tuple[float, float], str, str]:
    """Choose where a point's name stands, free of its neighbours' (all in decades)."""
    right, up = (places - place).T
    near = (np.abs(right) < 0.4) & (np.abs(up) < 0.03) & ((right != 0) | (up != 0))
    if (near & (right > 0.1)).any():
        return (-5, -3), "right", "top"
    if (near & (np.abs(right) <= 0.1) & (up > 0)).any():
        return (5, -3), "left", "top"
    return (5, 3), "left", "bottom"


def robustness(table: pd.DataFrame, *, columns: int = 3) -> Figure:
    """Draw accuracy against the strength of each corruption, one panel each.

    Parameters
    ----------
    table
        What :func:`lenet_lib.evaluation.robustness.corruption_accuracy` gives.
    columns
        Panels in a row.
    """
    kinds = list(dict.fromkeys(table["corruption"]))
    rows = -(-len(kinds) // columns)
    figure = plt.figure(figsize=(COLUMN, 1.75 * rows + 0.3))
    panels = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axes in panels.flat[len(kinds) :]:
        axes.set_visible(False)
    for axes, kind in zip(panels.flat, kinds, strict=False):
        part = table[table["corruption"] == kind]
        for number, (name, runs) in enumerate(part.groupby("network", sort=False)):
            colour = list(PALETTE.values())[number]
            marker = f"{_MARKERS[number]}-"
            axes.plot(runs["strength"], 100 * runs["accuracy"], marker, ms=3.5, color=colour)
            if axes is panels.flat[0]:
                axes.lines[-1].set_label(str(name))
        axes.set_title(kind)
        axes.set_xlabel(part["unit"].iloc[0])
        axes.set_ylim(0, 103)
    for row in panels:
        row[0].set_ylabel("accuracy (%)")
    panels.flat[0].legend(loc="lower left")
    return figure


def always_misclassified(
    images: Tensor,
    labels: Sequence[int],
    shared: pd.DataFrame,
    disputed: Container[int],
    *,
    columns: int = 9,
) -> Figure:
    """Draw images that many runs misread, with the truth and the most frequent prediction.

    Parameters
    ----------
    images, labels
        The whole test set: uint8 N×1×28×28, and its labels.
    shared
        By index in the test set: ``runs``, ``prediction``; the images to draw.
    disputed
        Test images whose label most raters dispute; they get a thick orange frame.
    columns
        Images a row.
    """
    rows = max(1, -(-len(shared) // columns))
    figure = plt.figure(figsize=(COLUMN, rows * COLUMN / columns * 1.35 + 0.05))
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes in grid.flat:
        axes.set_visible(False)
    for axes, index in zip(grid.flat, shared.index, strict=False):
        axes.set_visible(True)
        axes.imshow(images[int(index), 0])
        framed = index in disputed
        bare(axes, PALETTE["red"] if framed else "#BBBBBB", 2.0 if framed else 0.6)
        title = f"{labels[int(index)]}→{shared.loc[index, 'prediction']}"
        axes.set_title(title, fontsize=7, fontweight="normal", loc="center", pad=2)
    return figure
