"""Draw what is no digit: letters, Greek letters, symbols, faces, shapes, scribbles, shadows.

Every drawing is a mask of strokes, bool 160×160, which :func:`lenet_lib.photo.form.normalise` gives
MNIST's form. Nothing here comes from a data set of letters: signs are a typeface's, bent and
redrawn with a pen as a hand would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from lenet_lib.photo.form import normalise, trim
from lenet_lib.photo.ink import Mask

SIDE = 160
"""Pixels of a drawing."""

LETTERS = "ACEFGHJKLMNPQRTUVWXYadefhkmnprtuwxy"
"""Letters that nobody takes for a digit; O, I, l, S, Z, B, b, g, q and the like are left out."""

GREEK = "αβγδεζηθκλμξπρστφχψωΓΔΘΛΞΠΣΦΨΩ"
SYMBOLS = "#&?@%$+=*<>!√∞∑→♥♪€§¶"

FONTS = ("DejaVuSans", "DejaVuSans-Oblique", "DejaVuSerif", "DejaVuSansMono", "STIXGeneral")
HELD_OUT_FONTS = ("DejaVuSerif-BoldItalic", "STIXGeneralItalic", "DejaVuSansMono-Bold")
"""Typefaces that come with matplotlib; the second are kept for tests."""


@cache
def _font(name: str) -> ImageFont.FreeTypeFont:
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"
    return ImageFont.truetype(str(path), 110)


def glyph(sign: str, rng: np.random.Generator, fonts: tuple[str, ...] = FONTS) -> Mask:
    """Draw a sign of a typeface as a hand would: bent, and half the time by a pen's one line."""
    image = Image.new("L", (SIDE, SIDE))
    font = _font(fonts[rng.integers(len(fonts))])
    ImageDraw.Draw(image).text((SIDE // 2, SIDE // 2), sign, fill=255, font=font, anchor="mm")
    return bend(repen(np.asarray(image) > 127, rng), rng)


def repen(strokes: Mask, rng: np.random.Generator) -> Mask:
    """Draw the same lines with another pen, half the time; 5 to 20 % of their height wide."""
    from skimage.morphology import skeletonize

    if rng.random() < 0.5 or not strokes.any():
        return strokes
    away = ndimage.distance_transform_edt(~skeletonize(strokes))
    return np.asarray(away < rng.uniform(0.025, 0.1) * max(trim(strokes).shape))


def bend(strokes: Mask, rng: np.random.Generator) -> Mask:
    """Turn, slant, stretch and warp a drawing as handwriting varies."""
    turn, slant = rng.normal(0, 0.12), rng.normal(0, 0.2)
    grid = np.indices(strokes.shape, dtype=np.float32) - SIDE / 2
    y, x = grid
    x, y = x + slant * y, y * np.exp(rng.normal(0, 0.2))
    x, y = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x
    waves = rng.standard_normal((2, 5, 5), dtype=np.float32)
    warp = [
        np.asarray(Image.fromarray(wave).resize((SIDE, SIDE), Image.Resampling.BICUBIC))
        for wave in waves
    ]
    place = [y + 3.5 * warp[0] + SIDE / 2, x + 3.5 * warp[1] + SIDE / 2]
    return np.asarray(ndimage.map_coordinates(strokes.astype(np.float32), place, order=1) > 0.5)


def _canvas() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("L", (SIDE, SIDE))
    return image, ImageDraw.Draw(image)


def shape(rng: np.random.Generator) -> Mask:
    """Draw a polygon or a star, its outline or filled."""
    image, pen = _canvas()
    corners, turn, star = int(rng.integers(3, 8)), rng.uniform(0, 2 * np.pi), rng.random() < 0.5
    count = 2 * corners if star else corners
    points = []
    for k in range(count):
        reach = 26 if star and k % 2 else 62
        angle = turn + 2 * np.pi * k / count
        points.append((80 + reach * np.cos(angle), 80 + reach * np.sin(angle)))
    if rng.random() < 0.3:
        pen.polygon(points, fill=255)
    else:
        pen.line([*points, *points[:2]], fill=255, width=int(rng.integers(6, 18)), joint="curve")
    return bend(np.asarray(image) > 127, rng)


def scribble(rng: np.random.Generator) -> Mask:
    """Draw a line that wanders about."""
    image, pen = _canvas()
    walk = rng.standard_normal((2, int(rng.integers(60, 160))))
    walk = ndimage.gaussian_filter1d(walk, rng.uniform(3, 6), axis=1)
    walk = 20 + 120 * (walk - walk.min(1, keepdims=True)) / np.ptp(walk, axis=1, keepdims=True)
    points = [(float(x), float(y)) for x, y in walk.T]
    pen.line(points, fill=255, width=int(rng.integers(6, 18)), joint="curve")
    return np.asarray(image) > 127


def face(rng: np.random.Generator) -> Mask:
    """Draw a face: an oval, two eyes, a mouth, perhaps a nose."""
    image, pen = _canvas()
    width = int(rng.integers(4, 11))
    wide, high = rng.uniform(45, 65, 2)
    pen.ellipse((80 - wide, 80 - high, 80 + wide, 80 + high), outline=255, width=width)
    eye, apart, up = rng.uniform(3, 10), rng.uniform(15, 28), rng.uniform(12, 28)
    for x in (80 - apart, 80 + apart):
        pen.ellipse((x - eye, 80 - up - eye, x + eye, 80 - up + eye), fill=255)
    low, mouth = rng.uniform(0, 25), rng.uniform(15, 32)
    ends = (20, 160) if rng.random() < 0.7 else (200, 340)
    pen.arc((80 - mouth, 80 + low - 15, 80 + mouth, 80 + low + 20), *ends, fill=255, width=width)
    if rng.random() < 0.5:
        pen.line((80, 74, 76, 90, 84, 92), fill=255, width=width)
    return bend(np.asarray(image) > 127, rng)


def blot(rng: np.random.Generator) -> Mask:
    """Draw blots, or the grain of paper: noise of some size above a limit."""
    soft = ndimage.gaussian_filter(rng.standard_normal((SIDE, SIDE)), np.exp(rng.uniform(0.7, 3.3)))
    return np.asarray(soft > np.quantile(soft, rng.uniform(0.6, 0.97)))


def slim(strokes: Mask) -> bool:
    """Tell whether a drawing could be a thick 1."""
    height, width = trim(strokes).shape
    return bool(width < 0.45 * height)


def shadow(rng: np.random.Generator) -> Mask:
    """Draw what a hand's shadow or a table's edge leaves: a part of the picture, cut straight."""
    y, x = np.indices((SIDE, SIDE)) / SIDE - 0.5
    while True:
        out = np.ones((SIDE, SIDE), dtype=bool)
        for _ in range(rng.integers(2, 5)):
            turn = rng.uniform(0, 2 * np.pi)
            out &= np.cos(turn) * x + np.sin(turn) * y < rng.uniform(0.05, 0.35)
        if out.any() and not slim(out):
            return out


def grid(rng: np.random.Generator) -> Mask:
    """Draw a piece of squared paper."""
    turn, apart = rng.normal(0, 0.1), rng.uniform(25, 70)
    y, x = np.indices((SIDE, SIDE))
    x, y = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x
    wide = rng.uniform(3, 10)
    out = (x + rng.uniform(0, apart)) % apart < wide
    out |= (y + rng.uniform(0, apart)) % apart < wide
    return np.asarray(out & (rng.random() < 0.5 or blot(rng)))


SIGNS: Mapping[str, Callable[[np.random.Generator], Mask]] = {
    "letters": lambda rng: glyph(str(rng.choice(list(LETTERS))), rng),
    "Greek letters": lambda rng: glyph(str(rng.choice(list(GREEK))), rng),
    "symbols": lambda rng: glyph(str(rng.choice(list(SYMBOLS))), rng),
    "faces": face,
    "shapes": shape,
    "scribbles": scribble,
    "blots": blot,
    "shadows": shadow,
    "grids": grid,
}
"""What is no digit, by kind: functions that draw a mask of strokes, bool 160×160."""


def prepared(kind: str, count: int, seed: int = 0) -> NDArray[np.uint8]:
    """Draw things of a kind of :data:`SIGNS`, and give them MNIST's form: uint8 N×28×28."""
    rng = np.random.default_rng([seed, list(SIGNS).index(kind)])
    return np.stack([normalise(SIGNS[kind](rng)) for _ in range(count)])
