"""What the report's notebooks say and show, in one way for all of them."""

from __future__ import annotations

import io
import os
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import HTML, Markdown, display
from matplotlib.figure import Figure
from PIL import Image

from lenet_lib.data import Dataset, load
from lenet_lib.plots.style import style


def start() -> Dataset:
    """Set the figures' style and load the report's data set, ``$LENET_DATASET`` or MNIST.

    Raises
    ------
    LenetError
        The data set is neither on this machine nor to be had; the message says what to do.
    """
    style()
    return load(os.environ.get("LENET_DATASET") or "mnist")


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
    facts = {"alt": alt, "caption": caption or alt, "figure": name}
    # Drawn as a palette image: a third of the bytes, and no difference to be seen.
    picture = {"image/png": _small_png(figure), "text/plain": repr(figure)}
    display(picture, raw=True, metadata={"image/png": facts})
    if folder := os.environ.get("LENET_FIGURES"):
        save(figure, Path(folder), name)
    plt.close(figure)


def _small_png(figure: Figure) -> bytes:
    """Draw a figure as a PNG of at most 256 colours."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=figure.dpi, bbox_inches="tight")
    with Image.open(drawn) as picture:
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
            small, format="png", optimize=True
        )
    return small.getvalue()


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
