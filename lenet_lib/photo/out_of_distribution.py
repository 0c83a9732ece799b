"""What is no digit, to ask whether the network notices: letters, shapes and scribbles."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

LETTERS = "AEFGHKMNPQRTWXYadefhkmnrtwxy#&?@%"
"""Signs that nobody takes for a digit; O, I, l, S, Z, B, b, g, q and the like are left out."""

FONTS = ("DejaVuSans.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf")


def draw(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw what is no digit, uint8 28×28, ink 255: a letter, a shape or a scribble."""
    image = Image.new("L", (112, 112))
    pen = ImageDraw.Draw(image)
    kind = rng.choice(["letter", "shape", "scribble"])
    if kind == "letter":
        file = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / FONTS[rng.integers(len(FONTS))]
        font = ImageFont.truetype(str(file), 88)
        sign = LETTERS[rng.integers(len(LETTERS))]
        pen.text((56, 56), sign, fill=255, font=font, anchor="mm")
    elif kind == "shape":
        corners, turn = int(rng.integers(3, 7)), rng.uniform(0, 2 * np.pi)
        star = rng.random() < 0.5
        points = []
        for k in range(2 * corners if star else corners):
            angle = turn + 2 * np.pi * k / (2 * corners if star else corners)
            reach = 20 if star and k % 2 else 44
            points.append((56 + reach * np.cos(angle), 56 + reach * np.sin(angle)))
        pen.line([*points, *points[:2]], fill=255, width=10, joint="curve")
    else:
        walk = ndimage.gaussian_filter1d(rng.standard_normal((2, 90)), rng.uniform(3, 6), axis=1)
        walk = 14 + 84 * (walk - walk.min(1, keepdims=True)) / np.ptp(walk, axis=1, keepdims=True)
        pen.line([(float(x), float(y)) for x, y in walk.T], fill=255, width=10, joint="curve")
    return np.asarray(image.resize((28, 28), Image.Resampling.BOX), dtype=np.uint8)
