"""Executing notebooks: whole or not at all, the same bytes each time, and the text filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from helpers.notebooks import write

from lenet_lib.errors import LenetError
from lenet_lib.report.execute import execute

pytestmark = pytest.mark.slow  # notebooks are executed

SETUP = "import matplotlib.pyplot as plt\nfrom lenet_lib import notebook\nnotebook.setup()"
CHECK = "notebook.check_prose('book.ipynb', n=7)"


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def test_a_copy_is_executed_in_the_notebooks_own_folder(tmp_path: Path) -> None:
    path = write(tmp_path, "import os", "print(os.path.basename(os.getcwd()))")
    before = path.read_bytes()
    execute(path, tmp_path / "out" / "book.ipynb")
    assert path.read_bytes() == before
    book = read(tmp_path / "out" / "book.ipynb")
    assert [cell.execution_count for cell in book.cells] == [1, 2]
    assert book.cells[1].outputs[0].text == f"{tmp_path.name}\n"
    execute(path, tmp_path / "again.ipynb")
    assert (tmp_path / "again.ipynb").read_bytes() == (tmp_path / "out/book.ipynb").read_bytes()


def test_a_failing_cell_is_one_sentence_and_writes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, "1 / 0")
    before = path.read_bytes()
    with pytest.raises(LenetError, match="a cell failed: ZeroDivisionError: division by zero"):
        execute(path, path)
    assert path.read_bytes() == before
    path.write_text("{", encoding="utf-8")
    with pytest.raises(LenetError, match="no readable notebook"):
        execute(path, path)
    with pytest.raises(LenetError, match="There is no notebook"):
        execute(tmp_path / "none.ipynb", path)


def test_text_caption_and_figure_come_from_the_run_and_the_cells_metadata(tmp_path: Path) -> None:
    said = {"figure": "drawn", "caption": "All <!-- = n -->?<!-- / -->.", "alt": "A rising line."}
    path = write(
        tmp_path,
        ("n = 7  # how many", {"tags": ["parameters"]}),
        SETUP,
        "# We have <!-- = n:.1f -->?<!-- / --> digits",
        ("figure, axes = plt.subplots()\naxes.plot([0, n])\nfigure", said),
        ("import pandas\nnotebook.table(pandas.DataFrame({'n': [n]}))", {"caption": "A table."}),
        "_ = plt.figure()",
        "notebook.claim(n == 7, 'the number is seven')",
        (CHECK, {"tags": ["remove-cell", "keep"]}),
    )
    execute(path, path, figures=tmp_path / "print")
    book = read(path)
    assert book.cells[2].source == "# We have <!-- = n:.1f -->7.0<!-- / --> digits"
    assert book.cells[3].metadata["caption"] == "All <!-- = n -->7<!-- / -->."
    (drawn,) = book.cells[3].outputs
    facts = drawn.metadata["image/png"]
    assert {key: facts[key] for key in said} == {**said, "caption": "All 7."}
    assert facts["width"] > 100
    assert set(drawn.data) == {"image/png", "text/plain"}
    (unnamed,) = book.cells[5].outputs  # a figure that the cell does not end with is shown, too
    assert set(unnamed.data) == {"image/png", "text/plain"}
    assert [file.name for file in (tmp_path / "print").iterdir()] == ["drawn.svg"]
    assert book.cells[4].outputs[0].metadata["text/html"] == {"caption": "A table."}
    assert book.metadata["lenet"] == {"n": 7}
    again = path.read_bytes()
    execute(path, path, figures=tmp_path / "print")
    assert path.read_bytes() == again

    notebook = tmp_path / "book.ipynb"
    execute(notebook, tmp_path / "other" / "book.ipynb", parameters={"n": 9})
    other = read(tmp_path / "other" / "book.ipynb")
    assert other.cells[0].source == "n = 9  # how many"
    assert other.cells[2].source == "# We have <!-- = n:.1f -->9.0<!-- / --> digits"
    assert other.metadata["lenet"] == {"n": 9}
    last = other.cells[-1]  # what fails is shown in print
    assert "claim: the number is seven" in last.outputs[0].text
    assert last.metadata["tags"] == ["keep"]
    with pytest.raises(LenetError, match="has no parameter 'm'; it has n"):
        execute(path, path, parameters={"m": 9})


def test_a_claim_that_fails_here_is_an_error(tmp_path: Path) -> None:
    parameters = ("n = 7", {"tags": ["parameters"]})
    claim = "notebook.claim(n == 8, 'the number is eight')"
    path = write(tmp_path, parameters, SETUP, claim, CHECK)
    with pytest.raises(LenetError, match="claim: the number is eight"):
        execute(path, path)


def test_numbers_that_nobody_computes_are_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, "n = 7", "# We have <!-- = n -->?<!-- / --> digits")
    with pytest.raises(LenetError, match=r"nobody has computed `n` .* notebook.check_prose"):
        execute(path, path)


def test_solutions_are_written_from_their_script(tmp_path: Path) -> None:
    path = write(tmp_path, "n = 7", ("# Solutions", {"tags": ["solutions"]}))
    with pytest.raises(LenetError, match="its solutions can't be read"):
        execute(path, path)
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / "book.py").write_text("# %% 1. Easy\n# Words.\nassert 1\n")
    execute(path, path)
    assert "Solution 1. Easy" in read(path).cells[1].source
