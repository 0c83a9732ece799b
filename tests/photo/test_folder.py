"""A data set of one's own pictures in folders 0 to 9."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.pictures import WRITTEN, draw, saved
from PIL import Image

from lenet_lib.errors import LenetError, LenetWarning
from lenet_lib.photo import load_folder, prepare


def fill(root: Path, count: int) -> None:
    for digit, what in ((7, 7), (4, "4, in two strokes")):
        (root / str(digit)).mkdir(parents=True)
        for k in range(count):
            picture = draw(WRITTEN[what], at=(100 + 5 * k, 80))  # type: ignore[index]
            (root / str(digit) / f"{k}.png").write_bytes(saved(picture))


def test_every_fifth_picture_is_for_testing(tmp_path: Path) -> None:
    fill(tmp_path / "mine", 5)
    mine = load_folder(tmp_path / "mine")
    assert mine.name == "mine"
    assert mine.train.labels.tolist() == [4] * 4 + [7] * 4
    assert mine.test.labels.tolist() == [4, 7]
    assert mine.train.images.shape == (8, 1, 28, 28)
    expected = prepare(tmp_path / "mine" / "7" / "4.png")
    assert np.array_equal(mine.test.images[1, 0].numpy(), expected)


def test_parts_of_ones_own_and_what_is_left_out(tmp_path: Path) -> None:
    fill(tmp_path / "train", 1)
    fill(tmp_path / "test", 1)
    (tmp_path / "train" / "7" / "blank.png").write_bytes(saved(Image.new("L", (90, 90), 255)))
    with pytest.warns(LenetWarning, match=r"Left out: .*blank\.png"):
        mine = load_folder(tmp_path)
    assert mine.train.labels.tolist() == mine.test.labels.tolist() == [4, 7]


def test_folders_without_pictures(tmp_path: Path) -> None:
    with pytest.raises(LenetError, match="holds no folder"):
        load_folder(tmp_path)
    fill(tmp_path, 2)
    with pytest.raises(LenetError, match="too few pictures of digits to test with"):
        load_folder(tmp_path)
    with pytest.raises(LenetError, match="is no folder"):
        load_folder(tmp_path / "none")
