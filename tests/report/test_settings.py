"""The title block and the editions: report.toml, options, and the notebooks that they name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from helpers import report_samples as samples
from helpers.report_pdf import typeset_all
from helpers.report_samples import code, display, markdown, stream

from lenet_lib.errors import LenetError
from lenet_lib.report import list_notebooks, read_settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, where no other report.toml is at hand."""
    monkeypatch.chdir(tmp_path)


def test_settings_from_file_and_options(tmp_path: Path) -> None:
    (tmp_path / "report.toml").write_text('title = "T"\nstudent-id = "7"\ndate = 2026-01-02\n')
    settings = read_settings(tmp_path, title="Won", author=None)
    assert (settings.title, settings.student_id, settings.author) == ("Won", "7", "")
    assert settings.day == dt.date(2026, 1, 2)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("titel = 'x'", "unknown key 'titel'"),
        ("title = ", "cannot be read as TOML"),
        ("title = 3", "must be a text"),
        ("date = 'tomorrow'", "not written as year-month-day"),
        ("code = 'no'", "must be true or false"),
    ],
)
def test_bad_settings(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "report.toml").write_text(text)
    with pytest.raises(LenetError, match=complaint):
        read_settings(tmp_path)


def test_date_is_the_source_date_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert read_settings(tmp_path).day == dt.date(2023, 11, 14)


def test_own_and_other_notebooks_have_their_own_titles(tmp_path: Path) -> None:
    own = samples.write(tmp_path / "01-mine.ipynb", markdown("# Digits\n\n## Part"))
    other = samples.write(tmp_path / "homework.ipynb", markdown("## Only this"))
    (tmp_path / "report.toml").write_text(
        'title = "The book"\ncourse = "Vision"\nabstract = "Why."\nnotebooks = ["01-mine"]\n'
    )
    first = typeset_all([own], title=None).text
    assert "Vision The book" in first and "Why." in first and "1 Digits" in first
    second = typeset_all([other], title=None).text
    assert second.startswith("Homework Ada") and "1 Only this" in second
    assert "Vision" not in second and "Why." not in second


def test_editions(tmp_path: Path) -> None:
    for name in ("01-data", "02-net", "04-rest", "05-more"):
        works = "## References\n\n- B. Zed (1999). [doi](https://doi.org/1)\n- A. " + name
        folded = code(f"folded_{name[:2]} = 1", stream("shown\n"), tags=("hide-input",))
        gone = code("gone = 1", tags=("remove-cell",))
        aside = markdown("An aside after [E](https://doi.org/3).")
        aside.metadata["tags"] = ["full-only"]
        title = markdown(f"# {name[3:]}\n\nBy [D](https://doi.org/2).")
        cells = title, folded, gone, aside, markdown(works)
        samples.write(tmp_path / f"{name}.ipynb", *cells)
    listed = markdown(
        "# Appendix B: References\n\nWords about it.\n\n- C. Last (2001).\n"
        "- D. Moss (2002). [doi](https://doi.org/2)\n- E. Nash (2003). [doi](https://doi.org/3)"
    )
    samples.write(tmp_path / "B-works.ipynb", listed)
    (tmp_path / "results.md").write_text(
        "x <!-- results -->\n\n|a|\n|-|\n|99.4|\n\n<!-- /results -->"
    )
    (tmp_path / "report.toml").write_text(
        'notebooks = ["01-data", "02-net"]\nbook = ["01-data", "02-net", "04-rest"]\n'
        'appendices = ["05-more"]\nresults = "results.md"\n'
        'references = ["B-works"]\n'
    )
    short = typeset_all(list_notebooks(tmp_path, full=False), full=False)
    assert "folded" not in short.text and "shown" in short.text and "1 data" in short.text
    assert "99.4" in short.pdf.pages[0].extract_text() and short.text.count("Zed") == 1
    assert "C. Last (2001). • D. Moss (2002). doi • B. Zed" in short.text
    assert "Words about" not in short.text and "aside" not in short.text
    assert "Nash" not in short.text  # only the aside cites it
    assert "Only in the whole book: chapter 3, the appendices." in short.text
    whole = typeset_all(list_notebooks(tmp_path, full=True), full=True)
    assert "folded_05 = 1" in whole.text and "gone" not in whole.text
    assert "An aside" in whole.text and "E. Nash" in whole.text
    assert "Only in" not in whole.text
    titles = [title for title, _ in whole.outline]
    assert titles == ["1 data", "2 net", "3 rest", "References", "A more"]


def test_stand_in_is_named_everywhere(tmp_path: Path) -> None:
    tables = [
        display({"text/html": {"caption": caption}}, text_html=samples.frame().to_html())
        for caption in ("Of its own.", "Read from a file, on MNIST.")
    ]
    cells = markdown("# A\n\n" + samples.PROSE * 12), code("both", *tables)
    path = samples.write(tmp_path / "01-a.ipynb", *cells)
    path.write_text(
        path.read_text().replace(
            '"language_info"', '"lenet": {"dataset": "digits"}, "language_info"'
        )
    )
    (tmp_path / "report.toml").write_text('dataset = "mnist"\nabstract = "About MNIST."\n')
    result = typeset_all([path], title="On MNIST")
    pages = [page.extract_text() for page in result.pdf.pages]
    assert "Of its own. On “digits”." in result.text
    assert "on MNIST. " in result.text and "on MNIST. On" not in result.text
    assert "This report is not about MNIST" in pages[0] and "About MNIST." not in pages[0]
    assert "was not to be had" not in pages[0]  # it may have been chosen
    assert all("On MNIST – a trial on “digits”" in " ".join(page.split()) for page in pages)


def test_settings_of_an_edition_are_checked(tmp_path: Path) -> None:
    (tmp_path / "report.toml").write_text("notebooks = 3")
    with pytest.raises(LenetError, match="must be a list of notebooks"):
        read_settings(tmp_path)
