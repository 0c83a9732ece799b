"""Robustness: accuracy on corrupted images, and under an attack.

Each corruption has one strength with a unit; the same generator corrupts alike for all networks, so
they are compared on the very same images.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
import torch
import torch.nn.functional as F  # noqa: N812 (the field's name for it)
from numpy.typing import ArrayLike
from scipy.ndimage import gaussian_filter
from torch import Tensor, nn

from lenet_lib.data import Images, scale
from lenet_lib.training.augment import warp

Corrupt = Callable[[Tensor, float, torch.Generator], Tensor]
"""Turns float32 N×1×H×W in 0–1 into the like, given a strength and a random generator."""


def rotate(images: Tensor, degrees: float, generator: torch.Generator) -> Tensor:
    """Turn each image by so many degrees, to a random side."""
    angle = _signs(len(images), generator) * math.radians(degrees)
    return affine(images, angle.cos(), -angle.sin(), 0, angle.sin(), angle.cos(), 0)


def shift(images: Tensor, pixels: float, generator: torch.Generator) -> Tensor:
    """Move each image by so many pixels in a random direction."""
    turn = torch.rand(len(images), generator=generator) * 2 * math.pi
    return affine(images, 1, 0, pixels * turn.cos(), 0, 1, pixels * turn.sin())


def resize(images: Tensor, factor: float, generator: torch.Generator) -> Tensor:
    """Enlarge each image about its centre by a factor, or shrink it by a factor below 1."""
    return affine(images, 1 / factor, 0, 0, 0, 1 / factor, 0)


def noise(images: Tensor, deviation: float, generator: torch.Generator) -> Tensor:
    """Add Gaussian noise of a standard deviation in units of full ink, and clip to 0–1."""
    return (images + deviation * torch.randn(images.shape, generator=generator)).clamp(0, 1)


def blur(images: Tensor, sigma: float, generator: torch.Generator) -> Tensor:
    """Convolve with a Gaussian whose standard deviation is sigma pixels."""
    spread = (0, 0, sigma, sigma)
    return torch.from_numpy(gaussian_filter(images.numpy(), spread, mode="constant", truncate=3))


def fade(images: Tensor, contrast: float, generator: torch.Generator) -> Tensor:
    """Multiply the ink by a contrast below 1."""
    return images * contrast


def occlude(images: Tensor, side: float, generator: torch.Generator) -> Tensor:
    """Lay a blank square of so many pixels a side over a random place of the middle 20×20."""
    height, width = images.shape[-2:]
    size = round(side)
    top, left = (
        torch.randint(4, length - 4 - size + 1, (len(images), 1), generator=generator)
        for length in (height, width)
    )
    rows, columns = torch.arange(height), torch.arange(width)
    hidden_rows = (rows >= top) & (rows < top + size)
    hidden_columns = (columns >= left) & (columns < left + size)
    hidden = hidden_rows[:, :, None] & hidden_columns[:, None, :]
    return images.masked_fill(hidden[:, None], 0)


def thicken(images: Tensor, pixels: float, generator: torch.Generator) -> Tensor:
    """Make strokes wider by so many pixels (grey dilation), or thinner if negative (erosion)."""
    size = 1 + round(abs(pixels))
    pad = (size // 2, (size - 1) // 2)
    sign = 1 if pixels > 0 else -1
    padded = F.pad(sign * images, (*pad, *pad), value=0 if sign > 0 else -1)
    return sign * F.max_pool2d(padded, size, stride=1)


def _signs(count: int, generator: torch.Generator) -> Tensor:
    return torch.randint(0, 2, (count,), generator=generator) * 2.0 - 1


def affine(images: Tensor, *entries: ArrayLike | Tensor) -> Tensor:
    """Look pixels up where the matrix a b c / d e f points to from the centre.

    Each entry is one number for all images, or one for each of them, N; c and f are in pixels.
    """
    numbers = [torch.as_tensor(entry, dtype=torch.float32) for entry in entries]
    matrices = torch.stack([number.expand(len(images)) for number in numbers], 1)
    return warp(images, matrices.reshape(-1, 2, 3))


@dataclass(frozen=True)
class Corruption:
    """A way to corrupt images, the strengths to try, and the strengths' unit."""

    apply: Corrupt
    strengths: tuple[float, ...]
    unit: str
    identity: float = 0.0
    """The strength that changes nothing."""


CORRUPTIONS: Mapping[str, Corruption] = {
    "rotation": Corruption(rotate, (10, 20, 30, 40, 50), "degrees"),
    "shift": Corruption(shift, (1, 2, 3, 4, 5), "pixels"),
    "scale": Corruption(resize, (0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.3), "times the original", 1.0),
    "noise": Corruption(noise, (0.1, 0.2, 0.3, 0.4, 0.5), "standard deviation, of full ink"),
    "blur": Corruption(blur, (0.5, 1.0, 1.5, 2.0, 2.5), "sigma, pixels"),
    "contrast": Corruption(fade, (0.1, 0.2, 0.4, 0.6, 0.8), "times the original", 1.0),
    "occlusion": Corruption(occlude, (3, 5, 7, 9, 11), "side, pixels"),
    "stroke width": Corruption(thicken, (-2, -1, 1, 2, 3), "pixels"),
}
"""What is tried, by name; FGSM (:func:`fgsm`) comes on top, since it needs the network."""

FGSM_STRENGTHS = (0.02, 0.05, 0.1, 0.15, 0.2)
"""Largest changes of a pixel, in units of full ink."""


def fgsm(model: nn.Module, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    """Move every pixel by epsilon to where the loss grows: the fast gradient sign method.

    Goodfellow, Shlens & Szegedy (2015), *Explaining and harnessing adversarial examples*, eq. 1.
    """
    parts = []
    for x, y in zip(images.split(1000), labels.split(1000), strict=True):
        x = x.clone().requires_grad_(True)
        loss = F.cross_entropy(model(x), y, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, x)
        parts.append((x + epsilon * gradient.sign()).detach().clamp(0, 1))
    return torch.cat(parts)


def corruption_accuracy(networks: Mapping[str, nn.Module], test: Images) -> pd.DataFrame:
    """Test networks, in evaluation mode, on images with each corruption at each strength.

    Each corruption at each strength starts its random generator anew, from the seed 0.

    Returns:
        ``network, corruption, strength, unit, accuracy`` (a fraction), the strength that changes
        nothing included.
    """
    images, labels, rows = scale(test.images), test.labels, []
    for corruption, kind in CORRUPTIONS.items():
        for strength in sorted({*kind.strengths, kind.identity}):
            generator = torch.Generator().manual_seed(0)
            same = strength == kind.identity
            x = images if same else kind.apply(images, strength, generator)
            for name, model in networks.items():
                rows.append((name, corruption, strength, kind.unit, _accuracy(model, x, labels)))
    unit = "largest change, of full ink"
    for name, model in networks.items():
        for epsilon in (0.0, *FGSM_STRENGTHS):
            x = fgsm(model, images, labels, epsilon) if epsilon else images
            rows.append((name, "FGSM", epsilon, unit, _accuracy(model, x, labels)))
    columns = ["network", "corruption", "strength", "unit", "accuracy"]
    return pd.DataFrame(rows, columns=columns)


def _accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    with torch.inference_mode():
        right = sum(
            int((model(x).argmax(1) == y).sum())
            for x, y in zip(images.split(1000), labels.split(1000), strict=True)
        )
    return right / len(labels)
