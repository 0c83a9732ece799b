"""Which pieces are a digit, and whether enough speaks for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers.pictures import WRITTEN, draw
from PIL import ImageDraw

from lenet_lib.photo.finds import Find, Options, finds
from lenet_lib.photo.ink import Ink, by_border
from lenet_lib.photo.pieces import Piece


def test_what_is_cut_off_by_the_border_is_no_part_of_a_digit() -> None:
    page = draw(WRITTEN[7], zoom=2.0, at=(150, 20))
    ImageDraw.Draw(page).ellipse((230, -20, 260, 48), fill=(40, 50, 110))
    seven = max(finds(by_border(np.asarray(page))), key=lambda one: one.likeness)
    assert seven.likeness > 0.9
    assert len(seven.parts) == 1
    ImageDraw.Draw(page).rectangle((0, 0, 480, 12), fill=(235, 233, 226))  # now it is free
    assert len(finds(by_border(np.asarray(page)))[0].parts) == 2


@pytest.mark.parametrize(("height", "others"), [(100, 1), (200, 1), (320, 0)])
def test_only_what_is_about_as_tall_is_another_digit(height: int, others: int) -> None:
    page = draw(WRITTEN[7], zoom=1.75)
    ImageDraw.Draw(page).line((400, 350 - height, 400, 350), fill=(40, 50, 110), width=12)
    seven = min(finds(by_border(np.asarray(page))), key=lambda one: one.main.left)
    assert seven.others == others


def test_what_is_hardly_ink_anywhere_counts_for_less() -> None:
    dark = np.zeros((80, 80), dtype=np.float32)
    dark[20:60, 36:44], dark[20:30, 36:44] = 0.3, 0.8
    (one,) = finds(Ink(dark, 0.2, 0.5))
    assert one.certainty == 0.25
    assert one.score == pytest.approx(0.25 * one.likeness)
    assert finds(Ink(dark, 0.2, 0.5), Options(certainty=False))[0].score == one.likeness


@pytest.mark.parametrize(
    ("likeness", "share", "certainty", "enough", "sure"),
    [
        (0.15, 1.0, 1.0, True, False),  # all the ink
        (0.15, 0.7, 1.0, True, False),
        (0.12, 0.7, 1.0, False, False),  # a part of little
        (0.15, 1.0, 0.6, False, False),  # what may be no ink at all
        (0.05, 1.0, 1.0, False, False),
        (0.95, 0.7, 0.6, True, True),
        (0.95, 0.6, 1.0, False, True),  # half of what is there
    ],
)
def test_how_much_must_speak_for_a_digit(
    likeness: float, share: float, certainty: float, enough: bool, sure: bool
) -> None:
    piece = Piece(1, 0, 0, 40, 30, mass=200.0, area=400, sure=300, contact=0)
    dark, nothing = np.zeros((80, 80), dtype=np.float32), np.zeros((80, 80), dtype=bool)
    digit, ink = np.zeros((28, 28), dtype=np.uint8), Ink(dark, 0.3, 0.5)
    find = Find(piece, [piece], ink, nothing, nothing, digit, 0.5, likeness, share, certainty)
    assert find.is_digit == enough
    assert find.is_sure == sure
    for touching, along in ((9, False), (52, False), (53, True)):
        cut_off = replace(find, parts=[piece, replace(piece, contact=touching)])
        assert cut_off.is_digit == enough
        assert cut_off.is_sure == (sure and not along)
