"""Kinds of pictures that people give to a reader of digits, each made of a digit by chance."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from helpers.scenes import SCREEN, Scene, draw_scene
from helpers.synthetic import encode, photograph

Digit = NDArray[np.uint8]
Kind = Callable[[Digit, np.random.Generator], bytes]


def any_picture(digit: Digit, rng: np.random.Generator) -> bytes:
    """Make a picture of any pen, margin, size (to 1,000 pixels), ground and light."""
    return photograph(digit, rng)[0]


def prepared(digit: Digit, rng: np.random.Generator) -> bytes:
    """Save MNIST's own 28×28."""
    del rng
    return encode(digit)


def taken_as_it_is(digit: Digit, rng: np.random.Generator) -> bytes:
    """Make 28×28 as people do: other margins and places, grey paper, faint, noisy, inverted."""
    side = int(rng.integers(12, 27))
    rows, columns = np.nonzero(digit)
    cut = Image.fromarray(digit[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
    zoom = side / max(cut.size)
    cut = cut.resize(
        (max(1, round(cut.width * zoom)), max(1, round(cut.height * zoom))),
        Image.Resampling.BICUBIC if rng.random() < 0.8 else Image.Resampling.NEAREST,
    )
    image = Image.new("L", (28, 28))
    room = (28 - cut.width, 28 - cut.height)
    shift = rng.normal(0, 0.12, 2)
    place = [int(np.clip(r / 2 + s * r, 0, r)) for r, s in zip(room, shift, strict=True)]
    image.paste(cut, (place[0], place[1]))
    ink = np.asarray(image, dtype=np.float32) / 255
    if rng.random() < 0.3:
        ink = (ink > 0.4).astype(np.float32)
    paper = rng.choice([0.0, rng.uniform(0, 0.6)])
    strength = rng.uniform(0.25, 1.0) * (1 - paper)
    slope = np.linspace(-1, 1, 28)[None, :] * rng.uniform(0, 0.08) * (paper > 0)
    noise = rng.choice([0.0, rng.uniform(0, 0.04)]) * rng.standard_normal(ink.shape)
    out = (paper + slope + strength * ink + noise).clip(0, 1)
    if rng.random() < 0.6:
        out = 1 - out
    grey = (255 * out).round().astype(np.uint8)
    return encode(grey, int(rng.integers(70, 101)))


def fills_the_frame(digit: Digit, rng: np.random.Generator) -> bytes:
    """Draw with a thick pen from edge to edge."""
    scene = draw_scene(rng, (30, 600))
    margins = tuple(float(m) for m in rng.uniform(-0.01, 0.04, 4))
    stroke, table = float(rng.uniform(0.1, 0.2)), False
    whole = replace(scene, margins=margins, stroke=stroke, table=table)
    return photograph(digit, rng, whole)[0]


def cropped(digit: Digit, rng: np.random.Generator) -> bytes:
    """Cut a digit out by its ink's box, as programs do that look for boxes in a scanned form."""
    side = 28 * int(rng.integers(4, 16))
    large = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    ink = np.asarray(large, dtype=np.float32) / 255
    rows, columns = np.nonzero(ink > 0.4)
    ink = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    if scanned := rng.random() < 0.5:
        ink = ink + rng.uniform(0, 0.02) * rng.standard_normal(ink.shape)
    else:
        ink = (ink > 0.4).astype(np.float32)
    ends = rng.uniform(0, 0.35), rng.uniform(0.65, 1)
    paper, pen = ends if rng.random() < 0.5 else ends[::-1]
    grey = (255 * (paper + (pen - paper) * ink)).clip(0, 255).astype(np.uint8)
    return encode(grey, int(rng.integers(60, 101)) if scanned else 100)


def ballpoint(digit: Digit, rng: np.random.Generator) -> bytes:
    """Draw large with a thin pen."""
    scene = draw_scene(rng, (250, 1000))
    margins = tuple(float(m) for m in rng.uniform(0.05, 0.5, 4))
    stroke = float(max(rng.uniform(0.004, 0.015), 1.2 / scene.height))
    pen = str(rng.choice(["black", "blue", "red"]))
    thin = replace(scene, margins=margins, stroke=stroke, paper="white", pen=pen, table=False)
    return photograph(digit, rng, replace(thin, lines="none"))[0]


def on_lines(digit: Digit, rng: np.random.Generator) -> bytes:
    """Write on ruled or squared paper."""
    scene = replace(draw_scene(rng, (100, 1000)), screen=False, paper="white", light="side")
    lines = str(rng.choice(["ruled", "squared"]))
    pen = str(rng.choice(["black", "blue", "red"]))
    return photograph(digit, rng, replace(scene, lines=lines, pen=pen))[0]


def dim_phone(digit: Digit, rng: np.random.Generator) -> bytes:
    """Take a photo of 12 megapixels in a dim room."""
    scene = replace(draw_scene(rng, (900, 1000)), screen=False, light="dim")
    paper = str(rng.choice(["white", "cream", "recycled"]))
    pen = str(rng.choice(["black", "blue", "red"]))
    stroke = float(max(scene.stroke, 0.015))
    scene = replace(scene, paper=paper, pen=pen, stroke=stroke, quality=100)
    small = Image.open(io.BytesIO(photograph(digit, rng, scene)[0]))
    zoom = 4000 / max(small.size)
    large = small.resize((round(small.width * zoom), round(small.height * zoom)))
    grain = rng.normal(0, 6, (large.height // 2, large.width // 2, 1)).repeat(2, 0).repeat(2, 1)
    pixels = np.asarray(large)[: len(grain), : grain.shape[1]] + grain
    return encode(pixels.clip(0, 255).astype(np.uint8), 88)


def screenshot(digit: Digit, rng: np.random.Generator) -> bytes:
    """Cut a drawing program's window: its border on some sides, and the round cursor in it."""
    scene = draw_scene(rng, (40, 600))
    colours = SCREEN[rng.integers(3)]
    margins = tuple(float(m) for m in rng.uniform(0.08, 0.4, 4))
    stroke = float(rng.uniform(0.03, 0.15))
    scene = replace(scene, screen=True, colours=colours, margins=margins, stroke=stroke)
    content, _ = photograph(digit, rng, replace(scene, quality=100))
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    pen, (w, h) = ImageDraw.Draw(picture), picture.size
    thick = int(rng.integers(1, max(2, min(w, h) // 40) + 1))
    shade = tuple(int(value) for value in rng.integers(0, 170) * np.ones(3, dtype=int))
    sides = [(0, 0, w, 0), (0, h - thick, w, h - thick), (0, 0, 0, h), (w - thick, 0, w - thick, h)]
    for side in rng.choice(4, size=rng.integers(0, 4), replace=False):
        x0, y0, x1, y1 = sides[side]
        pen.rectangle((x0, y0, x1 + thick - 1, y1 + thick - 1), fill=shade)
    if rng.random() < 0.6:
        radius = max(2, round(scene.stroke * scene.height / 2))
        x, y = rng.uniform(radius, w - radius), rng.choice([0.06, 0.94]) * h
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(120, 120, 120))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def transparent(digit: Digit, rng: np.random.Generator) -> bytes:
    """Save ink of some colour on nothing at all, or on white that is nothing."""
    stroke = float(np.exp(rng.uniform(np.log(0.02), np.log(0.2))))
    margins = tuple(float(m) for m in rng.uniform(0, 0.3, 4))
    height = float(np.exp(rng.uniform(np.log(26), np.log(500))))
    scene = Scene(height, stroke, margins, True, quality=100)  # type: ignore[arg-type]
    content, _ = photograph(digit, rng, scene)
    cover = 255 - np.asarray(Image.open(io.BytesIO(content)).convert("L"))
    ink = rng.choice([0, 255, int(rng.integers(0, 256))])
    colour = np.full((*cover.shape, 3), ink, dtype=np.uint8)
    if rng.random() < 0.4:  # the page that is left out keeps some colour
        colour[cover == 0] = rng.integers(0, 256, 3)
    return encode(np.dstack([colour, cover]))


def european(digit: Digit, rng: np.random.Generator) -> bytes:
    """Draw a 1 with an upstroke or a 7 with a bar, whichever the digit's label asks for."""
    return photograph(digit, rng, replace(draw_scene(rng, (28, 600)), lines="none", light="even"))[
        0
    ]


def european_digit(label: int, rng: np.random.Generator) -> Digit:
    """Draw a European 1 or 7, uint8 28×28."""
    if label == 1:
        up = rng.uniform(0.25, 0.5), rng.uniform(0.22, 0.5)
        strokes = [[(0.5 - up[0], up[1]), (0.5, 0.0), (0.5 + rng.uniform(-0.1, 0.05), 1.0)]]
        if rng.random() < 0.3:
            strokes.append([(0.25, 1.0), (0.75, 1.0)])
    else:
        foot = rng.uniform(0.15, 0.4)
        strokes = [[(0.1, rng.uniform(0, 0.08)), (0.75, 0.0), (foot, 1.0)]]
        middle, reach = rng.uniform(0.42, 0.58), rng.uniform(0.15, 0.25)
        x = 0.75 + (foot - 0.75) * middle
        strokes.append([(x - reach, middle + 0.02), (x + reach, middle - rng.uniform(0, 0.08))])
    turn = rng.normal(0, 0.1)
    image = Image.new("L", (448, 448))
    for stroke in strokes:
        x, y = np.array(stroke).T + rng.normal(0, 0.02, (2, len(stroke)))
        x, y = x + turn * (0.5 - y), y
        ImageDraw.Draw(image).line(
            [(64 + 320 * float(a), 64 + 320 * float(b)) for a, b in zip(x, y, strict=True)],
            fill=255,
            width=int(rng.integers(30, 50)),
            joint="curve",
        )
    soft = ndimage.gaussian_filter(np.asarray(image, dtype=np.float32), 4)
    return np.asarray(Image.fromarray(soft).resize((28, 28), Image.Resampling.BOX)).astype(np.uint8)


READ: Mapping[str, Kind] = {
    "MNIST's own 28×28": prepared,
    "28×28 taken as it is": taken_as_it_is,
    "any pen, size and ground": any_picture,
    "fills the frame": fills_the_frame,
    "cropped to its ink": cropped,
    "ballpoint": ballpoint,
    "ruled or squared": on_lines,
    "dim, 12 megapixels": dim_phone,
    "screenshot": screenshot,
    "transparent": transparent,
    "European 1 and 7": european,
}
"""What is to be read."""


def blank(digit: Digit, rng: np.random.Generator) -> bytes:
    """Make an empty page of any ground and light."""
    del digit
    return photograph(None, rng)[0]


def in_a_row(digits: NDArray[np.uint8], rng: np.random.Generator) -> Digit:
    """Write digits, N×28×28, side by side as one drawing, 20 pixels high."""
    gap = rng.uniform(0.0, 0.6)
    parts = []
    for one in digits:
        rows, columns = np.nonzero(one > 90)
        cut = one[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        height = round(20 * rng.uniform(0.8, 1.0))
        shape = (max(3, round(cut.shape[1] * height / len(cut))), height)
        small = np.asarray(Image.fromarray(cut).resize(shape, Image.Resampling.BICUBIC))
        room = ((20 - height + 1) // 2, (20 - height) // 2)
        parts.append(np.pad(small, (room, (2, 1 + round(20 * gap)))))
    return np.hstack(parts)


def several(digit: Digit, rng: np.random.Generator) -> bytes:
    """Write the digit and one or two more on one page: ``digit`` is N×28×28."""
    scene = replace(draw_scene(rng, (60, 1000)), table=False)
    row = in_a_row(digit[: rng.integers(2, 4)], rng)
    stroke = float(np.clip(scene.stroke, 1 / scene.height, 0.1))
    return photograph(row, rng, replace(scene, stroke=stroke))[0]


REFUSED: Mapping[str, Kind] = {"blank": blank, "several digits": several}
"""What is to be refused."""
