"""A small recipe to train with, and a comparison of what came out."""

from __future__ import annotations

import dataclasses

import torch
from torch import nn

from lenet_lib.training import RECIPES

SMALL = dataclasses.replace(
    RECIPES["fast"],
    epochs=3,
    batch_size=32,
    learning_rate=0.01,
    whitening=False,
    temperature_scaling=False,
)
CPU = torch.device("cpu")


def same(one: nn.Module, other: nn.Module) -> bool:
    """Compare all weights and buffers bit for bit."""
    a, b = one.state_dict(), other.state_dict()
    return all(torch.equal(a[name], b[name]) for name in a)
