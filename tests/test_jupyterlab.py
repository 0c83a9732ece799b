"""The notebooks in a real JupyterLab: they open, they run, they show their figures."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from helpers.browser import browser, jupyterlab, needs_chromium, run_all, wait_for_kernel
from helpers.paths import ROOT

from lenet_lib import data

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


def figures(name: str) -> int:
    """Count the figures that a committed notebook shows."""
    book = json.loads((ROOT / "notebooks" / name).read_text(encoding="utf-8"))
    outputs = [output for cell in book["cells"] for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


@needs_chromium
def test_notebooks_open_and_the_first_one_runs(tmp_path: Path, mnist: data.Dataset) -> None:
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    path = tmp_path / "notebooks" / NOTEBOOKS[0]
    _forget_outputs(path)
    with jupyterlab(tmp_path) as address, browser(tmp_path / "profile") as context:
        page, troubles = context.pages[0], []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        for name in NOTEBOOKS:
            page.goto(address.format(f"notebooks/{name}"))
            page.locator(".jp-Notebook .jp-Cell h1").first.wait_for(timeout=60_000)
            # Leaving the page earlier would cancel JupyterLab's questions to the kernel.
            wait_for_kernel(page)
            assert page.locator(".jp-Dialog").count() == 0, name
        page.goto(address.format(f"notebooks/{NOTEBOOKS[0]}"))
        run_all(page)
        _wait_until_saved(page, path)
        assert not troubles
        assert page.locator(".jp-RenderedImage img").first.is_visible()
    book = json.loads(path.read_text(encoding="utf-8"))
    cells = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error"]
    drawn = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(drawn) == figures(NOTEBOOKS[0])
    assert all(output["metadata"]["image/png"]["alt"] for output in drawn)


def _forget_outputs(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(book, path)


def _wait_until_saved(page: Any, path: Path) -> None:
    """Save now and then until every code cell on disk has run."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        page.wait_for_timeout(1500)
        page.keyboard.press("Control+s")
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        if all(cell["execution_count"] for cell in cells if cell["cell_type"] == "code"):
            return
    pytest.fail("the notebook did not end")
