"""What is no digit, or several, is refused with its reason."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from helpers.pictures import WRITTEN, draw, saved
from PIL import Image, ImageDraw
from scipy import ndimage

from lenet_lib.photo import RefusedError, predict, prepare


def test_scraps_of_something_larger_are_not_several_digits() -> None:
    image = draw(WRITTEN[7], zoom=0.8, at=(290, 20))
    image.paste(image.crop((290, 20, 370, 110)), (380, 20))
    with pytest.raises(RefusedError, match="several"):
        prepare(np.asarray(image))
    ImageDraw.Draw(image).polygon([(40, 60), (150, 80), (210, 330), (60, 310)], fill=(40, 50, 110))
    with pytest.raises(RefusedError):
        prepare(np.asarray(image))


def test_another_digit_in_a_soft_shadow_counts() -> None:
    """The shadow is taken for no ink, and what lies in it would go with it."""
    one, other = (draw(WRITTEN[7], zoom=1.2, at=(left, 80), pen=4) for left in (60, 290))
    page = np.minimum(np.asarray(one), np.asarray(other)).astype(float)
    rows, columns = np.indices(page.shape[:2])
    dark = (columns > 250) & (rows + columns / 3 < 380)
    shadow = ndimage.gaussian_filter(dark.astype(float), 25)
    with pytest.raises(RefusedError, match="several digits"):
        prepare((page * (1 - 0.7 * shadow)[..., None]).astype(np.uint8))


def test_something_as_tall_beside_a_digit_is_no_part_of_it() -> None:
    """A star is like no digit, but as sharp as one."""
    image = draw(WRITTEN[7], zoom=1.2)
    pen = ImageDraw.Draw(image)
    for stroke in ((350, 90, 350, 190), (310, 115, 390, 165), (310, 165, 390, 115)):
        pen.line(stroke, fill=(30, 30, 30), width=6)
    with pytest.raises(RefusedError, match="several"):
        prepare(saved(image))


@pytest.mark.parametrize("apart", [75, 110])
def test_several_digits_are_refused(apart: int) -> None:
    one, other = draw(WRITTEN[7], zoom=1.2), draw(WRITTEN[7], zoom=1.2, at=(150 + apart, 80))
    image = Image.fromarray(np.minimum(np.asarray(one), np.asarray(other)))
    with pytest.raises(RefusedError, match="several digits") as caught:
        prepare(saved(image))
    assert caught.value.steps is not None
    assert caught.value.picture.shape == (360, 480, 3)


def test_a_digit_beside_a_straight_1_is_not_alone() -> None:
    """The segmenter may take so straight a bar for a window's border."""
    page = Image.new("L", (280, 280), 255)
    pen = ImageDraw.Draw(page)
    pen.line([(42, 56), (112, 56), (70, 224)], fill=0, width=20, joint="curve")
    pen.line([(196, 56), (196, 224)], fill=0, width=20)
    with pytest.raises(RefusedError, match="several digits"):
        prepare(np.asarray(page))


def test_a_digit_in_the_shadow_counts() -> None:
    one, other = draw(WRITTEN[7], zoom=1.2, at=(60, 80)), draw(WRITTEN[7], zoom=1.2, at=(250, 80))
    page = np.minimum(np.asarray(one), np.asarray(other)).astype(float)
    page[:, :230] *= 0.5
    with pytest.raises(RefusedError, match="several digits"):
        prepare(page.astype(np.uint8))


@pytest.mark.parametrize("size", [(28, 28), (60, 80), (480, 640)])
@pytest.mark.parametrize("shade", [0, 128, 255])
def test_blank_pages(size: tuple[int, int], shade: int) -> None:
    noise = np.random.default_rng(0).normal(shade, 2, (*size, 3)).clip(0, 255).astype(np.uint8)
    with pytest.raises(RefusedError):
        prepare(saved(Image.fromarray(noise)))
    with pytest.raises(RefusedError, match="blank"):
        prepare(saved(Image.new("L", size, shade)))


def test_a_corner_in_the_dark_is_no_digit() -> None:
    """It is refused if it is as soft as shadows are, and doubted with the sharpest edge."""
    page = np.full((240, 320), 230, dtype=np.uint8)
    page[:60, 270:] = np.where(np.tri(60, 50, -10, dtype=bool)[:, ::-1], 230, 120)
    with pytest.raises(RefusedError):
        prepare(ndimage.gaussian_filter(page, 3))
    with suppress(RefusedError):
        assert predict(page).confidence < 0.1


def test_a_refusal_says_why_and_what_to_do() -> None:
    face = Image.new("L", (200, 200), 255)
    pen = ImageDraw.Draw(face)
    pen.ellipse((20, 20, 180, 180), outline=0, width=6)
    for x in (70, 130):
        pen.ellipse((x - 12, 60, x + 12, 84), fill=0)
    pen.arc((60, 90, 140, 150), 20, 160, fill=0, width=6)
    try:
        assert predict(saved(face)).confidence < 0.5
    except RefusedError as error:
        assert "crop" in str(error)
