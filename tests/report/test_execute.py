"""Executing notebooks: whole or not at all, and the same bytes each time."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from lenet_lib.errors import LenetError
from lenet_lib.report.execute import execute


def notebook(folder: Path, *sources: str) -> Path:
    cells = [new_code_cell(text, id=f"cell-{n}") for n, text in enumerate(sources)]
    path = folder / "book.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_a_copy_is_executed_in_the_notebooks_own_folder(tmp_path: Path) -> None:
    path = notebook(tmp_path, "import os", "print(os.path.basename(os.getcwd()))")
    before = path.read_bytes()
    execute(path, tmp_path / "out" / "book.ipynb")
    assert path.read_bytes() == before
    book = nbformat.read(tmp_path / "out" / "book.ipynb", as_version=4)
    assert [cell.execution_count for cell in book.cells] == [1, 2]
    assert book.cells[1].outputs[0].text == f"{tmp_path.name}\n"
    execute(path, tmp_path / "again.ipynb")
    assert (tmp_path / "again.ipynb").read_bytes() == (tmp_path / "out/book.ipynb").read_bytes()


def test_a_failing_cell_is_one_sentence_and_writes_nothing(tmp_path: Path) -> None:
    path = notebook(tmp_path, "1 / 0")
    before = path.read_bytes()
    with pytest.raises(LenetError, match="a cell failed: ZeroDivisionError: division by zero"):
        execute(path, path)
    assert path.read_bytes() == before
    path.write_text("{", encoding="utf-8")
    with pytest.raises(LenetError, match="no readable notebook"):
        execute(path, path)
