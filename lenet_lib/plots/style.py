"""One look for all figures: readable at a page's width, also for colour-blind people."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import matplotlib as mpl
import seaborn as sns
from cycler import cycler
from matplotlib import font_manager

COLUMN = 6.3
"""Width of the text column of an A4 page, in inches: figures are drawn at this width."""

PALETTE = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "red": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "grey": "#6B6B6B",
}
"""Colours that people with any colour vision tell apart (Okabe & Ito 2008), and a grey."""

COLOURS = list(PALETTE.values())

DIGIT_COLOURS = sns.color_palette("tab10", 10)
"""One colour per class, for maps of points that also carry the digit as text."""

_SETTINGS: Any = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.labelsize": 9,
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "figure.constrained_layout.use": True,
    "figure.dpi": 110,
    "figure.titlesize": 10,
    "font.size": 9,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.6,
    "image.cmap": "gray_r",  # ink is dark, as on paper
    "image.interpolation": "nearest",
    "legend.fontsize": 8,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "savefig.dpi": 200,
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "lenet",  # same figure, same bytes
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
}


def use_style() -> None:
    """Make every figure drawn from here on look like the report's."""
    mpl.rcParams.update(_SETTINGS | {"font.family": ["DejaVu Sans", *_chinese()]})


def _chinese() -> list[str]:
    """Register the packaged font that has what DejaVu lacks; empty where it is not installed."""
    name, spec = "Noto Sans SC", find_spec("pylopdf_fonts_zh_cn")
    if spec is None or spec.origin is None:
        return []
    known = font_manager.fontManager.ttflist
    if not any(entry.name == name for entry in known):
        font_manager.fontManager.addfont(Path(spec.origin).parent / "NotoSansSC-Regular.otf")
        known.append(replace(known[-1], weight=700))  # else each bold title warns that it is not
    return [name]
