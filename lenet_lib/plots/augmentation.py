"""Figures of what augmentation does to a digit."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from lenet_lib.plots.style import COLUMN, PALETTE
from lenet_lib.plots.tiles import draw_digit, draw_sheet, name_row


def elastic_field(image: Tensor, field: NDArray[np.float32], distorted: Tensor) -> Figure:
    """Show an image, the elastic field that moves its pixels, and what becomes of it.

    Args:
        image, distorted: Grey levels 0–255, 1×H×W.
        field: How far to the right and down each pixel is looked up, in pixels, H×W×2.
    """
    figure, (before, arrows, after) = plt.subplots(1, 3, figsize=(COLUMN, 2.25))
    for axes, pixels, title in ((before, image, "as written"), (after, distorted, "distorted")):
        draw_digit(axes, pixels)
        axes.set_title(title)
    draw_digit(arrows, image, alpha=0.25)
    step = np.arange(1, 28, 2)
    columns, rows = np.meshgrid(step, step)
    # A pixel is looked up at its place plus the field, so the ink moves against the field.
    arrows.quiver(
        columns,
        rows,
        -field[rows, columns, 0],
        -field[rows, columns, 1],
        angles="xy",
        scale_units="xy",
        scale=1,
        color=PALETTE["blue"],
        width=0.008,
    )
    arrows.set_title("where the ink goes")
    return figure


def augmented(image: Tensor, kinds: Mapping[str, Tensor]) -> Figure:
    """Show an image and several random distortions of it, one kind a row.

    Args:
        image: Grey levels 0–255, 1×28×28.
        kinds: Name of the kind → its distorted images, grey levels 0–255, N×1×28×28.
    """
    figure, grid = plt.subplots(
        len(kinds), 2, figsize=(COLUMN, 0.66 * len(kinds)), width_ratios=[1, 9.3]
    )
    for (first, rest), (name, images) in zip(grid, kinds.items(), strict=True):
        draw_digit(first, image, frame="black")
        draw_sheet(rest, images, len(images))
        name_row(first, name, labelpad=6)
    return figure
