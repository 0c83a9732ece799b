"""Figures of the images themselves: samples, counts, grey levels, means, disputed labels."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from lenet_lib.data import Images
from lenet_lib.data.handwriting import moments
from lenet_lib.data.label_errors import Dispute
from lenet_lib.plots.axes import name_classes
from lenet_lib.plots.style import COLUMN, PALETTE
from lenet_lib.plots.tiles import colour_bar, draw_box, draw_digit, draw_sheet


def sample_grid(data: Images, classes: tuple[str, ...], *, each: int = 16) -> Figure:
    """Show some random images of each class, one class a row."""
    generator = np.random.default_rng(0)
    labels = data.labels.numpy()
    rows = [generator.choice(np.flatnonzero(labels == k), each, replace=False) for k in range(10)]
    figure, axes = plt.subplots(figsize=(COLUMN, COLUMN * 10 / each + 0.1))
    draw_sheet(axes, data.images[np.concatenate(rows)], each)
    axes.set_yticks(np.arange(10) * 31 + 13.5, classes)
    axes.tick_params(length=0, labelsize=9.5)
    return figure


def centring(image: Tensor, centres: NDArray[np.float64]) -> Figure:
    """Show one image on its pixel grid, and where all images have their centre of mass.

    Args:
        image: uint8 1×28×28.
        centres: Row and column of each image's centre of mass in pixels, float64 N×2.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(COLUMN, 2.95))
    draw_digit(left, image)
    left.set_xticks(np.arange(0.5, 27), minor=True)
    left.set_yticks(np.arange(0.5, 27), minor=True)
    left.grid(visible=True, which="minor", color="#E4E4E4", linewidth=0.4)
    left.tick_params(which="minor", length=0)
    left.set(xticks=[0, 9, 18, 27], yticks=[0, 9, 18, 27])
    ink = np.argwhere(image[0].numpy() > 0)
    (top, first), (bottom, last) = ink.min(0), ink.max(0)
    size = (last - first + 1, bottom - top + 1)
    draw_box(left, (first - 0.5, top - 0.5), *size, fill=False, color=PALETTE["blue"], lw=1.6)
    ((row, column, _),) = moments(image[None])
    left.plot(column, row, "+", color=PALETTE["red"], markersize=13, markeredgewidth=2.2)
    left.set(title=f"ink {size[0]} pixels wide, {size[1]} high")
    left.set(xlabel="column (pixels)", ylabel="row (pixels)")
    reach = max(1.0, float(np.quantile(np.abs(centres - 14), 0.98)) * 1.15)
    edges = np.linspace(14 - reach, 14 + reach, 81)
    counts, *_ = np.histogram2d(centres[:, 0], centres[:, 1], bins=[edges, edges])
    extent = (edges[0], edges[-1], edges[-1], edges[0])
    shown = right.imshow(counts, extent=extent, cmap="Blues", interpolation="nearest")
    right.grid(visible=False)
    right.set(title="all centres of mass", xlabel="column (pixels)", ylabel="row (pixels)")
    if reach < 1.5:
        right.set(xticks=[13, 13.5, 14, 14.5, 15], yticks=[13, 13.5, 14, 14.5, 15])
    colour_bar(shown, shrink=0.85, label="images per cell")
    return figure


_LEVELS = {"0\n(paper)": 0, "1–127": 1, "128–249": 128, "250–255\n(ink)": 250}


def intensities(data: Images, classes: tuple[str, ...]) -> Figure:
    """Show the shares of paper, grey and ink among all pixels, and each class's amount of ink.

    The box plot has quartiles, and whiskers from the 5th to the 95th percentile.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(COLUMN, 2.6), width_ratios=[1, 1.1])
    counts = np.bincount(data.images.numpy().ravel(), minlength=256)
    shares = 100 * np.add.reduceat(counts, list(_LEVELS.values())) / counts.sum()
    bars = left.bar(list(_LEVELS), shares, 0.75, color=PALETTE["blue"])
    left.bar_label(bars, [f"{share:.1f}%" for share in shares], padding=2, fontsize=8)
    left.set(xlabel="grey level", ylabel="share of the pixels (%)", ylim=(0, shares.max() * 1.1))
    left.grid(visible=False, axis="x")
    ink = 100 * data.images.double().mean((1, 2, 3)) / 255
    right.boxplot(
        [ink[data.labels == k].numpy() for k in range(10)], positions=range(10), whis=(5, 95),
        showfliers=False, widths=0.6, medianprops={"color": PALETTE["red"], "linewidth": 1.8},
    )  # fmt: skip
    name_classes(right, classes)
    right.set(ylabel="ink (% of the image's area)", ylim=(0, None))
    return figure


def label_errors(images: Tensor, labels: Mapping[int, Dispute], *, columns: int = 5) -> Figure:
    """Show images whose label people dispute, so many in a row.

    Each of ``labels``, by its index in ``images`` (the test set, uint8 N×1×28×28), is drawn as
    given label → the digit that most chose instead, or a question mark where they agreed on none.
    """
    rows = -(-len(labels) // columns)
    height = rows * (COLUMN / columns + 0.36)
    figure, grid = plt.subplots(rows, columns, figsize=(COLUMN, height))
    for axes in grid.flat[len(labels) :]:
        axes.axis("off")
    for axes, (index, dispute) in zip(grid.flat, labels.items(), strict=False):
        agreed = "?" if dispute.agreed is None else dispute.agreed
        draw_digit(axes, images[index], f"{dispute.given} → {agreed}")
        axes.title.set_fontsize(11)
        axes.set_xlabel(f"no. {index}", fontsize=7.5, color=PALETTE["grey"], labelpad=2)
    return figure
