"""Optimiser and learning-rate schedule of a recipe."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, MultiStepLR, OneCycleLR

from lenet_lib.training.recipe import Recipe


def make_optimizer(recipe: Recipe, model: nn.Module) -> torch.optim.Optimizer:
    """Make the recipe's optimiser of a network's weights."""
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    options: Any = {"lr": recipe.learning_rate, "weight_decay": recipe.weight_decay, "fused": True}
    if recipe.optimizer == "sgd":
        return SGD(weights, momentum=recipe.momentum, nesterov=recipe.momentum > 0, **options)
    return (Adam if recipe.optimizer == "adam" else AdamW)(weights, **options)


def make_schedule(
    recipe: Recipe, optimizer: torch.optim.Optimizer, steps: int
) -> LRScheduler | None:
    """Make the recipe's schedule, for ``steps`` steps an epoch; None where the rate is constant.

    It is stepped during the recipe's ``cycle_epochs`` and leaves the rate of those that follow.
    """
    total = recipe.cycle_epochs * steps
    match recipe.schedule:
        case "constant":
            return None
        case "cosine":
            return CosineAnnealingLR(optimizer, total)
        case "step":
            return MultiStepLR(optimizer, [math.ceil(total / 2), math.ceil(total * 3 / 4)])
        case "one-cycle":
            return _one_cycle(recipe, optimizer, total)


def _one_cycle(recipe: Recipe, optimizer: torch.optim.Optimizer, total: int) -> OneCycleLR:
    start, end = 25, 1e4  # how far below its peak the cycle starts, and how far below that it ends
    if recipe.swa:  # one step more, whose rate stays
        total, end = total + 1, recipe.learning_rate / start / recipe.swa_learning_rate
    warmup = recipe.warmup
    if warmup * total == 1:  # torch would divide by the length of a rise that is one step long
        warmup += 1e-9
    return OneCycleLR(
        optimizer,
        recipe.learning_rate,
        total_steps=total,
        pct_start=warmup,
        # Adam's β₁ falls while the rate rises; SGD's momentum is a setting of its own.
        cycle_momentum=recipe.optimizer != "sgd",
        div_factor=start,
        final_div_factor=end,
    )


def trace_schedule(recipe: Recipe, steps: int) -> list[tuple[float, float]]:
    """Give the learning rate and the momentum at every step of a run of ``steps`` steps an epoch.

    The momentum is Adam's β₁ or SGD's. For Adam the one-cycle schedule moves both: momentum is
    least where the rate is greatest.
    """
    optimizer = make_optimizer(recipe, nn.Linear(1, 1))
    schedule, trace = make_schedule(recipe, optimizer, steps), []
    for step in range(recipe.epochs * steps):
        group = optimizer.param_groups[0]
        momentum = group["momentum"] if recipe.optimizer == "sgd" else group["betas"][0]
        trace.append((float(group["lr"]), float(momentum)))
        optimizer.step()
        if schedule is not None and step < recipe.cycle_epochs * steps:
            schedule.step()
    return trace
