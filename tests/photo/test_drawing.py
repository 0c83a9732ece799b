"""What the kernel answers to the sheet to draw on; tests/test_jupyterlab.py draws with a mouse."""

from __future__ import annotations

import base64
import io

import pytest
from helpers.pictures import WRITTEN, draw, saved
from PIL import Image

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
    assert len(canvas.probabilities) == 10
    assert max(canvas.probabilities) == pytest.approx(predict(picture).confidence)
    assert canvas.seen.startswith("data:image/png;base64,")


def test_what_is_no_digit_gets_a_sentence_and_clearing_the_hint() -> None:
    canvas = DigitCanvas()
    assert "no picture" in answer(canvas, b"no picture at all")
    assert canvas.probabilities == []
    assert canvas.seen == ""
    assert answer(canvas, b"") == HINT


def test_where_no_kernel_answers_a_picture_stands_for_it() -> None:
    data, _ = DigitCanvas()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data  # JupyterLab's first choice
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert predict(picture.crop((10, 10, 240, 240))).digit == 7
