from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings, strategies as st
from torch import Tensor

from lenet_lib.training import Distortion, distort
from lenet_lib.training.augment import affine_matrices, elastic_fields, warp

NOTHING = Distortion(rotation=0, scale=0, shear=0, shift=0, alpha=0)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def blob(row: float, column: float) -> Tensor:
    """A soft dot, 1×1×28×28."""
    place = torch.arange(28.0)
    dot = torch.exp(-((place[:, None] - row) ** 2 + (place - column) ** 2) / 8)
    return dot[None, None]


def centre(image: Tensor) -> tuple[float, float]:
    place = torch.arange(28.0)
    mass = image.sum()
    return float((image.sum(-1) * place).sum() / mass), float((image.sum(-2) * place).sum() / mass)


def test_no_distortion_changes_nothing() -> None:
    images = torch.rand(5, 1, 28, 28)
    torch.testing.assert_close(distort(images, seeded(), NOTHING), images)


def test_same_seed_same_images_and_the_global_seed_is_left_alone() -> None:
    images = torch.rand(4, 1, 28, 28)
    before = torch.get_rng_state()
    first = distort(images, seeded(7))
    assert torch.equal(first, distort(images, seeded(7)))
    assert not torch.allclose(first, distort(images, seeded(8)))
    assert torch.equal(before, torch.get_rng_state())


def test_each_image_is_distorted_in_its_own_way() -> None:
    same = blob(10, 12).expand(6, 1, 28, 28)
    out = distort(same, seeded())
    assert all(not torch.allclose(out[0], other) for other in out[1:])
    assert out.shape == same.shape and out.dtype == torch.float32
    assert out.min() >= 0 and out.max() <= 1


def test_a_shift_moves_the_ink_by_that_many_pixels() -> None:
    matrix = torch.tensor([[[1.0, 0, -3], [0, 1, 2]]])  # 3 right, 2 up
    row, column = centre(warp(blob(13, 14), matrix))
    assert row == pytest.approx(11, abs=0.01) and column == pytest.approx(17, abs=0.01)


def test_a_quarter_turn_is_exact() -> None:
    image = torch.rand(1, 1, 28, 28)
    turned = warp(image, torch.tensor([[[0.0, -1, 0], [1, 0, 0]]]))
    torch.testing.assert_close(turned, torch.rot90(image, 1, (2, 3)), atol=1e-5, rtol=0)


def test_affine_maps_stay_within_their_bounds() -> None:
    only_turn = affine_matrices(2000, seeded(), Distortion(rotation=20, scale=0, shear=0, shift=0))
    angle = torch.rad2deg(torch.asin(only_turn[:, 1, 0]))
    assert 19 < angle.abs().max() <= 20
    assert torch.allclose(torch.linalg.det(only_turn[:, :, :2]), torch.ones(2000), atol=1e-5)
    only_shift = affine_matrices(2000, seeded(), Distortion(0, 0, 0, shift=2))
    assert 1.9 < only_shift[:, :, 2].abs().max() <= 2
    only_scale = affine_matrices(2000, seeded(), Distortion(0, scale=0.1, shear=0, shift=0))
    width = 1 / only_scale[:, 0, 0]
    assert 0.9 <= width.min() < 0.91 and 1.09 < width.max() <= 1.1


def test_the_elastic_field_is_as_strong_as_its_formula_says() -> None:
    bounds = Distortion()
    inside = elastic_fields(400, seeded(), bounds, height=60, width=60)[:, 20:40, 20:40]
    expected = bounds.alpha / (2 * bounds.sigma * math.sqrt(3 * math.pi))
    assert inside.square().mean().sqrt().item() == pytest.approx(expected, rel=0.03)


def test_the_elastic_field_is_smooth() -> None:
    field = elastic_fields(50, seeded(), Distortion())
    step = (field[:, 1:] - field[:, :-1]).square().mean().sqrt()
    assert step < 0.25 * field.square().mean().sqrt()


def test_wide_images_are_distorted_too() -> None:
    image = torch.rand(2, 1, 20, 40)
    assert distort(image, seeded()).shape == image.shape
    torch.testing.assert_close(distort(image, seeded(), NOTHING), image)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Distortion,
        rotation=st.floats(0, 360),
        scale=st.floats(0, 0.9),
        shear=st.floats(0, 3),
        shift=st.floats(0, 50),
        alpha=st.floats(0, 200),
        sigma=st.floats(0.5, 20),
    ),
    st.integers(0, 4),
    st.integers(5, 40),
    st.integers(5, 40),
    st.integers(0, 2**31),
)
def test_any_bounds_give_images(
    bounds: Distortion, count: int, height: int, width: int, seed: int
) -> None:
    """However far: as many images, of the same size, with no value that was not between others."""
    generator = torch.Generator().manual_seed(seed)
    images = torch.rand(count, 1, height, width, generator=generator)
    out = distort(images, generator, bounds)
    assert out.shape == images.shape
    assert out.dtype == images.dtype
    if count:
        assert out.isfinite().all()
        assert out.min() >= 0
        assert out.max() <= images.max() + 1e-5
