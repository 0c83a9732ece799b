"""Pieces of ink, and which of them together are one digit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lenet_lib.photo.light import Array


@dataclass(frozen=True)
class Piece:
    """A connected piece of ink: its label, box, size in pixels and darkness."""

    label: int
    top: int
    left: int
    bottom: int
    right: int
    area: int
    level: float
    thickness: float = 0.0
    paper: float = 1.0

    @property
    def clarity(self) -> float:
        """How much it stands out: its darkness, for what it lies on: lit paper, or a dark table."""
        return self.level * self.paper * min(1.0, self.size / 30)

    def is_bar(self) -> bool:
        """Tell whether it is long, straight and thin, as a margin's line or a page's edge is."""
        length = float(np.hypot(self.height, self.width))
        return self.area / length < 0.03 * length

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


def is_rival(other: Piece, main: Piece) -> bool:
    """Tell whether something else is a second digit: of about the same size, by the same pen."""
    alike = other.clarity > 0.65 * main.clarity and other.level > 0.65 * main.level
    return alike and other.size > 0.5 * main.size


def find_pieces(
    soft: Array, sure: Array, least: float, paper: Array
) -> tuple[NDArray[np.int32], list[Piece]]:
    """Label pieces of ink, each by a threshold of its own: a part of its own darkness.

    The first labels, by a threshold just above the noise, say what belongs together; in each the
    threshold then rises, with hysteresis: strokes begin at half of the piece's darkness and go on
    down to a third.
    """
    rough, count = ndimage.label(soft > least, structure=np.ones((3, 3)))
    boxes = ndimage.find_objects(rough)
    threshold = np.full(count + 1, 2.0, dtype=np.float32)
    for i, box in enumerate(boxes, 1):
        if box is None or max(s.stop - s.start for s in box) < 8:
            continue
        inside = soft[box][rough[box] == i]
        # A digit tangled up with faint lines is little of what they make together.
        usual, most = np.percentile(inside, [92, 99.5])
        threshold[i] = max(usual, 0.6 * most)
    level = threshold[rough]
    weak, strong = soft > 0.36 * level, (soft > 0.5 * level) & (rough > 0)
    labels, count = ndimage.label(weak & (rough > 0), structure=np.ones((3, 3)))
    has_seed = np.zeros(count + 1, dtype=bool)
    has_seed[np.unique(labels[strong])] = True
    has_seed[0] = False
    labels[~has_seed[labels]] = 0
    parts = []
    for i, box in enumerate(ndimage.find_objects(labels), 1):
        if box is None or max(s.stop - s.start for s in box) < 8:
            continue
        rows, columns = box
        here = labels[box] == i
        if np.mean(sure[box][here] > 0.4 * level[box][here]) < 0.25:  # a corner of a shadow
            continue
        parts.append(
            Piece(
                i,
                rows.start,
                columns.start,
                rows.stop,
                columns.stop,
                int(here.sum()),
                float(np.percentile(soft[box][here], 80)),
                float(2 * ndimage.distance_transform_edt(np.pad(here, 1)).max()),
                float(np.median(paper[box][here])),
            )
        )
    return labels, parts


def touches(part: Piece, shape: tuple[int, ...]) -> bool:
    """Tell whether a piece is cut by the picture's edge, as tables and shadows are."""
    return (
        part.top <= 1 or part.left <= 1 or part.bottom >= shape[0] - 1 or part.right >= shape[1] - 1
    )


def enclose(group: list[Piece]) -> Piece:
    """Give the piece that a group's pieces make together, its label 0."""
    return Piece(
        0,
        min(p.top for p in group),
        min(p.left for p in group),
        max(p.bottom for p in group),
        max(p.right for p in group),
        sum(p.area for p in group),
        max(p.level for p in group),
        max(p.thickness for p in group),
        max(p.paper for p in group),
    )


def join(parts: list[Piece]) -> list[list[Piece]]:
    """Join the strokes of one digit: the bar of a 5, the two halves of a 4, a stroke that broke."""
    groups: list[list[Piece]] = []
    for part in sorted(parts, key=lambda p: -p.size):
        home = next((g for g in groups if belongs(part, g)), None)
        if home is None:
            groups.append([part])
        else:
            home.append(part)
    return groups


def belongs(small: Piece, group: list[Piece]) -> bool:
    """Tell whether a piece is part of a larger one's digit: near it, and no second digit.

    A speck of dirt is left out; a chain of pieces does not reach further than its first.
    """
    first = group[0]
    if small.size < 0.08 * first.size:
        return False
    across = max(small.left, first.left) - min(small.right, first.right)  # negative: overlap
    down = max(small.top, first.top) - min(small.bottom, first.bottom)
    gap = max(across, down, 0)
    thick, thin = (first, small) if first.thickness > small.thickness else (small, first)
    if gap > 2 and thick.thickness > 2 * thin.thickness and small.size > 0.3 * first.size:
        return False  # not by the same pen
    beside = across > 0 or -across < 0.3 * min(small.width, first.width)
    if beside and small.height > 0.8 * first.height:
        return gap < 0.02 * first.size
    return gap < (0.3 if beside else 0.45) * first.size
