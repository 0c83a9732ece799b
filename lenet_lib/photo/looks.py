"""What is ink? One guess of the ground after another, each a look at the whole picture.

A look takes a brightness with dark ink, float32 H×W, 0–1, and gives the brightness that it looked
at and how much darker than its ground each pixel of it is, both float32 H×W, 0–1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from lenet_lib.photo.ink import Array, border, darkness, ground_nearby, otsu, without_lines

Look: TypeAlias = Callable[[Array], tuple[Array, Array]]


def border_tone(seen: Array) -> tuple[Array, Array]:
    """Take the border's tone for the ground of all: right about most pictures."""
    return seen, darkness(seen, float(np.median(border(seen))))


def ground_around(seen: Array) -> tuple[Array, Array]:
    """Take what is brightest nearby for the ground: shadows go."""
    return seen, darkness(seen, ground_nearby(seen, max(seen.shape) // 3))


def ground_around_without_lines(seen: Array) -> tuple[Array, Array]:
    """Do the same, nearer still, and take printed lines out."""
    return seen, without_lines(darkness(seen, ground_nearby(seen, max(seen.shape) // 8)))


def fine_strokes(seen: Array) -> tuple[Array, Array]:
    """Do the same so near that only a thin pen's strokes are left: shadows with edges go too."""
    return seen, darkness(seen, ground_nearby(seen, max(seen.shape) // 20))


def brighter_part(seen: Array) -> tuple[Array, Array]:
    """Take the brighter part's tone for the ground, if the ink has most of the border."""
    return seen, darkness(seen, float(np.median(seen[seen >= otsu(seen)])))


LOOKS: tuple[Look, ...] = (
    border_tone,
    ground_around,
    ground_around_without_lines,
    fine_strokes,
    brighter_part,
)
"""In this order they are tried, until something is a digit; then all but the first for
ink of the other polarity."""
