"""From a picture to its ink, in the obvious way."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.pictures import WRITTEN, draw

from lenet_lib.photo.ink import grey, is_dark, otsu, threshold


def test_otsu_splits_two_heaps() -> None:
    rng = np.random.default_rng(0)
    values = np.r_[rng.normal(0.2, 0.05, 5000), rng.normal(0.8, 0.05, 500)]
    assert 0.35 < otsu(values) < 0.65


def test_a_small_digit_on_a_large_page_has_its_own_threshold() -> None:
    page = np.random.default_rng(0).normal(0.05, 0.01, (400, 400)).clip(0, 1).astype(np.float32)
    page[200:230, 200:204] = 0.6
    assert 0.2 < threshold(page) < 0.45
    assert threshold(np.zeros((50, 50), np.float32)) == 1.0


def test_a_channel_without_light_has_no_say() -> None:
    """Red on yellow is seen in green; blue is nothing but a JPEG's noise there."""
    noise = np.random.default_rng(0).integers(0, 60, (80, 60), dtype=np.uint8)
    picture = np.full((80, 60, 3), (240, 230, 0), dtype=np.uint8)
    picture[20:60, 25:35] = (200, 20, 0)
    picture[..., 2] = noise
    shade = grey(picture)
    ground = np.r_[shade[:20].ravel(), shade[60:].ravel()]
    assert ground.mean() - shade[20:60, 25:35].mean() > 8 * ground.std()


@pytest.mark.parametrize("dark", [True, False])
def test_whether_ink_is_dark(dark: bool) -> None:
    shade = np.asarray(draw(WRITTEN[7]).convert("L"), dtype=np.float32) / 255
    assert is_dark(shade if dark else 1 - shade) == dark
