"""Convolution and 2×2 max pooling as one matrix product, for the first layer's training step.

A pooled value is the largest of four neighbouring outputs of the convolution. All four lie within
one (k+1)×(k+1) patch of the image, each under the k×k kernel shifted by 0 or 1 down and across: so
patches times shifted kernels gives the four candidates side by side. With one input channel and six
maps that is far quicker on a CPU than a convolution that fills a vector register with six values,
and than pooling over them.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 (the field's name for it)
from torch import Tensor

_SHIFTS = ((0, 1, 0, 1), (1, 0, 0, 1), (0, 1, 1, 0), (1, 0, 1, 0))
"""Padding (left, right, top, bottom) that shifts a kernel by 0 or 1: across first, then down."""


def conv_max_pool2d(images: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Compute ``F.max_pool2d(F.conv2d(images, weight, bias), 2)``, up to rounding.

    Parameters
    ----------
    images
        Float N×1×H×W; no gradient flows to them.
    weight
        Float C×1×k×k.
    bias
        Float C.

    Returns
    -------
    Tensor
        Float N×C×⌊(H−k+1)/2⌋×⌊(W−k+1)/2⌋, channels last in memory. The gradient of a maximum
        reached twice goes to one of the two, as in ``F.max_pool2d``.
    """
    return _ConvMaxPool2d.apply(images, weight, bias)  # type: ignore[no-any-return]


class _ConvMaxPool2d(torch.autograd.Function):
    """Forward and backward; under autocast in bfloat16, else as the arguments are.

    Results are written where what they replace stood: that memory is in the processor's cache.
    """

    @staticmethod
    @torch.amp.custom_fwd(device_type="cpu", cast_inputs=torch.bfloat16)  # type: ignore[untyped-decorator]
    def forward(ctx: Any, images: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        count, maps, side = len(images), len(weight), weight.shape[-1] + 1
        patches = images[:, 0].unfold(1, side, 2).unfold(2, side, 2)  # N×h×w×(k+1)×(k+1)
        height, width = patches.shape[1:3]
        columns = patches.permute(3, 4, 0, 1, 2).reshape(side * side, -1)
        kernels = torch.stack([F.pad(weight[:, 0], shift) for shift in _SHIFTS])
        candidates = (kernels.view(4 * maps, -1) @ columns).view(2, 2, maps, -1)  # down, across
        left, right = winners = torch.maximum(candidates[0], candidates[1])
        # Zeros and ones as floats: comparing to booleans and multiplying by them is slower.
        torch.ge(candidates[0], candidates[1], out=candidates[0])
        pooled = torch.maximum(left, right)
        torch.ge(left, right, out=left)
        ctx.save_for_backward(columns, candidates, winners)
        pooled.add_(bias[:, None])
        nchw = pooled.view(maps, count, height, width).transpose(0, 1)
        return nchw.contiguous(memory_format=torch.channels_last)

    @staticmethod
    @torch.amp.custom_bwd(device_type="cpu")  # type: ignore[untyped-decorator]
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor, Tensor]:
        columns, planes, (from_left, _) = ctx.saved_tensors
        (upper_left, upper_right), (whole, left) = planes  # the latter two to be filled here
        maps, count, height, width = gradients[0].transpose(0, 1).shape
        whole.view(maps, count, height, width).copy_(gradients[0].transpose(0, 1))
        torch.mul(whole, from_left, out=left)
        upper_left.mul_(left)
        upper_right.mul_(torch.sub(whole, left, out=from_left))
        side = math.isqrt(len(columns))
        products = (planes.view(4 * maps, -1) @ columns.T).view(2, 2, maps, side, side)
        (upper_left, upper_right), (whole, left) = products
        at = slice(None, -1), slice(1, None)  # where the kernel shifted by 0 or 1 lies in a patch
        weight = (
            upper_left[:, at[0], at[0]]
            + upper_right[:, at[0], at[1]]
            + (left - upper_left)[:, at[1], at[0]]
            + (whole - left - upper_right)[:, at[1], at[1]]
        )
        return None, weight[:, None], planes[1, 0].sum(1)
