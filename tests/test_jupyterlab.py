"""A student's way without a terminal: one JupyterLab in one browser, clicked as a person does."""

from __future__ import annotations

import contextlib
import json
import platform
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest
from helpers import report_samples as samples
from helpers.browser import browser, jupyterlab, needs_chromium, open_file, run_all, wait_for_kernel
from helpers.paths import ROOT
from helpers.report_pdf import Result

from lenet_lib import data
from lenet_lib.photo.drawing import HINT

pytestmark = needs_chromium
NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


class Lab(NamedTuple):
    """A JupyterLab's folder, the address of a file in it, and the browser."""

    root: Path
    address: str
    browser: Any


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One for all tests: a start takes as long as a test."""
    root = tmp_path_factory.mktemp("lab")
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    with jupyterlab(root) as address, browser(root / "profile") as context:
        yield Lab(root, address, context)


@pytest.fixture
def page(lab: Lab) -> Iterator[Any]:
    """A tab of the browser's, on which no script may fail."""
    page, troubles = lab.browser.new_page(), []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    page.close()
    assert not troubles


def test_every_notebook_opens(lab: Lab, page: Any) -> None:
    """And asks nothing, and has nothing to save: a reader's ``git status`` stays clean."""
    files = [lab.root / "notebooks" / name for name in NOTEBOOKS]
    for file in files:  # as if they had been executed by this Python: its version stands in them
        book = nbformat.read(file, as_version=4)
        book.metadata.language_info.version = platform.python_version()
        nbformat.write(book, file)
    committed = [file.read_bytes() for file in files]
    page.goto(lab.address.format(f"notebooks/{NOTEBOOKS[0]}"))
    for name in NOTEBOOKS:
        open_file(page, f"notebooks/{name}")
        page.locator(".jp-Notebook:visible .jp-Cell h1").first.wait_for(timeout=60_000)
        # Leaving the page earlier would cancel JupyterLab's questions to the kernel.
        wait_for_kernel(page)
        assert page.locator(".jp-Dialog").count() == 0, name
        assert page.locator(".lm-TabBar-tab.jp-mod-dirty").count() == 0, name
    assert [file.read_bytes() for file in files] == committed


def test_a_notebook_runs_from_top_to_bottom(lab: Lab, page: Any, mnist: data.Dataset) -> None:
    path = lab.root / "notebooks" / "run.ipynb"
    book = nbformat.read(ROOT / "notebooks" / "02-model.ipynb", as_version=4)  # a quick one
    figures = len(pictures(code_cells(book)))
    for cell in code_cells(book):
        cell.outputs, cell.execution_count = [], None
    nbformat.write(book, path)
    page.goto(lab.address.format(f"notebooks/{path.name}"))
    run_all(page)
    _wait_until_saved(page, path)
    assert page.locator(".jp-RenderedImage img").first.is_visible()
    cells = code_cells(nbformat.read(path, as_version=4))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [o for cell in cells for o in cell.outputs if o.output_type == "error"]
    drawn = [cell for cell in cells if pictures([cell])]
    assert len(drawn) == figures > 0
    assert all(cell.metadata["alt"] for cell in drawn)


def code_cells(book: Any) -> list[Any]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def pictures(cells: list[Any]) -> list[Any]:
    """Give the outputs that are figures."""
    return [o for cell in cells for o in cell.outputs if "image/png" in o.get("data", {})]


def _wait_until_saved(page: Any, path: Path) -> None:
    """Save now and then until every code cell on disk has run."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        page.wait_for_timeout(1500)
        page.keyboard.press("Control+s")
        with contextlib.suppress(json.JSONDecodeError):  # just being written
            book = nbformat.from_dict(json.loads(path.read_text(encoding="utf-8")))
            if all(cell.execution_count for cell in code_cells(book)):
                return
    pytest.fail("the notebook did not end")


def test_the_menu_exports_a_pdf(lab: Lab, page: Any) -> None:
    samples.student_folder(lab.root / "student")
    downloads: list[Any] = []

    def keep(download: Any) -> None:
        downloads.append(download)

    page.on("download", keep)
    page.on("popup", lambda opened: opened.on("download", keep))
    page.goto(lab.address.format("student/notebooks/01-mine.ipynb"))
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
    downloads[0].save_as(lab.root / "menu.pdf")
    text = Result((lab.root / "menu.pdf").read_bytes(), []).text
    assert all(words in text for words in samples.STUDENT_WORDS)


DRAWN = {
    7: [[(0.3, 0.22), (0.7, 0.22), (0.48, 0.8)]],
    4: [[(0.4, 0.2), (0.3, 0.55), (0.7, 0.55)], [(0.6, 0.35), (0.58, 0.85)]],
    1: [[(0.5, 0.2), (0.5, 0.8)]],
}


def test_a_digit_drawn_with_the_mouse_is_read(lab: Lab, page: Any, mnist: data.Dataset) -> None:
    page.goto(lab.address.format("notebooks/06-your-own-digit.ipynb"))
    run_all(page)
    # Only a widget that lives in this very kernel can draw its sheet.
    sheet = page.locator("canvas.lenet-canvas")
    sheet.wait_for(timeout=240_000)
    # The kernel answers the sheet when the cells after it have run, too.
    wait_for_kernel(page)
    sheet.scroll_into_view_if_needed()
    for digit, strokes in DRAWN.items():
        page.locator("button.lenet-clear").click()
        page.locator(".lenet-answer", has_text=HINT).wait_for(timeout=30_000)
        draw_on(page, sheet, strokes)
        wanted = re.compile(rf"^{digit} \([<>]?[\d.]+ ?%\)")
        page.locator(".lenet-answer").filter(has_text=wanted).wait_for(timeout=30_000)
    page.locator("input[type=file]").set_input_files(ROOT / "notebooks" / "example.jpg")
    page.locator(".lenet-answer").filter(has_text=re.compile(r"^5 \(")).wait_for(timeout=30_000)


def draw_on(page: Any, sheet: Any, strokes: list[list[tuple[float, float]]]) -> None:
    box = sheet.bounding_box()
    for stroke in strokes:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=12)
        page.mouse.up()
