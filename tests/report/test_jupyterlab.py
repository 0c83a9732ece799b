"""The way of a student who never opens a terminal: JupyterLab's menu, in a real browser."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from helpers import report_samples as samples
from helpers.browser import browser, jupyterlab, needs_chromium
from helpers.report_pdf import Result
from helpers.report_samples import code, figure, markdown


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder as a student has it: figures, a notebook that was run, and a report.toml."""
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "curves.svg").write_bytes(samples.svg())
    samples.write(
        tmp_path / "notebooks" / "01-mine.ipynb",
        markdown("# My digits\n\nA picture is $28 \\times 28$."),
        code("show(curves)", figure(alt="Curves fall", figure="curves")),
    )
    samples.write(tmp_path / "notebooks" / "02-new.ipynb", code("1 + 1", count=None))
    (tmp_path / "notebooks" / "report.toml").write_text('title = "T"\nauthor = "Ada"\n')
    return tmp_path


def test_nbconvert_command(project: Path) -> None:
    command = [sys.executable, "-m", "nbconvert", "--to", "coursework", "notebooks/01-mine.ipynb"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    _is_the_report(project / "notebooks" / "01-mine.pdf")


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


@needs_chromium
def test_export_through_the_menu(project: Path) -> None:
    with jupyterlab(project) as address, browser(project / "profile") as context:
        downloads: list[Any] = []

        def keep(download: Any) -> None:
            downloads.append(download)

        context.on("page", lambda opened: opened.on("download", keep))
        page = context.pages[0]
        page.on("download", keep)
        page.goto(address.format("notebooks/01-mine.ipynb"))
        page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        entry = page.locator(".lm-Menu-itemLabel", has_text="Coursework")
        for _ in range(20):  # the list of formats arrives some time after the notebook
            page.get_by_role("menuitem", name="File", exact=True).click()
            page.locator(".lm-Menu-itemLabel", has_text="Save and Export Notebook As").click()
            page.wait_for_timeout(500)
            if entry.is_visible():
                break
            page.keyboard.press("Escape")
            page.keyboard.press("Escape")
        entry.click()
        deadline = time.monotonic() + 60
        while not downloads and time.monotonic() < deadline:
            page.wait_for_timeout(200)
        assert downloads, "the menu led to no download"
        assert downloads[0].suggested_filename == "01-mine.pdf"
        downloads[0].save_as(project / "menu.pdf")
    _is_the_report(project / "menu.pdf")


def _is_the_report(path: Path) -> None:
    result = Result(path.read_bytes(), [])
    for words in ("T", "Ada", "1 My digits", "Figure 1 Curves fall", "validation"):
        assert words in result.text
