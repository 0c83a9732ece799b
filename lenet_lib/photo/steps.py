"""From a picture of one handwritten digit to what MNIST would have made of it.

The steps, each kept in :class:`Steps` to be looked at::

    picture → ink (darkness, or the probability that it is ink, 0–1) → mask (the digit's strokes)
            → strokes (cut out, no thinner than MNIST's)
            → digit (20×20 by its centre of mass in 28×28)

The first look is the obvious one (:mod:`lenet_lib.photo.ink`): most pictures need no other. What it
:mod:`finds <lenet_lib.photo.finds>` is shown to the :mod:`verifier <lenet_lib.photo.verifier>`; if
sure digits leave ink unexplained, the :mod:`segmenter <lenet_lib.photo.segmenter>` looks again.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lenet_lib import files
from lenet_lib.errors import LenetError
from lenet_lib.photo.finds import ALL, Find, Options, finds
from lenet_lib.photo.ink import Array, Mask, by_border
from lenet_lib.photo.picture import name_of, open_picture, resize
from lenet_lib.photo.segmenter import by_segmenter

NEARLY_ALL = 0.9
"""If so much of the ink is in sure digits, the segmenter is not asked."""


@dataclass(frozen=True)
class Steps:
    """What each step made of a picture.

    Attributes:
        picture: uint8 H×W×3, upright, its longer side 224 to 512 pixels.
        ink: float32 H×W, 0 (ground) to 1: darkness, or the probability that it is ink.
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


def prepare(source: str | Path | bytes | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn a picture into a digit as MNIST has it, uint8 28×28; see :func:`explain`."""
    return explain(source).digit


def explain(source: str | Path | bytes | NDArray[np.uint8], options: Options = ALL) -> Steps:
    """Turn a picture into a digit, and keep what each step made of it.

    Args:
        source: A picture file, its content, or pixels: uint8 H×W or H×W×3.
        options: Steps to leave out; none without it.

    Raises:
        LenetError: The file can't be read, or there is not exactly one digit in it
            (:class:`RefusedError`).
    """
    name = name_of(source)
    if isinstance(source, np.ndarray):
        picture = np.asarray(resize(Image.fromarray(source).convert("RGB")))
    else:
        picture = open_picture(source)
    best = look(picture, options)
    if best is None:
        raise RefusedError(
            f"No ink stands out in {name}: it is blank, or too faint; write darker, or take the "
            f"photo in better light.",
            picture,
        )
    steps = Steps(picture, best.ink.dark, best.mask, best.strokes, best.digit, best.likeness)
    if best.others:
        raise RefusedError(
            f"{name} shows several digits ({best.others + 1}, it seems), and one at a time is "
            f"read; crop it.",
            picture,
            steps,
        )
    if not best.is_digit:
        raise RefusedError(
            f"What was found in {name} looks like no digit; crop the picture to one digit "
            f"(--show saves what was seen).",
            picture,
            steps,
        )
    return steps


def look(picture: NDArray[np.uint8], options: Options = ALL) -> Find | None:
    """Look in the obvious way, and ask the segmenter, too, where that leaves ink unexplained.

    It leaves none where sure digits, one or several, have nearly all of it. Else the find with the
    higher score is taken, the segmenter's if they are equal; of the first look what the border cuts
    off does not count.
    """
    first = finds(by_border(picture), options) if options.border else []
    explained = sum(one.share for one in first if one.is_sure)
    if explained > NEARLY_ALL or not options.segmenter:
        return first[0] if first else None
    second = finds(by_segmenter(picture), options)[:1]
    both = second + [one for one in first[:1] if not one.contact]
    return max(both, key=lambda one: one.score, default=None)


def save_seen(picture: NDArray[np.uint8], steps: Steps | None, path: Path) -> None:
    """Save a picture, the ink that was found in it, and the network's 28×28, side by side; PNG."""
    panels = [Image.fromarray(picture)]
    if steps:
        ink = (255 * (1 - steps.ink)).round().astype(np.uint8)
        tinted = np.repeat(ink[..., None], 3, axis=2)
        tinted[steps.mask] = (200, 30, 30)
        panels += [Image.fromarray(tinted), Image.fromarray(255 - steps.digit).convert("RGB")]
    height = 280
    scaled = [
        panel.resize((round(panel.width * height / panel.height), height), Image.Resampling.BOX)
        for panel in panels
    ]
    gap = np.full((height, 8, 3), 255, np.uint8)
    sheet = np.hstack([part for panel in scaled for part in (np.asarray(panel), gap)][:-1])
    content = io.BytesIO()
    Image.fromarray(sheet).save(content, "PNG")
    files.write(path, content.getvalue())
