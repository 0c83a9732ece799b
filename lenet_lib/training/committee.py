"""A student's teachers: trained one by one, or found where another student left them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from filelock import FileLock
from torch import nn

from lenet_lib.data import Images
from lenet_lib.models import load_weights, save_weights
from lenet_lib.training.device import precision
from lenet_lib.training.distillation import CHUNK, Lessons, images_digest
from lenet_lib.training.provenance import code_digest
from lenet_lib.training.recipe import Recipe

if TYPE_CHECKING:
    from lenet_lib.training.loop import Fit


def prepare_lessons(
    recipe: Recipe,
    train: Images,
    fit: Callable[..., Fit],
    seed: int,
    device: torch.device,
    folder: Path | None = None,
) -> Lessons:
    """Train a recipe's teachers, or find them in a folder, for a student of some seed.

    ``fit`` trains one: :func:`lenet_lib.training.fit`, which stands on this module. The other
    arguments are its own, ``folder`` its ``teachers``.
    """
    teacher = recipe.teacher
    assert teacher is not None
    if folder is not None:  # named after all that decides what the committee says
        facts = (teacher.digest(), code_digest(teacher), images_digest(train), device)
        folder = folder / f"{teacher.name}-{_digest(facts)}"
    committee: dict[int, nn.Module] = {}
    for number in range(recipe.teachers):
        member = (seed + number) % recipe.teachers  # runs side by side begin with different ones
        committee[member] = _trained(teacher, train, fit, member, folder)
    layout: Any = {"device": device, "memory_format": torch.channels_last}
    models = [committee[member].to(**layout) for member in sorted(committee)]
    if folder is not None:
        folder = folder / _digest((recipe.teachers, recipe.distortion, CHUNK))
    context = precision(teacher.mixed_precision, device)
    return Lessons(recipe, train.to(device), models, context, folder)


def _trained(
    teacher: Recipe, train: Images, fit: Callable[..., Fit], seed: int, folder: Path | None
) -> nn.Module:
    """Train one member of the committee; other processes that want the same one wait for it."""
    if folder is None:
        return fit(teacher, train, seed=seed, checkpoint=None).model
    weights, checkpoint = folder / f"seed{seed}.safetensors", folder / f"seed{seed}.pt"
    with FileLock(f"{weights}.lock"):  # which makes the folder
        if not weights.exists():
            model = fit(teacher, train, seed=seed, checkpoint=checkpoint).model
            save_weights(model, weights, recipe=teacher.name, seed=seed)
            checkpoint.unlink(missing_ok=True)
        return load_weights(weights)


def _digest(facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]
