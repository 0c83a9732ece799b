"""Figures of a convolution: nine pixels with their numbers, and what kernels make of an image."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from lenet_lib.plots.style import COLUMN, PALETTE
from lenet_lib.plots.tiles import bare, colour_bar, draw_box, draw_digit, draw_signed


def patch_by_hand(image: Tensor, kernel: Tensor, top: int, left: int) -> Figure:
    """Multiply a patch of an image with a kernel before the reader's eyes.

    Args:
        image: float32 28×28, grey levels 0–255.
        kernel: float32 k×k.
        top, left: Row and column of the patch's first pixel.
    """
    side = len(kernel)
    patch = image[top : top + side, left : left + side]
    product = patch * kernel
    figure = plt.figure(figsize=(COLUMN, 1.85))
    whole, *squares = figure.subplots(1, 4, width_ratios=[1.35, 1, 1, 1])
    draw_digit(whole, image, "image")
    draw_box(whole, (left - 0.5, top - 0.5), side, side, fill=False, color=PALETTE["red"], lw=1.6)
    most = float(product.abs().max())
    draw_digit(squares[0], patch, "patch")
    draw_signed(squares[1], kernel, 2, "kernel")
    draw_signed(squares[2], product, 2 * most, "product")
    for axes, values, sign in zip(squares, (patch, kernel, product), ("×", "=", ""), strict=True):
        bare(axes, "#888888")
        _write(axes, values, dark=160 if values is patch else float("inf"))
        axes.text(1.16, 0.5, sign, transform=axes.transAxes, fontsize=15, ha="center", va="center")
    squares[-1].set_xlabel(f"sum {product.sum():,.0f}", fontsize=10, weight="bold")
    return figure


def _write(axes: Axes, values: Tensor, dark: float) -> None:
    """Write each number into its cell, white on what is darker than ``dark``."""
    for row, line in enumerate(values.tolist()):
        for column, value in enumerate(line):
            colour = "white" if value > dark else "black"
            text = f"{value + 0:.0f}".replace("-", "−")  # + 0 for −0
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=9)


def responses(image: Tensor, maps: Mapping[str, Tensor]) -> Figure:
    """Show an image and, beside it, maps of either sign, each in its own scale.

    Args:
        image: 28×28, grey levels 0–255.
        maps: Title → float32 height×width.
    """
    figure, row = plt.subplots(1, 1 + len(maps), figsize=(COLUMN, 1.9))
    draw_digit(row[0], image, "image")
    for axes, (title, values) in zip(row[1:], maps.items(), strict=True):
        limit = float(values.abs().max())
        shown = draw_signed(axes, values, limit, title)
        colour_bar(shown, shrink=0.8, aspect=14, pad=0.03)
    return figure
