"""How the notebooks show figures and tables, and check the claims and numbers in their prose.

A cell that ends with a figure of ``lenet_lib.plots`` shows it. The figure's name, caption and
alternative text are no code: they stand in the cell's metadata as ``figure``, ``caption`` and
``alt``, where ``lenet execute`` and ``lenet report`` look for them.
"""

from __future__ import annotations

import base64
import io
import json
import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import pandas as pd
from IPython.core.getipython import get_ipython
from IPython.display import HTML
from matplotlib.figure import Figure
from PIL import Image

from lenet_lib import files, prose
from lenet_lib.errors import LenetError
from lenet_lib.plots.style import use_style

if TYPE_CHECKING:
    from lenet_lib.data import Dataset

SCREEN_DPI = 110
"""Pixels per inch at which a browser shows a figure."""

PRINT_DPI = 200
"""Pixels per inch in print, of what can't be lines."""

MAX_SVG = 400_000
"""Bytes beyond which the marks of a drawing are saved as pixels; its text stays text."""

_claims: dict[str, bool] = {}


def setup() -> None:
    """Set the figures' style, and let a cell that ends with a figure show it.

    Without a notebook (a script of solutions) only the style is set.
    """
    _claims.clear()
    if (shell := get_ipython()) and shell.display_formatter:
        shell.run_line_magic("matplotlib", "inline")  # now: it brings formatters of its own
        formatters = shell.display_formatter.formatters
        formatters["image/png"].for_type(Figure, _png)
        if os.environ.get("LENET_FIGURES"):
            formatters["image/svg+xml"].for_type(Figure, _svg)
    use_style()


def start(dataset: str | None = None) -> Dataset:
    """Set the figures up, and load the data set that the notebook is about, by its name.

    Raises:
        LenetError: The data set is neither on this machine nor to be had; the message says what to
            do.
    """
    from lenet_lib.data import load

    setup()
    return load(dataset or os.environ.get("LENET_DATASET") or "mnist")


def results(name: str) -> pd.DataFrame:
    """Read a committed table of the checkout's ``results/``, from whichever folder this runs in.

    Raises:
        LenetError: The table is not there; the message says where it was looked for.
    """
    path = Path(__file__).resolve().parents[1] / "results" / name
    try:
        return pd.read_csv(path)
    except OSError as error:
        raise LenetError(
            f"{path} can't be read ({error.strerror}): work in a clone of the whole repository, "
            f"and set it up with `make setup`."
        ) from None


def table(
    frame: pd.DataFrame, decimals: int | Mapping[str, int] = 2, *, index: bool = True
) -> HTML:
    """Give a data frame as a table whose numbers are rounded, with commas at the thousands.

    A number above 0 that rounds to 0, as a p value may, is given as less than the last place.

    Args:
        decimals: Decimal places of the columns of floats: one number, or one for each column's
            name.
    """
    places = decimals if isinstance(decimals, Mapping) else {}
    default = decimals if isinstance(decimals, int) else 2
    formatters: Any = {
        name: partial(_rounded, places=places.get(str(name), default))
        if kind.kind == "f"
        else "{:,}".format
        for name, kind in frame.dtypes.items()
        if kind.kind in "fiu"
    }
    return HTML(frame.to_html(index=index, border=0, formatters=formatters, na_rep="–"))


def _rounded(value: float, places: int) -> str:
    least = 10.0**-places
    return f"<{least:.{places}f}" if 0 < value < least / 2 else f"{value:,.{places}f}"


def claim(holds: object, sentence: str) -> None:
    """State in a few words what the prose beside this cell says, and whether it holds.

    A claim that fails is said at once and again by :func:`check_prose`; the cells after it run.
    """
    _claims[sentence] = bool(holds)
    if not holds:
        print(f"This report's claim no longer holds: {sentence}.")


def check_prose(file: str, **written_for: object) -> None:
    """Check every number in a notebook's text, and every claim, against the values just computed.

    With the parameters that the text was written for a stale sentence is an error; with others
    (another data set, another seed) the sentences that no longer hold are listed.

    Args:
        file: The notebook's own file name, in the folder in which it runs.
        **written_for: The notebook's parameters and the values that its text was written for.

    Raises:
        LenetError: The file is no notebook; or the parameters are as the text expects and yet a
            number or a claim is stale.
    """
    names = sys._getframe(1).f_globals
    try:
        book = json.loads(Path(file).read_text(encoding="utf-8"))
        texts = list(prose.texts(book))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LenetError(f"{file} is no readable notebook in {Path.cwd()} ({error}).") from None
    values, wrong = _evaluate(texts, names)
    wrong += [f"claim: {sentence}" for sentence, holds in _claims.items() if not holds]
    foreign = any(names.get(name) != value for name, value in written_for.items())
    if target := os.environ.get("LENET_PROSE"):  # `execute` runs this, and fills the text in
        here = {name: names.get(name) for name in written_for}
        found = {"values": values, "parameters": here, "notice": bool(wrong) or foreign}
        files.write(Path(target), json.dumps(found, default=str))
    else:
        wrong += [quote for text in texts for quote in prose.stale(text, values)]
    total = sum(len(prose.expressions(text)) for text in texts)
    counts = f"{total} numbers in the text and {len(_claims)} claims"
    listed = "\n".join(f"- {line}" for line in wrong)
    if not foreign:
        if wrong:
            raise LenetError(f"{len(wrong)} sentences of {file} no longer hold:\n{listed}")
        print(f"{counts} agree with the values above.")
        return
    meant = ", ".join(f"{name} = {value!r}" for name, value in written_for.items())
    told = f"{len(wrong)} sentences do not hold:\n{listed}" if wrong else f"{counts} hold, too."
    print(f"The text was written for {meant}. Here {told}")


def _evaluate(texts: list[str], names: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Evaluate all expressions; one that can't be is shown as ?, with the reason in the list."""
    values, wrong = {}, []
    for expression in dict.fromkeys(each for text in texts for each in prose.expressions(text)):
        try:
            values[expression] = prose.compute(expression, names)
        except LenetError as error:
            values[expression] = "?"
            wrong.append(str(error))
    return values, wrong


def _png(figure: Figure) -> tuple[str, dict[str, int]]:
    """Draw a figure for the screen and close it: sharp, and in 256 colours a third of the size."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=1.3 * SCREEN_DPI)
    Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
        small, "png", optimize=True
    )
    plt.close(figure)
    width = round(figure.get_figwidth() * SCREEN_DPI)
    return base64.b64encode(small.getvalue()).decode("ascii"), {"width": width}


def _svg(figure: Figure) -> str:
    """Draw a figure for print; thousands of marks as pixels, under the text."""
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    if drawn.tell() > MAX_SVG:
        for axes in figure.axes:
            for marks in (*axes.collections, *axes.lines):
                marks.set_rasterized(True)
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None}, dpi=PRINT_DPI)
    return drawn.getvalue()
