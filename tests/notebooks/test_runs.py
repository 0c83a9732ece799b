"""Notebooks and solutions go through: as they are, on other data, with other settings, in print."""

from __future__ import annotations

import re
import runpy
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from helpers.notebooks import code, tags
from helpers.paths import ROOT
from pypdf import PdfReader

from lenet_lib.models import WEIGHTS
from lenet_lib.report import build_report, list_notebooks, read_settings
from lenet_lib.report.execute import execute, parameters_of

SCRIPTS = sorted((ROOT / "notebooks" / "solutions").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_solutions_run_as_written(script: Path, mnist: object) -> None:
    runpy.run_path(str(script))


@pytest.mark.filterwarnings("ignore:.*interactive widget")
@pytest.mark.parametrize(
    ("full", "most"), [(False, 25), pytest.param(True, 55, marks=pytest.mark.slow)]
)
def test_the_editions_are_no_longer_than_asked_for(full: bool, most: int, tmp_path: Path) -> None:
    folder = ROOT / "notebooks"
    settings = read_settings(folder, full=full, author="A")
    build_report(list_notebooks(folder, full=full), tmp_path / "report.pdf", settings)
    assert len(PdfReader(tmp_path / "report.pdf").pages) <= most


CHANGED: dict[str, dict[str, Any]] = {
    "03-training": {"seed": 1, "learning_rate": 0.01, "batch_size": 256, "epochs": 2},
    "04-evaluation": {"run": "a reader's own"},
    "05-evidence": {"recipe": "best"},
}
"""What a reader may change beside the data set; each name is one of the notebook's parameters."""


@pytest.mark.slow
def test_run_all_goes_through_with_every_parameter_changed(
    path: Path, book: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mnist: object
) -> None:
    """And the last cell, shown then in print too, says what the text was written for.

    It lists the sentences that no longer hold. ``execute`` fills the numbers in; that a reader's
    own Run All quotes each stale one is tested in ``test_notebook.py``.
    """
    settings = CHANGED.get(path.stem, {}).copy()
    if "dataset" in parameters_of(book):
        settings["dataset"] = "digits"
        monkeypatch.setenv("LENET_DATA", str(ROOT / "nowhere"))
    assert set(settings) == set(parameters_of(book))
    if not settings:
        return
    if "run" in settings:
        shutil.copy(WEIGHTS, tmp_path / "weights.safetensors")
        settings["run"] = str(tmp_path)
    execute(path, tmp_path / path.name, parameters=settings)
    last = nbformat.read(tmp_path / path.name, as_version=4).cells[-1]
    assert "remove-cell" not in tags(last)
    said = last.outputs[0].text
    assert re.match(r"The text was written for .+\. Here \d+ (sentences|numbers) ", said)
    assert all(f"{name} = " in said for name in settings)
    assert "sentences do not hold:\n- " in said or said.endswith("claims hold, too.\n")


@pytest.mark.slow
def test_without_mnist_and_without_a_run_a_network_is_trained_and_tested(tmp_path: Path) -> None:
    """What `make report` goes on with where MNIST is not to be had."""
    path = ROOT / "notebooks" / "04-evaluation.ipynb"
    execute(path, tmp_path / path.name, parameters={"dataset": "digits"})
    said = nbformat.read(tmp_path / path.name, as_version=4).cells[-1].outputs[0].text
    assert said.startswith("The text was written for dataset = 'mnist'")


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
