"""The sheet to draw on: what the kernel answers, and a digit drawn with the mouse."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from helpers.browser import browser, jupyterlab, needs_chromium, run_all, wait_for_kernel
from helpers.paths import ROOT
from helpers.pictures import WRITTEN, draw, saved

from lenet_lib import data
from lenet_lib.photo.classifier import predict
from lenet_lib.photo.drawing import HINT, DigitCanvas


def answer(canvas: DigitCanvas, picture: bytes) -> str:
    canvas.picture = picture
    canvas.number += 1
    assert canvas.answered == canvas.number
    return canvas.answer


def test_the_kernel_answers() -> None:
    canvas, picture = DigitCanvas(), saved(draw(WRITTEN[7]))
    assert answer(canvas, picture) == str(predict(picture))
    assert sum(canvas.probabilities) == pytest.approx(1)
    assert canvas.seen.startswith("data:image/png;base64,")


def test_what_is_no_digit_gets_a_sentence_and_clearing_the_hint() -> None:
    canvas = DigitCanvas()
    assert "no picture" in answer(canvas, b"no picture at all")
    assert canvas.probabilities == []
    assert canvas.seen == ""
    assert answer(canvas, b"") == HINT


DRAWN = {
    7: [[(0.3, 0.22), (0.7, 0.22), (0.48, 0.8)]],
    4: [[(0.4, 0.2), (0.3, 0.55), (0.7, 0.55)], [(0.6, 0.35), (0.58, 0.85)]],
    1: [[(0.5, 0.2), (0.5, 0.8)]],
}


@needs_chromium
def test_a_digit_drawn_with_the_mouse_is_read(tmp_path: Path, mnist: data.Dataset) -> None:
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    name = "06-your-own-digit.ipynb"
    with jupyterlab(tmp_path) as address, browser(tmp_path / "profile") as context:
        page, troubles = context.pages[0], []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(address.format(f"notebooks/{name}"))
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
            wanted = re.compile(rf"^{digit} \([\d.]+ %\)")
            page.locator(".lenet-answer").filter(has_text=wanted).wait_for(timeout=30_000)
        page.locator("input[type=file]").set_input_files(ROOT / "notebooks" / "example.jpg")
        page.locator(".lenet-answer").filter(has_text=re.compile(r"^5 \(")).wait_for(timeout=30_000)
        assert not troubles


def draw_on(page: Any, sheet: Any, strokes: list[list[tuple[float, float]]]) -> None:
    box = sheet.bounding_box()
    for stroke in strokes:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=12)
        page.mouse.up()
