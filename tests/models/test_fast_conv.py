"""The faster training step against the plain one that it replaces."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from lenet_lib.models import LeNet, LeNet5, SmallVGG
from lenet_lib.models.fast_conv import accelerate, conv_max_pool2d


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


def loss_and_gradients(step: nn.Module, model: nn.Module) -> list[Tensor]:
    generator = torch.Generator().manual_seed(1)
    images = torch.rand(64, 1, 28, 28, generator=generator).to(next(model.parameters()).dtype)
    loss = F.cross_entropy(step.train()(images), torch.arange(64) % 10)
    return [loss, *torch.autograd.grad(loss, list(model.parameters()))]


def test_the_faster_step_has_the_same_loss_and_gradients() -> None:
    model = LeNet().double()
    fast = accelerate(model)
    assert fast is not model
    assert {id(p) for p in fast.parameters()} == {id(p) for p in model.parameters()}
    pairs = zip(loss_and_gradients(fast, model), loss_and_gradients(model, model), strict=True)
    for one, other in pairs:
        torch.testing.assert_close(one, other)
    # Both steps moved the same running means.
    assert int(model.fc1[1].num_batches_tracked) == 2


def test_looking_for_the_faster_step_changes_nothing() -> None:
    model = LeNet()
    before, state = copy.deepcopy(model.state_dict()), torch.get_rng_state()
    accelerate(model)
    assert torch.equal(state, torch.get_rng_state())
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(weights.grad is None for weights in model.parameters())


class WideKernel(LeNet):
    """A 5×5 first convolution."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1[0] = nn.Conv2d(1, 6, kernel_size=5, padding=2)
        self.fc1[0] = nn.Linear(16 * 5 * 5, 120)


class NoPadding(LeNet):
    """A first convolution that sees no border."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1[0] = nn.Conv2d(1, 6, kernel_size=3, padding=1)


class Tanh(LeNet):
    """Another activation function."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1[1] = nn.Tanh()


class Border(LeNet):
    """The assignment's modules, another forward: the border that the faster step omits counts."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * self.conv1(x).mean()


class Unpooled(LeNet):
    """The assignment's modules, a forward that wants all 15 columns."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv2(self.conv1(x).reshape(-1, 6, 15, 15))
        return self.fc3(self.fc2(self.fc1(x.flatten(1))))


class LayerByLayer(LeNet):
    """The assignment's modules, a forward that takes the first block apart."""

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(torch.tanh(self.conv1[0](x)), 2)
        return self.fc3(self.fc2(self.fc1(self.conv2(x).flatten(1))))


class InALoop(LeNet):
    """The same, without a change."""

    def forward(self, x: Tensor) -> Tensor:
        for layer in self.conv1:
            x = layer(x)
        return self.fc3(self.fc2(self.fc1(self.conv2(x).flatten(1))))


class Asserted(LeNet):
    """A forward that checks its shapes."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)
        assert x.shape[1:] == (6, 15, 15)
        return self.fc3(self.fc2(self.fc1(self.conv2(x).flatten(1))))


class Broken(LeNet):
    """A forward that fails in any case: that is for training to say."""

    def forward(self, x: Tensor) -> Tensor:
        return self.conv3(x)


OTHERS = [WideKernel, NoPadding, Tanh, Border, Unpooled, LayerByLayer, InALoop, Asserted, Broken]


@pytest.mark.parametrize("kind", [*OTHERS, LeNet5, SmallVGG])
def test_another_network_takes_the_plain_step(kind: type[nn.Module]) -> None:
    model = kind()
    assert accelerate(model) is model


class Dropout(LeNet):
    """A change behind the two blocks."""

    def forward(self, x: Tensor) -> Tensor:
        x = self.fc1(self.conv2(self.conv1(x)).flatten(1))
        return self.fc3(F.dropout(self.fc2(x), training=self.training))


def test_a_change_behind_the_blocks_keeps_the_faster_step_and_is_trained() -> None:
    model = Dropout().double()
    fast = accelerate(model)
    assert fast is not model
    results = []
    for step in (fast, model):
        torch.manual_seed(2)
        results.append(loss_and_gradients(step, model))
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other)
