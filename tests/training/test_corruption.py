"""Corruptions for training: each does something, none leaves 0 to 1, and a share is a share."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from helpers.training import CPU, SMALL, same

from lenet_lib.data import Dataset, Images
from lenet_lib.training import fit
from lenet_lib.training.corruption import KINDS, corrupt


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def images(mnist: Dataset) -> torch.Tensor:
    return mnist.test.images[:480].float() / 255


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_corruption_changes_most_digits_and_draws_anew_for_each(kind, images) -> None:
    x = images[:100, 0]
    changed = kind(x, seeded(1))
    assert changed.shape == x.shape and changed.dtype == x.dtype and changed.isfinite().all()
    assert (changed != x).flatten(1).any(1).float().mean() > 0.7
    assert torch.equal(kind(x, seeded(1)), changed)
    alike = kind(x[:1].expand(20, -1, -1), seeded(2))
    assert len({image.numpy().tobytes() for image in alike}) > 2  # of edges and widths are few


def test_a_share_is_corrupted_in_all_kinds_and_the_rest_is_left_alone(images) -> None:
    before = images.clone()
    corrupted = corrupt(images, 0.25, seeded(3))
    assert torch.equal(images, before)
    assert corrupted.min() >= 0 and corrupted.max() <= 1
    touched = (corrupted != images).flatten(1).any(1)
    assert 0.2 < touched.float().mean() <= 0.25
    assert not torch.equal(corrupt(images, 0.25, seeded(4)), corrupted)
    assert torch.equal(corrupt(images, 0.0, seeded(3)), images)


def test_a_recipe_trains_on_corrupted_images(few: Images) -> None:
    """Without a teacher here; with one, see test_distillation."""
    corrupted = dataclasses.replace(SMALL, corruption=0.5)
    one, two, plain = (fit(recipe, few, device=CPU) for recipe in (corrupted, corrupted, SMALL))
    assert same(one.model, two.model) and not same(one.model, plain.model)
