"""The report as a reader sees it: what of a notebook arrives on the page, and how."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import report_samples as samples
from helpers.report_pdf import DAY, Result, typeset_all
from helpers.report_samples import markdown
from pypdf import PdfReader
from typer.testing import CliRunner

from lenet_lib.cli import app
from lenet_lib.report import build_report, read_settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, where no other report.toml is at hand."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The two chapters of the samples, with a whole title block."""
    folder = tmp_path_factory.mktemp("book")
    paths = samples.book(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        words = {"student_id": "2205", "course": "Vision", "abstract": "Why."}
        return typeset_all(paths, title="On digits", **words)


def test_title_block_contents_and_running_header(book: Result) -> None:
    assert not book.warnings
    first, second = (book.pdf.pages[page].extract_text() for page in (0, 1))
    for words in ("On digits", "Ada", "2205", "Vision", "22 November 2026", "Why.", "Contents"):
        assert words in first
    assert "1.1 Where it comes from" in " ".join(first.split())
    assert "On digits" in second and "The data set" in second
    assert f"2 / {len(book.pdf.pages)}" in second


def test_the_command_takes_the_title_block(tmp_path: Path) -> None:
    (path, *_) = samples.book(tmp_path)
    words = {
        **{"--title": "On ones", "--author": "张三", "--student-id": "22051001"},
        **{"--course": "Vision", "--abstract": "Why not.", "--date": DAY, "--output": "o/r.pdf"},
    }
    flat = [word for pair in words.items() for word in pair]
    result = CliRunner().invoke(app, ["report", str(path), *flat])
    assert result.exit_code == 0, result.output
    first = PdfReader("o/r.pdf").pages[0].extract_text()
    for said in ("On ones", "张三", "22051001", "Vision", "Why not.", "22 November 2026"):
        assert said in first
    with_code = "".join(page.extract_text() for page in PdfReader("o/r.pdf").pages)
    assert CliRunner().invoke(app, ["report", str(path), *flat, "--no-code"]).exit_code == 0
    without = "".join(page.extract_text() for page in PdfReader("o/r.pdf").pages)
    assert len(without) < len(with_code)


def test_one_section_per_notebook_numbered_through(book: Result) -> None:
    outline = book.outline
    assert [title for title, depth in outline if depth == 0] == [
        "1 The data set",
        "2 LeNet",  # the notebook says "02 · LeNet": its own number is not printed twice
        "References",
    ]
    assert ("2.1 The layers", 1) in outline


def test_figures_and_tables_are_numbered_with_captions(book: Result) -> None:
    assert "Figure 1 Loss on training and validation digits" in book.text
    assert "Figure 2 One digit" in book.text  # no caption: its alternative text
    assert "Table 1 Four models, and what they cost" in book.text


def test_links_lead_to_other_chapters_and_figures(book: Result) -> None:
    assert "See the network (§2.1)" in book.text
    assert "in the figure (Figure 1), the data in chapter one (§1), its sources in" in book.text
    assert "its list" in book.text  # one for all, without a number
    assert len(book.destinations()) >= 4


def test_file_is_written_whole_and_folders_are_made(tmp_path: Path) -> None:
    path = samples.write(tmp_path / "a.ipynb", markdown("# A"))
    output = tmp_path / "new" / "report.pdf"
    build_report([path], output, read_settings(tmp_path, date=DAY, author="Ada"))
    assert output.read_bytes().startswith(b"%PDF-")
    assert [file.name for file in output.parent.iterdir()] == ["report.pdf"]
