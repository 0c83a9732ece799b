"""Tables: pandas' and the author's, wide, long and careless ones."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from helpers.report_pdf import typeset
from helpers.report_samples import code, display, frame, markdown


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, where no other report.toml is at hand."""
    monkeypatch.chdir(tmp_path)


def test_tables_that_markdown_writes_carelessly(tmp_path: Path) -> None:
    text = (
        "Right after:\n| a | b |\n|---|---|\n| `x|y` | $P(A|B)$ |\n| short |\n| 1 | 2 | extra |\n\n"
        "1. item\n\n   | t | u |\n   |---|---|\n   | 3 | 4 |\n\n"
        "```\n| v |\n|---|\n| 5 | 6 |\n```\n\n"
        "> | y | z |\n> |---|---|\n> | 7 | 8 |\n\nEnd[^n].\n\n[^n]: Opens\n\n    and goes on"
    )
    text = typeset(tmp_path, markdown(text)).text
    assert "Right after: a b x|y 𝑃 (𝐴|𝐵) short 1 2 extra 1. item t u 3 4" in text
    assert "| v | |---| | 5 | 6 | y z 7 8 End1." in text
    assert "1Opensandgoeson" in text.replace(" ", "") and "Opens and goes on" in text


def test_a_table_in_parts_is_shared_out_evenly(tmp_path: Path) -> None:
    head = "".join(f"<th>a long column {n}</th>" for n in range(11))
    row = "".join(f"<td>value {n}</td>" for n in range(11))
    table = f"<table><tr><th></th>{head}</tr><tr><th>name</th>{row}</tr></table>"
    text = typeset(tmp_path, code("t", display(text_html=table, text_plain="x"))).text
    assert [part.count("value") for part in text.split("name")[1:]] == [6, 5]


def test_pandas_frame_becomes_a_table(tmp_path: Path) -> None:
    result = typeset(tmp_path, code("t", display(text_html=frame().to_html(), text_plain="raw")))
    assert "raw" not in result.text
    assert "model remark measure 0 measure 1" in result.text  # pandas' two header lines are one
    assert "linear simple 1234.5000" in result.text
    assert b"/S/TH" in result.data


def test_styler_becomes_a_table_with_its_caption(tmp_path: Path) -> None:
    styled = frame().style.format(precision=2).set_caption("Styled").background_gradient()
    shown = display(text_html=styled.to_html(), text_plain="<Styler at 0x7f>")
    result = typeset(tmp_path, code("t", shown))
    assert "Table 1 Styled" in result.text
    assert "LeNet ours 0.99" in result.text
    assert "Styler" not in result.text and "background" not in result.text


def test_wide_table_stays_on_the_page(tmp_path: Path) -> None:
    result = typeset(tmp_path, code("t", display(text_html=frame(18).to_html())))
    edges = [place for _, place in result.pieces]
    assert max(edges) < 595 - 40
    assert "1234.5000" in result.text


def test_a_long_table_is_quick(tmp_path: Path) -> None:
    rows = "".join("<tr>" + f"<td>{n / 7:.4f}</td>" * 10 + "</tr>" for n in range(3000))
    start = time.process_time()
    typeset(tmp_path, code("t", display(text_html=f"<table>{rows}</table>", text_plain="x")))
    assert time.process_time() - start < 2


def test_a_head_of_two_rows_is_one_head(tmp_path: Path) -> None:
    head = "<tr><th rowspan=2>Model<th colspan=2>Accuracy<tr><th>train<th>test"
    text = f"<table>{head}<tr><td>LeNet-300<td>99.9<td>99.2</table>"
    result = typeset(tmp_path, markdown(text))
    assert "train test LeNet-300 99.9 99.2" in result.text
    assert result.left("train") > result.left("LeNet-300") + 40  # not below Model
