"""The obvious way to ink: what is darker than the border's tone, by Otsu's threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

REACH = 15
"""Strokes are compared with the darkest ink within half of so many pixels."""


@dataclass(frozen=True)
class Ink:
    """Where the ink of a picture is.

    Attributes:
        dark: float32 H×W, from 0 (ground) to 1: darkness, or the probability that it is ink.
        edge: float32 H×W: what is darker is ink.
        sure: A piece of ink is darker than this somewhere.
    """

    dark: Array
    edge: Array
    sure: float

    @property
    def mask(self) -> Mask:
        """True on the ink, bool H×W."""
        return self.dark > self.edge


def by_border(picture: NDArray[np.uint8]) -> Ink:
    """Take the border's tone for the ground of all: right about most pictures.

    Args:
        picture: uint8 H×W×3.
    """
    shade = ndimage.gaussian_filter(grey(picture), 0.7)
    shade = shade if is_dark(shade) else 1 - shade
    dark = darkness(shade, float(np.median(border(shade))))
    sure = threshold(dark)
    # A stroke, faint or not, ends where it has a third of the darkness of the ink nearby.
    edge = np.maximum(ndimage.maximum_filter(dark, REACH) / 3, sure / 2).astype(np.float32)
    return Ink(dark, edge, sure)


def grey(picture: NDArray[np.uint8]) -> Array:
    """Give one brightness per pixel, float32 H×W, 0–1, in which ink of any colour is dark.

    Half of it is the usual luminance, half the darkest channel: luminance alone makes red or orange
    ink pale. The lamp's tint goes first, or the darkest channel would always be the same one; a
    channel that is dark where the picture is bright holds nothing but noise.
    """
    white = np.percentile(picture[::4, ::4].reshape(-1, 3), 90, axis=0) / 255
    tint = white / max(white.max(), 1e-6)
    planes = [
        np.minimum(picture[..., k] / np.float32(255 * max(tint[k], 0.3)), 1) for k in range(3)
    ]
    luminance = 0.299 * planes[0] + 0.587 * planes[1] + 0.114 * planes[2]
    darkest = np.minimum.reduce([planes[k] for k in range(3) if tint[k] >= 0.5] or planes)
    return np.asarray((luminance + darkest) / 2, dtype=np.float32)


def border(shade: NDArray[Any]) -> NDArray[Any]:
    """Give the pixels of a picture's outermost rows and columns, in one row."""
    return np.concatenate([shade[0], shade[-1], shade[:, 0], shade[:, -1]])


def otsu(values: NDArray[np.generic]) -> float:
    """Split values 0–1 into two classes that differ most for their spread (Otsu 1979)."""
    counts, edges = np.histogram(values, 256, (0, 1))
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    mass = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = mass / below - (mass[-1] - mass) / above
        between = np.nan_to_num(below * above * apart**2)
    best = np.flatnonzero(between == between.max())
    return float(middles[best[len(best) // 2]])


def darkness(shade: Array, ground: float) -> Array:
    """Give how much darker than its ground each pixel is, 0–1."""
    return np.asarray(np.clip(1 - shade / max(ground, 0.1), 0, 1), dtype=np.float32)


def is_dark(shade: Array) -> bool:
    """Tell whether the ink is darker than its ground, and not lighter as on a blackboard.

    Two grounds vote with the share of dark in what differs from them: the border's, which is right
    about thick strokes, and the median nearby, which sees thin ones in uneven light.
    """
    step = -(-max(shade.shape) // 48)
    small = shade[: shade.shape[0] // step * step, : shade.shape[1] // step * step]
    small = small.reshape(len(small) // step, step, -1, step).mean((1, 3))
    votes = []
    for ground in (np.median(border(shade)), ndimage.median_filter(small, size=15)):
        dark = (np.clip(ground - small, 0, 1) ** 3).mean()
        light = (np.clip(small - ground, 0, 1) ** 3).mean()
        votes.append(dark / max(dark + light, 1e-12))
    return float(np.mean(votes)) >= 0.5


def noise(dark: Array) -> float:
    """Estimate the standard deviation of empty ground from what differs between neighbours."""
    differences = dark[2:, 2:] - dark[:-2, 2:] - dark[2:, :-2] + dark[:-2, :-2]
    return float(np.median(np.abs(differences)) / 0.6745 / 2)


def threshold(dark: Array) -> float:
    """Find how dark a pixel must be to be ink: Otsu's threshold where there is any.

    Only the surroundings of what stands out from the noise are counted, or the ground's own grain
    would be split in two where a small digit stands on a large page. 1 where nothing stands out.
    """
    least = max(0.04, 5 * noise(dark))
    near = ndimage.maximum_filter(dark, 9) > least
    return max(otsu(dark[near]), least) if near.any() else 1.0
