"""Which pieces are a digit, and whether enough speaks for it."""

from __future__ import annotations

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


@pytest.mark.parametrize(
    ("likeness", "share", "contact", "enough"),
    [
        (0.15, 1.0, 0, True),  # all the ink, and free
        (0.15, 1.0, 9, False),  # at the border
        (0.15, 0.8, 0, False),  # one of several things
        (0.3, 0.8, 9, True),
        (0.9, 0.6, 0, False),  # half of what is there
        (0.05, 1.0, 0, False),
    ],
)
def test_how_much_must_speak_for_a_digit(
    likeness: float, share: float, contact: int, enough: bool
) -> None:
    piece = Piece(1, 0, 0, 40, 30, 200.0, contact, False)
    dark, nothing = np.zeros((80, 80), dtype=np.float32), np.zeros((80, 80), dtype=bool)
    digit, ink = np.zeros((28, 28), dtype=np.uint8), Ink(dark, dark, 0.5)
    find = Find(piece, [piece], ink, nothing, nothing, digit, 0.5, likeness, share, True)
    assert find.is_digit == enough
