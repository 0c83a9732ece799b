"""nbconvert's exporter *Coursework*; tests/test_jupyterlab.py clicks on it in the menu."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from helpers import report_samples as samples
from helpers.report_pdf import Result


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder as a student has it."""
    return samples.student_folder(tmp_path)


@pytest.mark.slow
def test_nbconvert_command(project: Path) -> None:
    command = [sys.executable, "-m", "nbconvert", "--to", "coursework", "notebooks/01-mine.ipynb"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    text = Result((project / "notebooks" / "01-mine.pdf").read_bytes(), []).text
    assert all(words in text for words in samples.STUDENT_WORDS)


@pytest.mark.slow
def test_nbconvert_names_what_is_wrong(project: Path) -> None:
    command = [sys.executable, "-m", "nbconvert", "--to", "coursework", "notebooks/02-new.ipynb"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode
    assert "was not run yet: run all its cells" in done.stderr
    assert not (project / "notebooks" / "02-new.pdf").exists()


def test_exporter_is_found_by_one_word() -> None:
    from nbconvert.exporters.base import get_export_names, get_exporter

    assert "coursework" in get_export_names()
    assert get_exporter("coursework").export_from_notebook == "Coursework"


def test_exporter_leaves_the_open_notebook_alone(project: Path) -> None:
    from lenet_lib.report.exporter import CourseworkExporter

    path = project / "notebooks" / "01-mine.ipynb"
    node = nbformat.read(path, as_version=4)
    before = nbformat.writes(node)
    CourseworkExporter().from_notebook_node(node, {"metadata": {"path": str(path.parent)}})
    assert nbformat.writes(node) == before
