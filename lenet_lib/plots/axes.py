"""Axes for errors, and intervals on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator
from matplotlib.transforms import Bbox
from numpy.typing import ArrayLike

from lenet_lib.plots.style import PALETTE

_ACCURACIES = [10, 50, 80, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.98, 99.99]


def log_axis(axes: Axes, of: str) -> None:
    """Make the ``x`` or the ``y`` axis logarithmic, with plain numbers at few ticks."""
    axis = getattr(axes, f"{of}axis")
    getattr(axes, f"set_{of}scale")("log")
    decades = abs(float(np.diff(np.log10(axis.get_view_interval()))[0]))
    steps = (1, 1.5, 2, 3, 4, 5, 6, 8) if decades < 1 else (1, 2, 5) if decades < 3 else (1,)
    axis.set_major_locator(LogLocator(subs=steps, numticks=20))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))


def accuracy_axis(axes: Axes, lowest: float, highest: float, *, of: str = "y") -> None:
    """Make an axis of errors in % read as accuracy in %, stretched towards 100.

    From 98 to 99 % is half of the errors, as from 80 to 90 %: both are one step of this axis.
    """
    axis = getattr(axes, f"{of}axis")
    getattr(axes, f"set_{of}scale")("log")
    getattr(axes, f"set_{of}lim")(100 - lowest, 100 - highest)
    ticks = [a for a in _ACCURACIES if lowest <= a <= highest]
    if of == "x" and len(ticks) > 6:  # their numbers stand side by side
        ticks = [a for a in ticks if a in (50, 90, 99, 99.9, 99.99)]
    axis.set_major_locator(FixedLocator([100 - a for a in ticks]))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda error, _: f"{100 - error:.6g}"))


def draw_intervals(
    axes: Axes, table: pd.DataFrame, places: ArrayLike, *, marker: str = "o"
) -> None:
    """Draw values as dots with horizontal intervals, at some heights.

    The table has three columns in the axis's unit: the values, and where their intervals begin and
    end. The marker is matplotlib's sign for the dot.
    """
    value, low, high = table.to_numpy(dtype=float).T
    axes.errorbar(
        value, places, xerr=[value - low, high - value], fmt=marker, color=PALETTE["blue"],
        markersize=5, capsize=3,
    )  # fmt: skip


def draw_runs(axes: Axes, runs: Mapping[str, ArrayLike], summary: pd.DataFrame) -> None:
    """Draw runs as dots, a row a group, and 0.24 below them each group's mean and its interval.

    Args:
        runs: The values of each group's runs, by what is written beside its row.
        summary: As for :func:`draw_intervals`, a row a group.
    """
    for place, values in enumerate(map(np.asarray, runs.values())):
        axes.plot(values, np.full(len(values), place), "o", color=PALETTE["sky"], ms=4.5, alpha=0.8)
    draw_intervals(axes, summary, np.arange(len(runs)) + 0.24, marker="D")
    name_rows(axes, list(runs))


def name_rows(axes: Axes, names: Sequence[str]) -> None:
    """Write names at heights 0, 1, …, the first at the top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")


def name_classes(axes: Axes, names: Sequence[str]) -> None:
    """Write the classes' names below places 0, 1, …, aslant where they are long."""
    axes.set_xticks(range(len(names)), names, rotation=0 if max(map(len, names)) < 4 else 60)
    axes.set_xlabel("class")
    axes.grid(visible=False, axis="x")


# Where a name may stand, in points from what it names: beside it, then higher and lower.
_SIDES = [
    (x, y) for y in (0, 6, -6, 11, -11, 16, -16, 22, -22) for x in (6, -6, 0) if x or abs(y) > 6
]
_ACROSS = {6: "left", -6: "right", 0: "center"}


def name_points(
    axes: Axes, points: ArrayLike, names: Sequence[str], spans: ArrayLike | None = None
) -> None:
    """Write each point's name beside it, on the first side where it meets no other name or point.

    Call it last: it needs to know where everything is.

    Args:
        points: In the axes' units, float N×2.
        spans: Lower and upper ends of vertical lines through them, float N×2, which names are to
            avoid.
    """
    assert isinstance(axes.figure, Figure)
    axes.figure.draw_without_rendering()
    places = np.asarray(points, dtype=float)
    ends = np.asarray(places[:, [1, 1]] if spans is None else spans, dtype=float)
    taken = []
    for (x, _), (low, high) in zip(places, ends, strict=True):
        box = Bbox(axes.transData.transform([(x, low), (x, high)]))
        taken.append(box.padded(2 if spans is not None else 4))
    for place, name in zip(places, names, strict=True):
        for side in _SIDES:
            text = axes.annotate(
                name, tuple(place), side, textcoords="offset points", ha=_ACROSS[side[0]],
                va="center", fontsize=7.5,
            )  # fmt: skip
            box = text.get_window_extent()
            cut = box.x0 < axes.bbox.x0 or box.x1 > axes.bbox.x1
            if not cut and box.count_overlaps(taken) == 0:
                break
            text.remove()
        else:
            axes.add_artist(text)
        taken.append(box)
