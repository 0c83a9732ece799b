"""Pieces of ink, and which of them together are one digit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lenet_lib.photo.ink import Ink, border

SPECK = 12
"""What has fewer pixels is no piece."""

GAP = 4
"""What has so many pixels between it or fewer is one piece: a thin pen's stroke has gaps."""

RIM = 0.05
"""What lies mostly within such a part of the picture's side from its border is a frame's."""


@dataclass(frozen=True)
class Piece:
    """A connected piece of ink.

    Attributes:
        label: Its number in the label image.
        top, left, bottom, right: Its box in pixels, ends excluded.
        mass: The sum of its darkness (0–1).
        area, sure: Its pixels; those of them that are surely ink.
        contact: How many of its pixels lie on the picture's border.
    """

    label: int
    top: int
    left: int
    bottom: int
    right: int
    mass: float
    area: int
    sure: int
    contact: int

    @property
    def height(self) -> int:
        """Rows of its box."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Columns of its box."""
        return self.right - self.left

    @property
    def size(self) -> int:
        """The longer side of its box."""
        return max(self.height, self.width)


def find_pieces(ink: Ink) -> tuple[NDArray[np.int32], list[Piece]]:
    """Label the connected pieces of ink, H×W; the largest come first.

    Specks and frames are left out, and what is nowhere surely ink.
    """
    square, mask = np.ones((3, 3)), ink.mask
    labels, count = ndimage.label(ndimage.binary_dilation(mask, square, GAP // 2), square)
    labels *= mask
    at = np.nonzero(mask)
    of, dark = labels[at], ink.dark[at]
    areas, masses = np.bincount(of, minlength=count + 1), np.bincount(of, dark, count + 1)
    sure = np.bincount(of[dark > ink.sure], minlength=count + 1)
    contacts = np.bincount(border(labels), minlength=count + 1)
    away = [np.minimum(i, side - 1 - i) / side for side, i in zip(mask.shape, at, strict=True)]
    rims = np.bincount(of[np.minimum(*away) < RIM], minlength=count + 1)
    pieces = []
    for i, box in enumerate(ndimage.find_objects(labels), 1):
        if areas[i] >= SPECK and sure[i] and rims[i] <= 0.6 * areas[i]:
            ends = (box[0].start, box[1].start, box[0].stop, box[1].stop)
            counts = int(areas[i]), int(sure[i]), int(contacts[i])
            pieces.append(Piece(i, *ends, float(masses[i]), *counts))
    return labels, sorted(pieces, key=lambda piece: -piece.size * piece.mass / piece.area)


def belongs(small: Piece, main: Piece) -> bool:
    """Tell whether a piece is part of a larger one's digit: near it, and no speck of dirt."""
    if small.size < 0.08 * main.size:
        return False
    across = max(small.left, main.left) - min(small.right, main.right)  # negative: overlap
    down = max(small.top, main.top) - min(small.bottom, main.bottom)
    gap = max(across, down, 0)
    beside = across > 0 or -across < 0.3 * min(small.width, main.width)
    if beside and small.height > 0.8 * main.height:
        return gap < 0.02 * main.size
    return gap < (0.25 if beside else 0.4) * main.size
