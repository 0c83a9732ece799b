"""From a photo of one handwritten digit to what MNIST would have made of it.

The steps, each kept in :class:`Steps` to be looked at:

    picture → grey → flat (even light, ink 1, paper 0) → unlined → mask (the digit's strokes)
            → strokes (cut out, of MNIST's width) → digit (20×20 by its centre of mass in 28×28)

``light`` makes it grey and flat, ``ruling`` takes printed lines away, ``search`` and ``pieces``
find the strokes, ``form`` cuts them out and gives them MNIST's size, width and place.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lenet_lib.errors import LenetError
from lenet_lib.photo.form import Mask, centre, cut_out, fit
from lenet_lib.photo.light import Array, grey
from lenet_lib.photo.picture import name_of, open_picture
from lenet_lib.photo.search import is_chalk, search_digit

FAINTEST = 0.06
"""The least difference of brightness (0–1) that ink makes; a camera's noise stays below it."""

DARK = 0.45
"""A picture with a lower median brightness may show a blackboard; see :func:`is_chalk`."""


@dataclass(frozen=True)
class Steps:
    """What each step made of a picture.

    Attributes
    ----------
    picture
        uint8 H×W×3, upright.
    flat, unlined
        float32 H×W, darkness of the ink, 0 (paper) to 1; before and after the printed lines go.
    lines
        Number of printed lines found.
    mask
        bool H×W, True on the digit's strokes.
    strokes
        bool h×w, the digit alone, its longer side 128 pixels but for what widening adds.
    digit
        uint8 28×28, ink 255: what the network sees.
    """

    picture: NDArray[np.uint8]
    flat: Array
    unlined: Array
    lines: int
    mask: Mask
    strokes: Mask
    digit: NDArray[np.uint8]


def prepare(source: str | Path | bytes | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn a picture into a digit as MNIST has it, uint8 28×28; see :func:`explain`."""
    return explain(source).digit


def explain(source: str | Path | bytes | NDArray[np.uint8]) -> Steps:
    """Turn a picture into a digit, and keep what each step made of it.

    Parameters
    ----------
    source
        A picture file, its content, or pixels: uint8 H×W or H×W×3.

    Raises
    ------
    LenetError
        The file can't be read, or there is not exactly one digit in it.
    """
    name = name_of(source)
    picture = source if isinstance(source, np.ndarray) else open_picture(source)
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    shade = grey(picture)
    if np.ptp(ndimage.gaussian_filter(shade, 1)) < FAINTEST:
        raise LenetError(f"No digit was found in {name}; is it blank, or too faint?")
    if picture.shape[:2] == (28, 28):
        return _already_prepared(picture)
    found = search_digit(shade)
    if np.median(shade) < DARK and is_chalk(chalk := search_digit(0.04 / (shade + 0.04)), found):
        found = chalk
    if not found:
        raise LenetError(f"No digit was found in {name}; is it blank, or too faint?")
    if found.groups > 1:
        raise LenetError(
            f"{name} shows several digits ({found.groups}, it seems), and one at a time is read; "
            f"crop it."
        )
    strokes = cut_out(found.unlined, found.mask, found.level)
    return Steps(
        picture,
        found.flat,
        found.unlined,
        found.lines,
        found.mask,
        strokes,
        centre(fit(strokes)),
    )


def _already_prepared(picture: NDArray[np.uint8]) -> Steps:
    """Take a picture of 28×28 as it is, but for black on white, which is turned over."""
    digit = picture.mean(2).round().astype(np.uint8)
    frame = np.concatenate([digit[0], digit[-1], digit[:, 0], digit[:, -1]])
    if np.median(frame) > 127:
        digit = 255 - digit
    ink = digit.astype(np.float32) / 255
    return Steps(picture, ink, ink, 0, digit > 127, digit > 127, digit)
