"""Formulas: TeX to Typst by pandoc, each one tried, so that a bad one costs only itself."""

from __future__ import annotations

import re
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typst

from lenet_lib.errors import LenetWarning
from lenet_lib.report import pandoc
from lenet_lib.report.typst_code import inline, literal

Node = dict[str, Any]
Formula = tuple[str, str]  # pandoc's kind (InlineMath, DisplayMath) and the TeX

MARK = "formula-ends-here"
# Pandoc 3.9 writes names that Typst 0.15 no longer knows, and loses the thick space.
RENAMED = (
    ("dot.circle", "dot.o"),
    ("times.circle", "times.o"),
    ("plus.circle", "plus.o"),
    ("minus.circle", "minus.o"),
    ("sect", "inter"),
    ("#h(0em)", "thick"),
)


def set_formulas(formulas: Iterable[Formula]) -> dict[Formula, Node]:
    """Translate formulas, and make sure that Typst accepts every one of them.

    Parameters
    ----------
    formulas
        Kind and TeX of each, as pandoc gives them.

    Returns
    -------
    dict
        A pandoc inline for each: the formula with its TeX as alternative text, or, with a
        warning, the TeX as it was written.
    """
    unique = list(dict.fromkeys(formulas))
    if not unique:
        return {}
    written = dict(zip(unique, _translate(unique), strict=True))
    codes = {formula: _equation(formula, body) for formula, body in written.items() if body}
    if not _compiles(codes.values()):
        codes = {formula: code for formula, code in codes.items() if _compiles([code])}
    return {formula: inline(codes.get(formula) or _verbatim(formula)) for formula in unique}


def modern(code: str) -> str:
    """Replace what pandoc still writes by what Typst 0.15 calls it; close up 10{,}000.

    >>> modern("a dot.circle b #h(0em) c")
    'a dot.o b thick c'
    """
    for old, new in RENAMED:
        code = re.sub(rf"(?<![\w.#\"]){re.escape(old)}(?![\w.])", new, code)
    return re.sub(r"(?<=\d) \\, (?=\d{3}\b)", '","', code)


def _translate(formulas: list[Formula]) -> list[str]:
    """Let pandoc translate all formulas in one go; an empty text where it cannot."""
    blocks: list[Node] = []
    for kind, tex in formulas:
        blocks.append({"t": "Para", "c": [{"t": "Math", "c": [{"t": kind}, tex]}]})
        blocks.append({"t": "Para", "c": [{"t": "Str", "c": MARK}]})
    pieces = pandoc.write_typst(blocks).split(f"\n\n{MARK}\n")[:-1]
    return [modern(piece.strip()) if piece.strip().startswith("$") else "" for piece in pieces]


def _equation(formula: Formula, code: str) -> str:
    kind, tex = formula
    displayed = literal(kind == "DisplayMath")
    return f"#math.equation(block: {displayed}, alt: {literal(tex.strip())}, {code});"


def _compiles(codes: Iterable[str]) -> bool:
    with tempfile.TemporaryDirectory(prefix="lenet-report-") as name:
        sheet = Path(name) / "formulas.typ"
        sheet.write_text(
            '#set document(title: "formulas")\n' + "\n\n".join(codes), encoding="utf-8"
        )
        try:
            typst.compile(sheet, root=Path(name), pdf_standards=["ua-1"], ignore_system_fonts=True)
        except typst.TypstError:
            return False
    return True


def _verbatim(formula: Formula) -> str:
    kind, tex = formula
    warnings.warn(
        f"A formula cannot be set and is printed as TeX: {tex}", LenetWarning, stacklevel=2
    )
    return f"#raw(block: {literal(kind == 'DisplayMath')}, {literal(tex)});"
