"""Pages: what stays together, what may be broken, and that none is half empty."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from helpers import report_samples as samples
from helpers.report_pdf import typeset, typeset_all
from helpers.report_samples import code, display, markdown


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, where no other report.toml is at hand."""
    monkeypatch.chdir(tmp_path)


def test_a_folded_part_s_line_stays_with_what_it_folds(tmp_path: Path) -> None:
    folded = "<details><summary>Solution {}</summary>\n\n```\nx = 1\ny = 2\n```\n\n</details>"
    parts = [[*["line"] * lines, *map(folded.format, range(9))] for lines in range(24, 40)]
    text = "\n\n".join(line for part in parts for line in part)  # a page or two would end with one
    for page in typeset(tmp_path, markdown(text)).pdf.pages:
        assert not re.search(r"Solution \d\s*\d+ / \d+\s*$", page.extract_text())


def test_the_list_of_works_fits_a_page_or_is_broken(tmp_path: Path) -> None:
    works = "".join(
        f"- Author {n:02}. A work with a title of some length, {n}.\n" for n in range(40)
    )
    text = "\n\n".join(["line"] * 20)  # the list begins low on the second page
    for name, end in (("a", text), ("b", f"{text}\n\n## References\n\n{works}")):
        samples.write(tmp_path / f"{name}.ipynb", markdown(f"# {name}\n\n{end}"))
    result = typeset_all([tmp_path / "a.ipynb", tmp_path / "b.ipynb"])
    pages = [page.extract_text() for page in result.pdf.pages]
    on = [n for n, page in enumerate(pages) if "Author" in page]
    assert len(on) == 1 and pages[on[0]].count("A work") == 40


def test_long_code_lines_and_blocks_are_whole(tmp_path: Path) -> None:
    lines = "\n".join(f"value_{n} = {n}  # " + "word " * 16 for n in range(80))
    result = typeset(tmp_path, code(lines))
    assert all(f"value_{n} = {n}" in result.text for n in range(80))
    assert len(result.pdf.pages) > 1


def test_a_short_output_stays_with_its_cell(tmp_path: Path) -> None:
    shown = "\n".join("abcdef")
    cells = [code(f"value_{n}", display(text_plain=f"{shown}\nresult {n}.")) for n in range(40)]
    pages = [page.extract_text() for page in typeset(tmp_path, *cells).pdf.pages]
    assert len(pages) > 2
    for n in range(40):
        assert [f"value_{n}\n" in page for page in pages] == [
            f"result {n}." in page for page in pages
        ], n


def test_no_heading_is_left_alone_at_the_foot(tmp_path: Path) -> None:
    cells = [markdown("# A")]
    cells += [markdown(f"## H{n}\n\n" + samples.PROSE * (n % 4 + 1)) for n in range(40)]
    for page in typeset(tmp_path, *cells).pdf.pages:
        lines = page.extract_text().strip().splitlines()
        last = lines[-2] if lines[-1].count("/") == 1 else lines[-1]
        assert not last.startswith(tuple("123456789")), last


def test_no_page_is_half_empty(tmp_path: Path) -> None:
    tall = display(
        {"image/png": {"alt": "Tall"}},
        image_png=base64.b64encode(samples.plain_png(640, 400)).decode(),
    )
    cells = [markdown("# A\n\n" + samples.PROSE)]
    for n in range(12):
        cells += [markdown(f"## S{n}\n\n" + samples.PROSE * (n % 3 + 1)), code("d()", tall)]
    lowest = typeset(tmp_path, *cells).lowest_inks()
    assert len(lowest) > 6
    assert max(lowest[:-1]) < 842 / 3, lowest  # where its cell is, each would leave that much
