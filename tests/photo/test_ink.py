"""From a picture to its ink, in the obvious way."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.pictures import WRITTEN, draw

from lenet_lib.photo.ink import by_border


@pytest.mark.parametrize("dark", [True, False])
def test_ink_is_darker_than_its_ground_or_lighter(dark: bool) -> None:
    page = np.asarray(draw(WRITTEN[7]).convert("RGB"))
    written = page[..., 0] < 128
    ink = by_border(page if dark else 255 - page)
    assert (ink.mask == written).mean() > 0.99
    assert ink.dark[written].mean() > 0.6
    assert ink.dark[~written].mean() < 0.01


@pytest.mark.parametrize("contrast", [20, 60, 200])
def test_grey_paper_is_ground_and_pale_ink_is_ink(contrast: int) -> None:
    page = np.full((90, 80, 3), 210, dtype=np.uint8)
    page[20:70, 35:45] -= np.uint8(contrast)
    ink = by_border(page)
    assert ink.edge < ink.sure < contrast / 210
    assert (ink.mask == (page[..., 0] < 210)).mean() > 0.98


def test_a_stroke_that_grows_faint_is_ink_to_its_end() -> None:
    page = np.full((90, 80, 3), 250, dtype=np.uint8)
    page[20:50, 35:45], page[50:70, 35:45] = 50, 180
    ink = by_border(page)
    assert ink.mask[20:69, 36:44].all()
    assert ink.dark[60, 40] < ink.sure


def test_the_grain_of_paper_is_no_ink() -> None:
    dots = np.random.default_rng(0).random((90, 80, 1)) < 0.1
    grain = np.repeat(np.where(dots, 246, 250), 3, axis=2).astype(np.uint8)
    assert not by_border(grain).mask.any()
