"""Which pieces are a digit, and whether enough speaks for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers.pictures import WRITTEN, draw
from PIL import ImageDraw

from lenet_lib.photo.finds import Find, finds
from lenet_lib.photo.ink import Ink, by_border
from lenet_lib.photo.pieces import Piece


def test_what_is_cut_off_by_the_border_is_no_part_of_a_digit() -> None:
    page = draw(WRITTEN[7], zoom=2.0, at=(150, 20))
    ImageDraw.Draw(page).ellipse((230, -20, 260, 48), fill=(40, 50, 110))
    found = finds(by_border(np.asarray(page)))
    assert found[0].likeness > 0.9
    assert len(found[0].parts) == 1
    ImageDraw.Draw(page).rectangle((0, 0, 480, 12), fill=(235, 233, 226))  # now it is free
    assert len(finds(by_border(np.asarray(page)))[0].parts) == 2


def test_a_bar_along_the_border_is_doubted() -> None:
    """It is a frame or a shadow rather than a 1; in a narrow crop it may be one."""
    dark = np.zeros((200, 260), dtype=np.float32)
    dark[20:180, :24] = 1
    doubted, read = (finds(Ink(part, part / 2, 0.5))[0] for part in (dark, dark[:, :60]))
    assert read.likeness > 0.5
    assert doubted.likeness < 0.5 * read.likeness


@pytest.mark.parametrize(("height", "others"), [(100, 1), (200, 1), (320, 0)])
def test_only_what_is_about_as_tall_is_another_digit(height: int, others: int) -> None:
    page = draw(WRITTEN[7], zoom=1.75)
    ImageDraw.Draw(page).line((400, 350 - height, 400, 350), fill=(40, 50, 110), width=12)
    seven = min(finds(by_border(np.asarray(page))), key=lambda one: one.main.left)
    assert seven.others == others


@pytest.mark.parametrize(
    ("likeness", "share", "enough", "sure"),
    [
        (0.15, 1.0, True, False),  # all the ink
        (0.15, 0.7, True, False),
        (0.12, 0.7, False, False),  # a part of little
        (0.05, 1.0, False, False),
        (0.95, 0.7, True, True),
        (0.95, 0.6, False, False),  # half of what is there
    ],
)
def test_how_much_must_speak_for_a_digit(
    likeness: float, share: float, enough: bool, sure: bool
) -> None:
    piece = Piece(1, 0, 0, 40, 30, 200.0, 0)
    dark, nothing = np.zeros((80, 80), dtype=np.float32), np.zeros((80, 80), dtype=bool)
    digit, ink = np.zeros((28, 28), dtype=np.uint8), Ink(dark, dark, 0.5)
    find = Find(piece, [piece], ink, nothing, nothing, digit, 0.5, likeness, share)
    assert find.is_digit == enough
    assert find.is_sure == sure
    assert find.is_clear == (share > 0.65)
    assert not replace(find, parts=[piece, replace(piece, contact=9)]).is_clear
    assert not replace(find, others=1).is_sure
