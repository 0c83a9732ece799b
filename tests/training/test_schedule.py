"""Optimisers and schedules: torch's own, step by step."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import torch
from helpers.training import CPU, SMALL, same
from torch import nn
from torch.optim import SGD, Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    LambdaLR,
    LRScheduler,
    MultiStepLR,
    OneCycleLR,
)

from lenet_lib.data import Images
from lenet_lib.models import LeNet
from lenet_lib.training import RECIPES, fit
from lenet_lib.training.loop import _Training
from lenet_lib.training.recipe import Recipe
from lenet_lib.training.schedule import make_optimizer, trace_schedule

SGD_COSINE = dataclasses.replace(
    RECIPES["fast"], optimizer="sgd", schedule="cosine", weight_decay=1e-4
)
AVERAGED = dataclasses.replace(
    SMALL, epochs=4, recalibrate_bn=True, swa=0.5, swa_learning_rate=0.002
)
STEPS = 7


@pytest.mark.parametrize(
    ("name", "decay", "kind"), [("adam", 0.0, Adam), ("adamw", 0.5, AdamW), ("sgd", 0.005, SGD)]
)
def test_the_optimizer_is_the_one_that_the_recipe_names(
    name: str, decay: float, kind: type[Optimizer]
) -> None:
    recipe = dataclasses.replace(SMALL, optimizer=name, weight_decay=decay)
    made = make_optimizer(recipe, LeNet())
    assert type(made) is kind
    (group,) = made.param_groups
    assert (group["lr"], group["weight_decay"]) == (SMALL.learning_rate, decay)
    if kind is SGD:
        assert group["momentum"] == 0.9 and group["nesterov"]


def test_sgd_without_momentum_is_plain() -> None:
    plain = dataclasses.replace(SGD_COSINE, momentum=0.0)
    group = make_optimizer(plain, nn.Linear(1, 1)).param_groups[0]
    assert group["momentum"] == 0 and not group["nesterov"]


@pytest.mark.parametrize(
    ("schedule", "torchs"),
    [
        ("constant", lambda optimizer, _: LambdaLR(optimizer, lambda _: 1.0)),
        ("cosine", lambda optimizer, total: CosineAnnealingLR(optimizer, T_max=total)),
        ("step", lambda optimizer, _: MultiStepLR(optimizer, [11, 16], gamma=0.1)),  # of 21
        (
            "one-cycle",
            lambda optimizer, total: OneCycleLR(
                optimizer, 0.01, total_steps=total, pct_start=0.3, div_factor=25,
                cycle_momentum=isinstance(optimizer, AdamW),
            ),
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_the_rates_are_those_of_torchs_own_schedules(
    schedule: str, torchs: Callable[[Optimizer, int], LRScheduler], optimizer: str
) -> None:
    recipe = dataclasses.replace(SMALL, optimizer=optimizer, schedule=schedule, weight_decay=0.0)
    weights = nn.Linear(1, 1).parameters()
    own = SGD(weights, 0.01, momentum=0.9) if optimizer == "sgd" else AdamW(weights, 0.01)
    stepped, expected = torchs(own, 21), []
    for _ in range(21):
        group = own.param_groups[0]
        expected.append((group["lr"], group.get("momentum", group.get("betas", [0])[0])))
        own.step()
        stepped.step()
    assert trace_schedule(recipe, STEPS) == expected
    rates = {rate for rate, _ in expected}
    assert len(rates) == {"constant": 1, "step": 3}.get(schedule, 21)


@pytest.mark.parametrize("recipe", [SMALL, AVERAGED, SGD_COSINE])
@pytest.mark.parametrize("schedule", ["one-cycle", "cosine", "step"])
@pytest.mark.parametrize("steps", [1, 2, 5, 10])
def test_very_short_runs_have_a_schedule(recipe: Recipe, schedule: str, steps: int) -> None:
    """A warm-up of one step, whose length torch divides by, among them."""
    if recipe is AVERAGED:
        schedule = "one-cycle"
    for epochs in (1, 2, 4):
        for warmup in (0.3, 0.0, 0.1, 0.5) if schedule == "one-cycle" else (0.3,):
            short = dataclasses.replace(recipe, schedule=schedule, epochs=epochs, warmup=warmup)
            rates = [rate for rate, _ in trace_schedule(short, steps)]
            assert len(rates) == epochs * steps
            assert all(0 <= rate <= recipe.learning_rate for rate in rates)


def test_the_rate_of_averaged_epochs_stays() -> None:
    trace = [rate for rate, _ in trace_schedule(AVERAGED, 10)]
    assert trace[0] == pytest.approx(AVERAGED.learning_rate / 25)
    assert max(trace) == pytest.approx(AVERAGED.learning_rate, rel=0.02)
    assert trace[19] > trace[20] == pytest.approx(AVERAGED.swa_learning_rate)
    assert set(trace[20:]) == {trace[20]}
    assert AVERAGED.cycle_epochs == 2


def test_the_traced_schedule_is_the_one_that_trains(few: Images) -> None:
    fast = dataclasses.replace(RECIPES["fast"], batch_size=100)
    trace = trace_schedule(fast, 3)
    assert len(trace) == 3 * fast.epochs
    trained = fit(fast, few).history
    assert [row["learning_rate"] for row in trained] == [rate for rate, _ in trace[::3]]
    peak = max(trace)
    assert peak[1] == min(beta for _, beta in trace)


@pytest.mark.slow
@pytest.mark.parametrize("schedule", ["constant", "cosine", "step", "one-cycle"])
def test_every_combination_trains_as_it_says_and_is_resumed(
    few: Images, tmp_path: object, schedule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = dataclasses.replace(SGD_COSINE, schedule=schedule, batch_size=100)
    made = _Training(recipe, few, 0)
    assert type(made.optimizer) is SGD
    whole = fit(recipe, few, device=CPU)
    assert whole.history[-1]["train_loss"] < whole.history[0]["train_loss"]
    rates = [rate for rate, _ in trace_schedule(recipe, 3)[::3]]
    assert [row["learning_rate"] for row in whole.history] == rates
    file = tmp_path / "checkpoint.pt"  # type: ignore[operator]
    epoch = _Training.epoch

    def interrupted(self: _Training, number: int, bar: object) -> None:
        if number == 2:
            raise KeyboardInterrupt
        epoch(self, number, bar)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(_Training, "epoch", interrupted)
        fit(recipe, few, device=CPU, checkpoint=file)
    assert same(fit(recipe, few, device=CPU, checkpoint=file).model, whole.model)


def test_mixed_precision_goes_with_every_optimizer(few: Images) -> None:
    for optimizer, decay in (("adam", 0.0), ("sgd", 1e-4)):
        recipe = dataclasses.replace(SMALL, optimizer=optimizer, weight_decay=decay, epochs=1)
        assert recipe.mixed_precision
        model = fit(recipe, few, device=CPU).model
        assert all(p.dtype == torch.float32 for p in model.parameters())
