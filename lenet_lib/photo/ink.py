"""From a colour picture to ink: how much darker than its ground each pixel is, 0 to 1."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]


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


def evenly_lit(shade: Array) -> Array:
    """Take the fall of light over a picture away: brightness float32 H×W, 0–1.

    A lamp at one side and dark corners make a smooth surface, of the second order here. It is
    fitted to what lies near it, at first to what has about the border's tone, so that ink has no
    say. Where most of the picture lies on no such surface (shadows with edges, a page on a table)
    it is left as it is.
    """
    (small, step), tone = _small(shade), max(float(np.median(border(shade))), 0.05)
    terms = _second_order(small.shape, step, max(shade.shape)).reshape(6, -1)
    values = small.ravel()
    away, spread = values - tone, 1.5 * np.median(np.abs(border(small) - tone))
    for _ in range(8):
        weight = np.exp(-0.5 * (away / (2 * max(spread, 0.01))) ** 2)
        factors = np.linalg.lstsq((terms * weight).T, values * weight, rcond=1e-6)[0]
        away = values - factors @ terms
        near = weight > 0.1
        spread = 1.5 * np.median(np.abs(away[near]))
    if spread > 0.03 * tone or (weight > 0.6).mean() < 0.5:
        return shade
    light = np.tensordot(factors, _second_order(shade.shape, 1, max(shade.shape)), 1)
    light = np.maximum(np.clip(light, 0.9 * values[near].min(), 1.1 * values[near].max()), 0.05)
    return np.asarray(np.clip(shade * (np.median(light) / light), 0, 1), dtype=np.float32)


def _second_order(shape: tuple[int, ...], step: int, side: int) -> NDArray[np.float64]:
    """Give 1, x, y, x², xy and y² over squares of ``step`` pixels, 6×H×W; 2 is a ``side`` long."""
    y, x = (np.indices(shape) + 0.5) * step * 2 / side - 1
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])


def _small(shade: Array) -> tuple[Array, int]:
    """Average squares, so that at most 48 lie along a side; and give their side in pixels."""
    step = -(-max(shade.shape) // 48)
    small = shade[: shade.shape[0] // step * step, : shade.shape[1] // step * step]
    small = small.reshape(len(small) // step, step, -1, step).mean((1, 3))
    return np.asarray(small, dtype=np.float32), step


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


def ground_nearby(shade: Array, window: int) -> Array:
    """Guess how bright the ground under dark ink is, float32 H×W.

    A grey closing fills what is narrower than its window and keeps the edges of shadows and of the
    page, where an average would smear them.

    Args:
        shade: float32 H×W, brightness 0–1.
        window: Side of the closing's square in pixels.
    """
    return np.asarray(ndimage.grey_closing(shade, size=(window, window)), dtype=np.float32)


def darkness(shade: Array, ground: Array | float) -> Array:
    """Give how much darker than its ground each pixel is, 0–1."""
    away = 1 - shade / np.maximum(ground, 0.1)
    return np.asarray(np.clip(away, 0, 1), dtype=np.float32)


def is_dark(shade: Array) -> bool:
    """Tell whether the ink is darker than its ground, and not lighter as on a blackboard.

    Two grounds vote with the share of dark in what differs from them: the border's, which is right
    about thick strokes, and the median nearby, which sees thin ones in uneven light.
    """
    small, _ = _small(shade)
    votes = []
    for ground in (np.median(border(shade)), ndimage.median_filter(small, size=15)):
        dark = (np.clip(ground - small, 0, 1) ** 3).mean()
        light = (np.clip(small - ground, 0, 1) ** 3).mean()
        votes.append(dark / max(dark + light, 1e-12))
    return float(np.mean(votes)) >= 0.5


def noise(ink: Array) -> float:
    """Estimate the standard deviation of empty ground from what differs between neighbours."""
    differences = ink[2:, 2:] - ink[:-2, 2:] - ink[2:, :-2] + ink[:-2, :-2]
    return float(np.median(np.abs(differences)) / 0.6745 / 2)


def threshold(ink: Array) -> float:
    """Find how dark a pixel must be to be ink: Otsu's threshold where there is any.

    Only the surroundings of what stands out from the noise are counted, or the ground's own grain
    would be split in two where a small digit stands on a large page. 1 where nothing stands out.
    """
    least = max(0.04, 5 * noise(ink))
    near = ndimage.maximum_filter(ink, 9) > least
    return max(otsu(ink[near]), least) if near.any() else 1.0


REACH = 15
"""Strokes are compared with the darkest ink within half of so many pixels."""


def edge_darkness(ink: Array) -> Array:
    """Give a third of how dark the darkest ink nearby is: where a stroke, faint or not, ends."""
    return np.asarray(ndimage.maximum_filter(ink, REACH) / 3, dtype=np.float32)


def outlined(seen: Array, ink: Array, mask: Mask) -> float:
    """Tell how much of strokes' outline is an edge: the part that it has of its whole length, 0–1.

    Beyond an edge the picture is lighter, by half of the ink's darkness beside it or more. What a
    shadow or a page's corner leaves behind has no edge where it goes over into the rest of the
    shadow, and the paper's grain has hardly any.

    Args:
        seen: float32 H×W, brightness with dark ink, 0–1.
        ink, mask: Darkness, and the strokes.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    near = np.s_[max(0, rows[0] - 8) : rows[-1] + 9, max(0, columns[0] - 8) : columns[-1] + 9]
    bright, part = seen[near], mask[near].astype(np.float32)
    around = ndimage.uniform_filter(part, 15)
    outline = ndimage.distance_transform_cdt(~mask[near], "chessboard") == 4
    if not outline.any():
        return 1.0
    inside, dark = (
        ndimage.uniform_filter(values * part, 15)[outline] / around[outline]
        for values in (bright, ink[near])
    )
    return float((1 - inside / np.maximum(bright[outline], 0.05) > dark / 2).mean())


def without_lines(ink: Array) -> Array:
    """Take printed lines out: what is thin and runs straight through most of the picture."""
    line = np.maximum(_rows(ink), _rows(ink.T).T)
    return np.where(ink > 1.6 * line, ink, np.clip(ink - line, 0, 1)).astype(np.float32)


def _rows(ink: Array) -> Array:
    """Give the darkness of the lines that run across, 0 beside them.

    Their direction is where the sums along it differ most. In that direction a grey opening keeps
    only what is long.
    """
    height, width = ink.shape
    every = np.arange(width)

    def sheared(picture: NDArray[np.generic], slope: float, columns: NDArray[np.int64]) -> Array:
        rows = np.arange(height)[:, None] + np.rint(slope * (columns - width // 2)).astype(int)
        return np.asarray(picture[rows % height, columns])

    rough = ink - ndimage.uniform_filter1d(ink, max(5, height // 20), axis=0)
    slopes = np.tan(np.deg2rad(np.arange(-12, 12.1, 0.5)))
    slope = max(slopes, key=lambda s: float(np.var(sheared(rough, s, every[::16]).mean(1))))
    side = max(ink.shape)
    climb = 1 + 2 * max(1, round(side / 300))  # pixels that a line may wander
    thick = ndimage.maximum_filter1d(sheared(ink, slope, every), climb, axis=0)
    long = ndimage.grey_opening(thick, size=(1, max(9, width // 6)))
    long -= ndimage.grey_opening(long, size=(side // 14, 1))
    there = ndimage.maximum_filter1d((long > 0.02).astype(np.float32), 5, axis=0)
    through = ndimage.uniform_filter1d(there, 2 * width // 3, axis=1, mode="nearest") > 0.8
    return sheared(long * through, -slope, every)
