"""Figures of confidence: reliability diagrams, and accuracy against rejection."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from lenet_lib.plots.style import COLUMN, PALETTE
from lenet_lib.plots.training import accuracy_axis


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
        By name: what :func:`lenet_lib.evaluation.calibration.reject` gives.
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
