"""Ablations: each differs from LeNet in what its name says, and trains."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from helpers.training import CPU, SMALL
from torch import nn

from lenet_lib.data import Dataset, Images
from lenet_lib.models import NETWORKS, LeNet, predict_logits
from lenet_lib.models.ablations import ABLATIONS
from lenet_lib.training import fit

PARAMETERS = 62_018
"""Of LeNet."""


def count(model: nn.Module, *kinds: type[nn.Module]) -> int:
    """Count modules of some kinds, or parameters."""
    if not kinds:
        return sum(p.numel() for p in model.parameters())
    return sum(isinstance(module, kinds) for module in model.modules())


def test_every_ablation_is_a_network_that_can_be_asked_for() -> None:
    assert ABLATIONS.items() <= NETWORKS.items()


@pytest.mark.slow
@pytest.mark.parametrize("name", ABLATIONS)
def test_each_learns_digits(name: str, few: Images, digits: Dataset) -> None:
    model = fit(replace(SMALL, network=name, epochs=10), few, device=CPU).model
    logits = predict_logits(model, digits.test.images)
    assert logits.shape == (len(digits.test), 10)
    assert (logits.argmax(1) == digits.test.labels).double().mean() > 0.3  # chance: 0.1


def test_the_perceptron_has_as_many_parameters() -> None:
    model = ABLATIONS["MLP"]()
    assert count(model) == pytest.approx(PARAMETERS, rel=0.01)
    assert not count(model, nn.Conv2d)
    assert count(model, nn.BatchNorm1d) == 2


def test_each_lacks_what_its_name_says_and_nothing_else() -> None:
    models = {name: network() for name, network in ABLATIONS.items()}
    norm = 2 * (120 + 84)
    assert count(models["LeNetNoBatchNorm"]) == count(models["LeNetDropout"]) == PARAMETERS - norm
    assert count(models["LeNetDropout"], nn.Dropout) == 2
    for name, kind in (("LeNetSigmoid", nn.Sigmoid), ("LeNetTanh", nn.Tanh)):
        assert count(models[name]) == PARAMETERS
        assert (count(models[name], kind), count(models[name], nn.AvgPool2d)) == (4, 2)
        assert not count(models[name], nn.ReLU, nn.MaxPool2d)
    assert count(models["LeNet1x1"]) == PARAMETERS - 6 * (9 - 1)
    maps = [m.out_channels for m in models["LeNetQuarter"].modules() if isinstance(m, nn.Conv2d)]
    assert maps == [2, 4]
    assert count(models["LeNetQuarter"]) == 23_766


def test_dropout_before_relu_is_dropout_after_it() -> None:
    x = torch.randn(1000, 84)
    torch.manual_seed(0)
    before = torch.relu(nn.functional.dropout(x, 0.5))
    torch.manual_seed(0)
    assert torch.equal(before, nn.functional.dropout(torch.relu(x), 0.5))


def test_lenet_itself_is_untouched() -> None:
    assert count(LeNet()) == PARAMETERS
