"""Temperature: the likeliest one is found, and folding it changes confidence alone."""

from __future__ import annotations

import pytest
import torch
from helpers.training import CPU, SMALL
from torch.nn.functional import cross_entropy

from lenet_lib.data import Images
from lenet_lib.errors import LenetError
from lenet_lib.models import LeNet5, predict_logits
from lenet_lib.training import fit
from lenet_lib.training.temperature import fit_temperature, fold_temperature


def test_folding_divides_the_logits_and_lowers_the_loss(few: Images) -> None:
    model = fit(SMALL, few, device=CPU).model
    before = predict_logits(model, few.images)
    temperature = fold_temperature(model, few)
    after = predict_logits(model, few.images)
    assert temperature == pytest.approx(fit_temperature(before, few.labels))
    assert torch.allclose(after, before / temperature, atol=1e-4)
    assert cross_entropy(after, few.labels) < 0.9 * cross_entropy(before, few.labels)
    assert fit_temperature(after, few.labels) == pytest.approx(1, abs=1e-3)


def test_only_a_linear_last_layer_can_take_it(few: Images) -> None:
    with pytest.raises(LenetError, match="ScaledTanh"):
        fold_temperature(LeNet5(), few)
