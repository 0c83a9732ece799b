"""The notebooks of the checkout, what is looked for in them, and small ones to execute."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

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


def write(folder: Path, *sources: str | tuple[str, dict[str, Any]]) -> Path:
    """Write a notebook; what begins with # is Markdown, a pair brings metadata."""
    cells = []
    for number, source in enumerate(sources):
        text, metadata = source if isinstance(source, tuple) else (source, {})
        make = new_markdown_cell if text.startswith("#") else new_code_cell
        cells.append(make(text, id=f"cell-{number}", metadata=metadata))
    path = folder / "book.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path
