"""`scripts/distil_on_gpu.py` does the package's training, several students at once."""

from __future__ import annotations

import dataclasses
import runpy
from functools import partial

import pytest
import torch
from helpers.paths import ROOT
from helpers.training import CPU, SMALL

from lenet_lib.data import Dataset
from lenet_lib.models import LeNet, predict_logits
from lenet_lib.training import RECIPES, fit
from lenet_lib.training.distillation import prepare_soft_targets

SCRIPT = runpy.run_path(str(ROOT / "scripts" / "distil_on_gpu.py"))


def test_many_students_loss_and_gradients_are_each_ones_own() -> None:
    seeds, generator = (5, 6), torch.Generator().manual_seed(0)
    images = torch.rand(2, 16, 28, 28, dtype=torch.float64, generator=generator)
    weights = torch.stack([SCRIPT["_initial"](seed) for seed in seeds]).double().requires_grad_()
    logits = SCRIPT["forward"](SCRIPT["_cut"](weights), images)
    (gradients,) = torch.autograd.grad(logits.square().sum(), weights)
    for row, seed in enumerate(seeds):
        torch.manual_seed(seed)
        model = LeNet().double()
        expected = model(images[row][:, None])
        expected.square().sum().backward()
        own = torch.cat([weight.grad.flatten() for weight in model.parameters()])
        torch.testing.assert_close(logits[row], expected)
        torch.testing.assert_close(gradients[row], own)


@pytest.mark.slow
def test_students_become_what_the_package_makes_of_each(mnist: Dataset) -> None:
    recipe = dataclasses.replace(
        RECIPES["robust"],
        epochs=4,
        learning_rate=0.002,
        swa=0.5,
        swa_learning_rate=0.001,
        teacher=SMALL,
        teachers=1,
        cached_augmentations=3,
    )
    train = mnist.train[:600]
    students = SCRIPT["Students"](
        recipe, [1, 2], prepare_soft_targets(recipe, train, partial(fit, device=CPU), 0, CPU)
    )
    students.train()
    for seed, model in zip(students.seeds, students.models(), strict=True):
        own = fit(recipe, train, seed=seed, device=CPU).model
        wanted, found = (predict_logits(net, train.images) for net in (own, model))
        # The same up to rounding, which Adam's first steps magnify.
        assert (wanted - found).abs().mean() < 0.02 * wanted.abs().mean()
        first = fit(dataclasses.replace(recipe, epochs=2), train, seed=seed, device=CPU).model
        other = predict_logits(first, train.images)
        assert (wanted - other).abs().mean() > 0.2 * wanted.abs().mean()
