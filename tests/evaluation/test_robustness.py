"""Corruptions do what they say, and are the same for every network."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from lenet_lib.data import Dataset, scale
from lenet_lib.evaluation import robustness
from lenet_lib.evaluation.robustness import CORRUPTIONS
from lenet_lib.models import load_weights


@pytest.fixture
def images(digits: Dataset) -> Tensor:
    return scale(digits.test.images[:40])


def chance() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_keeps_shape_and_range_repeats_itself_and_changes_the_image(
    name: str, images: Tensor
) -> None:
    kind = CORRUPTIONS[name]
    for strength in kind.strengths:
        one, two = (kind.apply(images, strength, chance()) for _ in range(2))
        assert one.shape == images.shape
        assert torch.equal(one, two)
        assert one.min() >= 0
        assert one.max() <= 1
        assert not torch.equal(one, images)


def test_rotation_by_a_quarter_is_exact(images: Tensor) -> None:
    turned = robustness.rotate(images, 90, chance())
    quarter = [torch.rot90(images, k, (2, 3)) for k in (1, -1)]
    nearest = torch.stack([(turned - q).abs().amax((1, 2, 3)) for q in quarter]).amin(0)
    assert nearest.max() < 1e-4


def test_shift_moves_the_centre_of_mass_by_so_much() -> None:
    image = torch.zeros(50, 1, 28, 28)
    image[:, :, 12:16, 12:16] = 1
    moved = robustness.shift(image, 3, chance())
    place = torch.arange(28.0)
    mass = moved.sum((1, 2, 3))
    x = (moved.sum((1, 2)) * place).sum(1) / mass - 13.5
    y = (moved.sum((1, 3)) * place).sum(1) / mass - 13.5
    torch.testing.assert_close((x**2 + y**2).sqrt(), torch.full((50,), 3.0), atol=1e-2, rtol=0)


def test_scale_changes_the_width() -> None:
    image = torch.zeros(1, 1, 28, 28)
    image[:, :, 9:19, 9:19] = 1
    ink = [robustness.resize(image, factor, chance()).sum().item() for factor in (0.8, 1.2)]
    assert ink == pytest.approx([64, 144], rel=0.02)


def test_blur_keeps_the_ink_and_thickening_adds_a_pixel() -> None:
    image = torch.zeros(1, 1, 28, 28)
    image[:, :, 8:20, 13:15] = 1
    assert robustness.blur(image, 1.5, chance()).sum() == pytest.approx(24, rel=1e-4)
    assert (robustness.thicken(image, 1, chance())[0, 0, 14] > 0).sum() == 3
    assert (robustness.thicken(image, -1, chance())[0, 0, 14] > 0).sum() == 1


def test_occlusion_blanks_one_square() -> None:
    hidden = robustness.occlude(torch.ones(20, 1, 28, 28), 5, chance())
    assert (hidden == 0).sum((1, 2, 3)).tolist() == [25] * 20


def test_fgsm_moves_no_pixel_further_than_epsilon_and_hurts(digits: Dataset) -> None:
    model = load_weights()
    part = digits.test[:200]
    images = scale(part.images)
    corrupted = robustness.fgsm(model, images, part.labels, 0.1)
    assert (corrupted - images).abs().max() <= 0.1 + 1e-6
    loss = nn.functional.cross_entropy
    assert loss(model(corrupted), part.labels) > loss(model(images), part.labels)


def test_the_table_has_every_strength_once_and_the_clean_accuracy(digits: Dataset) -> None:
    model, part = load_weights(), digits.test[:100]
    table = robustness.corruption_accuracy({"a": model, "b": model}, part)
    assert set(table.corruption) == {*CORRUPTIONS, "FGSM"}
    a, b = (table[table.network == name].drop(columns="network").reset_index() for name in "ab")
    assert (a.accuracy == b.accuracy).all()
    assert not table.duplicated(["network", "corruption", "strength"]).any()
    clean = (model(scale(part.images)).argmax(1) == part.labels).double().mean().item()
    for name, kind in CORRUPTIONS.items():
        row = a[(a.corruption == name) & (a.strength == kind.identity)]
        assert row.accuracy.item() == pytest.approx(clean)
