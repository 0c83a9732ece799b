"""MNIST-C: each corruption does what the benchmark's does, the same again from the same seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from lenet_lib.data import Dataset
from lenet_lib.evaluation import mnist_c
from lenet_lib.evaluation.mnist_c import MNIST_C, corrupt
from lenet_lib.models import load_weights, predict_logits

BAR = torch.zeros(200, 1, 28, 28, dtype=torch.uint8)
BAR[:, :, 4:24, 12:16] = 255
"""An upright bar around the image's centre."""


def spread(images: torch.Tensor) -> np.ndarray:
    """Give each image's centre of mass and covariance: x, y, xx, xy, yy from the centre."""
    weight = images[:, 0].double() / images[:, 0].double().sum((1, 2), keepdim=True)
    y, x = torch.meshgrid(*[torch.arange(28.0) - 13.5] * 2, indexing="ij")
    return torch.stack([(weight * f).sum((1, 2)) for f in (x, y, x * x, x * y, y * y)], 1).numpy()


@pytest.mark.parametrize("name", MNIST_C)
def test_each_is_repeatable_and_leaves_the_original(name: str, digits: Dataset) -> None:
    part, before = digits.test.images[:20], digits.test.images[:20].clone()
    one, other = corrupt(part, name, seed=1), corrupt(part, name, seed=1)
    assert torch.equal(one, other)
    assert torch.equal(one, corrupt(part.float() / 255, name, seed=1))
    assert torch.equal(part, before)
    assert (one.shape, one.dtype) == (part.shape, torch.uint8)
    assert not torch.equal(one, part)
    fixed = {"scale", "brightness", "stripe", "canny_edges"}
    assert torch.equal(one, corrupt(part, name, seed=2)) == (name in fixed)


def test_there_are_the_papers_fifteen() -> None:
    assert len(MNIST_C) == 15


def test_noise_has_its_strength() -> None:
    ink = torch.full((200, 1, 28, 28), 255, dtype=torch.uint8)
    salted = corrupt(BAR, "impulse_noise")[BAR == 0]
    assert (salted == 255).double().mean() == pytest.approx(0.17 / 2, abs=0.005)
    counts = (corrupt(ink, "shot_noise").double() * 3 / 255).round()
    for photons, chance in ((0, 0.0498), (1, 0.1494), (2, 0.2240)):  # Poisson with mean 3
        assert (counts == photons).double().mean() == pytest.approx(chance, abs=0.005)


def test_affine_corruptions_turn_slant_shrink_and_move_as_far_as_they_should() -> None:
    x, y, *_, yy = spread(BAR)[0]
    turned = spread(corrupt(BAR, "rotate"))
    angle = np.arctan2(2 * turned[:, 3], turned[:, 4] - turned[:, 2]) / 2
    assert np.abs(angle) == pytest.approx(0.4, abs=0.02)
    assert 60 < (angle > 0).sum() < 140
    small = spread(corrupt(BAR, "scale"))
    assert small[:, 4] / yy == pytest.approx(0.7**2, abs=0.02)
    moved = spread(corrupt(BAR, "translate"))[:, :2] - (x, y)
    assert np.abs(moved) == pytest.approx(3, abs=0.01)
    assert len(np.unique(moved.round(), axis=0)) == 4
    slanted = spread(corrupt(BAR, "shear"))
    assert np.abs(slanted[:, 3] / slanted[:, 4]) == pytest.approx(np.tan(0.4), abs=0.05)


def test_motion_blur_keeps_the_ink_and_spreads_it_sideways() -> None:
    before, after = spread(BAR)[0], spread(corrupt(BAR, "motion_blur"))
    assert (after[:, 2] > before[2] + 1).all()
    ink = corrupt(BAR, "motion_blur").double().sum((1, 2, 3)) / BAR[0].sum()
    assert ink.numpy() == pytest.approx(1, abs=0.02)


def test_stripes_and_brightness_are_arithmetic() -> None:
    striped = corrupt(BAR, "stripe")
    assert torch.equal(striped[..., 7:21], BAR[..., 7:21])
    assert (striped[..., :7] == 255).all()
    assert (striped[..., 21:] == 255).all()
    assert corrupt(BAR, "brightness").unique().tolist() == [128, 255]


def test_lines_cross_the_image() -> None:
    blank = torch.zeros_like(BAR)
    dotted = corrupt(blank, "dotted_line")[:, 0]
    columns = dotted.amax(1) > 100
    assert columns[:, [2, 3, 6, 7, 22, 23]].all()
    assert not columns[:, [0, 1, 4, 5, 8, 9, 27]].any()
    zigzag = corrupt(blank, "zigzag")[:, 0].amax(1) > 100
    assert zigzag[:, 3:24].double().mean() > 0.9  # some runs off the image
    assert not zigzag[:, :2].any()


def test_fog_is_smooth_and_brightest_pixels_stay_below_full_ink() -> None:
    fog = mnist_c.plasma(50, np.random.default_rng(0))
    assert fog.shape == (50, 28, 28)
    assert 0 <= fog.min() < fog.max() <= 1
    step = np.abs(np.diff(fog, axis=2)).mean()
    assert step < np.abs(fog[:25] - fog[25:]).mean() / 2  # neighbours are alike


def test_glass_moves_pixels_and_no_further_than_it_should() -> None:
    one = torch.zeros(500, 1, 28, 28, dtype=torch.uint8)
    one[:, 0, 14, 14] = 255
    glass = corrupt(one, "glass_blur")[:, 0].double()
    at = glass.flatten(1).argmax(1)
    assert len(at.unique()) > 3
    ink = (glass.sum((1, 2)) / 255).numpy()
    assert ink.max() < 1.2


def test_glass_blurs_up_and_down_only_as_the_published_program_does() -> None:
    class Still:
        """Chance that never swaps two pixels."""

        def random(self, count: int) -> np.ndarray:
            return np.ones(count)

        def integers(self, low: int, high: int, shape: tuple[int, ...]) -> np.ndarray:
            return np.zeros(shape, dtype=int)

    one = np.zeros((1, 28, 28), dtype=np.float32)
    one[0, 14, 14] = 1
    still: Any = Still()
    glass = mnist_c.glass_blur(one, still)[0]
    assert glass.any(0).nonzero()[0].tolist() == [14]
    assert glass.any(1).sum() > 5


def test_edges_are_an_outline() -> None:
    edges = corrupt(BAR[:1], "canny_edges")[0, 0]
    assert edges[14, 13] == edges[14, 14] == 0  # inside the bar
    assert (edges[14] > 0).sum() == 2


def test_the_table_has_each_corruption_for_each_network(digits: Dataset) -> None:
    model, part = load_weights(), digits.test[:60]
    table = mnist_c.mnist_c_accuracy({"a": model, "b": model}, part)
    assert list(table.corruption.unique()) == ["identity", *MNIST_C]
    assert (
        table[table.network == "a"].accuracy.to_numpy() == table[table.network == "b"].accuracy
    ).all()
    clean = (predict_logits(model, part.images).argmax(1) == part.labels).double().mean()
    assert table.accuracy.iloc[0] == pytest.approx(clean.item())
    assert table.accuracy.min() < clean
