"""Optimiser and learning-rate schedule of a recipe."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR

from lenet_lib.training.recipe import Recipe


def make_optimizer(recipe: Recipe, model: nn.Module) -> torch.optim.Optimizer:
    """Make the recipe's optimiser of a network's weights."""
    kind = torch.optim.Adam if recipe.optimizer == "adam" else torch.optim.AdamW
    return kind(
        model.parameters(),
        lr=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        fused=True,
    )


def make_schedule(
    recipe: Recipe, optimizer: torch.optim.Optimizer, steps: int
) -> LRScheduler | None:
    """Make the recipe's schedule, for ``steps`` steps an epoch; None where the rate is constant.

    It is stepped during the recipe's ``cycle_epochs`` and leaves the rate of those that follow.
    """
    if recipe.schedule == "constant":
        return None
    end: dict[str, Any] = {"total_steps": recipe.cycle_epochs * steps}
    if recipe.swa:  # one step more, whose rate stays; 25 is how far below its peak the cycle starts
        end["total_steps"] += 1
        end["final_div_factor"] = recipe.learning_rate / 25 / recipe.swa_learning_rate
    return OneCycleLR(
        optimizer, recipe.learning_rate, pct_start=recipe.warmup, div_factor=25, **end
    )


def trace_schedule(recipe: Recipe, steps: int) -> list[tuple[float, float]]:
    """Give the learning rate and Adam's β₁ at every step of a run of ``steps`` steps an epoch.

    The one-cycle schedule moves both: momentum is least where the rate is greatest.
    """
    optimizer = make_optimizer(recipe, nn.Linear(1, 1))
    schedule, trace = make_schedule(recipe, optimizer, steps), []
    for step in range(recipe.epochs * steps):
        group = optimizer.param_groups[0]
        trace.append((float(group["lr"]), float(group["betas"][0])))
        optimizer.step()
        if schedule is not None and step < recipe.cycle_epochs * steps:
            schedule.step()
    return trace
