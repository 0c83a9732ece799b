"""Drawings for the verifier to learn from: digits of every pen, and what is none.

Beside digits drawn with other pens and bent, European ones and a typeface's, there are letters,
scribbles, shadows, bad cuts and pairs, some of them as ragged as a threshold leaves them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from helpers.kinds import european_digit  # noqa: E402

from lenet_lib import data  # noqa: E402
from lenet_lib.photo import out_of_distribution as ood  # noqa: E402
from lenet_lib.photo.form import normalise, trim  # noqa: E402
from lenet_lib.photo.verifier import NONE  # noqa: E402

SHARES = {
    "letters": 0.22,
    "Greek letters": 0.13,
    "symbols": 0.07,
    "faces": 0.07,
    "shapes": 0.07,
    "scribbles": 0.07,
    "blots": 0.05,
    "shadows": 0.04,
    "grids": 0.04,
    "scrap": 0.07,
    "pair": 0.08,
    "crossed": 0.05,
    "hole": 0.04,
}
"""Of what is no digit."""

Strokes = NDArray[np.bool_]
Examples = tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.str_]]


def mask(image: NDArray[np.uint8]) -> Strokes:
    """Draw a digit of MNIST at the size of the drawings."""
    size = (ood.SIDE, ood.SIDE)
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC)) > 127


def roughen(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Spoil a drawing as a threshold does: a ragged outline, a gap in a stroke, dirt beside it."""
    out = strokes.copy()
    if rng.random() < 0.5:
        grain = ndimage.gaussian_filter(rng.standard_normal(out.shape), rng.uniform(1, 4))
        soft = ndimage.gaussian_filter(out.astype(np.float32), rng.uniform(1, 3))
        out = soft + rng.uniform(0.04, 0.14) * grain / grain.std() > 0.5
    rows, columns = np.nonzero(strokes)
    if rng.random() < 0.3:
        turn, k = rng.uniform(0, np.pi), int(rng.integers(len(rows)))
        y, x = np.indices(out.shape)
        away = np.cos(turn) * (y - rows[k]) + np.sin(turn) * (x - columns[k])
        near = np.hypot(y - rows[k], x - columns[k]) < 25
        out &= ~(near & (np.abs(away) < rng.uniform(1, 4)))
    if rng.random() < 0.3:
        top, left = (int(rng.integers(v.min(), v.max() + 1)) for v in (rows, columns))
        out[top : top + int(rng.integers(3, 12)), left : left + int(rng.integers(3, 12))] = True
    return np.asarray(out)


def scrap(digit: Strokes, rng: np.random.Generator) -> Strokes:
    """Lose a third to two thirds of a digit's ink, as a bad cut does."""
    rows, columns = np.nonzero(digit)
    angle = rng.uniform(0, 2 * np.pi)
    along = rows * np.sin(angle) + columns * np.cos(angle)
    limit = np.quantile(along, rng.uniform(0.35, 0.65))
    out = np.zeros_like(digit)
    out[rows[along < limit], columns[along < limit]] = True
    return out


def hole(digit: Strokes, rng: np.random.Generator) -> Strokes:
    """Take the ground that a digit leaves of its box: the largest piece of it, or all."""
    labels, _ = ndimage.label(~np.pad(trim(digit), rng.integers(0, 2)))
    largest = np.asarray(labels == 1 + np.bincount(labels.ravel())[1:].argmax())
    return np.asarray(labels > 0) if ood.slim(largest) or rng.random() < 0.3 else largest


def pair(left: Strokes, right: Strokes, rng: np.random.Generator) -> Strokes:
    """Set two digits side by side, or let them touch."""
    one, other = trim(left), trim(right)
    height = max(len(one), len(other))
    one, other = (
        np.pad(m, (((height - len(m)) // 2, (height - len(m) + 1) // 2), (0, 0)))
        for m in (one, other)
    )
    gap = int(rng.uniform(-0.05, 0.35) * height)
    if gap < 0:
        return np.hstack([one[:, :gap], one[:, gap:] | other[:, :-gap], other[:, -gap:]])
    return np.hstack([one, np.zeros((height, gap), dtype=bool), other])


def crossed(digit: Strokes, rng: np.random.Generator) -> Strokes:
    """Leave one to three printed lines or a frame's edge in the cut."""
    out = digit.copy()
    wide = int(rng.integers(3, 8))
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(0, ood.SIDE - wide))
        if rng.random() < 0.5:
            out[at : at + wide] = True
        else:
            out[:, at : at + wide] = True
    return out


def examples(seed: int, count: int) -> Examples:
    """Draw prepared images, uint8 N×28×28, their classes (0–9, or 10 for none) and their kinds."""
    train = data.load("mnist").train
    first, last = (0, 50_000) if seed < 100 else (50_000, 60_000)
    fonts = ood.FONTS if seed < 100 else ood.HELD_OUT_FONTS
    rng = np.random.default_rng(seed)

    def digit() -> tuple[NDArray[np.uint8], int]:
        i = int(rng.integers(first, last))
        return train.images[i, 0].numpy(), int(train.labels[i])

    def a_digit() -> tuple[Strokes, int]:
        image, label = digit()
        which = rng.random()
        if which < 0.14:
            image = european_digit(label := int(rng.choice([1, 7])), rng)
        if 0.14 <= which < 0.24:
            label = int(rng.integers(10))
            drawn = ood.glyph(str(label), rng, fonts)
        else:
            drawn = ood.bend(ood.repen(mask(image), rng), rng)
        if rng.random() < 0.15:  # a little is cut off at one side
            turns = int(rng.integers(4))
            drawn = np.rot90(drawn, turns).copy()
            rows = np.flatnonzero(drawn.any(1))
            drawn[: rows[0] + int(0.06 * (rows[-1] - rows[0]))] = False
            drawn = np.rot90(drawn, -turns)
        return drawn, label

    def no_digit(kind: str) -> Strokes:
        if kind == "scrap":
            while (some := digit())[1] in (1, 7):  # what is left of these is a 1
                pass
            return scrap(ood.bend(ood.repen(mask(some[0]), rng), rng), rng)
        if kind == "pair":
            return pair(mask(digit()[0]), mask(digit()[0]), rng)
        if kind == "hole":
            return hole(ood.bend(ood.repen(mask(digit()[0]), rng), rng), rng)
        if kind == "crossed":
            return crossed(ood.bend(mask(digit()[0]), rng), rng)
        if kind in {"letters", "Greek letters"}:
            signs = ood.LETTERS if kind == "letters" else ood.GREEK
            return ood.glyph(str(rng.choice(list(signs))), rng, fonts)
        return ood.SIGNS[kind](rng)

    images, labels, kinds = [], [], []
    for _ in range(count):
        if rng.random() < 0.55:
            (drawn, label), kind = a_digit(), "digit"
        else:
            kind, label = str(rng.choice(list(SHARES), p=list(SHARES.values()))), NONE
            drawn = no_digit(kind)
        if rng.random() < 0.4 and drawn.any():
            drawn = roughen(drawn, rng)
        if drawn.sum() >= 20:
            images.append(normalise(drawn))
            labels.append(label)
            kinds.append(kind)
    return np.stack(images), np.array(labels), np.array(kinds)
