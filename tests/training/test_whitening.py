"""Whitening: equal variance behind the first convolution, which training then leaves alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from helpers.training import CPU, SMALL
from torch import nn

from lenet_lib.data import Images, scale
from lenet_lib.errors import LenetError
from lenet_lib.models import NETWORKS, LeNet
from lenet_lib.training import RECIPES, fit, with_network
from lenet_lib.training.recipe import BEGINS_AS_LENET
from lenet_lib.training.whitening import whiten

WHITENED = replace(SMALL, whitening=True)


def on_ink(model: LeNet, images: Images) -> torch.Tensor:
    """Give the first convolution's six values at every place that is not paper alone, n×6."""
    conv = model.conv1[0]
    inked = nn.functional.max_pool2d(scale(images.images), 3, 1, padding=1) > 0
    inked = nn.functional.pad(inked, (1, 1, 1, 1)).flatten()  # the convolution pads by 2
    return conv(scale(images.images)).detach().transpose(0, 1).flatten(1).T[inked]


def test_outputs_have_equal_variance_and_no_correlation(few: Images) -> None:
    whiten(model := LeNet(), few)
    outputs = on_ink(model, few)
    assert torch.allclose(outputs[:, :3], -outputs[:, 3:], atol=1e-5)
    assert torch.allclose(torch.cov(outputs[:, :3].T), torch.eye(3), atol=0.05)


def test_kernels_do_not_depend_on_the_start_nor_on_an_eigenvectors_sign(
    few: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    whiten(one := LeNet(), few)
    eigh = torch.linalg.eigh

    def turned(matrix: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        variances, components = eigh(matrix)
        return variances, -components

    monkeypatch.setattr(torch.linalg, "eigh", turned)
    whiten(other := LeNet(), few)
    assert torch.equal(one.conv1[0].weight, other.conv1[0].weight)


def test_a_run_trains_all_but_the_first_convolution(few: Images) -> None:
    whiten(start := LeNet(), few)
    model = fit(WHITENED, few, device=CPU).model
    assert isinstance(model, LeNet)
    assert torch.equal(model.conv1[0].weight, start.conv1[0].weight)
    assert not torch.equal(model.conv2[0].weight, start.conv2[0].weight)
    assert all(weight.requires_grad for weight in model.parameters()), "may be trained on"


def test_other_networks_are_trained_without_it(few: Images) -> None:
    for network in ("MLP", "LeNet5", "LeNet1x1", "SmallVGG"):
        assert network not in BEGINS_AS_LENET
        assert not with_network(RECIPES["fast"], network).whitening
        with pytest.raises(LenetError, match="whitening is for what begins as LeNet"):
            replace(WHITENED, network=network)
    with pytest.raises(LenetError, match="MLP has none"):
        whiten(NETWORKS["MLP"](), few)


class Wide(LeNet):
    """A student's change: more maps than there are components."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1[0] = nn.Conv2d(1, 21, 3, padding=2)
        self.conv2[0] = nn.Conv2d(21, 16, 5)


@pytest.mark.parametrize("pixel", [0, 255])
def test_maps_without_a_component_keep_their_start_and_all_is_finite(pixel: int) -> None:
    model = Wide()
    before = model.conv1[0].weight.clone()
    blank = torch.full((4, 1, 28, 28), pixel, dtype=torch.uint8)
    whiten(model, Images(blank, torch.zeros(4, dtype=torch.int64)))
    assert torch.equal(model.conv1[0].weight[18:], before[18:])
    assert model.conv1[0].weight.isfinite().all()
