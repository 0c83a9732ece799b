"""From ink to MNIST's form: the pieces of a digit, its size, its pen, its place."""

from __future__ import annotations

import numpy as np
import pytest

from lenet_lib import data
from lenet_lib.photo.form import THINNEST, centre, cut_out, fit, stroke_width, widen
from lenet_lib.photo.ink import Ink
from lenet_lib.photo.pieces import find_pieces


def inked(dark: np.ndarray, sure: float = 0.3) -> Ink:
    """Take for ink what is darker than 0.2."""
    return Ink(dark, 0.2, sure)


def test_pieces() -> None:
    dark = np.zeros((100, 100), dtype=np.float32)
    dark[:3, 10:] = dark[:90, 96:99] = 0.9  # a frame, one side of it a pixel away from the border
    dark[20:80, 40:48] = 0.5
    dark[40:, 70:74] = 0.3  # what ends at the border
    dark[90:93, 40:43] = 0.9  # a speck
    labels, pieces = find_pieces(inked(dark, sure=0.4))
    (piece,) = pieces
    assert (piece.height, piece.width, piece.contact) == (60, 8, 0)
    assert piece.mass == pytest.approx(240)
    assert (labels == piece.label).sum() == 480
    pieces = find_pieces(inked(dark, sure=0.2))[1]
    assert [(p.height, p.width, p.contact) for p in pieces] == [(60, 8, 0), (60, 4, 4)]


@pytest.mark.parametrize(("gap", "count"), [(4, 1), (5, 2)])
def test_a_stroke_s_gap(gap: int, count: int) -> None:
    dark = np.zeros((100, 100), dtype=np.float32)
    dark[20:50, 40:44] = dark[50 + gap : 80, 40:44] = 0.5
    assert len(find_pieces(inked(dark))[1]) == count


def test_a_digit_in_a_strip_is_no_frame() -> None:
    dark = np.zeros((40, 200), dtype=np.float32)
    for row in range(4, 36):
        dark[row, 90 - row : 94 - row] = 0.5
    dark[4:7, 60:90] = dark[33:36, 54:84] = 0.5
    assert len(find_pieces(inked(dark))[1]) == 1


def test_mnists_own_digits_stand_where_this_would_put_them(mnist: data.Dataset) -> None:
    """Cut out of its frame and centred again, a digit of MNIST is that of MNIST."""
    same = 0
    for image in mnist.test.images[:300, 0].numpy():
        rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
        cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        same += np.array_equal(centre(cut), image)
    assert same >= 295


def test_what_is_cut_out_has_nothing_of_its_neighbours() -> None:
    dark = np.zeros((100, 100), dtype=np.float32)
    dark[20:80, 20:26] = dark[30:70, 40:46] = 0.8
    dark[74:80, 20:60] = 0.8  # an L, and a bar above its foot
    mask = dark > 0.2
    mask[30:70, 40:46] = False
    strokes = cut_out(inked(dark), mask)
    assert max(strokes.shape) == pytest.approx(120, abs=2)
    assert not strokes[10:90, 20:].any()
    assert strokes[10:90, 3:9].all()


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
