"""A look at figures: what is written in them, and whether they look as they did."""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text

from helpers.paths import ROOT

BASELINE = ROOT / "tests" / "plots" / "baseline"


def texts(figure: Figure) -> list[Text]:
    """Give what is written in a figure that has been drawn, ticks and legends included."""
    found = [text for text in figure.findobj(Text) if text.get_text().strip()]
    return [text for text in found if text.get_visible() and _shown(text)]


def _shown(text: Text) -> bool:
    axes = text.axes
    return axes is None or (axes.get_visible() and (axes.axison or text in axes.texts))


def words(figure: Figure) -> list[str]:
    """Draw a figure and give the words in it."""
    figure.draw_without_rendering()
    return " ".join(text.get_text() for text in texts(figure)).split()


def assert_like_baseline(figure: Figure, name: str, folder: Path, *, tolerance: float = 2) -> None:
    """Compare a figure with the picture of that name that is committed.

    ``LENET_BASELINE=1 pytest tests/plots`` draws the pictures anew; look at them before a commit.
    """
    expected = BASELINE / f"{name}.png"
    drawn = expected if os.environ.get("LENET_BASELINE") else folder / f"{name}.png"
    with mpl.rc_context({"text.hinting": "none"}):
        figure.savefig(drawn, dpi=60, metadata={"Software": None})
    difference = compare_images(str(expected), str(drawn), tolerance)
    assert difference is None, difference
