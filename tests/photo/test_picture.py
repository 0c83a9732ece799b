"""Opening a picture: which way up, of which mode, and files made to harm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.pictures import HOSTILE, WRITTEN, draw, saved
from hypothesis import given, settings, strategies as st
from PIL import Image
from scipy import ndimage

from lenet_lib.errors import LenetError
from lenet_lib.photo import open_picture, predict, prepare
from lenet_lib.photo.picture import SIDES, pictures_in


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation(orientation: int) -> None:
    upright = draw(WRITTEN[7])
    turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # each undoes what EXIF asks for
    held = upright
    if orientation in turns:
        held = upright.transpose(Image.Transpose(turns[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert np.array_equal(prepare(saved(held, exif=exif)), prepare(saved(upright)))
    assert open_picture(saved(held, exif=exif)).shape == (360, 480, 3)


def test_a_transparent_drawing() -> None:
    for ink in ((0, 0, 0, 255), (255, 255, 255, 255)):
        image = draw(WRITTEN[7]).convert("RGBA")
        image.putdata([ink if p[0] < 128 else (0, 0, 0, 0) for p in image.get_flattened_data()])
        assert predict(saved(image)).digit == 7


def test_deep_grey_bilevel_and_palette_pictures() -> None:
    image = draw(WRITTEN[7])
    deep = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 256)
    for other in (deep, image.convert("1"), image.convert("P"), image.convert("L")):
        assert predict(saved(other)).digit == 7
    assert predict(saved(image.convert("CMYK"), "TIFF")).digit == 7


@pytest.mark.parametrize("size", [(4000, 3000), (28, 28), (28, 400)])
def test_pictures_are_brought_to_a_size(size: tuple[int, int]) -> None:
    sides = open_picture(saved(draw(WRITTEN[7], size=size), "PNG")).shape
    assert SIDES[0] <= max(sides) <= SIDES[1]
    assert sides[1] / sides[0] == pytest.approx(size[0] / size[1], rel=0.1)


def test_a_digit_in_a_photo_of_twelve_megapixels() -> None:
    image = draw(WRITTEN[7], size=(4000, 3000), zoom=8, at=(1200, 900), pen=40)
    assert predict(saved(image, "JPEG")).digit == 7


def test_pictures_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for name in ("b.PNG", "a.jpg", "notes.txt", "below/c.webp"):
        (tmp_path / name).touch()
    assert [path.name for path in pictures_in(tmp_path)] == ["a.jpg", "b.PNG", "c.webp"]
    assert pictures_in(tmp_path / "none") == []


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_get_one_clear_sentence(name: str, tmp_path: Path) -> None:
    content, words = HOSTILE[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(LenetError, match=words) as caught:
        prepare(path)
    message = str(caught.value)
    assert name in message
    assert "\n" not in message
    assert message.endswith(".")


def test_missing_files_and_folders(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jpg", tmp_path):
        with pytest.raises(LenetError, match="can't be opened"):
            prepare(path)


SOUND = saved(draw(WRITTEN[7], size=(120, 100), zoom=0.8, at=(20, 10), pen=4), "JPEG")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), max_size=30))
def test_a_damaged_file_never_raises_anything_else(changes: list[tuple[int, int]]) -> None:
    content = bytearray(SOUND)
    for place, value in changes:
        content[place] = value
    try:
        assert prepare(bytes(content)).shape == (28, 28)
    except LenetError as error:
        assert "\n" not in str(error)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.integers(8, 90), st.integers(8, 90), st.integers(0, 2**32 - 1))
def test_any_pixels_give_a_digit_or_one_sentence(height: int, width: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    blobs = ndimage.gaussian_filter(rng.normal(size=(height, width, 3)), (2, 2, 0))
    pixels = (255 * (blobs - blobs.min()) / np.ptp(blobs)).astype(np.uint8)
    try:
        digit = prepare(pixels)
    except LenetError:
        return
    assert digit.shape == (28, 28)
    assert digit.dtype == np.uint8
