"""A sheet in the notebook to draw a digit on, read while one draws; photos can be chosen too."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from PIL import Image

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

    Parameters
    ----------
    classifier
        Another network; the released weights without it.
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


def _as_address(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
