"""Notebook files: old formats, odd metadata, hidden cells, and what is against the format."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from helpers import report_samples as samples
from helpers.report_pdf import Result, typeset, typeset_json
from helpers.report_samples import code, display, error, markdown, stream
from nbformat import v4

from lenet_lib.errors import LenetError, LenetWarning
from lenet_lib.report import build_report, read_settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, where no other report.toml is at hand."""
    monkeypatch.chdir(tmp_path)


def test_format_3_with_its_heading_cells(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "heading", "level": 1, "metadata": {}, "source": ["Old title"]},
        {"cell_type": "heading", "level": 2, "metadata": {}, "source": "Old part"},
        {
            "cell_type": "code",
            "input": ["print 1+1"],
            "language": "python",
            "metadata": {},
            "outputs": [
                {"output_type": "stream", "stream": "stdout", "text": ["two\n"]},
                {"output_type": "pyout", "prompt_number": 1, "text": ["[3]"], "metadata": {}},
            ],
            "prompt_number": 1,
        },
    ]
    book = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0}
    result = typeset_json(
        tmp_path, book | {"worksheets": [{"cells": cells, "metadata": {}}]}, title=None
    )
    assert result.text.startswith("Old title Ada") and "1 Old part print 1+1 two [3]" in result.text


def test_keys_that_are_missing_or_null(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": "no metadata"},
        {"cell_type": "markdown", "source": None, "metadata": None},
        {"cell_type": "code", "source": "y", "outputs": [{"output_type": "stream", "text": "s"}]},
        {"cell_type": "code", "source": "z", "outputs": [{"output_type": "error"}]},
        {
            "cell_type": "code",
            "source": "v",
            "metadata": {"tags": None, "jupyter": None, "transient": []},
            "outputs": [{"output_type": "display_data", "data": {"text/plain": ["sh", "own"]}}],
        },
        {"cell_type": "code", "source": "w", "outputs": [{"output_type": "clear_output"}]},
        {"cell_type": "chart", "metadata": {"tags": "hide-input"}, "source": "a kind unknown"},
    ]
    book = {"nbformat": 4, "nbformat_minor": 2, "cells": cells}
    result = typeset_json(tmp_path, "\ufeff" + json.dumps(book), allow_errors=True)
    assert "no metadata y s z v shown w a kind unknown" in result.text


@pytest.mark.parametrize(
    ("metadata", "first", "title"),
    [
        ({"title": "Told by metadata"}, "text", "Told by metadata"),
        ({}, "---\ntitle: \"Told in front: 'x'\"\nformat: html\n---", "Told in front: 'x'"),
        ({}, "---\njupyter: python3\n---", "Kind"),
    ],
)
def test_title_outside_the_text(
    tmp_path: Path, metadata: dict[str, str], first: str, title: str
) -> None:
    book = v4.new_notebook(cells=[v4.new_raw_cell(first), markdown("Words.")], metadata=metadata)
    text = typeset_json(tmp_path, book, title=None).text
    assert text.startswith(f"{title} Ada") and "---" not in text


def test_language_of_the_kernel_colours_the_code(tmp_path: Path) -> None:
    kernel = {"name": "ir", "language": "R", "display_name": "R"}
    colours = []
    for metadata in ({"kernelspec": kernel, "language_info": None}, {"kernelspec": None}):
        book = json.loads(json.dumps(v4.new_notebook(cells=[code("function(a) NULL")])))
        book["metadata"] = metadata
        page = typeset_json(tmp_path, book).pdf.pages[0].get_contents().get_data()
        colours.append(set(re.findall(rb"[\d.]+ [\d.]+ [\d.]+ scn", page)))
    assert colours[0] != colours[1]  # to Python, `function` is no word of the language


def test_a_notebook_without_anything_to_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(LenetError, match="is empty"):
        typeset_json(tmp_path, {"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": []})


def test_update_of_a_display_is_shown(tmp_path: Path) -> None:
    update = {"output_type": "update_display_data", "data": {"text/plain": "new"}, "metadata": {}}
    cell = {"cell_type": "code", "source": "u", "metadata": {}, "execution_count": 1}
    cells = [cell | {"outputs": [update]}]
    book = {"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": cells}
    assert "u new" in typeset_json(tmp_path, book).text


@pytest.mark.parametrize(
    "wrong",
    [{"data": {"text/html": 1}}, {"data": {"text/html": None}}, {"metadata": {"text/html": 5}}],
)
def test_a_cell_against_the_format_keeps_its_source(
    tmp_path: Path, wrong: dict[str, object]
) -> None:
    """No traceback: the source is printed, the loss is said in the PDF and by a warning."""
    cells = [markdown("# T"), code("x = 1  # kept", display(text_plain="gone")), code("y", count=2)]
    path = samples.write(tmp_path / "n.ipynb", *cells, code("z", stream("after")))
    node = json.loads(path.read_text(encoding="utf-8"))
    node["cells"][1]["outputs"][0].update(wrong)
    path.write_text(json.dumps(node), encoding="utf-8")
    with pytest.warns(LenetWarning, match="cell 2: a part of a cell"):
        build_report([path], tmp_path / "n.pdf", read_settings(tmp_path, ["n"], author="A"))
    result = Result((tmp_path / "n.pdf").read_bytes(), [])
    assert "x = 1 # kept" in result.text and "after" in result.text
    assert "not as the notebook format wants it" in result.text


def test_tags_and_no_code(tmp_path: Path) -> None:
    cells = [
        code("shown_source = 1", stream("shown output\n")),
        code("hidden_source = 1", stream("kept output\n"), tags=("hide-input",)),
        code("kept_source = 1", stream("hidden output\n"), tags=("hide-output",)),
        code("removed_source = 1", error(), tags=("remove-cell",)),
    ]
    text = typeset(tmp_path, *cells).text
    assert "shown_source" in text and "kept_source" in text and "kept output" in text
    for hidden in ("hidden_source", "hidden output", "removed_source", "ZeroDivisionError"):
        assert hidden not in text
    text = typeset(tmp_path, *cells, code=False).text
    assert "_source" not in text and "shown output" in text
