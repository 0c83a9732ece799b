"""Figures of the training notebook: baselines, schedules, curves, seeds, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator
from numpy.typing import ArrayLike

from lenet_lib.plots.style import COLUMN, PALETTE

_LINES = list(PALETTE.values())
_ACCURACIES = [10, 50, 80, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.98, 99.99]


def accuracy_axis(axes: Axes, lowest: float, highest: float, *, of: str = "y") -> None:
    """Make an axis of error in % read as accuracy in %, stretched towards 100.

    From 98 to 99 % is half of the errors, as from 80 to 90 %: both are one step of this axis.
    """
    ticks = [a for a in _ACCURACIES if lowest <= a <= highest]
    axis = axes.yaxis if of == "y" else axes.xaxis
    (axes.set_yscale if of == "y" else axes.set_xscale)("log")
    (axes.set_ylim if of == "y" else axes.set_xlim)(100 - lowest, 100 - highest)
    axis.set_major_locator(FixedLocator([100 - a for a in ticks]))
    axis.set_minor_locator(NullLocator())
    axis.set_ticklabels([f"{a:g}" for a in ticks])


def baselines(table: pd.DataFrame) -> Figure:
    """Draw each classifier's accuracy with its interval.

    Parameters
    ----------
    table
        One row a classifier, by name: ``accuracy``, ``low``, ``high``, as fractions 0–1.
    """
    figure = plt.figure(figsize=(COLUMN, 0.6 + 0.34 * len(table)))
    axes = figure.subplots()
    error = 100 * (1 - table["accuracy"])
    spread = np.abs(100 * (1 - table[["low", "high"]].to_numpy().T) - error.to_numpy())
    place = np.arange(len(table))
    axes.errorbar(error, place, xerr=spread, fmt="o", color=PALETTE["blue"], ms=5, capsize=3)
    for at, (e, a) in enumerate(zip(error, table["accuracy"], strict=True)):
        axes.annotate(f"{100 * a:.1f} %", (e, at), (0, 7), textcoords="offset points", ha="center")
    axes.set_yticks(place, list(table.index))
    axes.set_ylim(len(table) - 0.5, -0.75)
    axes.grid(visible=False, axis="y")
    lowest = 100 * float(table["low"].min())
    accuracy_axis(axes, 5 if lowest < 20 else 40, 98, of="x")
    axes.set_xlabel("validation accuracy (%), with 95 % interval")
    return figure


def schedules(traces: Mapping[str, Sequence[tuple[float, float]]], steps: int) -> Figure:
    """Draw learning rate and β₁ at every step, one panel a recipe.

    Parameters
    ----------
    traces
        For each recipe's name the rate and β₁ at every step (``schedule.trace_schedule``).
    steps
        Steps an epoch of the last recipe, where its epochs are marked.
    """
    figure = plt.figure(figsize=(COLUMN, 2.5))
    left, right = figure.subplots(1, 2)
    last = 0
    for colour, (name, trace) in zip(_LINES, traces.items(), strict=False):
        rate, beta = np.transpose(trace)
        left.plot(rate, color=colour, label=name)
        right.plot(beta, color=colour, label=name)
        last = len(trace)
    for axes, label in ((left, "learning rate"), (right, "momentum, Adam's β₁")):
        axes.set(xlabel="optimiser step", ylabel=label)
        for epoch in range(1, last // steps + 1):
            axes.axvline(epoch * steps, color=PALETTE["grey"], lw=0.7, ls=":")
    left.set_ylim(0)
    left.legend()
    return figure


def learning_curves(history: pd.DataFrame, floor: float = 0.0) -> Figure:
    """Draw loss and accuracy by epoch, of training and validation.

    Training values are means over an epoch in which the network changed, so they are drawn as a
    bar as long as the epoch; validation values hold at its end.

    Parameters
    ----------
    history
        One row an epoch (``Fit.history``); a first row with epoch 0 and no training values tells
        how the untrained network did.
    floor
        The least training loss that label smoothing leaves possible, in nats; 0 is not drawn.
    """
    figure = plt.figure(figsize=(COLUMN, 2.6))
    left, right = figure.subplots(1, 2)
    epoch = history["epoch"].to_numpy()
    for axes, kind, turn in ((left, "loss", lambda v: v), (right, "accuracy", _error)):
        axes.hlines(
            turn(history[f"train_{kind}"]),
            epoch - 1,
            epoch,
            color=PALETTE["blue"],
            lw=3,
            label="training, mean over the epoch",
        )
        axes.plot(
            epoch,
            turn(history[f"validation_{kind}"]),
            "o-",
            color=PALETTE["red"],
            ms=5,
            label="validation, at its end",
        )
        axes.set(xlabel="epoch")
        if len(epoch) <= 11:
            axes.set_xticks(epoch)
    left.set(yscale="log", ylabel="cross-entropy (nats)")
    left.set_yticks([0.01, 0.03, 0.1, 0.3, 1, 3], ["0.01", "0.03", "0.1", "0.3", "1", "3"])
    left.set_ylim(history[["train_loss", "validation_loss"]].min().min() / 1.6, 4)
    left.yaxis.set_minor_locator(NullLocator())
    if floor:
        left.axhline(floor, color=PALETTE["blue"], lw=1, ls="--", label="least training loss")
    left.legend(fontsize=7)
    best = 100 * float(history[["train_accuracy", "validation_accuracy"]].max().max())
    accuracy_axis(right, 5, max(99.5, 100 - max(100 - best, 0.02) / 1.5))
    right.set_ylabel("accuracy (%)")
    return figure


def learning_rate_sweep(table: pd.DataFrame, chosen: float) -> Figure:
    """Draw validation accuracy against the learning rate, every run and the median.

    Parameters
    ----------
    table
        Columns ``learning_rate``, ``seed``, ``accuracy`` (0–1).
    chosen
        The recipe's rate, which is marked.
    """
    figure = plt.figure(figsize=(COLUMN, 2.7))
    axes = figure.subplots()
    error = 100 * (1 - table["accuracy"])
    axes.plot(table["learning_rate"], error, "o", color=PALETTE["sky"], ms=4, label="one run")
    median = error.groupby(table["learning_rate"]).median()
    axes.plot(median.index, median, color=PALETTE["blue"], label="median")
    axes.axvline(chosen, color=PALETTE["red"], ls="--", lw=1.2, label="the recipe's rate")
    axes.set_xscale("log")
    accuracy_axis(axes, min(95 - error.max(), 80), max(97, 100 - error.min() * 0.7))
    axes.set(xlabel="peak learning rate", ylabel="validation accuracy (%)")
    axes.legend(loc="upper left")
    return figure


def compare_learning_curves(runs: Mapping[str, Sequence[pd.DataFrame]]) -> Figure:
    """Draw training and validation loss by epoch for settings that were each run several times.

    Parameters
    ----------
    runs
        For each setting, the history of each of its runs (columns ``epoch``, ``train_loss``,
        ``validation_loss``, ``validation_accuracy``).
    """
    figure = plt.figure(figsize=(COLUMN, 2.7))
    left, right = figure.subplots(1, 2)
    for colour, (name, histories) in zip((_LINES[0], _LINES[3]), runs.items(), strict=False):
        for number, history in enumerate(histories):
            label = name if number == 0 else None
            style = {"color": colour, "lw": 1.2}
            left.plot(history["epoch"], history["train_loss"], ls=":", **style)
            left.plot(history["epoch"], history["validation_loss"], label=label, **style)
            right.plot(history["epoch"], _error(history["validation_accuracy"]), **style)
    left.plot([], [], color=PALETTE["grey"], ls=":", label="training loss")
    left.plot([], [], color=PALETTE["grey"], label="validation loss")
    left.set(xlabel="epoch", ylabel="cross-entropy (nats)", yscale="log")
    left.legend(fontsize=7)
    final = min(_error(h["validation_accuracy"]).min() for hs in runs.values() for h in hs)
    accuracy_axis(right, 80, 100 - final / 1.4)
    right.set(xlabel="epoch", ylabel="validation accuracy (%)")
    return figure


def seeds(accuracy: ArrayLike, interval: tuple[float, float, float], gains: pd.DataFrame) -> Figure:
    """Draw the spread of runs that differ in their seed, and what choosing the best one promises.

    Parameters
    ----------
    accuracy
        Each run's accuracy, 0–1.
    interval
        Their mean and its t-interval, 0–1.
    gains
        ``promised`` and ``kept``: how far the run that is best on one half of the images is above
        the mean on that half, and on the other, as fractions; one row a random halving.
    """
    figure = plt.figure(figsize=(COLUMN, 2.5))
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.25))
    values = 100 * np.asarray(accuracy, dtype=float)
    mean, low, high = (100 * value for value in interval)
    left.axhspan(
        low, high, color=PALETTE["sky"], alpha=0.3, lw=0, label="95 % interval of the mean"
    )
    left.axhline(mean, color=PALETTE["blue"], label="mean")
    left.plot(np.arange(len(values)), values, "o", color=PALETTE["red"], ms=5, label="one seed")
    left.set(xlabel="seed", ylabel="validation accuracy (%)", xticks=np.arange(len(values)))
    room = np.ptp(values)
    left.set_ylim(values.min() - 0.25 * room, values.max() + 0.9 * room)
    left.legend(fontsize=7, loc="upper left")
    points = 100 * gains
    bins = np.linspace(points.min().min(), points.max().max(), 31).tolist()
    for column, colour in (("promised", "orange"), ("kept", "blue")):
        right.hist(points[column], bins=bins, color=PALETTE[colour], alpha=0.75, label=column)
        right.axvline(points[column].mean(), color=PALETTE[colour], lw=1.6)
    right.axvline(0, color=PALETTE["grey"], lw=0.8, ls=":")
    right.set(xlabel="gain of the best run (percentage points)", ylabel="random halvings")
    right.legend()
    return figure


def time_to_accuracy(table: pd.DataFrame) -> Figure:
    """Draw what accuracy costs: training time of every run against its test accuracy.

    Parameters
    ----------
    table
        Columns ``pipeline``, ``accuracy`` (0–1), ``train_seconds``; one row a run.
    """
    figure = plt.figure(figsize=(COLUMN, 2.8))
    axes = figure.subplots()
    markers = "os^Dv"
    for number, (name, runs) in enumerate(table.groupby("pipeline", sort=False)):
        axes.plot(
            runs["train_seconds"],
            _error(runs["accuracy"]),
            markers[number % len(markers)],
            color=_LINES[number % len(_LINES)],
            ms=6,
            alpha=0.8,
            label=str(name),
        )
    axes.set_xscale("log")
    errors = _error(table["accuracy"])
    accuracy_axis(axes, 100 - 1.2 * errors.max(), 100 - errors.min() / 1.2)
    ticks = np.arange(np.floor(100 - errors.max()), 100, 0.2)
    inside = [a for a in ticks if errors.min() / 1.2 <= 100 - a <= 1.2 * errors.max()]
    axes.yaxis.set_major_locator(FixedLocator([100 - a for a in inside]))
    axes.yaxis.set_ticklabels([f"{a:.1f}" for a in inside])
    seconds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]
    axes.xaxis.set_major_locator(FixedLocator(seconds))
    axes.xaxis.set_ticklabels([str(s) for s in seconds])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set(xlabel="training time (s)", ylabel="test accuracy (%)")
    axes.legend()
    return figure


def _error(accuracy: pd.Series) -> pd.Series:
    """Turn accuracy 0–1 into error in %, never quite 0 for the sake of the logarithm."""
    return (100 * (1 - accuracy)).clip(lower=0.005)
