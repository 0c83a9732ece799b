"""Figures of training: baselines, schedules, loss and accuracy, cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator
from numpy.typing import ArrayLike

from lenet_lib.evaluation.statistics import mean_interval
from lenet_lib.plots.axes import draw_intervals, draw_runs, log_axis, name_rows
from lenet_lib.plots.style import COLOURS, COLUMN, PALETTE


def baselines(table: pd.DataFrame) -> Figure:
    """Draw each classifier's accuracy with its interval.

    Args:
        table: One row a classifier, by name: ``accuracy``, ``low``, ``high``, as fractions 0–1.
    """
    figure, axes = plt.subplots(figsize=(COLUMN, 0.6 + 0.34 * len(table)))
    percent, places = 100 * table[["accuracy", "low", "high"]], np.arange(len(table))
    axes.barh(places, percent["accuracy"], 0.62, color=PALETTE["sky"])
    draw_intervals(axes, percent, places)
    for place, (accuracy, _, high) in zip(places, percent.to_numpy(), strict=True):
        axes.text(high + 1.5, float(place), f"{accuracy:.1f}%", va="center")
    name_rows(axes, list(table.index))
    axes.set(xlabel="validation accuracy (%), with 95% interval", xlim=(0, 107))
    axes.set_xticks(range(0, 101, 20))
    return figure


def schedules(traces: Mapping[str, Sequence[tuple[float, float]]], steps: int) -> Figure:
    """Draw learning rate and β₁ at every step, one line a recipe.

    Args:
        traces: For each recipe's name the rate and β₁ at every step (``schedule.trace_schedule``).
        steps: Steps an epoch of the last recipe, where its epochs are marked.
    """
    figure, both = plt.subplots(1, 2, figsize=(COLUMN, 2.5))
    for number, (axes, label) in enumerate(zip(both, ("learning rate", "Adam's β₁"), strict=True)):
        for name, trace in traces.items():
            axes.plot([values[number] for values in trace], label=name)
        axes.set(xlabel="optimiser step", ylabel=label)
        for epoch in range(1, len(trace) // steps + 1):
            axes.axvline(epoch * steps, color=PALETTE["grey"], lw=0.7, ls=":")
    both[0].set_ylim(0)
    both[0].legend()
    return figure


def loss_per_step(runs: Mapping[str, ArrayLike]) -> Figure:
    """Draw the training loss of each batch, and its running mean.

    Args:
        runs: By name: the cross-entropy of every batch in nats, in the order of the steps.
    """
    figure, axes = plt.subplots(figsize=(COLUMN, 2.6))
    dashes = ["-", "--", "-.", ":"] * len(runs)  # one seen through another where they coincide
    for colour, dash, (name, losses) in zip(COLOURS, dashes, runs.items(), strict=False):
        series = pd.Series(np.asarray(losses, dtype=float))
        series.index += 1
        axes.plot(series, color=colour, lw=0.7, alpha=0.4)
        mean = series.ewm(span=max(2, len(series) / 20)).mean()
        axes.plot(mean, color=colour, ls=dash, label=name)
    log_axis(axes, "y")
    axes.set(xlabel="optimiser step", ylabel="loss of the batch (nats)", xlim=(0, None))
    axes.legend(title="running mean" if len(runs) > 1 else None)
    return figure


def compare_learning_curves(runs: Mapping[str, Sequence[pd.DataFrame]]) -> Figure:
    """Draw training and validation loss by epoch, one panel for each setting: overfitting seen.

    Lines are means over runs, bands reach from the least to the largest; the validation accuracy
    after the last epoch is written in the same way.

    Args:
        runs: For each setting, the history of each of its runs (columns ``epoch``, ``train_loss``,
            ``validation_loss``, ``validation_accuracy``).
    """
    columns = min(len(runs), 2 if len(runs) == 4 else 3)
    rows = -(-len(runs) // columns)
    figure, grid = plt.subplots(
        rows, columns, figsize=(COLUMN, 0.5 + 2.1 * rows), sharex=True, sharey=True, squeeze=False
    )
    names = {"train_loss": "training", "validation_loss": "validation"}
    for axes, (name, histories) in zip(grid.flat, runs.items(), strict=False):
        table = pd.concat(histories).rename(columns=names)
        long = table.melt("epoch", list(names.values()), var_name="part", value_name="loss")
        sns.lineplot(
            long, x="epoch", y="loss", hue="part", style="part", errorbar=("pi", 100), ax=axes,
            palette=[PALETTE["blue"], PALETTE["red"]], legend=axes is grid[0, 0],
        )  # fmt: skip
        last = 100 * np.array([history["validation_accuracy"].iloc[-1] for history in histories])
        axes.set(xlabel="epoch", ylabel="cross-entropy (nats)")
        axes.set_title(name, pad=15)
        axes.text(
            0, 1.03, f"accuracy {last.mean():.1f}% ({last.min():.1f}–{last.max():.1f}%)",
            transform=axes.transAxes, fontsize=8,
        )  # fmt: skip
    for axes in grid.flat[len(runs) :]:
        axes.set_axis_off()
    log_axis(grid[0, 0], "y")
    grid[0, 0].get_legend().remove()
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def peeking(table: pd.DataFrame) -> Figure:
    """Draw what it buys to choose the epoch on the test set.

    Args:
        table: ``results/peeking.csv``: ``recipe, seed, epoch, test_errors, test_images``, a row an
            epoch.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(COLUMN, 2.7), width_ratios=(1.3, 1))
    table = table.assign(accuracy=100 * (1 - table["test_errors"] / table["test_images"]))
    first = table[table["recipe"] == table["recipe"].iloc[0]]
    for _, run in first.groupby("seed"):
        curve = run.set_index("epoch")["accuracy"].sort_index()
        left.plot(curve, color=PALETTE["sky"], lw=0.6)
        left.plot(curve.index[-1], curve.iloc[-1], "o", color=PALETTE["blue"], ms=4)
        left.plot(curve.idxmax(), curve.max(), "^", color=PALETTE["red"], ms=4)
    last = first.loc[first["epoch"] == first["epoch"].max(), "accuracy"]
    least, most = last.min(), first["accuracy"].max()
    left.set_ylim(least - (most - least), most + (most - least) / 4)  # epoch 1 is far below
    left.set(xlabel="epoch", ylabel="test accuracy (%)", title=str(first["recipe"].iloc[0]))
    ordered = table.sort_values("epoch", kind="stable")
    runs = ordered.groupby(["recipe", "seed"], sort=False)["accuracy"]
    best = (runs.max() - runs.last()).groupby("recipe", sort=False)
    gains = {str(name): values for name, values in best}
    draw_runs(right, gains, pd.DataFrame(map(mean_interval, gains.values())))
    right.axvline(0, color=PALETTE["grey"], lw=0.8, ls=":")
    right.set_xlabel("best − last epoch (points)")
    marks = ["last epoch", "best epoch on the test set"]
    figure.legend(left.lines[1:3], marks, loc="outside lower center", ncols=2)
    return figure


def time_to_accuracy(table: pd.DataFrame) -> Figure:
    """Draw what accuracy costs: training time of every run against its test accuracy.

    Args:
        table: Columns ``pipeline``, ``accuracy`` (0–1), ``train_seconds``; one row a run.
    """
    figure, axes = plt.subplots(figsize=(COLUMN, 2.8))
    sns.scatterplot(
        table.assign(percent=100 * table["accuracy"]), x="train_seconds", y="percent",
        hue="pipeline", style="pipeline", s=40, alpha=0.8, ax=axes,
        palette=COLOURS[: table["pipeline"].nunique()],
    )  # fmt: skip
    log_axis(axes, "x")
    axes.set(xlabel="training time (s)", ylabel="test accuracy (%)")
    axes.legend(title=None)
    return figure


def scale(table: pd.DataFrame) -> Figure:
    """Draw how seconds and memory grow with the number of images, in training and in reading.

    Args:
        table: ``results/scale.csv``: ``task`` (train or read), ``pipeline``, ``images``,
            ``seconds``, ``peak_mb``.
    """
    figure, panels = plt.subplots(2, 2, figsize=(COLUMN, 3.8), sharex="col", sharey="row")
    for column, (task, title) in enumerate((("train", "training"), ("read", "reading"))):
        for row, value in enumerate(("seconds", "peak_mb")):
            axes = panels[row, column]
            sns.lineplot(
                table[table["task"] == task], x="images", y=value, hue="pipeline",
                style="pipeline", markers=True, dashes=False, ax=axes,
                palette=COLOURS[: table["pipeline"].nunique()], legend=(row, column) == (0, 0),
            )  # fmt: skip
            log_axis(axes, "x")
            axes.xaxis.set_major_locator(LogLocator())
        log_axis(panels[0, column], "y")
        panels[0, column].set_title(title)
        panels[1, column].set_xlabel("images")
    panels[0, 0].set_ylabel("seconds")
    panels[1, 0].set(ylabel="most memory (MB)", ylim=(0, None))
    panels[0, 0].legend(title=None)
    return figure
