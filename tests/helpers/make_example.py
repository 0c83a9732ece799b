"""Make notebooks/example.jpg, the photo of notebook 06: ``python tests/helpers/make_example.py``.

It is no MNIST digit and no real photo: a 5 in two strokes, as ink on synthetic squared paper.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from helpers.scenes import Scene
from helpers.synthetic import photograph

STROKES = [
    [(40, 30), (37, 56), (48, 51), (60, 52), (68, 61), (69, 72), (62, 83), (50, 87), (36, 82)],
    [(44, 28), (72, 25)],
]


def make() -> bytes:
    """Draw and photograph it; a JPEG file's content."""
    image = Image.new("L", (112, 112))
    for stroke in STROKES:
        ImageDraw.Draw(image).line(stroke, fill=255, width=9, joint="curve")
    digit = np.asarray(image.resize((28, 28), Image.Resampling.BOX))
    scene = Scene(
        110.0,
        0.055,
        (1.2, 1.6, 1.8, 1.5),
        pen="blue",
        lines="squared",
        light="shadow",
        rotation=5.0,
    )
    return photograph(digit, np.random.default_rng(6), scene)[0]


if __name__ == "__main__":
    Path(__file__).parents[2].joinpath("notebooks", "example.jpg").write_bytes(make())
