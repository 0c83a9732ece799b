"""The obvious way to ink: what is darker than the border's tone, by Otsu's threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

FAINTEST = 0.04
"""What is hardly darker than its ground is none of the ink."""


@dataclass(frozen=True)
class Ink:
    """Where the ink of a picture is.

    Attributes:
        dark: float32 H×W, from 0 (ground) to 1: darkness, or the probability that it is ink.
        edge: What is darker is ink, if it hangs together with what is surely ink (a threshold with
            hysteresis, Canny 1986).
        sure: What is darker is surely ink.
    """

    dark: Array
    edge: float
    sure: float

    @property
    def mask(self) -> Mask:
        """True on what is darker than the edge, bool H×W."""
        return self.dark > self.edge


def by_border(picture: NDArray[np.uint8]) -> Ink:
    """Take the border's tone for the ground of all: right about most pictures.

    Args:
        picture: uint8 H×W×3.
    """
    from skimage.filters import threshold_otsu

    grey = np.asarray(Image.fromarray(picture).convert("L"), dtype=np.float32) / np.float32(255)
    shade = ndimage.gaussian_filter(grey, 0.7)
    ground = np.median(border(shade))
    contrast = ground - shade
    if (contrast**3).sum() < 0:  # light ink on a dark ground, as on a blackboard
        contrast, ground = -contrast, 1 - ground
    dark = np.clip(contrast / max(ground, 0.1), 0, 1)
    sure = max(float(threshold_otsu(dark)), FAINTEST)
    return Ink(dark, sure / 2, sure)


def border(shade: NDArray[Any]) -> NDArray[Any]:
    """Give the pixels of a picture's outermost rows and columns, in one row."""
    return np.concatenate([shade[0], shade[-1], shade[:, 0], shade[:, -1]])
