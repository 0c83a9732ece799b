"""A faster training step of ``LeNet`` on a CPU, taken only where it is exact.

:func:`accelerate` gives a network that shares all weights with the one it is made from and computes
the same loss and gradients, up to rounding, in three ways sooner:

- convolution and 2×2 max pooling of the first block are one matrix product, see below;
- its last row and column are left out: of the second convolution's 11 rows the pooling drops the
  last, and the 10 that it keeps see 14 of the 15 before them;
- the second block pools before ReLU, on a quarter of the values: both are monotone.

A pooled value is the largest of four neighbouring outputs of the convolution. All four lie within
one (k+1)×(k+1) patch of the image, each under the k×k kernel shifted by 0 or 1 down and across: so
patches times shifted kernels gives the four candidates side by side. With one input channel and six
maps that is far quicker on a CPU than a convolution that fills a vector register with six values,
and than pooling over them.
"""

from __future__ import annotations

import copy
import math
from typing import Any, cast

import torch
import torch.nn.functional as F  # noqa: N812 (the field's name for it)
from torch import Tensor, nn


def accelerate(model: nn.Module) -> nn.Module:
    """Give a network for the training steps: a faster one where that is exact, or the model itself.

    Exact means that the first two blocks are the assignment's, on a CPU, and that logits and
    gradients on a few random images are those of the model, up to rounding.

    Returns:
        Shares the model's parameters, buffers and all modules but the two blocks. No gradient flows
        back to its images.
    """
    children, device = dict(model.named_children()), next(model.parameters()).device
    first, second = children.get("conv1"), children.get("conv2")
    if device.type != "cpu" or [str(first), str(second)] != _assignments_blocks():
        return model
    assert isinstance(first, nn.Sequential) and isinstance(second, nn.Sequential)
    conv, relu, pool = second
    shared = [*children.values(), *model.parameters(recurse=False), *model.buffers(recurse=False)]
    fast = copy.deepcopy(model, {id(part): part for part in shared})
    fast.add_module("conv1", _FirstBlock(cast(nn.Conv2d, first[0])))
    fast.add_module("conv2", nn.Sequential(conv, pool, relu))
    return fast if _agree(model, fast) else model


def _assignments_blocks() -> list[str]:
    """Describe the blocks that the faster step is made for, in torch's words for all settings."""
    with torch.device("meta"):  # no memory, and no random numbers drawn
        first, second = nn.Conv2d(1, 6, 3, padding=2), nn.Conv2d(6, 16, 5)
    rest = nn.ReLU(), nn.MaxPool2d(2)
    return [str(nn.Sequential(conv, *rest)) for conv in (first, second)]


class _FirstBlock(nn.Module):
    """Padding 2, 3×3 convolution, 2×2 max pooling, ReLU: N×1×28×28 → N×6×14×14 of 15×15."""

    def __init__(self, conv: nn.Conv2d) -> None:
        super().__init__()
        self.conv = conv

    def forward(self, x: Tensor) -> Tensor:
        """Compute the upper left 14×14 values of every map."""
        padded, bias = F.pad(x, (2, 0, 2, 0)), cast(Tensor, self.conv.bias)
        return F.relu(conv_max_pool2d(padded, self.conv.weight, bias))


def _agree(model: nn.Module, fast: nn.Module) -> bool:
    """Compare both on a few images, in double precision; copies, so that nothing changes."""
    pair = copy.deepcopy((model, fast))
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(4, 1, 28, 28, dtype=torch.float64, generator=generator)
    found = []
    for network in pair:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)  # the same for what may be drawn in both, such as dropout
            try:
                logits = network.double().train()(images)
            except Exception:  # of a forward that takes the block apart, or wants 15×15 values
                return False  # if the model fails, too, training will say so
        loss = F.cross_entropy(logits, torch.arange(4))
        wanted = [weight for weight in pair[0].parameters() if weight.requires_grad]
        found.append((logits, *torch.autograd.grad(loss, wanted, materialize_grads=True)))
    return all(torch.allclose(one, other) for one, other in zip(*found, strict=True))


SHIFTS = ((0, 1, 0, 1), (1, 0, 0, 1), (0, 1, 1, 0), (1, 0, 1, 0))
"""Padding (left, right, top, bottom) that shifts a kernel by 0 or 1: across first, then down."""


def conv_max_pool2d(images: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Compute ``F.max_pool2d(F.conv2d(images, weight, bias), 2)``, up to rounding.

    Args:
        images: Float N×1×H×W; no gradient flows to them.
        weight: Float C×1×k×k.
        bias: Float C.

    Returns:
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
        kernels = torch.stack([F.pad(weight[:, 0], shift) for shift in SHIFTS])
        candidates = (kernels.view(4 * maps, -1) @ columns).view(2, 2, maps, -1)  # down, across
        left, right = winners = torch.maximum(candidates[0], candidates[1])
        pooled = torch.maximum(left, right)
        if any(ctx.needs_input_grad):
            # Zeros and ones as floats: comparing to booleans and multiplying by them is slower.
            torch.ge(candidates[0], candidates[1], out=candidates[0])
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
