"""MNIST-C: fifteen corruptions of the test set that leave a digit readable (Mu & Gilmer 2019).

Written anew, on whole arrays, with one generator for all chance; the strengths are those of the
authors' published program, which the paper does not print, and the published files are one draw of
the same. Where ImageMagick or an old scikit-image did the work there (motion blur, shear, glass
blur), the same formula stands here, with its quirks.

Source: N. Mu and J. Gilmer, *MNIST-C: a robustness benchmark for computer vision*, ICML 2019
Workshop on Uncertainty and Robustness in Deep Learning, doi:10.48550/arXiv.1906.02337.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from torch import Tensor, nn

from lenet_lib.data import Images, scale as to_floats
from lenet_lib.evaluation.robustness import affine
from lenet_lib.models import predict_logits

Array = NDArray[np.floating[Any]]
SIZE = 28


def shot_noise(x: Array, rng: np.random.Generator) -> Array:
    """Count photons: Poisson noise, three photons at full ink."""
    return (rng.poisson(3 * x) / 3).astype(np.float32)


def impulse_noise(x: Array, rng: np.random.Generator) -> Array:
    """Set 17% of the pixels to paper or to full ink, as chance has it (salt and pepper)."""
    hit = rng.random(x.shape) < 0.17
    return np.where(hit, rng.random(x.shape) < 0.5, x)


def glass_blur(x: Array, rng: np.random.Generator) -> Array:
    """Look through frosted glass: blur, swap neighbouring pixels at random, twice, blur again.

    It blurs up and down only: the authors' call takes an image's columns for colours, which it
    leaves apart.
    """
    x = np.floor(255 * _blur(x, 0.7, across=0)) / np.float32(255)
    everyone = np.arange(len(x))
    for _ in range(2):
        for row in range(SIZE - 1, 1, -1):
            for column in range(SIZE - 1, 1, -1):
                who = everyone[rng.random(len(x)) < 0.5]
                down, across = rng.integers(-1, 1, (2, len(who)))  # −1 or 0
                there = who, row + down, column + across
                x[who, row, column], x[there] = x[there], x[who, row, column]
    return _blur(x, 0.7, across=0)


def motion_blur(x: Array, rng: np.random.Generator) -> Array:
    """Move the camera in a direction within 45 degrees of the horizontal, as ImageMagick does.

    The kernel is half a Gaussian of 3 pixels' standard deviation over 21 pixels.
    """
    angle = np.radians(rng.uniform(-45, 45, len(x)))[:, None, None]
    weights = np.exp(-(np.arange(21) ** 2) / (2 * 3.0**2))
    weights /= weights.sum()
    who, row, column = np.ogrid[: len(x), :SIZE, :SIZE]
    moved = np.zeros_like(x)
    for step, weight in enumerate(weights):
        down, across = (np.ceil(step * f(angle) - 0.5).astype(int) for f in (np.sin, np.cos))
        there = (np.clip(place, 0, SIZE - 1) for place in (row + down, column + across))
        moved += np.float32(weight) * x[(who, *there)]
    return moved


def shear(x: Array, rng: np.random.Generator) -> Array:
    """Slant by 0.4 radians to either side."""
    angle = 0.4 * _sign(len(x), rng)
    return _affine(x, 1, -np.sin(angle), 0, 0, np.cos(angle), 0)


def scale(x: Array, rng: np.random.Generator) -> Array:
    """Shrink to 70%."""
    return _affine(x, 1 / 0.7, 0, 0, 0, 1 / 0.7, 0)


def rotate(x: Array, rng: np.random.Generator) -> Array:
    """Turn by 0.4 radians (23 degrees) to either side."""
    angle = 0.4 * _sign(len(x), rng)
    return _affine(x, np.cos(angle), -np.sin(angle), 0, np.sin(angle), np.cos(angle), 0)


def translate(x: Array, rng: np.random.Generator) -> Array:
    """Shift by three pixels along either axis."""
    right, down = 3 * _sign(len(x), rng), 3 * _sign(len(x), rng)
    return _affine(x, 1, 0, right, 0, 1, down)


def brightness(x: Array, rng: np.random.Generator) -> Array:
    """Add half of full ink everywhere."""
    return x + np.float32(0.5)


def stripe(x: Array, rng: np.random.Generator) -> Array:
    """Invert the left and the right quarter."""
    return np.concatenate([1 - x[..., :7], x[..., 7:21], 1 - x[..., 21:]], axis=2)


def fog(x: Array, rng: np.random.Generator) -> Array:
    """Add three times a plasma fractal, and scale so that the brightest pixel may stay."""
    peak = x.max((1, 2), keepdims=True)
    parts = [plasma(len(part), rng) for part in np.array_split(x, -(-len(x) // 100))]
    return np.asarray((x + 3 * np.concatenate(parts)) * peak / (peak + 3))


def spatter(x: Array, rng: np.random.Generator) -> Array:
    """Throw mud at the image: dark-grey drops where blurred noise is high."""
    liquid = _blur(rng.normal(0.65, 0.3, x.shape), 1)
    drops = _blur((liquid > 0.65).astype(np.float32), 1.5)
    drops[drops < 0.8] = 0
    return x * (1 - drops) + np.float32(63 / 255) * drops


def dotted_line(x: Array, rng: np.random.Generator) -> Array:
    """Draw a dotted line from the left edge to the right."""
    ends = rng.integers(0, 27, (len(x), 2)).tolist()
    return x + np.stack([_dotted(left, right) for left, right in ends])


def zigzag(x: Array, rng: np.random.Generator) -> Array:
    """Draw a zigzag line from left to right."""
    left, rise = rng.integers(0, 27, len(x)).tolist(), rng.integers(-5, 5, len(x)).tolist()
    return x + np.stack([_zigzag(*ends) for ends in zip(left, rise, strict=True)])


def canny_edges(x: Array, rng: np.random.Generator) -> Array:
    """Keep the edges alone, as Canny's detector finds them."""
    from skimage.feature import canny

    return np.stack([canny(image) for image in x]).astype(np.float32)


MNIST_C: Mapping[str, Callable[[Array, np.random.Generator], Array]] = {
    corruption.__name__: corruption
    for corruption in [
        *(shot_noise, impulse_noise, glass_blur, motion_blur, shear, scale, rotate, brightness),
        *(translate, stripe, fog, spatter, dotted_line, zigzag, canny_edges),
    ]
}
"""The benchmark's corruptions by its names; each takes N×28×28 floats in 0–1."""


def corrupt(images: Tensor, name: str, *, seed: int = 0) -> Tensor:
    """Corrupt images, N×1×28×28, as MNIST-C does: uint8 again; ``name`` is one of :data:`MNIST_C`.

    The seed decides what chance decides.
    """
    x = to_floats(images[:, 0]).numpy()
    corrupted = MNIST_C[name](x, np.random.default_rng(seed))
    rounded = (255 * corrupted.clip(0, 1)).round().astype(np.uint8)
    return torch.from_numpy(rounded)[:, None]


def mnist_c_accuracy(networks: Mapping[str, nn.Module], test: Images) -> pd.DataFrame:
    """Measure networks on all of MNIST-C, each corruption drawn once for all networks.

    Returns:
        ``network, corruption, accuracy`` (a fraction), the images as they are first (``identity``).
    """
    rows = []
    for corruption in ("identity", *MNIST_C):
        same = corruption == "identity"
        images = test.images if same else corrupt(test.images, corruption)
        for name, model in networks.items():
            right = (predict_logits(model, images).argmax(1) == test.labels).double().mean()
            rows.append((name, corruption, right.item()))
    return pd.DataFrame(rows, columns=["network", "corruption", "accuracy"])


def plasma(count: int, rng: np.random.Generator) -> Array:
    """Draw plasma fractals by the diamond-square algorithm (Fournier, Fussell & Carpenter 1982).

    Each is the corner, float32 28×28, of a map 256 pixels wide whose edges meet, whose least value
    is 0 and greatest 1, and whose roughness falls by 1.4 from one scale to the next finer one.
    """
    side, decay = 256, 1.4
    height = np.zeros((count, side, side), dtype=np.float32)
    step, rough = side, 100.0
    while step >= 2:
        half = step // 2
        corners = height[:, ::step, ::step]

        def middle(total: Array, rough: float = rough) -> Array:
            noise = rng.random(total.shape, dtype=np.float32) * 2 - 1
            return total / 4 + np.float32(rough * rough) * noise

        pairs = corners + np.roll(corners, -1, axis=1)
        centres = middle(pairs + np.roll(pairs, -1, axis=2))
        height[:, half::step, half::step] = centres
        beside = centres + np.roll(centres, 1, axis=1) + corners + np.roll(corners, -1, axis=2)
        height[:, ::step, half::step] = middle(beside)
        below = centres + np.roll(centres, 1, axis=2) + corners + np.roll(corners, -1, axis=1)
        height[:, half::step, ::step] = middle(below)
        step, rough = half, rough / decay
    height -= height.min((1, 2), keepdims=True)
    return np.asarray((height / height.max((1, 2), keepdims=True))[:, :SIZE, :SIZE])


def _blur(x: Array, sigma: float, across: float | None = None) -> Array:
    """Blur N×28×28 by a Gaussian, in pixels; ``across`` is its width along a row, else the same."""
    widths = (0, sigma, sigma if across is None else across)
    return np.asarray(gaussian_filter(x.astype(np.float32), widths, mode="nearest"))


def _sign(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    return rng.choice([-1.0, 1.0], count)


def _affine(x: Array, *entries: float | NDArray[np.float64]) -> Array:
    return np.asarray(affine(torch.from_numpy(x)[:, None], *entries)[:, 0].numpy())


def _line(column0: float, row0: float, column1: float, row1: float) -> Array:
    """Draw a line, 28×28: full ink at its middle, fading to nothing 1.5 pixels above and below."""
    columns, rows = np.meshgrid(np.arange(SIZE), np.arange(SIZE))
    slope = (row1 - row0) / (column1 - column0)
    away = np.minimum(np.abs(rows - row0 - slope * (columns - column0)), 2.3 - 1e-10)
    ink = np.clip(np.log(1 - away / 2.3) + 1, 0, 1)
    inside = (columns >= np.floor(column0)) & (columns < np.ceil(column1))
    return np.asarray(ink * inside, dtype=np.float32)


@cache
def _dotted(left: int, right: int) -> Array:
    """Draw the line between two rows at the edges; of every four columns the last two have ink."""
    return _line(0, left, 27, right) * np.float32(np.arange(SIZE) % 4 >= 2)


@cache
def _zigzag(left: int, rise: int) -> Array:
    """Draw the zigzag from column 2 to 25, its corners two pixels off the straight line."""
    width, angle = 23, np.arctan(rise / 23)
    length = width / np.cos(angle)
    teeth = int((length - 2) // 4) + 1
    corners = [(0.0, 0.0), *((4.0 * i + 2, 2.0 * (-1) ** i) for i in range(teeth))]
    if length != 4 * (length // 4):
        corners.append((length, corners[-1][1] / (2 * (length - 4 * (length // 4)))))
    along, off = np.array(corners).T
    columns = 2 + np.cos(angle) * along - np.sin(angle) * off
    rows = left + np.sin(angle) * along + np.cos(angle) * off
    ends = zip(columns, rows, columns[1:], rows[1:], strict=False)
    return np.asarray(np.minimum(1, np.sum([_line(*end) for end in ends], axis=0)))
