"""What is measured of a digit, on one that is drawn to measure."""

from __future__ import annotations

import pytest
import torch

from lenet_lib.data.handwriting import ink, longest_side, moments


def test_a_leaning_bar_is_measured() -> None:
    image = torch.zeros(1, 1, 28, 28, dtype=torch.uint8)
    for row in range(4, 24):
        image[0, 0, row, 26 - row] = 255  # one to the left for each step down: leans right by 45°
    row, column, slant = moments(image)[0]
    assert (row, column) == (13.5, 12.5) and slant == pytest.approx(45)
    assert longest_side(image).tolist() == [20] and ink(image).tolist() == [20]
    assert ink(image.float() / 255).tolist() == [20]
    assert longest_side(torch.zeros(1, 1, 28, 28, dtype=torch.uint8)).tolist() == [0]
