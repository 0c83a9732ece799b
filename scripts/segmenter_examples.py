"""Made-up pictures for the segmenter to learn from, and where the ink is in each.

They are wilder than those of ``tests/helpers/kinds.py``, by which the reader is judged: any
colours, contrasts and sizes, textures, creases, windows' borders, cursors; a digit or several, a
letter or nothing at all.
"""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from helpers.kinds import european_digit, in_a_row  # noqa: E402
from helpers.scenes import Scene, draw_scene  # noqa: E402
from helpers.synthetic import Array, camera, draw, light  # noqa: E402

from lenet_lib import data  # noqa: E402
from lenet_lib.photo import out_of_distribution as ood  # noqa: E402
from lenet_lib.photo.form import trim  # noqa: E402
from lenet_lib.photo.picture import resize  # noqa: E402
from lenet_lib.photo.segmenter import SIDE, to_square  # noqa: E402

Example = tuple[NDArray[np.uint8], NDArray[np.uint8]]

BEYOND = 255
"""In a mask: outside the picture."""


def subject(rng: np.random.Generator, digits: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Choose what is written: mostly one digit; several, a European one, a letter, or nothing."""
    which = rng.random()
    if which < 0.13:
        return None
    if which < 0.25:
        return in_a_row(digits[rng.integers(0, len(digits), rng.integers(2, 4))], rng)
    if which < 0.33:
        return european_digit(int(rng.choice([1, 7])), rng)
    if which < 0.41:
        drawn = ood.glyph(str(rng.choice(list(ood.LETTERS + ood.GREEK))), rng)
        small = Image.fromarray(trim(drawn).astype(np.uint8) * np.uint8(255))
        small.thumbnail((20, 20), Image.Resampling.BOX)
        return np.pad(np.asarray(small), 4)
    return np.asarray(digits[rng.integers(len(digits))])


def margins(
    rng: np.random.Generator, least: float, most: float
) -> tuple[float, float, float, float]:
    """Choose the space above, right, below and left, in digit heights."""
    top, right, bottom, left = (float(margin) for margin in rng.uniform(least, most, 4))
    return top, right, bottom, left


def scene_of(rng: np.random.Generator) -> Scene:
    """Choose a scene; thin pens, thick ones, dim light, lines and small digits more often."""
    scene = draw_scene(rng, (28, 500))
    which = rng.random()
    if which < 0.12:
        thin = float(max(rng.uniform(0.004, 0.015), 1.0 / scene.height))
        scene = replace(scene, stroke=thin, margins=margins(rng, 0, 0.6))
    elif which < 0.24:
        thick = float(rng.uniform(0.08, 0.22))
        scene = replace(scene, margins=margins(rng, -0.05, 0.05), stroke=thick, table=False)
    elif which < 0.34 and not scene.screen:
        scene = replace(scene, light="dim")
    elif which < 0.44 and not scene.screen and scene.paper != "blackboard":
        scene = replace(scene, lines=str(rng.choice(["ruled", "squared"])))
    elif which < 0.49:
        around = margins(rng, 0.1, 4)
        scene = replace(scene, margins=around, height=float(rng.uniform(30, 120)))
    elif which < 0.54:
        tiny = float(rng.uniform(12, 28))
        pen = float(rng.uniform(0.06, 0.2))
        scene = replace(scene, margins=margins(rng, 0, 0.6), height=tiny, stroke=pen, table=False)
    if scene.screen and rng.random() < 0.4:
        ground, ink = rng.random((2, 3))
        if abs(ground.mean() - ink.mean()) > 0.12:
            scene = replace(scene, colours=(tuple(ground), tuple(ink)))
    top, right, bottom, left = scene.margins
    longest = max(1 + top + bottom, 0.8 + left + right)
    return replace(scene, height=min(scene.height, 512 / longest))


def textured(rng: np.random.Generator, out: Array) -> Array:
    """Lay cloth, wood or a wall's grain over a drawing."""
    size = np.exp(rng.uniform(-0.5, 3, 2))
    soft = ndimage.gaussian_filter(rng.standard_normal(out.shape[:2], dtype=np.float32), size)
    strength = rng.uniform(0.01, 0.06) / max(float(soft.std()), 1e-6)
    return np.asarray(out * (1 + strength * soft)[..., None], dtype=np.float32)


def creased(rng: np.random.Generator, out: Array) -> Array:
    """Fold the paper, or let a sheet end on another."""
    turn, at = rng.uniform(0, np.pi), rng.uniform(0.1, 0.9)
    y, x = np.mgrid[: 1 : out.shape[0] * 1j, : 1 : out.shape[1] * 1j].astype(np.float32)
    away = np.cos(turn) * (x - at) + np.sin(turn) * (y - at)
    if rng.random() < 0.5:
        fold = np.exp(-((away / rng.uniform(0.004, 0.03)) ** 2))
    else:
        fold = 1 / (1 + np.exp(np.clip(away / rng.uniform(0.002, 0.1), -30, 30)))
    return np.asarray(out * (1 - rng.uniform(-0.2, 0.45) * fold)[..., None], dtype=np.float32)


def framed(rng: np.random.Generator, image: Image.Image) -> None:
    """Draw a window's or a scanner's border on some sides; in place."""
    (wide, high), pen = image.size, ImageDraw.Draw(image)
    thick = int(rng.integers(1, max(2, min(high, wide) // 20) + 1))
    shade = tuple(int(value) for value in rng.integers(0, 256, 3))
    sides = [
        (0, 0, wide, thick),
        (0, high - thick, wide, high),
        (0, 0, thick, high),
        (wide - thick, 0, wide, high),
    ]
    for side in rng.choice(4, size=rng.integers(1, 5), replace=False):
        pen.rectangle(sides[side], fill=shade)


def pointed_at(rng: np.random.Generator, image: Image.Image) -> None:
    """Draw a program's round cursor, mostly near the border; in place."""
    wide, high = image.size
    radius = rng.uniform(0.01, 0.09) * max(high, wide)
    x, y = rng.random(2) if rng.random() < 0.3 else (rng.random(), rng.choice([0.05, 0.95]))
    shade = tuple(int(value) for value in rng.integers(0, 256, 3))
    box = (x * wide - radius, y * high - radius, x * wide + radius, y * high + radius)
    thick = int(rng.integers(1, max(2, max(high, wide) // 150) + 1))
    ImageDraw.Draw(image).ellipse(box, outline=shade, width=thick)


def clutter(rng: np.random.Generator, out: Array) -> Array:
    """Lay on a drawing what pictures have beside the writing."""
    if rng.random() < 0.15:
        out = textured(rng, out)
    if rng.random() < 0.12:
        out = creased(rng, out)
    if rng.random() < 0.12:
        out = out * light(rng, out.shape[:2], "shadow")[..., None]
    image = Image.fromarray((255 * out.clip(0, 1)).astype(np.uint8))
    if rng.random() < 0.25:
        framed(rng, image)
    if rng.random() < 0.15:
        pointed_at(rng, image)
    return np.asarray(image, dtype=np.float32) / np.float32(255)


def recolour(rng: np.random.Generator, out: Array) -> Array:
    """Change colours and contrast."""
    if rng.random() < 0.25:
        out = 1 - out
    if rng.random() < 0.5:
        out = out ** np.exp(rng.normal(0, 0.25, 3) + rng.normal(0, 0.3)).astype(np.float32)
    if rng.random() < 0.3:
        out = out[..., rng.permutation(3)]
    if rng.random() < 0.35:  # pale
        a = float(np.exp(rng.uniform(np.log(0.12), 0)))
        out = a * out + (1 - a) * rng.random(3).astype(np.float32) * rng.choice([0.3, 1])
    if rng.random() < 0.2:
        out = out.mean(2, keepdims=True).repeat(3, 2)
    return np.asarray(out, dtype=np.float32)


def example(rng: np.random.Generator, digits: NDArray[np.uint8]) -> Example:
    """Make a picture, uint8 S×S×3, and its mask, uint8 S×S: 1 for ink, 0 or :data:`BEYOND`."""
    written, scene = subject(rng, digits), scene_of(rng)
    out, covered = draw(written, rng, scene)
    out = recolour(rng, clutter(rng, out))
    if not scene.screen or rng.random() < 0.1:
        out = camera(rng, out, dim=scene.light == "dim")
    image = Image.fromarray((255 * out.clip(0, 1)).round().astype(np.uint8))
    if rng.random() < 0.6:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=int(rng.integers(40, 100)))
        image = Image.open(file)
    cover = Image.fromarray(covered)
    if min(image.size) > 60 and rng.random() < 0.25:  # a crop, which cuts writing off
        ends = np.concatenate([rng.uniform(0, 0.3, 2), rng.uniform(0.7, 1, 2)])
        box = tuple(round(end * side) for end, side in zip(ends, image.size * 2, strict=True))
        image, cover = image.crop(box), cover.crop(box)
    picture, (high, wide) = to_square(resize(image))
    soft = np.asarray(cover.resize((wide, high), Image.Resampling.BICUBIC, reducing_gap=3))
    near = max(5, 2 * high // cover.height + 1)  # as far as enlarging has blurred
    mask = np.full((SIDE, SIDE), BEYOND, dtype=np.uint8)
    mask[:high, :wide] = (soft > 0.5 * ndimage.maximum_filter(soft, near)) & (soft > 0.12)
    turns = int(rng.integers(4))
    return np.rot90(picture, turns), np.rot90(mask, turns)


def examples(seed: int, count: int) -> Example:
    """Make examples from the first 50,000 training digits: uint8 N×S×S×3, uint8 N×S×S."""
    digits = data.load("mnist").train.images[:50_000, 0].numpy()
    made = [example(np.random.default_rng([seed, k]), digits) for k in range(count)]
    pictures, masks = zip(*made, strict=True)
    return np.stack(pictures), np.stack(masks)
