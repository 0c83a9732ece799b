"""From a picture to its ink: the light, the ground, edges, printed lines."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.pictures import WRITTEN, draw

from lenet_lib.photo.ink import (
    border,
    darkness,
    evenly_lit,
    grey,
    ground_nearby,
    is_dark,
    otsu,
    outlined,
    threshold,
    without_lines,
)


def test_otsu_splits_two_heaps() -> None:
    rng = np.random.default_rng(0)
    values = np.r_[rng.normal(0.2, 0.05, 5000), rng.normal(0.8, 0.05, 500)]
    assert 0.35 < otsu(values) < 0.65


def test_a_small_digit_on_a_large_page_has_its_own_threshold() -> None:
    page = np.random.default_rng(0).normal(0.05, 0.01, (400, 400)).clip(0, 1).astype(np.float32)
    page[200:230, 200:204] = 0.6
    assert 0.2 < threshold(page) < 0.45
    assert threshold(np.zeros((50, 50), np.float32)) == 1.0


def test_light_goes_and_ink_stays() -> None:
    light = np.linspace(0.9, 0.4, 300, dtype=np.float32)[None].repeat(200, 0)
    page = light.copy()
    page[80:120, 140:146] *= 0.3
    flat = darkness(page, ground_nearby(page, 100))
    assert flat[90:110, 141:145].min() > 0.6
    assert np.median(flat) < 0.05
    assert (
        darkness(page, float(np.median(border(page))))[:, 250:].mean() > 0.2
    )  # the border's tone alone takes it for ink


def lit_from_a_side(tone: float) -> np.ndarray:
    """A page, darker by half to one side and in the corners."""
    y, x = np.mgrid[-1:1:150j, -1:1:200j]
    return (tone * (0.75 + 0.25 * x - 0.1 * x**2 - 0.1 * y**2)).astype(np.float32)


def test_the_fall_of_light_is_taken_away_and_ink_is_not() -> None:
    light = lit_from_a_side(0.9)
    flat = evenly_lit(light)
    assert np.ptp(light) > 0.4
    assert np.ptp(flat) < 0.01
    page = light.copy()
    page[40:110, 90:105] *= 0.3
    page[:30, :30] *= 0.3  # and at the border
    flat = evenly_lit(page)
    assert flat[40:110, 90:105] / np.median(flat) == pytest.approx(0.3, abs=0.02)
    assert flat[:30, :30] / np.median(flat) == pytest.approx(0.3, abs=0.03)


def test_light_that_is_no_smooth_surface_is_left_alone() -> None:
    page = np.full((150, 200), 0.9, dtype=np.float32)
    page[:, 90:] = 0.4  # a shadow with an edge
    assert np.array_equal(evenly_lit(page), page)


def test_black_stays_black() -> None:
    page = np.zeros((60, 60), dtype=np.float32)
    page[20:40, 28:32] = 1
    assert np.array_equal(evenly_lit(page), page)


def test_a_black_frame_leaves_the_page_as_bright() -> None:
    page = lit_from_a_side(0.9).clip(0.7)
    page[60:110, 90:105] = 0.2
    page[:3] = page[-3:] = 0
    page[:, :3] = page[:, -3:] = 0
    flat = evenly_lit(page)
    assert np.median(flat) > 0.6
    assert np.ptp(flat[3:-3, 3:-3]) > 0.4


def test_a_channel_without_light_has_no_say() -> None:
    """Red on yellow is seen in green; blue is nothing but a JPEG's noise there."""
    noise = np.random.default_rng(0).integers(0, 60, (80, 60), dtype=np.uint8)
    picture = np.full((80, 60, 3), (240, 230, 0), dtype=np.uint8)
    picture[20:60, 25:35] = (200, 20, 0)
    picture[..., 2] = noise
    shade = grey(picture)
    ground = np.r_[shade[:20].ravel(), shade[60:].ravel()]
    assert ground.mean() - shade[20:60, 25:35].mean() > 8 * ground.std()


def test_ink_has_edges_and_dark_corners_have_none() -> None:
    light = lit_from_a_side(0.9)
    corner = light < 0.5
    ink = (1 - light / light.max()).astype(np.float32)
    assert outlined(light, ink, corner) < 0.1
    page = np.full((150, 200), 0.9, dtype=np.float32)
    page[40:110, 90:105] = 0.5
    stroke = page < 0.7
    assert outlined(page, 1 - page / 0.9, stroke) == 1
    page[40:60] = 0.5  # a shadow that goes on to both sides
    assert outlined(page, 1 - page / 0.9, stroke) < 0.9


@pytest.mark.parametrize("dark", [True, False])
def test_whether_ink_is_dark(dark: bool) -> None:
    shade = np.asarray(draw(WRITTEN[7]).convert("L"), dtype=np.float32) / 255
    assert is_dark(shade if dark else 1 - shade) == dark


def test_printed_lines_go_and_a_stem_stays() -> None:
    ink = np.zeros((300, 300), dtype=np.float32)
    rows, columns = np.indices(ink.shape)
    ink[(rows + columns // 40) % 30 < 2] = 0.35
    ink[columns % 30 < 2] = 0.35
    ink[60:200, 100:108] = 0.9
    clear = without_lines(ink)
    away = np.ones_like(ink, dtype=bool)
    away[55:205, 95:113] = False
    assert clear[away].mean() < 0.25 * ink[away].mean()
    assert clear[60:200, 101:107].min() == pytest.approx(0.9)


def test_a_straight_stroke_is_no_printed_line() -> None:
    ink = np.zeros((300, 300), dtype=np.float32)
    ink[60:200, 148:152] = 0.8
    assert np.array_equal(without_lines(ink), ink)
