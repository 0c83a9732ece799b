"""What every notebook keeps to; that its outputs come out again is nbval's part."""

from __future__ import annotations

import ast
import re
import runpy
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from helpers.paths import ROOT
from pypdf import PdfReader

from lenet_lib import prose
from lenet_lib.models import WEIGHTS
from lenet_lib.report import build_report, list_notebooks, read_settings, solutions
from lenet_lib.report.execute import execute, parameters_of

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHAPTERS = [path for path in NOTEBOOKS if path.stem[0].isdigit()]
SCRIPTS = sorted((ROOT / "notebooks" / "solutions").glob("*.py"))
UNSEEN = {"hide-input", "hide-cell", "remove-cell", "remove-input"}
"""Tags of cells whose code the coursework edition and the web edition leave out or fold."""


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    """Each notebook in turn."""
    return Path(request.param)


@pytest.fixture
def book(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code(book: Any) -> list[Any]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def outputs(book: Any) -> list[Any]:
    return [output for cell in code(book) for output in cell.outputs]


def tags(cell: Any) -> set[str]:
    return set(cell.metadata.get("tags", []))


def prose_of(book: Any) -> str:
    return "\n\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")


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


# The prose


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


# Figures, tables, exercises, references


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


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_solutions_run_as_written(script: Path, mnist: object) -> None:
    runpy.run_path(str(script))


def test_the_page_folds_the_solutions_that_run(path: Path, book: Any) -> None:
    cells = [cell for cell in book.cells if "solutions" in tags(cell)]
    script = solutions.script_of(path)
    assert bool(cells) == script.exists() == (path in CHAPTERS)
    for cell in cells:
        assert cell.source == solutions.page(script.read_text(encoding="utf-8"))
        asked = re.split(r"^## Exercises$", prose_of(book), flags=re.MULTILINE)[1]
        exercises = re.findall(r"^(\d+)\. ", asked.split("<details>")[0], re.MULTILINE)
        assert re.findall(r"<b>Solution (\d+)\.", cell.source) == exercises


@pytest.mark.filterwarnings("ignore:.*interactive widget")
@pytest.mark.parametrize(
    ("full", "most"), [(False, 25), pytest.param(True, 55, marks=pytest.mark.slow)]
)
def test_the_editions_are_no_longer_than_asked_for(full: bool, most: int, tmp_path: Path) -> None:
    folder = ROOT / "notebooks"
    settings = read_settings(folder, full=full, author="A")
    build_report(list_notebooks(folder, full=full), tmp_path / "report.pdf", settings)
    assert len(PdfReader(tmp_path / "report.pdf").pages) <= most


@pytest.mark.slow
def test_run_all_goes_through_on_another_data_set(
    path: Path, book: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the last cell, shown then in print too, names each sentence that no longer holds."""
    if "dataset" not in parameters_of(book):
        return
    monkeypatch.setenv("LENET_DATA", str(ROOT / "nowhere"))
    execute(path, tmp_path / path.name, parameters={"dataset": "digits"})
    last = nbformat.read(tmp_path / path.name, as_version=4).cells[-1]
    assert "The text was written for dataset = 'mnist'" in last.outputs[0].text
    assert "remove-cell" not in tags(last)


OTHER_SETTINGS: dict[str, dict[str, Any]] = {
    "03-training": {
        **{"dataset": "digits", "seed": 1, "learning_rate": 0.01},
        **{"batch_size": 256, "epochs": 2},
    },
    "04-evaluation": {"dataset": "digits", "run": "a reader's own"},
    "05-evidence": {"recipe": "best"},
}
"""What a reader may change beside the data set; each name is one of the notebook's parameters."""


@pytest.mark.slow
@pytest.mark.parametrize("stem", OTHER_SETTINGS)
def test_run_all_goes_through_with_other_settings(stem: str, tmp_path: Path, mnist: object) -> None:
    """And the last cell says what the text was written for, and which claims no longer hold.

    ``execute`` fills the numbers in; that a reader's own Run All quotes each stale sentence is
    tested in ``test_notebook.py``.
    """
    path, settings = ROOT / "notebooks" / f"{stem}.ipynb", dict(OTHER_SETTINGS[stem])
    assert set(settings) == set(parameters_of(nbformat.read(path, as_version=4)))
    if "run" in settings:
        shutil.copy(WEIGHTS, tmp_path / "weights.safetensors")
        settings["run"] = str(tmp_path)
    execute(path, tmp_path / path.name, parameters=settings)
    last = nbformat.read(tmp_path / path.name, as_version=4).cells[-1].outputs[0].text
    assert re.match(r"The text was written for .+\. Here \d+ (sentences|numbers) ", last)
    assert "sentences do not hold:\n- " in last or last.endswith("claims hold, too.\n")


def test_missing_data_is_told_what_to_do(
    path: Path, book: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from lenet_lib.errors import LenetError

    start = next((c for c in code(book) if "notebook.start(" in c.source), None)
    if start is None:
        return
    monkeypatch.setenv("LENET_DATA", str(tmp_path))
    with pytest.raises(LenetError, match="name the folder that holds MNIST/raw"):
        exec(start.source, {"dataset": "mnist"})


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
