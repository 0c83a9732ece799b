"""Corruptions for training: what cameras, paper, light and pens do to a digit, on whole batches.

Twelve kinds, each with a strength drawn anew for every image. They are wider than those of the
tests (:mod:`lenet_lib.evaluation.robustness` and MNIST-C) and made by other code, but they were
written with the test's kinds in mind: what is measured there is robustness to what was foreseen.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F  # noqa: N812 (the field's name for it)
from torch import Generator, Tensor


def corrupt(images: Tensor, share: float, generator: Generator) -> Tensor:
    """Corrupt a share of the images, each in one of :data:`KINDS`.

    Args:
        images: float32 N×1×H×W, 0–1.
        share: Fraction of the images, 0 to 1; which ones is chance.
        generator: Decides all; of the images' device.

    Returns:
        float32 N×1×H×W, 0–1; a new one.
    """
    images = images.clone()
    order = torch.randperm(len(images), generator=generator, device=generator.device)
    chosen = order[: round(share * len(images))].to(images.device)
    for index, kind in zip(chosen.tensor_split(len(KINDS)), KINDS, strict=True):
        if len(index):
            images[index, 0] = kind(images[index, 0], generator).clamp(0, 1)
    return images


def _draw(x: Tensor, low: float, high: float, generator: Generator) -> Tensor:
    """Draw a number for each image, N×1×1."""
    uniform = torch.rand(len(x), 1, 1, generator=generator, device=generator.device)
    return (low + (high - low) * uniform).to(x.device)


def _pixels(x: Tensor, generator: Generator) -> Tensor:
    """Draw a number in 0–1 for each pixel."""
    return torch.rand(x.shape, generator=generator, device=generator.device).to(x.device)


def noise(x: Tensor, generator: Generator) -> Tensor:
    """Add Gaussian noise, of a standard deviation up to 0.6 of full ink."""
    normal = torch.randn(x.shape, generator=generator, device=generator.device).to(x.device)
    return x + _draw(x, 0, 0.6, generator) * normal


def impulses(x: Tensor, generator: Generator) -> Tensor:
    """Set up to 35% of the pixels to paper or to full ink."""
    share, place = _draw(x, 0, 0.35, generator), _pixels(x, generator)
    return torch.where(place < share, (place < share / 2).to(x.dtype), x)


def blur(x: Tensor, generator: Generator) -> Tensor:
    """Convolve with a Gaussian of up to 2.6 pixels."""
    place = torch.arange(x.shape[-1], device=x.device)
    away = (place[:, None] - place) ** 2
    kernel = torch.exp(-away / (2 * _draw(x, 0.2, 2.6, generator) ** 2))
    kernel = kernel / kernel.sum(1, keepdim=True).amax(2, keepdim=True)
    return kernel @ x @ kernel.transpose(1, 2)


def fade(x: Tensor, generator: Generator) -> Tensor:
    """Leave down to 8% of the ink."""
    return x * _draw(x, 0.08, 1, generator)


def grey_paper(x: Tensor, generator: Generator) -> Tensor:
    """Make all darker, the paper by up to 0.8 of full ink."""
    return _draw(x, 0.25, 1, generator) * x + _draw(x, 0, 0.8, generator)


def fog(x: Tensor, generator: Generator) -> Tensor:
    """Mix with a smooth pattern of grey, of which up to 85% is seen."""
    share = _draw(x, 0.3, 0.85, generator)
    return (1 - share) * x + share * _draw(x, 0.3, 1, generator) * _clouds(x, generator)


def line(x: Tensor, generator: Generator) -> Tensor:
    """Draw a line across: at any angle, thin or wide, straight or zigzag, whole or dotted."""
    angle, half = _draw(x, -1.6, 1.6, generator), x.shape[-1] / 2
    place = torch.arange(x.shape[-1], device=x.device) - half + 0.5
    along = angle.cos() * place + angle.sin() * place[:, None]
    off = angle.cos() * place[:, None] - angle.sin() * place - _draw(x, -12, 12, generator)
    phase, zigzag = _draw(x, 0, 1, generator), _draw(x, -3, 3, generator).clamp(min=0)
    tooth = 2 * (2 * ((along / _draw(x, 5, 12, generator) + phase) % 1) - 1).abs() - 1
    ink = (_draw(x, 0.9, 2.1, generator) - (off - zigzag * tooth).abs()).clamp(0, 1)
    gap = ((along / _draw(x, 3, 6, generator) + phase) % 1) < 0.5
    dotted = _draw(x, 0, 1, generator) < 0.5
    return torch.maximum(x, ink.masked_fill(dotted & gap, 0))


def invert(x: Tensor, generator: Generator) -> Tensor:
    """Exchange paper and ink in a band, a rectangle, or at the two sides."""
    place = torch.arange(x.shape[-1], device=x.device)

    def band() -> Tensor:
        return (place - _draw(x, 0, 28, generator)).abs() < _draw(x, 1.5, 6, generator)

    columns, rows, kind = band(), band().transpose(1, 2), _draw(x, 0, 1, generator)
    sides = (place < _draw(x, 2, 9, generator)) | (place > 27 - _draw(x, 2, 9, generator))
    where = torch.where(kind < 0.6, torch.where(kind < 0.35, columns, rows), columns & rows)
    where = torch.where((kind > 0.6) & (kind < 0.85), sides, where)
    return torch.where(where, 1 - x, x)


def edges(x: Tensor, generator: Generator) -> Tensor:
    """Keep the outlines: outer, inner, or those that lie across; soft or hard."""
    kind, threshold = _draw(x, 0, 1, generator), _draw(x, 0.2, 0.5, generator)
    inner = torch.where(kind < 0.67, x - _shrink(x, 3, 3), x - _shrink(x, 3, 1))
    edge = torch.where(kind < 0.34, _grow(x, 3, 3) - x, inner)
    return torch.where(_draw(x, 0, 1, generator) < 0.6, (edge > threshold).to(x.dtype), edge)


def blots(x: Tensor, generator: Generator) -> Tensor:
    """Cover parts of no certain form with paper or grey."""
    ragged = _clouds(x, generator) + 0.3 * _pixels(x, generator)
    grey = _draw(x, 0, 0.5, generator)
    return torch.where(ragged > _draw(x, 0.55, 0.95, generator), grey, x)


def hole(x: Tensor, generator: Generator) -> Tensor:
    """Cover a square of up to 11 pixels with paper."""
    place, half = torch.arange(x.shape[-1], device=x.device), _draw(x, 1, 5.5, generator)
    columns = (place - _draw(x, 6, 22, generator)).abs() < half
    rows = (place[:, None] - _draw(x, 6, 22, generator)).abs() < half
    return x.masked_fill(columns & rows, 0)


def stroke_width(x: Tensor, generator: Generator) -> Tensor:
    """Make strokes one or two pixels wider or thinner, or leave them."""
    kind = _draw(x, 0, 1, generator)
    wider = torch.where(kind < 0.2, _grow(x, 2, 2), _grow(x, 3, 3))
    thinner = torch.where(kind < 0.6, _shrink(x, 2, 2), _shrink(x, 3, 3))
    return torch.where(kind < 0.35, wider, thinner)


KINDS: tuple[Callable[[Tensor, Generator], Tensor], ...] = (
    *(noise, impulses, blur, fade, grey_paper, fog),
    *(line, invert, edges, blots, hole, stroke_width),
)
"""Each takes and gives float32 N×28×28, N > 0; what leaves 0–1 is clipped afterwards."""


def _grow(x: Tensor, height: int, width: int) -> Tensor:
    """Give each pixel the most ink within a window (grey dilation)."""
    above, left = height // 2, width // 2
    padded = F.pad(x[:, None], (left, width - 1 - left, above, height - 1 - above), value=-1.0)
    return F.max_pool2d(padded, (height, width), stride=1)[:, 0]


def _shrink(x: Tensor, height: int, width: int) -> Tensor:
    """Give each pixel the least ink within a window (grey erosion)."""
    return -_grow(-x, height, width)


def _clouds(x: Tensor, generator: Generator) -> Tensor:
    """Draw a smooth pattern for each image, from 0 to 1: noise of four sizes, coarse ones most."""
    pattern = torch.zeros_like(x)
    for size, weight in ((2, 1.0), (4, 0.6), (8, 0.35), (16, 0.2)):
        coarse = torch.rand(len(x), 1, size, size, generator=generator, device=generator.device)
        fine = F.interpolate(coarse.to(x.device), x.shape[1:], mode="bilinear", align_corners=True)
        pattern += weight * fine[:, 0]
    pattern -= pattern.amin((1, 2), keepdim=True)
    return pattern / pattern.amax((1, 2), keepdim=True)
