"""What the web edition is made of: the notebooks' cells, and drawings for its sheet."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from helpers.paths import ROOT
from helpers.pictures import WRITTEN
from lenet_lib import prose

BOOKS = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))["cells"]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
}

WIDGET = "application/vnd.jupyter.widget-view+json"


def cells_of(name: str, kind: str) -> list[Any]:
    """A notebook's cells of a kind that the site shows."""
    shown = [cell for cell in BOOKS[name] if "remove-cell" not in cell["metadata"].get("tags", [])]
    return [cell for cell in shown if cell["cell_type"] == kind]


def words(name: str, key: str) -> list[str]:
    """What a notebook's cells have under a key of their metadata, as a reader sees it.

    But for a live widget's: the site has a link to its own sheet there, see below.
    """
    cells = [cell for cell in cells_of(name, "code") if WIDGET not in json.dumps(cell["outputs"])]
    facts = [cell["metadata"] for cell in cells]
    return [prose.plain(each[key]) for each in facts if key in each]


Strokes = list[list[tuple[int, int]]]

RING = [(50 + 25 * np.cos(t), 50 + 35 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 40)]

DRAWN: dict[str, Strokes] = {
    **{str(name): strokes for name, strokes in WRITTEN.items()},
    "0": [[(int(x), int(y)) for x, y in RING]],
    "1, small": [[(62, 30), (60, 52)]],
    "2": [[(30, 30), (45, 18), (62, 26), (60, 44), (30, 78), (70, 78)]],
    "3": [[(32, 22), (66, 20), (46, 44), (66, 58), (58, 76), (32, 76)]],
    "6, with a dot": [[(60, 18), (38, 45), (36, 70), (54, 80), (64, 64), (40, 58)], [(90, 10)]],
    "8": [
        [(60, 26), (40, 24), (40, 40), (62, 60), (56, 80), (38, 78), (38, 60), (60, 40), (60, 26)]
    ],
    "9 at the edge": [[(26, 12), (8, 10), (6, 30), (26, 28), (26, 12), (24, 60)]],
}

NO_DIGIT: dict[str, Strokes] = {
    "two digits": [[(15, 20), (40, 20), (25, 80)], [(70, 20), (70, 80)]],
    "a grid": [[(x, 10), (x, 90)] for x in (20, 40, 60, 80)]
    + [[(10, y), (90, y)] for y in (20, 40, 60, 80)],
}
