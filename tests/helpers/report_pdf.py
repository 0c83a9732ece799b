"""Looking into a PDF: its text, its fonts, its links."""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from helpers.report_samples import write
from lenet_lib.errors import LenetWarning
from lenet_lib.report import read_settings, report_pdf
from lenet_lib.report.notebooks import read_notebook

DAY = "2026-11-22"


@dataclass(frozen=True)
class Result:
    """A typeset report, and what was said while it was made."""

    data: bytes
    warnings: list[str]

    @property
    def pdf(self) -> PdfReader:
        return PdfReader(io.BytesIO(self.data))

    @cached_property
    def text(self) -> str:
        """All text, with every run of blanks made one, since lines break anywhere."""
        pages = " ".join(page.extract_text() for page in self.pdf.pages)
        return " ".join(pages.split())

    @cached_property
    def pieces(self) -> list[tuple[str, float]]:
        """All pieces of text, each with where it begins: points from the page's left edge."""
        found: list[tuple[str, float]] = []

        def visit(text: str, matrix: list, place: list, *_: object) -> None:  # type: ignore[type-arg]
            if text.strip():
                found.append((text, place[4] + matrix[4]))

        for page in self.pdf.pages:
            page.extract_text(visitor_text=visit)
        return found

    @property
    def squeezed(self) -> str:
        """All text without any blanks."""
        return re.sub(r"[\s\u200b]", "", self.text)

    def left(self, words: str) -> float:
        """Return where a text begins, in points from the page's left edge."""
        return next(place for text, place in self.pieces if words in text)

    @property
    def outline(self) -> list[tuple[str, int]]:
        """The headings, each with its depth."""
        return [*_flat(self.pdf.outline, 0)]

    def drawn_widths(self) -> list[float]:
        """Return the widths, in points, at which pictures are drawn."""
        widths: list[float] = []

        def visit(operator: bytes, _: list, matrix: list, __: list) -> None:  # type: ignore[type-arg]
            if operator == b"Do":
                widths.append(matrix[0])

        for page in self.pdf.pages:
            page.extract_text(visitor_operand_before=visit)
        return [width for width in widths if width > 5]

    def lowest_inks(self) -> list[float]:
        """Return the height of the lowest text or picture on each page, page numbers aside."""
        lowest = []
        for page in self.pdf.pages:
            heights: list[float] = []

            def text(_: str, matrix: list, own: list, *__: object, heights=heights) -> None:  # type: ignore
                heights.append(own[4] * matrix[1] + own[5] * matrix[3] + matrix[5])

            def drawn(operator: bytes, _: list, matrix: list, __: list, heights=heights) -> None:  # type: ignore
                if operator == b"Do":
                    heights.append(min(matrix[5], matrix[5] + matrix[3]))

            page.extract_text(visitor_text=text, visitor_operand_before=drawn)
            lowest.append(min(height for height in heights if height > 60))
        return lowest

    @property
    def catalogue(self) -> Any:
        return self.pdf.trailer["/Root"]

    def fonts(self) -> dict[str, bool]:
        """Every font's name, and whether it is embedded."""
        found = {}
        for page in self.pdf.pages:
            for font in _fonts(page["/Resources"]):
                deep = font["/DescendantFonts"][0] if "/DescendantFonts" in font else font
                descriptor = _open(_open(deep)["/FontDescriptor"])
                embedded = {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor)
                found[str(font["/BaseFont"])] = bool(embedded)
        return found

    def destinations(self) -> list[Any]:
        """Where the links within the document lead."""
        notes = [_open(a) for page in self.pdf.pages for a in page.get("/Annots", [])]
        return [note.get("/Dest") or _open(note["/A"]).get("/D") for note in notes if _inside(note)]


def typeset(folder: Path, *cells: nbformat.NotebookNode, **options: Any) -> Result:
    """Make a report of one notebook with these cells."""
    return typeset_all([write(folder / "notebooks" / "01-sample.ipynb", *cells)], **options)


def typeset_all(paths: list[Path], **options: Any) -> Result:
    """Make a report of these notebooks."""
    given = {"date": DAY, "title": "A report", "author": "Ada", **options}
    settings = read_settings(paths[0].parent, [path.stem for path in paths], **given)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", LenetWarning)
        data = report_pdf([read_notebook(path, settings) for path in paths], settings)
    return Result(data, [str(w.message) for w in caught if w.category is LenetWarning])


def typeset_json(folder: Path, notebook: Any, **options: Any) -> Result:
    """Typeset a notebook as a file holds it, whether or not a program of today would write it."""
    path = folder / "kind.ipynb"
    path.write_text(notebook if isinstance(notebook, str) else json.dumps(notebook))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return typeset_all([path], **options)


def _flat(outline: list[Any], depth: int) -> Iterator[tuple[str, int]]:
    for item in outline:
        if isinstance(item, list):
            yield from _flat(item, depth + 1)
        else:
            yield item.title, depth


def _open(thing: Any) -> Any:
    return thing.get_object() if isinstance(thing, IndirectObject) else thing


def _fonts(resources: Any) -> list[Any]:
    """Return the fonts of a page and of the drawings on it."""
    resources = _open(resources)
    fonts = [_open(font) for font in _open(resources.get("/Font", {})).values()]
    for drawing in _open(resources.get("/XObject", {})).values():
        fonts += _fonts(_open(drawing).get("/Resources", {}))
    return fonts


def _inside(note: Any) -> bool:
    return "/Dest" in note or _open(note.get("/A", {})).get("/S") == "/GoTo"
