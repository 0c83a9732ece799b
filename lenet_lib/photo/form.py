"""From the strokes of a digit to MNIST's form: its size, its pen, its place in 28×28 pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.morphology import skeletonize

from lenet_lib.photo.light import Array

Mask = NDArray[np.bool_]

CANVAS = 128
"""The longer side of the cut-out strokes; NIST scanned its forms at about that size."""

STROKE = (1.9, 3.2)
"""Bounds of the stroke's width in MNIST's 20×20 box; the middle 70 % of its digits lie within."""


def cut_out(ink: Array, mask: Mask, level: float) -> Mask:
    """Cut the digit out at a fixed size, in black and white as NIST did, and mend its width.

    Enlarging the soft darkness before the threshold keeps the outline smooth; the grey levels come
    back when :func:`fit` averages the outline over large pixels.
    """
    rows, columns = np.nonzero(mask)
    pad = 3
    top, left = max(rows.min() - pad, 0), max(columns.min() - pad, 0)
    box = (slice(top, rows.max() + pad + 1), slice(left, columns.max() + pad + 1))
    near = ndimage.binary_dilation(mask[box], iterations=2)
    soft = np.where(near, ink[box], 0)
    zoom = CANVAS / max(np.ptp(rows) + 1, np.ptp(columns) + 1)
    large = _zoom(soft, zoom)
    large = ndimage.gaussian_filter(large, 0.02 * CANVAS)
    limit = 0.42 * level
    strokes = large > limit
    strokes |= (_zoom(mask[box].astype(np.float32), zoom) > 0.5) & (large > 0.75 * limit)
    return _mend_width(_trim(strokes))


def _zoom(picture: Array, zoom: float) -> Array:
    """Resize by a factor, averaging when it shrinks."""
    height, width = picture.shape
    size = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))


def _trim(strokes: Mask) -> Mask:
    rows, columns = np.flatnonzero(strokes.any(1)), np.flatnonzero(strokes.any(0))
    if not len(rows):
        return np.ones((1, 1), dtype=bool)
    return strokes[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def stroke_width(strokes: Mask) -> float:
    """Measure the mean width of strokes in pixels: twice the distance from middle to edge."""
    framed = np.pad(strokes, 1)
    return float(2 * ndimage.distance_transform_edt(framed)[skeletonize(framed)].mean())


def _mend_width(strokes: Mask) -> Mask:
    """Bring the width of the strokes to within MNIST's usual bounds.

    The pens of 1990 and the scan made strokes of an eighth of the digit's height; a thin pen on a
    large digit would all but vanish in 20×20 pixels, and a marker would fill its loops.
    """
    unit = max(strokes.shape) / 20
    width = stroke_width(strokes)
    wanted = float(np.clip(width, STROKE[0] * unit, STROKE[1] * unit))
    grow = (wanted - width) / 2
    if abs(grow) < 0.5:
        return strokes
    if grow > 0:
        framed = np.pad(strokes, int(grow) + 2)
        return _trim(ndimage.distance_transform_edt(~framed) <= grow)
    framed = np.pad(strokes, 1)
    thin = ndimage.distance_transform_edt(framed) > -grow
    core = ndimage.distance_transform_edt(~skeletonize(framed)) <= 0.4 * wanted
    return _trim((thin | core) & framed)


def normalise(strokes: Mask) -> NDArray[np.uint8]:
    """Give strokes drawn on any canvas MNIST's size, place and pen; uint8 28×28."""
    found = _trim(strokes)
    zoom = CANVAS / max(found.shape)
    return centre(fit(_mend_width(_trim(_zoom(found.astype(np.float32), zoom) > 0.5))))


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
