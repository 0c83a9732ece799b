"""Figures of who wrote the digits, and of why it matters."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from lenet_lib.data import Writers
from lenet_lib.evaluation.metrics import wilson_interval
from lenet_lib.plots.style import COLUMN, PALETTE
from lenet_lib.plots.tiles import bare, mosaic

GROUPS = {"students": "sky", "Census employees": "orange"}


def file_order(train: Writers, test: Writers, *, bins: int = 200) -> Figure:
    """Show which group wrote the digits at each place of the two files."""
    sizes = [len(train.student), len(test.student)]
    figure, both = plt.subplots(
        1, 2, figsize=(COLUMN, 1.85), sharey=True, width_ratios=[2.2, 1], layout="constrained"
    )
    for axes, part, size, name in zip(
        both, (train, test), sizes, ("training", "test"), strict=True
    ):
        edges = np.linspace(0, size, bins + 1)
        share = 100 * np.histogram(np.flatnonzero(part.student), edges)[0] / np.diff(edges)
        axes.stairs(share, edges, fill=True, color=PALETTE["sky"], label="students")
        axes.stairs(
            np.full(bins, 100),
            edges,
            baseline=share,
            fill=True,
            color=PALETTE["orange"],
            label="Census employees",
        )
        axes.set(title=f"{name} set", xlabel="place in the file (digit no.)")
        axes.set(xlim=(0, size), ylim=(0, 100))
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.grid(visible=False)
    both[0].set_ylabel("written by (%)")
    both[0].set_xticks(np.arange(0, sizes[0] + 1, 15_000))
    both[1].set_xticks([0, 5000, 10_000])
    handles, labels = both[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
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

    Parameters
    ----------
    rows
        What is said of each writer, and their digits, uint8 N×1×28×28.
    columns
        Digits in a row.
    """
    lines = [-(-len(images) // columns) for _, images in rows]
    figure, grid = plt.subplots(
        len(rows), 1, figsize=(COLUMN, 0.52 * sum(lines) + 0.1), height_ratios=lines
    )
    for axes, (title, images) in zip(np.atleast_1d(grid), rows, strict=True):
        axes.imshow(mosaic(images, columns), interpolation="auto", vmin=0, vmax=255)
        bare(axes)
        axes.set_ylabel(title, rotation=0, ha="right", va="center", labelpad=6)
    return figure


def leakage(
    own: NDArray[np.bool_],
    chance: float,
    wrong: Sequence[tuple[str, NDArray[np.bool_], NDArray[np.bool_]]],
) -> Figure:
    """Show how much a nearest neighbour owes to other digits of the same writer.

    Parameters
    ----------
    own
        Whether each digit's nearest neighbour is by its own writer, bool N.
    chance
        How often that would happen by chance, 0–1.
    wrong
        Group's name, and whether the neighbour's label is wrong with and without the writer's
        other digits to choose from, bool each.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(COLUMN, 2.6), width_ratios=[1, 1.25])
    shares = [100 * chance, 100 * float(np.mean(own))]
    bars = left.bar(["by chance", "found"], shares, 0.55, color=[PALETTE["grey"], PALETTE["red"]])
    left.bar_label(bars, [f"{share:.1f}%" for share in shares], padding=2)
    left.set(ylabel="neighbour by the same writer (%)", ylim=(0, max(shares) * 1.15))
    left.grid(visible=False, axis="x")
    kinds = [("writers shared (random split)", "red", -0.13), ("new writers", "blue", 0.13)]
    for kind, (name, colour, aside) in enumerate(kinds):
        for place, (_, shared, new) in enumerate(wrong):
            mistakes = (shared, new)[kind]
            count, total = int(mistakes.sum()), len(mistakes)
            low, high = wilson_interval(count, total)
            middle = count / total
            right.errorbar(
                100 * middle,
                place + aside,
                xerr=[[100 * (middle - low)], [100 * (high - middle)]],
                fmt="o" if kind == 0 else "s",
                color=PALETTE[colour],
                markersize=5,
                label=name if place == 0 else None,
            )
    right.set_yticks(range(len(wrong)), [group[0] for group in wrong])
    right.set(xlabel="error of 1-NN (%), 95% interval", xlim=(0, None))
    right.set_ylim(len(wrong) - 0.5, -1.25)
    right.grid(visible=False, axis="y")
    right.legend(loc="upper right", ncols=1, fontsize=7.5)
    return figure
