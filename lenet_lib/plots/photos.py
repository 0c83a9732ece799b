"""What becomes of a photo on its way to the network, and how sure the network is of it."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import roc_curve

from lenet_lib.photo.steps import Steps
from lenet_lib.plots.style import COLUMN, PALETTE
from lenet_lib.plots.tiles import FRAME, bare, draw_digit, draw_sheet, mosaic


def steps(made: Steps) -> Figure:
    """Show each step from a picture to the network's 28×28."""
    marked = np.repeat(1 - made.ink[..., None], 3, axis=2)
    marked[made.mask] = (0.84, 0.37, 0.0)
    panels: dict[str, NDArray[np.generic]] = {
        "1  the picture": made.picture,
        "2  its ink": 1 - made.ink,
        "3  the digit": marked,
        "4  cut out": ~made.strokes,
        "5  in 28×28": 255 - made.digit,
    }
    figure, row = plt.subplots(1, 5, figsize=(COLUMN, 0.24 * COLUMN))
    for axes, (title, panel) in zip(row, panels.items(), strict=True):
        axes.imshow(panel, cmap="gray", vmin=0, vmax=255 if panel.dtype == np.uint8 else 1)
        axes.set_box_aspect(1)  # a tall cut-out would push its title out of the figure
        axes.set_title(title)
        bare(axes, FRAME)
    return figure


def probabilities(digit: NDArray[np.uint8], shares: ArrayLike) -> Figure:
    """Show a prepared digit beside its ten probabilities, 0–1."""
    shares = np.asarray(shares, dtype=float)
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(COLUMN, 0.3 * COLUMN), width_ratios=(1, 2.4)
    )
    draw_digit(left, digit)
    left.set_title("what the network sees")
    colours = [PALETTE["blue"] if k == shares.argmax() else PALETTE["grey"] for k in range(10)]
    right.bar(range(10), 100 * shares, color=colours)
    right.set(xticks=range(10), xlabel="digit", ylabel="probability (%)", ylim=(0, 100))
    return figure


def gallery(images: ArrayLike, columns: int) -> Figure:
    """Show prepared images, uint8 N×28×28, so many in a row, ink on paper."""
    height, width = mosaic(images, columns).shape
    figure, axes = plt.subplots(figsize=(COLUMN, COLUMN * height / width))
    draw_sheet(axes, images, columns, interpolation="nearest")
    return figure


def telling_apart(digits: ArrayLike, others: ArrayLike) -> Figure:
    """Compare the confidence (0–1) in digits and in what is no digit: histogram and ROC curve."""
    sets = [np.asarray(digits, dtype=float), np.asarray(others, dtype=float)]
    figure, (left, right) = plt.subplots(1, 2, figsize=(COLUMN, 0.42 * COLUMN))
    colours = [PALETTE["blue"], PALETTE["orange"]]
    weights = [np.full(len(values), 100 / len(values)) for values in sets]
    bins = np.linspace(0, 1, 21)
    left.hist(sets, bins=bins, weights=weights, color=colours, label=["digits", "no digits"])
    left.set(xlabel="confidence", ylabel="images (%)")
    left.legend(loc="upper left")
    truth = np.repeat([1, 0], [len(values) for values in sets])
    false, true, _ = roc_curve(truth, np.concatenate(sets))
    right.plot(100 * false, 100 * true, color=PALETTE["blue"])
    right.plot([0, 100], [0, 100], color=PALETTE["grey"], linewidth=0.8, linestyle="--")
    right.set(xlabel="no digits let through (%)", ylabel="digits let through (%)", aspect="equal")
    return figure
