"""Small pictures in rows and columns, the way most figures here show digits."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike, NDArray
from skimage.util import montage

FRAME = "#BBBBBB"
"""The usual colour of a picture's thin frame."""

SIGNED = "RdBu_r"
"""Colours for values of either sign: red plus, white nothing, blue minus."""


def mosaic(images: ArrayLike, columns: int, *, gap: int = 3) -> NDArray[np.float64]:
    """Lay images (N×28×28 or N×1×28×28, any numbers) out row by row on one sheet of paper.

    The last row may be shorter; between two images are ``gap`` pixels of paper, which is 0.
    """
    tiles = np.asarray(images, dtype=float)
    tiles = tiles.reshape(-1, *tiles.shape[-2:])
    grid = (-(-len(tiles) // columns), columns)
    sheet = montage(tiles, fill=0, grid_shape=grid, padding_width=gap)
    inside = slice(gap, -gap or None)
    return np.asarray(sheet[inside, inside])


def draw_digit(
    axes: Axes,
    image: ArrayLike,
    title: str = "",
    *,
    frame: str = FRAME,
    width: float = 0.6,
    **options: Any,
) -> AxesImage:
    """Draw one image, framed and without ticks; grey levels 0–255 unless told otherwise."""
    pixels = np.asarray(image, dtype=float)
    options = {"vmin": 0, "vmax": 255} | options
    drawn = axes.imshow(pixels.reshape(pixels.shape[-2:]), **options)
    bare(axes, frame, width)
    axes.set_title(title, loc="center")
    return drawn


def draw_signed(axes: Axes, values: ArrayLike, limit: float, title: str = "") -> AxesImage:
    """Draw values between −limit and limit: red plus, white nothing, blue minus."""
    return draw_digit(axes, values, title, vmin=-limit, vmax=limit, cmap=SIGNED)


def draw_sheet(
    axes: Axes, images: ArrayLike, columns: int, *, gap: int = 3, **options: Any
) -> None:
    """Draw images close together, grey levels 0–255, so many in a row; see :func:`mosaic`."""
    options = {"interpolation": "auto"} | options
    axes.imshow(mosaic(images, columns, gap=gap), vmin=0, vmax=255, **options)
    bare(axes)


def name_row(axes: Axes, name: str, **options: Any) -> None:
    """Write what a row of pictures is, upright, to the left of its first."""
    axes.set_ylabel(name, rotation=0, ha="right", va="center", **options)


def colour_bar(drawn: AxesImage, **options: Any) -> None:
    """Draw the scale of an image's colours beside its axes, without a frame."""
    assert drawn.figure
    bar = drawn.figure.colorbar(drawn, **{"ax": drawn.axes} | options)
    bar.outline.set_visible(False)


def draw_box(axes: Axes, corner: tuple[float, float], *size: float, **look: Any) -> None:
    """Draw a rectangle of a width and a height from the corner where both coordinates are least."""
    axes.add_patch(Rectangle(corner, *size, **look))


def bare(axes: Axes, frame: str | None = None, width: float = 0.6) -> None:
    """Remove ticks and grid; frame the axes in a colour, or not at all."""
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(frame is not None)
        if frame is not None:
            spine.set(color=frame, linewidth=width)
