"""Pieces of ink, and which of them together are one digit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lenet_lib.photo.ink import Array, Mask, border


@dataclass(frozen=True)
class Piece:
    """A connected piece of ink: its label, box (pixels, ends excluded), area, darkness,
    and how many pixels of the picture's border it covers."""

    label: int
    top: int
    left: int
    bottom: int
    right: int
    area: int
    level: float
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

    @property
    def mass(self) -> float:
        """How much ink it has."""
        return self.area * self.level

    @property
    def is_edge(self) -> bool:
        """Tell whether it lies along the picture's border, as a frame or a table's edge does."""
        return self.contact > 0.95 * self.size


def find_pieces(ink: Array, mask: Mask) -> tuple[NDArray[np.int32], list[Piece]]:
    """Label the connected pieces of a mask, H×W; the largest come first, specks not at all."""
    labels, count = ndimage.label(mask, structure=np.ones((3, 3)))
    areas = np.bincount(labels.ravel(), minlength=count + 1)
    levels = ndimage.mean(ink, labels, np.arange(1, count + 1))
    contacts = np.bincount(border(labels), minlength=count + 1)
    pieces = [
        Piece(
            i, r.start, c.start, r.stop, c.stop, int(areas[i]), float(levels[i - 1]), int(contacts[i])
        )
        for i, (r, c) in enumerate(ndimage.find_objects(labels), 1)
    ]
    return labels, sorted(pieces, key=lambda piece: -piece.size * piece.level)


def belongs(small: Piece, main: Piece) -> bool:
    """Tell whether a piece is part of a larger one's digit: near it, and no speck of dirt."""
    if small.size < 0.08 * main.size:
        return False
    across = max(small.left, main.left) - min(small.right, main.right)  # negative: overlap
    down = max(small.top, main.top) - min(small.bottom, main.bottom)
    gap = max(across, down, 0)
    beside = across > 0 or -across < 0.3 * min(small.width, main.width)
    if beside and small.height > 0.7 * main.height:
        return gap < 0.02 * main.size
    return gap < (0.25 if beside else 0.4) * main.size


def rivals(pieces: list[Piece], main: Piece) -> list[Piece]:
    """Give what is a digit of its own: of about the same height, as dark, and no part of it."""
    return [
        piece
        for piece in pieces
        if piece is not main
        and piece.height > 0.5 * main.height
        and piece.level > 0.6 * main.level
        and not belongs(piece, main)
    ]
