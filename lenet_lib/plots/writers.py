"""Figures of who wrote the digits, and of why it matters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from lenet_lib.data import Writers
from lenet_lib.plots.style import COLUMN, PALETTE
from lenet_lib.plots.tiles import draw_sheet, name_row

GROUPS = {"students": "sky", "Census employees": "orange"}


def file_order(train: Writers, test: Writers, *, bins: int = 200) -> Figure:
    """Show which group wrote the digits at each place of the two files."""
    figure, both = plt.subplots(
        1, 2, figsize=(COLUMN, 1.85), sharey=True, width_ratios=[2.2, 1], layout="constrained"
    )
    for axes, part, name in zip(both, (train, test), ("training", "test"), strict=True):
        size = len(part.student)
        edges = np.linspace(0, size, bins + 1)
        share = 100 * np.histogram(np.flatnonzero(part.student), edges)[0] / np.diff(edges)
        below: Any = 0
        for (group, colour), top in zip(GROUPS.items(), (share, np.full(bins, 100)), strict=True):
            axes.stairs(top, edges, baseline=below, fill=True, color=PALETTE[colour], label=group)
            below = top
        axes.set(title=f"{name} set", xlabel="place in the file (digit no.)")
        axes.set(xlim=(0, size), ylim=(0, 100))
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.grid(visible=False)
    both[0].set_ylabel("written by (%)")
    both[0].set_xticks(np.arange(0, len(train.student) + 1, 15_000))
    both[1].set_xticks([0, 5000, 10_000])
    figure.legend(*both[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def digits_per_writer(train: Writers, test: Writers) -> Figure:
    """Count how many digits each writer contributed to the training and to the test set."""
    figure, both = plt.subplots(1, 2, figsize=(COLUMN, 2.4), sharex=True)
    for axes, part, name in zip(both, (train, test), ("training", "test"), strict=True):
        masks = (part.student, ~part.student)
        counts = [np.unique(part.writer[mask], return_counts=True)[1] for mask in masks]
        axes.hist(
            counts,
            bins=np.arange(0, 141, 5).tolist(),
            stacked=True,
            color=[PALETTE[colour] for colour in GROUPS.values()],
            edgecolor="white",
            linewidth=0.5,
            label=[f"{len(n)} {group}" for n, group in zip(counts, GROUPS, strict=True)],
        )
        axes.set(title=f"{name} set", xlabel="digits by one writer", xlim=(0, 140))
        axes.legend(loc="upper left" if name == "training" else "upper right")
    both[0].set_ylabel("writers")
    return figure


def samples(rows: Sequence[tuple[str, Tensor]], columns: int = 10) -> Figure:
    """Show several writers' digits under each other.

    Args:
        rows: What is said of each writer, and their digits, uint8 N×1×28×28.
    """
    lines = [-(-len(images) // columns) for _, images in rows]
    figure, grid = plt.subplots(
        len(rows), 1, figsize=(COLUMN, 0.52 * sum(lines) + 0.1), height_ratios=lines
    )
    for axes, (title, images) in zip(np.atleast_1d(grid), rows, strict=True):
        draw_sheet(axes, images, columns)
        name_row(axes, title, labelpad=6)
    return figure
