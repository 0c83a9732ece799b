"""Figures of evidence: variants, published results, sample size, cost, robustness, errors."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator
from torch import Tensor

from lenet_lib.plots.axes import draw_runs, log_axis, name_points
from lenet_lib.plots.evaluation import misclassified
from lenet_lib.plots.style import COLOURS, COLUMN, PALETTE


def variants(
    table: pd.DataFrame, summary: pd.DataFrame, labels: Mapping[str, str] | None = None
) -> Figure:
    """Draw every run's test error, one row a variant, with the mean and its interval.

    Args:
        table: One row a run: ``recipe``, ``accuracy`` (0–1).
        summary: What :func:`lenet_lib.evaluation.comparison.summarise` gives; its order is the
            rows'.
        labels: What to write beside a variant instead of its name.
    """
    figure, axes = plt.subplots(figsize=(COLUMN, 0.6 + 0.31 * len(summary)))
    names, errors = labels or {}, table.assign(error=100 * (1 - table["accuracy"]))
    groups = {name: runs["error"] for name, runs in errors.groupby("recipe")}
    shown = {names.get(str(name), str(name)): groups[name] for name in summary.index}
    draw_runs(axes, shown, summary[["error", "low", "high"]].clip(lower=0.01))
    for place, (error, high) in enumerate(summary[["error", "high"]].to_numpy()):
        axes.annotate(
            f"{error:.2f}", (high, place + 0.24), (6, 0),
            textcoords="offset points", va="center", fontsize=8,
        )  # fmt: skip
    log_axis(axes, "x")
    axes.set_xlabel("test error (%): runs, and their mean with 95% interval")
    return figure


def history(published: pd.DataFrame, ours: pd.DataFrame) -> Figure:
    """Draw published test errors by year with their intervals, and ours of 2026.

    Args:
        published: ``year, method, error, low, high``, in %: an interval over test images; and
            ``networks``, how many vote.
        ours: ``method, error, low, high``, in %: an interval over seeds.
    """
    year = 2026
    table = pd.concat([published, ours.assign(year=year, networks=1, own=True)])
    own, many = table["own"].eq(True), table["networks"] > 1
    figure, axes = plt.subplots(figsize=(COLUMN, 4.2))
    kinds = [
        ("one network", ~own & ~many, "blue", "o", PALETTE["blue"]),
        ("several networks vote", many, "blue", "o", "white"),
        ("this report", own, "red", "D", PALETTE["red"]),
    ]
    for label, chosen, colour, marker, face in kinds:
        rows = table[chosen]
        axes.vlines(rows["year"], rows["low"], rows["high"], color=PALETTE[colour], lw=1)
        axes.plot(
            rows["year"], rows["error"], marker, ms=5, color=PALETTE[colour], mfc=face, label=label
        )
    axes.set(xlabel="year", ylabel="test error (%)", xlim=(table["year"].min() - 13, year + 2))
    axes.set_xticks(range(int(table["year"].min()) // 5 * 5, year + 1, 5))
    log_axis(axes, "y")
    axes.legend(loc="lower left")  # where no error of those years is
    name_points(axes, table[["year", "error"]], table["method"].tolist(), table[["low", "high"]])
    return figure


def sample_size(table: pd.DataFrame) -> Figure:
    """Draw the test error against the number of training digits: every run, and each mean.

    Args:
        table: One row a run: ``recipe``, ``train_images``, ``accuracy`` (0–1).
    """
    figure, axes = plt.subplots(figsize=(COLUMN, 3))
    table = table.assign(error=100 * (1 - table["accuracy"]))
    look = {"x": "train_images", "y": "error", "hue": "recipe", "ax": axes}
    look["palette"] = COLOURS[: table["recipe"].nunique()]
    sns.scatterplot(table, **look, style="recipe", s=18, alpha=0.5, legend=False)
    sns.lineplot(table, **look, errorbar=None)
    for of in "xy":
        log_axis(axes, of)
    axes.xaxis.set_major_locator(FixedLocator(sorted(table["train_images"].unique())))
    axes.set(xlabel="training digits", ylabel="test error (%)")
    return figure


def cost(summary: pd.DataFrame) -> Figure:
    """Draw the mean test error against what a training run costs, counted and timed.

    Args:
        summary: By recipe: ``error`` (%), ``operations`` (multiply-adds of a whole training run)
            and ``seconds`` (of one thread, or NaN).
    """
    figure, both = plt.subplots(1, 2, figsize=(COLUMN, 2.9), sharey=True)
    summary = summary.assign(operations=summary["operations"] / 1e12)
    labels = {
        "operations": "multiply-adds of one run (10¹²)",
        "seconds": "seconds of one run, one thread",
    }
    for axes, (column, label) in zip(both, labels.items(), strict=True):
        # A recipe that was never timed alone has no seconds.
        axes.plot(summary[column], summary["error"], "o", ms=6)
        axes.set(xlabel=label, xlim=(summary[column].min() / 3, summary[column].max() * 3))
        log_axis(axes, "x")
    log_axis(both[0], "y")
    both[0].set_ylabel("mean test error (%)")
    for axes, column in zip(both, labels, strict=True):
        points = summary[[column, "error"]].dropna()
        name_points(axes, points, [str(name) for name in points.index])
    return figure


def robustness(table: pd.DataFrame) -> Figure:
    """Draw accuracy against the strength of each corruption, one panel each, three in a row.

    Args:
        table: ``results/robustness.csv``: ``network, corruption, strength, unit, accuracy`` (0–1).
    """
    with mpl.rc_context({"figure.constrained_layout.use": False}):  # seaborn lays out itself
        grid = sns.relplot(
            table.assign(percent=100 * table["accuracy"]), kind="line", x="strength", y="percent",
            hue="network", style="network", col="corruption", col_wrap=3, markers=True,
            dashes=False, palette=COLOURS[: table["network"].nunique()],
            facet_kws={"sharex": False},
        )  # fmt: skip
    units = table.groupby("corruption")["unit"].first()
    for kind, axes in grid.axes_dict.items():
        axes.set(title=kind, xlabel=units[kind], ylabel="accuracy (%)", ylim=(0, 103))
    figure: Figure = grid.figure
    figure.set_size_inches(COLUMN, 0.4 + 1.85 * -(-len(units) // 3))
    figure.set_layout_engine("constrained")
    sns.move_legend(grid, "outside upper center", ncols=3, title=None)
    return figure


def always_misclassified(
    images: Tensor, labels: Sequence[int], shared: pd.DataFrame, disputed: Container[int]
) -> Figure:
    """Draw images that many runs misclassify, with the label and the most frequent prediction.

    ``images`` and ``labels`` are the whole test set, uint8 N×1×28×28; ``shared`` has, by index in
    it, ``runs`` and ``prediction`` of those to draw; the ``disputed`` ones among them are framed.
    """
    errors = shared[["prediction"]].rename_axis("index").reset_index()
    errors["truth"] = [labels[number] for number in errors["index"]]
    errors["disputed"] = [number in disputed for number in errors["index"]]
    return misclassified(images, errors, "0123456789")
