"""From the ink of a digit to MNIST's form: its size, its pen, its place in 28×28 pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from lenet_lib.photo.ink import Array, Ink, Mask

CANVAS = 120
"""The longer side of a cut-out digit: six pixels for one of MNIST's."""

THINNEST, THICKEST = 2.0, 3.5
"""Bounds of the stroke's width in MNIST's 20×20 box."""


def cut_out(ink: Ink, mask: Mask) -> Mask:
    """Cut a digit out at a fixed size, in black and white as NIST did.

    Enlarging the soft darkness before the threshold keeps the outline smooth; the grey levels come
    back when :func:`fit` averages the outline over large pixels.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    pad = 2
    near = ndimage.binary_dilation(mask, iterations=pad)
    dark = np.pad(np.where(near, ink.dark, 0), pad, mode="edge")
    high, wide = rows[-1] + 1 + 2 * pad, columns[-1] + 1 + 2 * pad
    zoom = CANVAS / (max(high - rows[0], wide - columns[0]) - 2 * pad)
    return trim(_zoom(dark[rows[0] : high, columns[0] : wide], zoom) > ink.edge)


def _zoom(picture: Array, zoom: float) -> Array:
    height, width = picture.shape
    size = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))


def trim(strokes: Mask) -> Mask:
    """Cut empty rows and columns off."""
    rows, columns = np.flatnonzero(strokes.any(1)), np.flatnonzero(strokes.any(0))
    if not len(rows):
        return np.ones((1, 1), dtype=bool)
    return strokes[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def stroke_width(strokes: Mask) -> float:
    """Measure the mean width of strokes in pixels: twice the distance from middle to edge."""
    depth = ndimage.distance_transform_edt(np.pad(strokes, 1))
    ridge = (depth == ndimage.maximum_filter(depth, 3)) & (depth > 0)
    return float(2 * depth[ridge].mean() - 1)


def widen(strokes: Mask) -> Mask:
    """Bring a thin pen to MNIST's width, or its strokes would vanish in 20×20 pixels."""
    unit = max(strokes.shape) / 20
    grow = (THINNEST * unit - stroke_width(strokes)) / 2
    if grow < 0.5:
        return strokes
    framed = np.pad(strokes, int(grow) + 2)
    return trim(ndimage.distance_transform_edt(~framed) <= grow)


def fit(strokes: Mask) -> NDArray[np.uint8]:
    """Shrink strokes into 20×20, keeping their proportions; averaging makes the grey levels."""
    height, width = strokes.shape
    zoom = 20 / max(height, width)
    size = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    image = Image.fromarray(strokes.astype(np.uint8) * np.uint8(255))
    return np.asarray(image.resize(size, Image.Resampling.BOX))


def centre(small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Place a picture of at most 20×20 in 28×28, its centre of mass in the middle, as MNIST did."""
    height, width = small.shape
    row, column = ndimage.center_of_mass(small)
    top = int(np.clip(round(14 - row), 0, 28 - height))
    left = int(np.clip(round(14 - column), 0, 28 - width))
    out = np.zeros((28, 28), dtype=np.uint8)
    out[top : top + height, left : left + width] = small
    return out


def normalise(strokes: Mask) -> NDArray[np.uint8]:
    """Give strokes drawn on any canvas MNIST's size, place and pen; uint8 28×28."""
    found = trim(strokes)
    large = _zoom(found.astype(np.float32), CANVAS / max(found.shape)) > 0.5
    return centre(fit(widen(trim(large))))
