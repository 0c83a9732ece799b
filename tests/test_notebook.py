"""What notebooks call: claims, the check of their prose, tables, and figures as they are shown."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes
from PIL import Image

from lenet_lib import notebook
from lenet_lib.errors import LenetError

CALL = "check_prose('book.ipynb', dataset='digits', seed=0)"


@pytest.fixture
def check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """Run the last cell of a notebook that says n is 7, where other names may be other."""
    monkeypatch.chdir(tmp_path)
    notebook.start("digits")
    said = new_markdown_cell("Nothing. We see <!-- = n -->7<!-- / --> digits.")
    drawn = new_code_cell("", metadata={"caption": "All <!-- = n:.1f -->7.0<!-- / --> of them."})
    Path("book.ipynb").write_text(writes(new_notebook(cells=[said, drawn])), encoding="utf-8")

    def run(**names: object) -> str:
        exec(CALL, {"check_prose": notebook.check_prose, "dataset": "digits", "seed": 0} | names)
        return capsys.readouterr().out

    return run


def test_a_text_that_agrees_is_counted(check: Any) -> None:
    notebook.claim(2 > 1, "two is more than one")
    assert check(n=7) == "2 numbers in the text and 1 claims agree with the values above.\n"


def test_a_stale_text_is_an_error_that_quotes_it(check: Any) -> None:
    with pytest.raises(LenetError, match=r"2 sentences of book.ipynb no longer hold") as error:
        check(n=8)
    assert "“We see 7 digits.”: 7 is now 8" in str(error.value)
    assert "“All 7.0 of them.”: 7.0 is now 8.0" in str(error.value)
    with pytest.raises(LenetError, match=r"`n` can't be computed .NameError"):
        check()


def test_with_other_parameters_the_sentences_are_listed_only(check: Any) -> None:
    out = check(n=8, seed=3)
    assert "written for dataset = 'digits', seed = 0. Here 2 sentences do not hold" in out
    assert "“We see 7 digits.”: 7 is now 8" in out


def test_a_broken_claim_is_said_at_once_and_at_the_end(
    check: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.claim(np.bool_(False), "two is less than one")
    assert capsys.readouterr().out == "This report's claim no longer holds: two is less than one.\n"
    assert "claim: two is less than one" in check(n=7, dataset="mnist")
    with pytest.raises(LenetError, match="claim: two is less than one"):
        check(n=7)
    notebook.claim(True, "two is less than one")  # the cell was mended and run again
    check(n=7)


def test_the_values_are_told_to_the_program_that_fills_them_in(
    check: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LENET_PROSE", str(tmp_path / "told.json"))
    assert "2 numbers" in check(n=9)
    told = json.loads((tmp_path / "told.json").read_text())
    assert told["values"] == {"n": "9", "n:.1f": "9.0"}
    assert told["parameters"] == {"dataset": "digits", "seed": 0}


@pytest.mark.parametrize("content", [None, "{", "[]", '{"cells": [{}]}'])
def test_a_wrong_file_is_one_sentence(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if content:
        Path("book.ipynb").write_text(content)
    with pytest.raises(LenetError, match=r"book.ipynb is no readable notebook"):
        exec(CALL, {"check_prose": notebook.check_prose})


def test_a_table_rounds_floats_and_parts_thousands() -> None:
    frame = pd.DataFrame({"n": [60_000], "x": [1234.5678], "p": [np.nan]}, index=["train"])
    html = notebook.table(frame, {"x": 1}).data
    assert all(f"<td>{cell}</td>" in html for cell in ("60,000", "1,234.6", "–"))
    assert "<th>train</th>" in html
    assert "train" not in notebook.table(frame, index=False).data


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0004, "&lt;0.001"), (0.0005, "0.001"), (0.0, "0.000"), (-0.0004, "-0.000")],
)
def test_a_number_above_0_is_not_rounded_to_0(value: float, shown: str) -> None:
    assert f"<td>{shown}</td>" in notebook.table(pd.DataFrame({"p": [value]}), 3).data


def test_a_figure_is_drawn_in_few_colours_and_closed() -> None:
    figure = plt.figure(figsize=(2, 1))
    data, metadata = notebook._png(figure)
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert image.mode == "P"
    assert image.width == pytest.approx(1.3 * metadata["width"], abs=1)
    assert not plt.get_fignums()


def test_thousands_of_marks_are_printed_as_pixels_under_text() -> None:
    figure, axes = plt.subplots()
    points = np.random.default_rng(0).random((2, 20_000))
    axes.scatter(*points)
    axes.set_title("many marks")
    svg = notebook._svg(figure)
    assert len(svg) < notebook.MAX_SVG
    assert "<image" in svg
    assert "many marks" in svg
    plt.close(figure)


def test_a_missing_table_is_told_where_to_find_it() -> None:
    assert len(notebook.results("time_to_accuracy.csv")) > 1
    with pytest.raises(LenetError, match="work in a clone of the whole repository"):
        notebook.results("nowhere.csv")
