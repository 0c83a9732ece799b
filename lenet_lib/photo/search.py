"""Where in a photo the one digit is: pieces of ink at several scales, put together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lenet_lib.photo.light import WINDOW, Array, flatten, halve, noise
from lenet_lib.photo.pieces import belongs, enclose, find_pieces, is_rival, join, touches
from lenet_lib.photo.ruling import remove_lines

Mask = NDArray[np.bool_]

SMALLEST = 18
"""A digit's least size in pixels: about that of the box it must fill."""


@dataclass(frozen=True)
class Found:
    """A digit found at one scale: the maps of :class:`Steps`, and how dark its strokes are."""

    shade: Array
    paper: Array
    flat: Array
    unlined: Array
    lines: int
    mask: Mask
    level: float
    clarity: float
    box: tuple[int, int, int, int]
    groups: int

    @property
    def size(self) -> int:
        """Its longer side, in pixels of the whole picture."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])


def search_digit(shade: Array) -> Found | None:
    """Find the one digit, at the finest scale that shows it, mended by the coarser ones.

    Every number below is in pixels and fits strokes of 2 to 12 pixels. A marker's strokes are
    wider, so the same is tried at a half, a quarter and an eighth of the size.
    """
    found: list[Found] = []
    scale = 1
    while min(shade.shape) >= 40:
        if here := find_digit(shade, scale):
            found.append(here)
        shade, scale = halve(shade), scale * 2
    if not found:
        return None
    clearest = max(here.clarity for here in found)
    found = [here for here in found if here.clarity > 0.6 * clearest]
    best = found[0]
    for here in found[1:]:
        if _holds(here, best):
            best = _complete(best, here)
    return best


def is_chalk(light: Found | None, dark: Found | None) -> bool:
    """Tell whether light strokes on a dark ground are the digit, rather than the dark between them.

    What lies between strokes is no larger than what they make up. Clarity is counted against white
    paper, of which a blackboard has little, so a fifth of it will do.
    """
    if light is None or dark is None:
        return dark is None
    if light.clarity < 0.2 * dark.clarity or light.level < 0.5 or light.groups > 1:
        return False
    return dark.groups > 1 or light.size > dark.size or light.clarity > 2 * dark.clarity


def _holds(coarse: Found, fine: Found) -> bool:
    """Tell whether what was found finely lies within what was found coarsely, by the same pen."""
    top, left, bottom, right = fine.box
    slack = 0.1 * fine.size + 0.03 * coarse.size  # a coarse box is uncertain by its large pixels
    inside = (
        coarse.box[0] <= top + slack
        and coarse.box[1] <= left + slack
        and coarse.box[2] >= bottom - slack
        and coarse.box[3] >= right - slack
    )
    return inside and coarse.level > 0.8 * fine.level


def _complete(fine: Found, coarse: Found) -> Found:
    """Add what a coarser look shows of a digit's strokes, with the finer look's sharp outline.

    Where strokes run together they are wider than the window, which takes their middle for dark
    paper; the coarser look has a window twice as wide, and knows how bright the paper is.
    """
    ratio = round(len(fine.shade) / len(coarse.shade))
    near = _enlarge(
        ndimage.binary_dilation(coarse.mask).astype(np.float32), ratio, fine.shade.shape
    )
    paper = _enlarge(coarse.paper, ratio, fine.shade.shape)
    darkness = np.clip(1 - fine.shade / paper, 0, 1)
    level = max(coarse.level, fine.level)
    soft = ndimage.gaussian_filter(darkness, 0.7)
    mask = fine.mask | ((near > 0.5) & (soft > 0.5 * level))
    unlined = np.where(near > 0.5, np.maximum(fine.unlined, darkness), fine.unlined)
    return replace(
        fine,
        mask=mask,
        unlined=unlined,
        level=level,
        box=coarse.box,
        groups=coarse.groups,
        clarity=max(fine.clarity, coarse.clarity),
    )


def _enlarge(picture: Array, ratio: int, shape: tuple[int, ...]) -> Array:
    """Repeat pixels, and the last row and column as often as halving dropped one."""
    large = picture.repeat(ratio, 0).repeat(ratio, 1)
    missing = [(0, max(0, full - part)) for full, part in zip(shape, large.shape, strict=True)]
    return np.pad(large, missing, mode="edge")


def find_digit(shade: Array, scale: int) -> Found | None:
    """Look for a digit with strokes of 2 to 12 pixels."""
    flat, sure, paper = flatten(shade)
    unlined, lines = remove_lines(flat, noise(flat))
    soft = ndimage.gaussian_filter(unlined, 0.7)
    least = max(0.07, 4 * noise(soft))
    labels, parts = find_pieces(soft, sure, least, paper)
    parts = [p for p in parts if p.size >= max(10, 0.02 * max(shade.shape))]
    parts = [p for p in parts if not touches(p, shade.shape)]
    parts = [p for p in parts if p.thickness < 1.1 * WINDOW]
    if not parts:
        return None
    best = max(p.clarity for p in parts)
    dim = [p for p in parts if p.clarity < 0.45 * best]
    parts = [p for p in parts if p.clarity >= 0.45 * best]
    slim = [p for p in parts if not (p.size > 0.4 * min(shade.shape) and p.is_bar())]
    groups = join(slim or parts)
    main = max(groups, key=lambda group: enclose(group).clarity * enclose(group).size ** 0.5)
    # In a shadow the same pen stands out less: what lies there may still be part of the digit.
    main += [p for p in dim if p.level > 0.6 * main[0].level and belongs(p, main)]
    whole = enclose(main)
    if whole.size < SMALLEST:
        return None
    rivals = [b for b in map(enclose, groups) if is_rival(b, whole)]
    mask = np.isin(labels, [p.label for p in main])
    level = float(np.average([p.level for p in main], weights=[p.area for p in main]))
    box = (whole.top * scale, whole.left * scale, whole.bottom * scale, whole.right * scale)
    clarity = max(p.clarity for p in main)
    return Found(shade, paper, flat, unlined, len(lines), mask, level, clarity, box, len(rivals))
