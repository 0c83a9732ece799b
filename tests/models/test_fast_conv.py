"""The first layer's matrix product against the convolution and the pooling that it replaces."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from lenet_lib.models import LeNet
from lenet_lib.models.fast_conv import conv_max_pool2d


def plain(images: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return F.max_pool2d(F.conv2d(images, weight, bias), 2)


@pytest.mark.parametrize(
    "maps, kernel, height, width", [(6, 3, 30, 30), (1, 1, 4, 6), (5, 4, 9, 8)]
)
def test_values_and_gradients_are_those_of_the_two_layers(
    maps: int, kernel: int, height: int, width: int
) -> None:
    torch.manual_seed(0)
    images = torch.rand(7, 1, height, width, dtype=torch.float64)
    weight = torch.randn(maps, 1, kernel, kernel, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(maps, dtype=torch.float64, requires_grad=True)
    ours, theirs = (function(images, weight, bias) for function in (conv_max_pool2d, plain))
    torch.testing.assert_close(ours, theirs)
    assert ours.is_contiguous(memory_format=torch.channels_last)
    direction = torch.randn_like(theirs)
    torch.testing.assert_close(
        torch.autograd.grad(ours, (weight, bias), direction),
        torch.autograd.grad(theirs, (weight, bias), direction),
    )


def test_the_gradient_of_a_tie_is_counted_once() -> None:
    images = torch.ones(2, 1, 6, 6)  # every place of every map has the same value
    weight, bias = torch.randn(3, 1, 3, 3, requires_grad=True), torch.zeros(3, requires_grad=True)
    conv_max_pool2d(images, weight, bias).sum().backward()
    assert weight.grad is not None and bias.grad is not None
    assert torch.equal(weight.grad, torch.full((3, 1, 3, 3), 8.0))  # 2 images of 2×2 places
    assert torch.equal(bias.grad, torch.full((3,), 8.0))


def test_a_second_backward_pass_is_refused_and_not_wrong() -> None:
    weight, bias = torch.randn(2, 1, 3, 3, requires_grad=True), torch.zeros(2)
    total = conv_max_pool2d(torch.rand(1, 1, 6, 6), weight, bias).sum()
    total.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        total.backward()


def test_images_that_need_a_gradient_get_one_in_training_too() -> None:
    images = torch.rand(4, 1, 28, 28, requires_grad=True)
    LeNet().train()(images).square().sum().backward()
    assert images.grad is not None and images.grad.abs().sum() > 0


def test_under_autocast_it_computes_in_bfloat16() -> None:
    images, weight = torch.rand(64, 1, 30, 30), torch.randn(6, 1, 3, 3, requires_grad=True)
    bias = torch.zeros(6, requires_grad=True)
    exact = plain(images, weight, bias)
    direction = torch.randn_like(exact)
    with torch.autocast("cpu", torch.bfloat16):
        rounded = conv_max_pool2d(images, weight, bias)
    assert rounded.dtype == torch.bfloat16
    torch.testing.assert_close(rounded.float(), exact, atol=0.05, rtol=0.02)
    ours = torch.autograd.grad(rounded, (weight, bias), direction.bfloat16())
    theirs = torch.autograd.grad(exact, (weight, bias), direction)
    for one, other in zip(ours, theirs, strict=True):
        assert one.dtype == torch.float32
        assert (one - other).norm() < 0.05 * other.norm()
