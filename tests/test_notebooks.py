"""What every notebook keeps to; that its outputs come out again is nbval's part."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from helpers.paths import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def book(request: pytest.FixtureRequest) -> Any:
    """Each notebook in turn."""
    return nbformat.read(request.param, as_version=4)


def code(book: Any) -> list[Any]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def outputs(book: Any) -> list[Any]:
    return [output for cell in code(book) for output in cell.outputs]


def test_the_notebooks_are_there() -> None:
    assert [path.name[:3] for path in NOTEBOOKS] == ["01-", "02-", "03-", "04-", "05-", "06-"]
    assert all(path.stat().st_size < 1_000_000 for path in NOTEBOOKS)


def test_committed_as_executed_from_top_to_bottom(book: Any) -> None:
    counts = [cell.execution_count for cell in code(book)]
    assert counts == list(range(1, len(counts) + 1))
    kinds = {(output.output_type, output.get("name")) for output in outputs(book)}
    assert not {kind for kind in kinds if kind[0] == "error" or kind[1] == "stderr"}


def test_reads_as_a_chapter(book: Any) -> None:
    prose = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert len(re.findall(r"^# ", prose, re.MULTILINE)) == 1
    assert book.cells[0].source.startswith("# ")
    for heading in ("Summary", "Exercises", "References"):
        assert re.search(rf"^## .*{heading}", prose, re.MULTILINE), heading
    assert "Hint" in prose
    assert "doi.org" in prose
    for cell in code(book):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= 15, lines[0]


def test_figures_have_alternative_text_and_a_print_version(book: Any) -> None:
    drawn = [output for output in outputs(book) if "image/png" in output.get("data", {})]
    assert drawn
    for output in drawn:
        facts = output.metadata["image/png"]
        assert len(facts["alt"]) > 20
        files = [ROOT / "figures" / f"{facts['figure']}.{end}" for end in ("svg", "png")]
        assert any(path.is_file() for path in files), facts["figure"]


def test_what_is_not_compared_is_asserted_beside(book: Any) -> None:
    """A cell whose output nbval ignores has an assertion in it or within the next two cells."""
    cells = code(book)
    for number, cell in enumerate(cells):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            near = cells[max(0, number - 1) : number + 4]
            summary = any(
                "Summary" in c.source for c in book.cells[book.cells.index(cell) - 1 :][:1]
            )
            assert summary or any("assert " in other.source for other in near), cell.source


def test_a_wrong_kernel_is_told_what_to_do(book: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lenet_lib", None)
    with pytest.raises(SystemExit, match="make lab"):
        exec(code(book)[0].source, {})


def test_missing_data_is_told_what_to_do(
    book: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from lenet_lib.errors import LenetError

    monkeypatch.setenv("LENET_DATA", str(tmp_path))
    with pytest.raises(LenetError, match="name the folder that holds MNIST/raw"):
        exec(code(book)[0].source, {})


def test_links_between_notebooks_lead_somewhere(book: Any) -> None:
    prose = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", prose):
        assert (ROOT / "notebooks" / target).exists(), target


def test_a_missing_table_is_told_where_to_find_it() -> None:
    from lenet_lib.errors import LenetError
    from lenet_lib.notebook import results

    assert len(results("time_to_accuracy.csv")) > 1
    with pytest.raises(LenetError, match="work in a clone of the whole repository"):
        results("nowhere.csv")
