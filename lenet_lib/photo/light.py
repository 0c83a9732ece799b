"""From a colour picture to ink on even paper: darkness 0 (paper) to 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Array = NDArray[np.float32]

WINDOW = 13
"""Strokes of up to about half of so many pixels are told from shadows; see :func:`flatten`."""


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


def halve(picture: Array) -> Array:
    """Average blocks of 2×2."""
    height, width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
    cut = picture[:height, :width]
    mean = (cut[::2, ::2] + cut[1::2, ::2] + cut[::2, 1::2] + cut[1::2, 1::2]) / 4
    return np.asarray(mean, dtype=np.float32)


def flatten(shade: Array) -> tuple[Array, Array, Array]:
    """Take light and shadow away: how much darker than the paper around it each pixel is.

    The paper under the ink is guessed by a grey closing, which fills what is narrower than its
    window and keeps the edges of shadows and of the page, where an average would smear them. At a
    corner of a shadow it fills too much, so there is a second, doubting answer: how much darker
    than the darkest paper within reach.

    Returns
    -------
    tuple
        Three float32 H×W: the usual answer and the doubting one, 0 (paper) to 1 (black on white),
        and the brightness of the paper.
    """
    soft = ndimage.gaussian_filter(shade, 1)
    paper = ndimage.grey_closing(soft, size=(WINDOW, WINDOW))
    lit = max(float(np.percentile(paper[::4, ::4], 95)), 1e-3)
    paper = np.maximum(paper, 0.15 * lit)  # no ratio of black to black
    darkest = ndimage.minimum_filter(paper, WINDOW)
    sure = np.clip(1 - soft / darkest, 0, 1).astype(np.float32)
    return np.clip(1 - shade / paper, 0, 1).astype(np.float32), sure, paper


def noise(flat: Array) -> float:
    """Estimate the standard deviation of empty paper from what differs between neighbours."""
    differences = flat[1:, 1:] - flat[:-1, 1:] - flat[1:, :-1] + flat[:-1, :-1]
    return float(np.median(np.abs(differences)) / 0.6745 / 2)
