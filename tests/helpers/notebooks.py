"""The notebooks of the checkout, and what is looked for in them."""

from __future__ import annotations

from typing import Any

from helpers.paths import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

CHAPTERS = [path for path in NOTEBOOKS if path.stem[0].isdigit()]

UNSEEN = {"hide-input", "hide-cell", "remove-cell", "remove-input"}
"""Tags of cells whose code the coursework edition and the web edition leave out or fold."""


def code(book: Any) -> list[Any]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def outputs(book: Any) -> list[Any]:
    return [output for cell in code(book) for output in cell.outputs]


def tags(cell: Any) -> set[str]:
    return set(cell.metadata.get("tags", []))


def prose_of(book: Any) -> str:
    return "\n\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
