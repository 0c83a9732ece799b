"""What the report's notebooks say and show, in one way for all of them."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import HTML, Markdown, display
from matplotlib.figure import Figure
from PIL import Image

from lenet_lib.data import Dataset, load
from lenet_lib.errors import LenetError
from lenet_lib.plots.style import use_style

SCREEN_DPI = 110
"""Pixels per inch at which a browser shows a figure."""


def start() -> Dataset:
    """Set the figures' style and load the report's data set, ``$LENET_DATASET`` or MNIST.

    Raises
    ------
    LenetError
        The data set is neither on this machine nor to be had; the message says what to do.
    """
    use_style()
    return load(os.environ.get("LENET_DATASET") or "mnist")


def results(name: str) -> pd.DataFrame:
    """Read a committed table of the checkout's ``results/``, from whichever folder this runs in.

    Raises
    ------
    LenetError
        The table is not there; the message says where it was looked for.
    """
    path = Path(__file__).resolve().parents[1] / "results" / name
    try:
        return pd.read_csv(path)
    except OSError as error:
        raise LenetError(
            f"{path} can't be read ({error.strerror}): work in a clone of the whole repository, "
            f"and set it up with `make setup`."
        ) from None


def show(figure: Figure, name: str, *, alt: str, caption: str = "") -> None:
    """Display a figure with its alternative text, and close it.

    Where ``$LENET_FIGURES`` names a folder (`make notebooks` does), the figure is saved there too
    for print: as SVG, or as PNG where it holds thousands of marks.

    Parameters
    ----------
    figure
        The figure.
    name
        Its file's name without suffix; the PDF finds the print version by it.
    alt
        What the figure shows, for those who can't see it.
    caption
        What stands under it in print; the alternative text if empty.
    """
    width = round(figure.get_figwidth() * SCREEN_DPI)
    facts = {"alt": alt, "caption": caption or alt, "figure": name, "width": width}
    picture = {"image/png": _png(figure), "text/plain": f"<Figure {name}>"}
    display(picture, raw=True, metadata={"image/png": facts})
    if folder := os.environ.get("LENET_FIGURES"):
        save(figure, Path(folder), name)
    plt.close(figure)


def _png(figure: Figure) -> str:
    """Draw a figure for the screen, base64: sharp, and in 256 colours a third of the size."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=1.3 * SCREEN_DPI)
    Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
        small, "png", optimize=True
    )
    return base64.b64encode(small.getvalue()).decode("ascii")


def save(figure: Figure, folder: Path, name: str, *, heaviest: int = 400_000) -> Path:
    """Save a figure as SVG, or as PNG if the SVG has more than ``heaviest`` bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    vector, raster = folder / f"{name}.svg", folder / f"{name}.png"
    figure.savefig(vector, metadata={"Date": None})
    raster.unlink(missing_ok=True)
    if vector.stat().st_size <= heaviest:
        return vector
    vector.unlink()
    figure.savefig(raster, metadata={"Software": None})
    return raster


def show_table(table: pd.DataFrame, caption: str, *, decimals: int = 2, index: bool = True) -> None:
    """Display a table with a caption, numbers rounded to ``decimals`` places."""
    html = table.to_html(
        index=index, border=0, float_format=lambda x: f"{x:,.{decimals}f}", na_rep="–"
    )
    html = html.replace("<thead>", f"<caption>{caption}</caption>\n<thead>", 1)
    display(HTML(html), metadata={"text/html": {"caption": caption}})


def say(text: str) -> None:
    """Display a computed sentence as prose (Markdown)."""
    display(Markdown(text))
