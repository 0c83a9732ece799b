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
from lenet_lib.photo import explain
from lenet_lib.photo.classifier import Reader, default_reader, reading_of

HINT = "Draw a digit with the mouse, as large as you like."


class DigitCanvas(anywidget.AnyWidget):
    """A canvas and what the network reads on it.

    The browser sends ``picture``, a PNG or JPEG file's content, and counts ``number`` up. The
    kernel takes it through the same steps as a photo and fills ``answer`` (a sentence),
    ``probabilities`` (ten numbers from 0 to 1, or none) and ``seen`` (the 28×28 as a data
    address), then sets ``answered`` to that number.

    Parameters
    ----------
    reader
        Another network; the committed weights without it.
    """

    _esm = Path(__file__).with_name("drawing.js")

    # A browser's bytes arrive as a memory view, which the trait would refuse.
    picture = traitlets.Bytes(b"").tag(sync=True, from_json=lambda value, _: bytes(value))
    number = traitlets.Int(0).tag(sync=True)
    answered = traitlets.Int(0).tag(sync=True)
    answer = traitlets.Unicode(HINT).tag(sync=True)
    probabilities = traitlets.List(traitlets.Float()).tag(sync=True)
    seen = traitlets.Unicode("").tag(sync=True)

    def __init__(self, reader: Reader | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.reader = reader or default_reader()
        self.observe(self._read, names="number")

    def _read(self, change: Any) -> None:
        """Answer a picture; an empty one is a cleared sheet."""
        with self.hold_sync():
            self.probabilities, self.seen = [], ""
            self.answer = HINT
            if self.picture:
                try:
                    digit = explain(bytes(self.picture)).digit
                except LenetError as error:
                    self.answer = str(error)
                else:
                    row = self.reader.probabilities(digit[None])[0]
                    self.answer = str(reading_of(row))
                    self.probabilities = row.tolist()
                    self.seen = _as_address(Image.fromarray(255 - digit))
            self.answered = change.new


def _as_address(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
