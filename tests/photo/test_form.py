"""From ink to MNIST's form: the pieces of a digit, its size, its pen, its place."""

from __future__ import annotations

import numpy as np
import pytest

from lenet_lib import data
from lenet_lib.photo.form import THINNEST, centre, fit, stroke_width, widen
from lenet_lib.photo.ink import Ink
from lenet_lib.photo.pieces import find_pieces


def inked(dark: np.ndarray, sure: float = 0.3) -> Ink:
    """Take for ink what is darker than 0.2."""
    return Ink(dark, np.full_like(dark, 0.2), sure)


def test_pieces_and_edges() -> None:
    dark = np.zeros((100, 100), dtype=np.float32)
    dark[:, 97:] = 0.9
    dark[20:80, 40:48] = 0.5
    _, pieces = find_pieces(inked(dark))
    assert sorted(piece.is_edge for piece in pieces) == [False, True]
    (digit,) = (piece for piece in pieces if not piece.is_edge)
    assert (digit.height, digit.width) == (60, 8)
    assert digit.mass == pytest.approx(240)


@pytest.mark.parametrize(
    ("rows", "columns", "edge"),
    [
        ((0, 100), (40, 48), True),  # a margin's line, right through
        ((60, 66), (0, 100), True),
        ((0, 98), (40, 48), False),  # a 1 that begins at the border
        ((0, 100), (30, 60), False),  # and one of a thick pen
        ((20, 80), (94, 100), True),  # what lies along it
    ],
)
def test_what_meets_the_border(rows: tuple[int, int], columns: tuple[int, int], edge: bool) -> None:
    dark = np.zeros((100, 100), dtype=np.float32)
    dark[slice(*rows), slice(*columns)] = 0.5
    (piece,) = find_pieces(inked(dark))[1]
    assert piece.is_edge == edge
    assert not find_pieces(inked(dark, sure=0.6))[1]


def test_a_frame_on_two_sides_is_an_edge() -> None:
    dark = np.zeros((100, 100), dtype=np.float32)
    dark[:3, 10:] = dark[:90, 96:99] = 0.5  # one of them a pixel away from the border
    (frame,) = find_pieces(inked(dark))[1]
    assert frame.is_edge
    dark[3:60, 50:54] = 0.5  # a T that hangs from the border
    dark[:90, 96:99] = 0
    (letter,) = find_pieces(inked(dark))[1]
    assert not letter.is_edge


def test_a_digit_in_a_strip_is_no_frame() -> None:
    dark = np.zeros((40, 200), dtype=np.float32)
    for row in range(4, 36):
        dark[row, 90 - row : 94 - row] = 0.5
    dark[4:7, 60:90] = dark[33:36, 54:84] = 0.5
    (piece,) = find_pieces(inked(dark))[1]
    assert not piece.is_edge


def test_mnists_own_digits_stand_where_this_would_put_them(mnist: data.Dataset) -> None:
    """Cut out of its frame and centred again, a digit of MNIST is that of MNIST."""
    same = 0
    for image in mnist.test.images[:300, 0].numpy():
        rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
        cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        same += np.array_equal(centre(cut), image)
    assert same >= 295


def test_fit_keeps_proportions_and_makes_grey_levels() -> None:
    slanted = np.tri(90, 45, dtype=bool)
    small = fit(slanted)
    assert small.shape == (20, 10)
    assert small.max() == 255
    assert len(np.unique(small)) > 3
    assert small.sum() / 255 == pytest.approx(slanted.sum() * (20 / 90) ** 2, rel=0.05)


def test_thin_strokes_are_widened_and_others_left() -> None:
    thin, thick = np.zeros((2, 120, 60), dtype=bool)
    thin[:, 29:31] = True
    thick[:, 22:38] = True
    assert stroke_width(widen(thin)) * 20 / 120 == pytest.approx(THINNEST, rel=0.2)
    assert widen(thick) is thick
