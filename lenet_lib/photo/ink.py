"""From a colour picture to ink: how much darker than its ground each pixel is, 0 to 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]


def grey(picture: NDArray[np.uint8]) -> Array:
    """Give one brightness per pixel, float32 H×W, 0–1, in which ink of any colour is dark.

    Half of it is the usual luminance, half the darkest channel: luminance alone makes red or orange
    ink pale. The lamp's tint goes first, or the darkest channel would always be the same one.
    """
    colour = picture.astype(np.float32) / 255
    white = np.percentile(colour[::4, ::4].reshape(-1, 3), 90, axis=0)
    tint = np.maximum(white / max(white.max(), 1e-6), 0.3).astype(np.float32)
    colour = np.minimum(colour / tint, 1)
    luminance = colour @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return np.asarray((luminance + colour.min(2)) / 2, dtype=np.float32)


def border(shade: NDArray[np.generic]) -> NDArray[np.generic]:
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


def darkness(shade: Array, window: int) -> Array:
    """Take light and shadow away: how much darker than the ground around it each pixel is.

    The ground under the ink is guessed by a grey closing, which fills what is narrower than its
    window and keeps the edges of shadows and of the page, where an average would smear them.

    Parameters
    ----------
    shade
        float32 H×W, brightness 0–1.
    window
        Side of the closing's square in pixels; 0 takes one ground for the whole picture, the
        border's.
    """
    if window:
        ground = ndimage.grey_closing(ndimage.gaussian_filter(shade, 1), size=(window, window))
    else:
        around = border(shade)
        ground = np.full_like(shade, np.median(around))
    return np.clip(1 - shade / np.maximum(ground, 0.05), 0, 1).astype(np.float32)


def noise(ink: Array) -> float:
    """Estimate the standard deviation of empty ground from what differs between neighbours."""
    differences = ink[1:, 1:] - ink[:-1, 1:] - ink[1:, :-1] + ink[:-1, :-1]
    return float(np.median(np.abs(differences)) / 0.6745 / 2)


def threshold(ink: Array) -> float:
    """Find how dark a pixel must be to be ink: Otsu's threshold where there is any.

    Only the surroundings of what stands out from the noise are counted, or the ground's own grain
    would be split in two where a small digit stands on a large page.
    """
    least = max(0.05, 5 * noise(ink))
    near = ndimage.maximum_filter(ink, 9) > least
    if not near.any():
        return 1.0
    return max(otsu(ink[near]), least)


def without_lines(ink: Array) -> Array:
    """Take printed lines out: what runs straight for a third of the picture and is thin.

    The lines' direction is where the sums along it differ most. In that direction a grey opening
    keeps only what is long; where this is thin it is subtracted, so that ink that crosses stays.
    """
    out = ink
    for _ in range(2):
        out = _without_rows(out).T  # rows, then columns
    return out


def _without_rows(ink: Array) -> Array:
    height, width = ink.shape
    columns = np.arange(width) - width // 2
    small = ink - ndimage.uniform_filter1d(ink, max(5, height // 20), axis=0)

    def sheared(picture: Array, slope: float) -> Array:
        rows = (np.arange(height)[:, None] + np.rint(slope * columns).astype(int)) % height
        return picture[rows, np.arange(width)]

    slopes = np.tan(np.deg2rad(np.arange(-12, 12.1, 0.5)))
    slope = max(slopes, key=lambda s: float(np.var(sheared(small, s).mean(1))))
    level = sheared(ink, slope)
    thick = ndimage.maximum_filter1d(level, 3, axis=0)  # a line may climb by a pixel
    long = ndimage.grey_opening(thick, size=(1, max(9, width // 4)))
    wide = ndimage.grey_opening(long, size=(max(3, height // 40), 1))
    line = np.where(long - wide > 0.02, long, 0)
    left = np.where(level > 1.6 * line, level, np.clip(level - line, 0, 1))
    return sheared(left, -slope)
