"""Temperature: the likeliest one is found, and folding it changes confidence alone."""

from __future__ import annotations

from dataclasses import replace

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


def test_a_recipe_that_asks_for_it_gives_the_same_predictions_at_a_lower_loss(few: Images) -> None:
    plain = fit(SMALL, few, device=CPU).model
    recipe = replace(SMALL, temperature_scaling=True)
    scaled = fit(recipe, few, device=CPU, validation=few)
    before, after = (predict_logits(model, few.images) for model in (plain, scaled.model))
    assert torch.equal(before.argmax(1), after.argmax(1))
    temperature = fit_temperature(before, few.labels)
    assert torch.allclose(after, before / temperature, atol=1e-4)
    found = cross_entropy(after, few.labels).item()
    assert scaled.history[-1]["validation_loss"] == pytest.approx(found, rel=1e-4)
    with pytest.raises(LenetError, match="linear last layer"):
        replace(recipe, network="LeNet5")


def test_only_a_linear_last_layer_can_take_it(few: Images) -> None:
    with pytest.raises(LenetError, match="ScaledTanh"):
        fold_temperature(LeNet5(), few)
