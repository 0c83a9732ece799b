"""What every notebook keeps to; that its outputs come out again is nbval's part."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
from helpers.notebooks import CHAPTERS, NOTEBOOKS, code, outputs, prose_of, tags
from helpers.paths import ROOT

from lenet_lib import prose
from lenet_lib.report import solutions


def test_the_notebooks_are_there() -> None:
    assert [path.name[:3] for path in CHAPTERS] == ["01-", "02-", "03-", "04-", "05-", "06-"]
    assert all(path.stat().st_size < 1_000_000 for path in NOTEBOOKS)


def test_committed_as_executed_from_top_to_bottom(book: Any) -> None:
    counts = [cell.execution_count for cell in code(book)]
    assert counts == list(range(1, len(counts) + 1))
    kinds = {(output.output_type, output.get("name")) for output in outputs(book)}
    assert not {kind for kind in kinds if kind[0] == "error" or kind[1] == "stderr"}


def test_reads_as_a_chapter(path: Path, book: Any) -> None:
    assert len(re.findall(r"^# ", prose_of(book), re.MULTILINE)) == 1
    assert book.cells[0].source.startswith("# ")
    for cell in code(book):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= 15, lines[0]
    if path in CHAPTERS:
        for heading in ("Summary", "Questions", "Exercises"):
            assert re.search(rf"^## .*{heading}", prose_of(book), re.MULTILINE), heading


def test_the_parameters_are_a_cell_that_the_check_knows(path: Path, book: Any) -> None:
    """Of a chapter: an appendix may have nothing to set."""
    marked = [cell for cell in code(book) if "parameters" in tags(cell)]
    if path not in CHAPTERS and not marked:
        return
    (cell,) = marked
    names = {
        str(target.id): ast.literal_eval(line.value)
        for line in ast.parse(cell.source).body
        if isinstance(line, ast.Assign)
        for target in line.targets
        if isinstance(target, ast.Name)
    }
    last = ast.walk(ast.parse(code(book)[-1].source))
    (call,) = (node for node in last if isinstance(node, ast.Call))
    known = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    assert known == names
    assert book.metadata["lenet"] == names


def test_figures_have_words_and_a_print_version(book: Any) -> None:
    for output in outputs(book):
        if "image/png" not in output.get("data", {}):
            continue
        facts = output.metadata["image/png"]
        assert len(facts["alt"]) > 20
        assert "<!--" not in facts["alt"] + facts.get("caption", "")
        files = [ROOT / "figures" / f"{facts['figure']}.{end}" for end in ("svg", "png")]
        assert any(file.is_file() for file in files), facts["figure"]


def test_every_drawing_in_figures_is_some_cells() -> None:
    drawn = {
        output.metadata["image/png"]["figure"]
        for path in NOTEBOOKS
        for output in outputs(nbformat.read(path, as_version=4))
        if "image/png" in output.get("data", {})
    }
    assert {file.stem for file in (ROOT / "figures").glob("0*.*")} <= drawn


def test_what_a_cell_shows_has_its_words_in_the_cells_metadata(path: Path, book: Any) -> None:
    number = path.stem.split("-")[0]
    for cell in code(book):
        drawn = [o for o in cell.outputs if "image/png" in o.get("data", {})]
        assert len(drawn) <= 1
        if drawn:
            words = cell.metadata
            assert words["figure"].startswith(f"{number}-")
            assert words["caption"].rstrip().endswith(".")
            facts = drawn[0].metadata["image/png"]
            assert facts["alt"] == prose.plain(words["alt"])
            assert facts["caption"] == prose.plain(words["caption"])
        if any("<table" in o.get("data", {}).get("text/html", "") for o in cell.outputs):
            assert cell.metadata["caption"].rstrip().endswith(".")


def test_what_is_not_compared_is_asserted_beside(book: Any) -> None:
    """A cell whose output nbval ignores has an assertion in it or within the next two cells."""
    cells = code(book)
    for number, cell in enumerate(cells):
        if "nbval-ignore-output" in tags(cell):
            near = cells[max(0, number - 1) : number + 4]
            summary = any(
                "Summary" in c.source for c in book.cells[book.cells.index(cell) - 1 :][:1]
            )
            checks = re.compile(r"assert |notebook\.claim\(")
            assert summary or any(checks.search(other.source) for other in near), cell.source


def test_the_page_folds_the_solutions_that_run(path: Path, book: Any) -> None:
    cells = [cell for cell in book.cells if "solutions" in tags(cell)]
    script = solutions.script_of(path)
    assert bool(cells) == script.exists() == (path in CHAPTERS)
    for cell in cells:
        assert cell.source == solutions.page(script.read_text(encoding="utf-8"))
        asked = re.split(r"^## Exercises$", prose_of(book), flags=re.MULTILINE)[1]
        exercises = re.findall(r"^(\d+)\. ", asked.split("<details>")[0], re.MULTILINE)
        assert re.findall(r"<b>Solution (\d+)\.", cell.source) == exercises
