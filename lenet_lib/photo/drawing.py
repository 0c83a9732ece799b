"""A sheet in the notebook to draw a digit on, read while one draws; photos can be chosen too."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from PIL import Image, ImageDraw, ImageFont

from lenet_lib.errors import LenetError
from lenet_lib.photo.classifier import Classifier, Prediction, default_classifier

HINT = "Draw a digit, as large as you like."

DRAWING = Path(__file__).with_name("drawing.js")
"""The sheet's half in the browser, an ES module; the web edition uses it too."""


class DigitCanvas(anywidget.AnyWidget):
    """A canvas and what the network reads on it.

    The browser sends ``picture``, a PNG or JPEG file's content, and counts ``number`` up. The
    kernel takes it through the same steps as a photo and fills ``answer`` (a sentence),
    ``probabilities`` (ten numbers from 0 to 1, or none) and ``seen`` (the 28×28 as a data
    address), then sets ``answered`` to that number.

    Args:
        classifier: Another network; the released weights without it.
    """

    _esm = DRAWING

    # A browser's bytes arrive as a memory view, which the trait would refuse.
    picture = traitlets.Bytes(b"").tag(sync=True, from_json=lambda value, _: bytes(value))
    number = traitlets.Int(0).tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)
    answer = traitlets.Unicode(HINT).tag(sync=True)
    probabilities = traitlets.List(traitlets.Float()).tag(sync=True)
    seen = traitlets.Unicode("").tag(sync=True)

    def __init__(self, classifier: Classifier | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.classifier = classifier or default_classifier()
        self.observe(self._read, names="number")

    def _read(self, change: Any) -> None:
        """Answer a picture; an empty one is a cleared sheet."""
        with self.hold_sync():
            self.probabilities, self.seen = [], ""
            self.answer = HINT
            if self.picture:
                try:
                    steps, row = self.classifier.explain(bytes(self.picture))
                except LenetError as error:
                    self.answer = str(error)
                else:
                    self.answer = str(Prediction.of(row))
                    self.probabilities = row.tolist()
                    self.seen = _as_address(Image.fromarray(255 - steps.digit))
            self.answered = change.new

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Add a still picture, for print and code hosts, where no kernel answers."""
        shown = super()._repr_mimebundle_(**options)
        data, metadata = shown if isinstance(shown, tuple) else (shown, {})
        return (data or {}) | {"image/png": _still(self.classifier)}, metadata


def _still(classifier: Classifier) -> str:
    """Draw a 7 on a sheet, and beside it what the network sees and answers; PNG in base64."""
    sheet = Image.new("L", (240, 240), 255)
    pen = ImageDraw.Draw(sheet)
    pen.line([(70, 50), (175, 55), (100, 200)], fill=0, width=16, joint="curve")
    steps, row = classifier.explain(np.asarray(sheet))
    page = Image.new("L", (500, 280), 255)
    seen = Image.fromarray(255 - steps.digit).resize((240, 240), Image.Resampling.NEAREST)
    for left, picture in ((5, sheet), (255, seen)):
        page.paste(picture, (left, 5))
        ImageDraw.Draw(page).rectangle((left, 5, left + 240, 245), outline=150)
    font = ImageFont.load_default(size=16)
    ImageDraw.Draw(page).text((5, 254), str(Prediction.of(row)), font=font, fill=0)
    file = io.BytesIO()
    page.save(file, "PNG", optimize=True, dpi=(200, 200))  # in print 63 mm wide
    return base64.b64encode(file.getvalue()).decode("ascii")


def _as_address(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
