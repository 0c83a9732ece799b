"""From a picture of one handwritten digit to what MNIST would have made of it.

The steps, each kept in :class:`Steps` to be looked at::

    picture → ink (darker than its ground, 0–1) → mask (the digit's strokes)
            → strokes (cut out, no thinner than MNIST's)
            → digit (20×20 by its centre of mass in 28×28)

The fall of light is taken away, and the first look takes the border's tone for the ground of the
whole picture: most pictures need no other. What it finds must have edges, and is shown to the
:mod:`verifier <lenet_lib.photo.verifier>`; if that sees no digit, others follow: without printed
lines, against the ground nearby (shadows), for light ink, and against the brighter part's tone (a
thick pen that fills the frame). Each look shows its largest pieces.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from lenet_lib.errors import LenetError
from lenet_lib.photo.form import centre, cut_out, fit, widen
from lenet_lib.photo.ink import (
    Array,
    Mask,
    border,
    darkness,
    edge_darkness,
    evenly_lit,
    grey,
    ground_nearby,
    is_dark,
    otsu,
    outlined,
    strokes_of,
    threshold,
    without_lines,
)
from lenet_lib.photo.picture import name_of, open_picture, resize
from lenet_lib.photo.pieces import Piece, belongs, find_pieces, rivals
from lenet_lib.photo.verifier import NONE, opinions

WINDOWS = (3, 8)
"""Of the picture's longer side such a part is the neighbourhood whose ground is taken."""

FAINTEST = 0.05
"""The least difference of brightness (0–1) that ink makes; a camera's noise stays below it."""

SURE = 0.9
"""A find that is a digit with this probability ends the search."""

MOST = 0.6
"""And it must have such a part of the ink, or it may be a scrap."""

LEAST, LEAST_RAGGED = 0.33, 0.75
"""What is a digit with less probability, times its part of the ink, is refused."""

BLURRED, CLEAR, SHARP = 0.75, 0.9, 0.97
"""Such a part of a digit's outline is an edge. Below the first it is a shadow or grain, and below
the second it may be another digit, but not the one that is read; below the third it is ragged."""

CANDIDATES = 4
"""So many pieces are shown to the verifier."""

SMALLEST = 18
"""A digit's least size in pixels: about that of the box it must fill."""


@dataclass(frozen=True)
class Steps:
    """What each step made of a picture.

    Attributes:
        picture: uint8 H×W×3, upright, its longer side 224 to 640 pixels.
        ink: float32 H×W, darkness of the ink, 0 (ground) to 1.
        mask: bool H×W, True on the digit's strokes.
        strokes: bool h×w, the digit alone, its longer side 120 pixels but for what widening adds.
        digit: uint8 28×28, ink 255: what the network sees.
        likeness: Probability of the digit that the verifier takes it for, 0–1.
    """

    picture: NDArray[np.uint8]
    ink: Array
    mask: Mask
    strokes: Mask
    digit: NDArray[np.uint8]
    likeness: float


class RefusedError(LenetError):
    """No digit, or several; ``steps`` has what was seen, or None if there was no ink."""

    def __init__(self, reason: str, picture: NDArray[np.uint8], steps: Steps | None = None) -> None:
        super().__init__(reason)
        self.picture = picture
        self.steps = steps


@dataclass(frozen=True)
class Find:
    """What one look found.

    Attributes:
        steps: What became of it.
        size: Its longer side in pixels of the picture.
        share: How much of the ink it has, 0–1, but for what is the table's or a shadow's.
        is_most: Whether it has most of all that is dark.
        others: Number of other digits beside it.
        clear: Which part of its outline is an edge, 0–1.
    """

    steps: Steps
    size: int
    share: float
    is_most: bool
    others: int
    clear: float


def prepare(source: str | Path | bytes | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn a picture into a digit as MNIST has it, uint8 28×28; see :func:`explain`."""
    return explain(source).digit


def explain(source: str | Path | bytes | NDArray[np.uint8]) -> Steps:
    """Turn a picture into a digit, and keep what each step made of it.

    Args:
        source: A picture file, its content, or pixels: uint8 H×W or H×W×3.

    Raises:
        LenetError: The file can't be read, or there is not exactly one digit in it
            (:class:`RefusedError`).
    """
    name = name_of(source)
    if isinstance(source, np.ndarray):
        picture = np.asarray(resize(Image.fromarray(source).convert("RGB")))
    else:
        picture = open_picture(source)
    found = search(picture)
    if not found:
        raise RefusedError(
            f"No ink stands out in {name}: it is blank, or too faint; write darker, or take the "
            f"photo in better light.",
            picture,
        )
    best = choose(found)
    if best.others:
        raise RefusedError(
            f"{name} shows several digits ({best.others + 1}, it seems), and one at a time is "
            f"read; crop it.",
            picture,
            best.steps,
        )
    least = LEAST if best.clear > SHARP else LEAST_RAGGED
    if best.steps.likeness * best.share < least:
        raise RefusedError(
            f"What was found in {name} looks like no digit; crop the picture to one digit "
            f"(--show saves what was seen).",
            picture,
            best.steps,
        )
    return best.steps


def search(picture: NDArray[np.uint8]) -> list[Find]:
    """Look again and again until something is a digit; uint8 H×W×3, all that was found."""
    found: list[Find] = []
    shade = evenly_lit(grey(picture))
    if np.ptp(ndimage.gaussian_filter(shade, 1.5)) < FAINTEST:
        return found
    for seen, ink in looks(shade):
        for find in finds(picture, seen, ink):
            found.append(find)
            if find.steps.likeness > SURE and find.others:
                return [find]  # or the next look would take one of the digits for a line
            if find.steps.likeness > SURE and find.is_most:
                return found
    return found


def choose(found: list[Find]) -> Find:
    """Take what is most like a digit and has most of the ink, but no scrap of something larger."""
    largest = max((f.size for f in found if f.steps.likeness > LEAST), default=0)
    whole = [f for f in found if f.size >= 0.6 * largest]
    return max(whole, key=lambda f: f.steps.likeness * f.share)


def looks(shade: Array) -> Iterator[tuple[Array, Array]]:
    """Give a picture in which ink is dark and that ink, by one guess after another of the ground.

    Both float32 H×W, 0–1.
    """
    seen, inverse = (shade, 1 - shade) if is_dark(shade) else (1 - shade, shade)
    large, small = (max(shade.shape) // part for part in WINDOWS)
    even = darkness(seen, float(np.median(border(seen))))
    yield seen, even
    yield seen, without_lines(even)
    yield seen, darkness(seen, ground_nearby(seen, large))
    yield seen, without_lines(darkness(seen, ground_nearby(seen, small)))
    yield inverse, darkness(inverse, ground_nearby(inverse, large))
    for other in (seen, inverse):  # where a thick pen has most of the border
        yield other, darkness(other, float(np.median(other[other >= otsu(other)])))


@dataclass(frozen=True)
class _Try:
    """A large piece, what belongs to it, how clear its edges are, and what it may be."""

    main: Piece
    parts: list[Piece]
    clear: float
    chances: NDArray[np.float64]
    steps: Steps

    @property
    def mass(self) -> float:
        return sum(part.mass for part in self.parts)


def finds(picture: NDArray[np.uint8], seen: Array, ink: Array) -> Iterator[Find]:
    """Take each of the largest pieces and what belongs to it, with faint strokes and then without.

    What lies along the border is left out, if there is anything else.
    """
    level, edge = threshold(ink), edge_darkness(ink)
    for least in (0.5 * level, level):
        labels, every = find_pieces(ink, strokes_of(ink, edge, level, least))
        large = [piece for piece in every if piece.size >= max(SMALLEST, 0.03 * max(ink.shape))]
        pieces = [piece for piece in large if not piece.is_edge] or large
        # A frame beside the digit is no ink that the digit lacks.
        total = sum(piece.mass for piece in every if piece in pieces or not piece.is_edge)
        tries: list[_Try] = []
        for main in pieces[:CANDIDATES]:
            if any(main in one.parts for one in tries):
                continue
            # A second stroke may be smaller than a whole digit: half of the first will do.
            near = [p for p in every if p in pieces or (not p.is_edge and p.size > main.size / 2)]
            parts = [piece for piece in near if piece is main or belongs(piece, main)]
            mask = np.isin(labels, [part.label for part in parts])
            clear = outlined(seen, ink, mask)
            if clear < BLURRED:
                total -= main.mass
                continue
            strokes = widen(cut_out(ink, edge, mask))
            digit = centre(fit(strokes))
            chances = opinions(digit[None])[0]
            # A straight piece along the border may be a 1, but is more often a frame.
            doubt = LEAST if main.is_edge and chances.argmax() == 1 else 1
            likeness = doubt * float(chances[:NONE].max())
            steps = Steps(picture, ink, mask, strokes, digit, likeness)
            tries.append(_Try(main, parts, clear, chances, steps))
        away = sum(
            one.main.mass
            for one in tries
            if one.clear < CLEAR or (one.chances[NONE] > 0.95 and one.main.contact)
        )
        for one in tries:
            if one.clear < CLEAR:
                continue
            digits = [other.main for other in tries if other.chances[NONE] < 0.5]
            others = len(rivals(digits, one.main)) if one.chances[NONE] < 0.95 else 0
            share = min(1.0, one.mass / max(total - away, 1e-9))
            is_most = one.mass > MOST * total
            yield Find(one.steps, one.main.size, share, is_most, others, one.clear)
