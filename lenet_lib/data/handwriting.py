"""What can be measured of a written digit: its frame, its centre of mass, its slant, its ink."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def longest_side(images: Tensor) -> NDArray[np.int64]:
    """Measure the longer side of each image's ink in pixels, int64 N; 0 where there is none.

    Images are uint8 N×1×H×W; any pixel above 0 is ink.
    """
    sides = []
    for axis in (2, 1):
        line = (images[:, 0] > 0).any(axis).int()
        length = line.shape[1] - line.argmax(1) - line.flip(1).argmax(1)
        sides.append(torch.where(line.any(1), length, 0))
    return torch.maximum(*sides).numpy().astype(np.int64)


def moments(images: Tensor) -> NDArray[np.float64]:
    """Find each image's centre of mass and slant; images are uint8 N×1×H×W, each with some ink.

    Returns:
        float64 N×3: row and column of the centre of mass (pixels, counted from 0), and the slant of
        the ink in degrees, positive where the top leans to the right.
    """
    ink = images[:, 0].double()
    ink = ink / ink.sum((1, 2), keepdim=True)
    rows, columns = (torch.arange(size, dtype=torch.float64) for size in ink.shape[1:])
    row, column = (ink.sum(2) * rows).sum(1), (ink.sum(1) * columns).sum(1)
    down, across = rows - row[:, None], columns - column[:, None]
    covariance = torch.einsum("nij,ni,nj->n", ink, down, across)
    variance = torch.einsum("nij,ni->n", ink, down.square())
    slant = torch.rad2deg(torch.atan(-covariance / variance.clamp(min=1e-9)))
    return torch.stack([row, column, slant], 1).numpy()


def ink(images: Tensor) -> NDArray[np.float64]:
    """Add up each image's ink, in units of one fully black pixel; float64 N."""
    full = 255 if images.dtype == torch.uint8 else 1
    return (images.flatten(1).sum(1).double() / full).numpy()
