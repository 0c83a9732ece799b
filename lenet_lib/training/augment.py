"""Small random distortions of digits, on whole batches: affine and elastic (Simard et al. 2003).

Both kinds only say where each pixel of the new image is looked up in the old one, so they are added
up and the image is interpolated once. All randomness comes from the generator that is passed in.

Source: P. Simard, D. Steinkraus and J. Platt, *Best practices for convolutional neural networks
applied to visual document analysis*, ICDAR 2003, doi:10.1109/ICDAR.2003.1227801.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F  # noqa: N812 (the field's name for it)
from torch import Tensor

from lenet_lib.training.recipe import Distortion


def distort(
    images: Tensor, generator: torch.Generator, distortion: Distortion | None = None
) -> Tensor:
    """Distort each image in its own way.

    Args:
        images: float32 N×1×H×W, 0–1.
        generator: Decides the distortions; drawing on its own device, so give a generator of the
            images' device where speed matters.
        distortion: The bounds; those of :class:`Distortion` without it.

    Returns:
        float32 N×1×H×W, 0–1; what comes in from outside the image is paper (0).
    """
    bounds = distortion or Distortion()
    matrices = affine_matrices(len(images), generator, bounds).to(images.device)
    if not bounds.alpha:
        return warp(images, matrices)
    height, width = images.shape[-2:]
    fields = elastic_fields(len(images), generator, bounds, height=height, width=width)
    return warp(images, matrices, fields.to(images.device))


def affine_matrices(count: int, generator: torch.Generator, bounds: Distortion) -> Tensor:
    """Draw random affine maps from new to old coordinates, about the image's centre.

    Returns:
        float32 count×2×3: x' = a x + b y + c, y' = d x + e y + f, in pixels.
    """
    device = generator.device
    u = torch.rand(6, count, generator=generator, device=device) * 2 - 1
    angle = u[0] * math.radians(bounds.rotation)
    zoom_x, zoom_y = 1 / (1 + u[1] * bounds.scale), 1 / (1 + u[2] * bounds.scale)
    shear, shift_x, shift_y = u[3] * bounds.shear, u[4] * bounds.shift, u[5] * bounds.shift
    cos, sin = angle.cos(), angle.sin()
    # rotate, then shear, then zoom: each row is one line of the product of the three matrices.
    top = torch.stack([zoom_x * (cos + shear * sin), zoom_x * (shear * cos - sin), -shift_x], 1)
    bottom = torch.stack([zoom_y * sin, zoom_y * cos, -shift_y], 1)
    return torch.stack([top, bottom], 1)


def elastic_fields(
    count: int, generator: torch.Generator, bounds: Distortion, *, height: int = 28, width: int = 28
) -> Tensor:
    """Draw smooth random displacement fields: white noise, blurred by a Gaussian, times alpha.

    Returns:
        float32 count×height×width×2: how far to the right and down each pixel is looked up, in
        pixels. Away from the border the root mean square of either is alpha / (2 sigma sqrt(3 pi)),
        0.8 pixels by default and 1.4 with the paper's settings.
    """
    device = generator.device
    noise = torch.rand(count, 2, height, width, generator=generator, device=device) * 2 - 1
    down, across = (_blur(size, bounds.sigma).to(device) for size in (height, width))
    return (bounds.alpha * (down @ noise @ across)).permute(0, 2, 3, 1)


def _blur(size: int, sigma: float) -> Tensor:
    """Give the size×size matrix that convolves a column of pixels with a Gaussian."""
    place = torch.arange(size, dtype=torch.float32)
    kernel = torch.exp(-((place[:, None] - place) ** 2) / (2 * sigma**2))
    return kernel / (sigma * math.sqrt(2 * math.pi))


def warp(images: Tensor, matrices: Tensor, fields: Tensor | None = None) -> Tensor:
    """Look every pixel up where an affine map and a displacement field point to, bilinearly.

    Args:
        images: float32 N×1×H×W.
        matrices: float32 N×2×3, in pixels from the image's centre (see :func:`affine_matrices`).
        fields: float32 N×H×W×2, in pixels (see :func:`elastic_fields`).
    """
    height, width = images.shape[-2:]
    y = torch.arange(height, dtype=images.dtype, device=images.device) - (height - 1) / 2
    x = torch.arange(width, dtype=images.dtype, device=images.device) - (width - 1) / 2
    rows, columns = torch.meshgrid(y, x, indexing="ij")
    place = torch.stack([columns, rows, torch.ones_like(rows)], -1).reshape(-1, 3)
    source = (place @ matrices.transpose(1, 2)).reshape(len(images), height, width, 2)
    if fields is not None:
        source = source + fields
    # grid_sample counts from −1 to 1 across the image's full width, pixel edges included.
    grid = source * source.new_tensor([2 / width, 2 / height])
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
