"""What the notebooks say: checked numbers, no sentence built by code, links and references."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
from helpers.notebooks import NOTEBOOKS, UNSEEN, code, prose_of, tags
from helpers.paths import ROOT

from lenet_lib import prose


def test_marks_survive_every_markdown_parser(book: Any) -> None:
    for cell in book.cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"^\s{0,3}(?:[-*+] +|\d+\. +)?<!--", cell.source, re.MULTILINE), (
                f"a line begins with a comment, and so is no Markdown: {cell.source}"
            )
    for text in prose.texts({"cells": book.cells}):
        assert "<!--" not in prose.plain(text), f"no mark, or one that does not end: {text}"
        for line in text.splitlines():
            for expression in prose.expressions(line):
                assert not re.search(r"--|[$`]", expression), expression
                assert not (line.lstrip().startswith("|") and "|" in expression), expression
        assert len(prose.expressions(text)) == text.count("<!-- = "), f"a mark over lines: {text}"


def test_the_last_cell_checks_the_prose(path: Path, book: Any) -> None:
    cells = code(book)
    if not cells:
        return
    last = cells[-1]
    assert last.source.startswith(f'notebook.check_prose("{path.name}"')
    assert "remove-cell" in tags(last)
    assert re.fullmatch(r"\d+ numbers in the text and .* agree.*\n", last.outputs[0].text)


def text_lines(source: str) -> tuple[int, int]:
    """Count the lines of a cell that build sentences, and all that are not blank.

    A string of four words or more is a sentence, with every line that it stands on; docstrings are
    part of the code that they document.
    """
    tree = ast.parse(source)
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and isinstance(node.body[0], ast.Expr)
    }
    spoken: set[int] = set()
    for node in ast.walk(tree):
        if id(node) in documents:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = [str(v.value) if isinstance(v, ast.Constant) else " x " for v in node.values]
            words = "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value
        else:
            continue
        if len(re.findall(r"[A-Za-z]{2,}|\bx\b", words)) >= 4:
            spoken.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(spoken), sum(bool(line.strip()) for line in source.splitlines())


def test_what_counts_as_a_line_of_text() -> None:
    assert text_lines('x = 1\nprint(f"The error is {x} of {y}.")') == (1, 2)
    assert text_lines('alt = (\n"one two "\n"three four"\n)\n') == (2, 4)
    assert text_lines('def f():\n    """Say what this does here."""\n    return "a b c d"') == (
        0,
        3,
    )


def test_code_is_no_text(book: Any) -> None:
    """At most a twentieth of the lines that a reader sees build sentences (in a short one, two)."""
    seen = [cell for cell in code(book) if not tags(cell) & UNSEEN]
    counts = [text_lines(cell.source) for cell in seen]
    spoken, lines = (sum(count) for count in zip(*counts, strict=True)) if counts else (0, 1)
    assert spoken <= max(2, 0.05 * lines), f"{spoken} of {lines} lines build sentences"
    for cell in code(book):
        assert not re.search(r"notebook\.(say|show)|print\(f|Markdown\(", cell.source), cell.source


def test_links_between_notebooks_lead_somewhere(book: Any) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", prose_of(book)):
        assert (ROOT / "notebooks" / target).exists(), target


def test_every_publication_is_in_the_one_list() -> None:
    texts = {path.stem: prose_of(nbformat.read(path, as_version=4)) for path in NOTEBOOKS}
    listed = texts.pop("B-references")
    cited = {
        link for text in texts.values() for link in re.findall(r"https://doi.org/[^)\s]+", text)
    }
    assert cited == set(re.findall(r"https://doi.org/[^)\s]+", listed))
    for stem, text in texts.items():
        assert "## References" not in text, stem
