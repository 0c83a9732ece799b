"""From a picture to 28×28: the kinds of pictures that people give, and each step."""

from __future__ import annotations

import os

import numpy as np
import pytest
from helpers import kinds
from helpers.pictures import WRITTEN, draw, saved
from joblib import Parallel, delayed
from PIL import Image, ImageDraw
from scipy import ndimage

from lenet_lib import data
from lenet_lib.errors import LenetError
from lenet_lib.photo import RefusedError, explain, predict, prepare
from lenet_lib.photo.classifier import default_classifier
from lenet_lib.photo.form import THINNEST, centre, fit, stroke_width, widen
from lenet_lib.photo.ink import (
    border,
    darkness,
    evenly_lit,
    ground_nearby,
    is_dark,
    otsu,
    outlined,
    threshold,
    without_lines,
)
from lenet_lib.photo.pieces import find_pieces

# --- kinds of pictures ----------------------------------------------------------------------------

LEAST = {  # percent that must be right, of so many
    "MNIST's own 28×28": (98, 100),
    "28×28 taken as it is": (94, 50),
    "any pen, size and ground": (80, 40),
    "fills the frame": (75, 20),
    "ballpoint": (80, 12),
    "ruled or squared": (70, 20),
    "dim, 12 megapixels": (40, 2),
    "screenshot": (90, 20),
    "transparent": (95, 20),
    "European 1 and 7": (70, 20),
    "blank": (95, 20),
    "several digits": (85, 20),
}
"""A floor below what ``scripts/photo_steps.py`` measures, for these few."""


def right(kind: str, k: int, images: np.ndarray, labels: list[int]) -> bool:
    """Make the k-th picture of a kind and read it; or refuse it, if that is right."""
    rng = np.random.default_rng([7, k])
    chosen = rng.integers(0, len(images), 3)
    if kind in kinds.REFUSED:
        try:
            predict(kinds.REFUSED[kind](images[chosen], rng))
        except RefusedError:
            return True
        return False
    digit, label = images[chosen[0]], labels[chosen[0]]
    if kind == "European 1 and 7":
        digit = kinds.european_digit(label := (1, 7)[k % 2], rng)
    try:
        return predict(kinds.READ[kind](digit, rng)).digit == label
    except LenetError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("kind", LEAST)
def test_a_kind_of_picture(kind: str, mnist: data.Dataset) -> None:
    """Made of test digits, by which no setting was chosen."""
    least, count = LEAST[kind]
    images, labels = mnist.test.images[:2000, 0].numpy(), mnist.test.labels[:2000].tolist()
    jobs = 1 if "PYTEST_XDIST_WORKER" in os.environ else 2  # there each core has its test
    made = Parallel(n_jobs=jobs)(delayed(right)(kind, k, images, labels) for k in range(count))
    share = 100 * np.mean(made)
    print(f"{kind}: {share:.1f}% of {count}; wrong: {np.flatnonzero(~np.array(made)).tolist()}")
    assert share >= least


# --- drawings -------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", WRITTEN, ids=str)
@pytest.mark.parametrize("zoom", [0.45, 1.0, 2.8])
def test_strokes_that_do_not_touch_are_one_digit(what: object, zoom: float) -> None:
    pen = max(2, round(4 * zoom))
    content = saved(draw(WRITTEN[what], zoom=zoom, pen=pen))  # type: ignore[index]
    steps, chances = default_classifier().explain(content)
    if zoom >= 1:  # in a smaller picture they touch
        assert ndimage.label(steps.mask, np.ones((3, 3)))[1] == len(WRITTEN[what])  # type: ignore[index]
    assert chances.argmax() == int(str(what)[0])


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ((250, 250, 245), (35, 60, 50)),
        ((0, 0, 0), (255, 255, 255)),
        ((255, 255, 255), (0, 0, 0)),
        ((230, 120, 20), (240, 240, 235)),
        ((150, 150, 150), (215, 212, 205)),
        ((230, 230, 90), (250, 250, 250)),
        ((60, 60, 160), (250, 235, 130)),
    ],
)
def test_ink_of_any_colour_lighter_or_darker_than_the_paper(ink: object, paper: object) -> None:
    assert predict(saved(draw(WRITTEN[7], ink=ink, paper=paper))).digit == 7


@pytest.mark.parametrize("pen", [2, 6, 14, 40])
def test_pens(pen: int) -> None:
    steps = explain(saved(draw(WRITTEN[7], zoom=2.6, pen=pen)))
    assert stroke_width(steps.strokes) * 20 / max(steps.strokes.shape) > 0.8 * THINNEST
    assert max(np.ptp(np.nonzero(steps.digit), axis=1)) + 1 == 20
    assert np.abs(np.array(ndimage.center_of_mass(steps.digit)) - 14).max() <= 0.5


def test_a_digit_that_touches_all_sides_is_whole() -> None:
    image = draw(WRITTEN[7], zoom=2.0, at=(0, 0), pen=24).crop((60, 30, 145, 170))
    steps, chances = default_classifier().explain(saved(image))
    assert chances.argmax() == 7
    assert steps.mask.any(1).mean() > 0.95


def test_dirt_and_a_window_s_frame_do_not_count() -> None:
    image = draw(WRITTEN[7])
    pen = ImageDraw.Draw(image)
    for x, y in ((30, 40), (400, 60), (60, 300), (440, 320)):
        pen.ellipse((x, y, x + 5, y + 5), fill=(60, 60, 60))
    pen.line((0, 0, 0, 360), fill=(40, 40, 40), width=8)
    pen.line((0, 358, 480, 358), fill=(40, 40, 40), width=8)
    assert predict(saved(image)).digit == 7


@pytest.mark.parametrize("apart", [75, 110])
def test_several_digits_are_refused(apart: int) -> None:
    one, other = draw(WRITTEN[7], zoom=1.2), draw(WRITTEN[7], zoom=1.2, at=(150 + apart, 80))
    image = Image.fromarray(np.minimum(np.asarray(one), np.asarray(other)))
    with pytest.raises(RefusedError, match="several digits") as caught:
        prepare(saved(image))
    assert caught.value.steps is not None
    assert caught.value.picture.shape == (360, 480, 3)


@pytest.mark.parametrize("size", [(28, 28), (60, 80), (480, 640)])
@pytest.mark.parametrize("shade", [0, 128, 255])
def test_blank_pages(size: tuple[int, int], shade: int) -> None:
    noise = np.random.default_rng(0).normal(shade, 2, (*size, 3)).clip(0, 255).astype(np.uint8)
    with pytest.raises(RefusedError):
        prepare(saved(Image.fromarray(noise)))
    with pytest.raises(RefusedError, match="blank"):
        prepare(saved(Image.new("L", size, shade)))


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


def test_pixels_and_files_are_read_alike() -> None:
    image = draw(WRITTEN[7])
    assert np.array_equal(prepare(np.asarray(image)), prepare(saved(image)))


# --- each step ------------------------------------------------------------------------------------


def test_otsu_splits_two_heaps() -> None:
    rng = np.random.default_rng(0)
    values = np.r_[rng.normal(0.2, 0.05, 5000), rng.normal(0.8, 0.05, 500)]
    assert 0.35 < otsu(values) < 0.65


def test_a_small_digit_on_a_large_page_has_its_own_threshold() -> None:
    page = np.random.default_rng(0).normal(0.05, 0.01, (400, 400)).clip(0, 1).astype(np.float32)
    page[200:230, 200:204] = 0.6
    assert 0.2 < threshold(page) < 0.45
    assert threshold(np.zeros((50, 50), np.float32)) == 1.0


def test_light_goes_and_ink_stays() -> None:
    light = np.linspace(0.9, 0.4, 300, dtype=np.float32)[None].repeat(200, 0)
    page = light.copy()
    page[80:120, 140:146] *= 0.3
    flat = darkness(page, ground_nearby(page, 100))
    assert flat[90:110, 141:145].min() > 0.6
    assert np.median(flat) < 0.05
    assert (
        darkness(page, float(np.median(border(page))))[:, 250:].mean() > 0.2
    )  # the border's tone alone takes it for ink


def lit_from_a_side(tone: float) -> np.ndarray:
    """A page, darker by half to one side and in the corners."""
    y, x = np.mgrid[-1:1:150j, -1:1:200j]
    return (tone * (0.75 + 0.25 * x - 0.1 * x**2 - 0.1 * y**2)).astype(np.float32)


def test_the_fall_of_light_is_taken_away_and_ink_is_not() -> None:
    light = lit_from_a_side(0.9)
    flat = evenly_lit(light)
    assert np.ptp(light) > 0.4
    assert np.ptp(flat) < 0.01
    page = light.copy()
    page[40:110, 90:105] *= 0.3
    page[:30, :30] *= 0.3  # and at the border
    flat = evenly_lit(page)
    assert flat[40:110, 90:105] / np.median(flat) == pytest.approx(0.3, abs=0.02)
    assert flat[:30, :30] / np.median(flat) == pytest.approx(0.3, abs=0.03)


def test_light_that_is_no_smooth_surface_is_left_alone() -> None:
    page = np.full((150, 200), 0.9, dtype=np.float32)
    page[:, 90:] = 0.4  # a shadow with an edge
    assert np.array_equal(evenly_lit(page), page)


def test_black_stays_black() -> None:
    page = np.zeros((60, 60), dtype=np.float32)
    page[20:40, 28:32] = 1
    assert np.array_equal(evenly_lit(page), page)


def test_ink_has_edges_and_dark_corners_have_none() -> None:
    light = lit_from_a_side(0.9)
    corner = light < 0.5
    ink = (1 - light / light.max()).astype(np.float32)
    assert outlined(light, ink, corner) < 0.1
    page = np.full((150, 200), 0.9, dtype=np.float32)
    page[40:110, 90:105] = 0.5
    stroke = page < 0.7
    assert outlined(page, 1 - page / 0.9, stroke) == 1
    page[40:60] = 0.5  # a shadow that goes on to both sides
    assert outlined(page, 1 - page / 0.9, stroke) < 0.9


@pytest.mark.parametrize("dark", [True, False])
def test_whether_ink_is_dark(dark: bool) -> None:
    shade = np.asarray(draw(WRITTEN[7]).convert("L"), dtype=np.float32) / 255
    assert is_dark(shade if dark else 1 - shade) == dark


def test_printed_lines_go_and_a_stem_stays() -> None:
    ink = np.zeros((300, 300), dtype=np.float32)
    rows, columns = np.indices(ink.shape)
    ink[(rows + columns // 40) % 30 < 2] = 0.35
    ink[columns % 30 < 2] = 0.35
    ink[60:200, 100:108] = 0.9
    clear = without_lines(ink)
    away = np.ones_like(ink, dtype=bool)
    away[55:205, 95:113] = False
    assert clear[away].mean() < 0.25 * ink[away].mean()
    assert clear[60:200, 101:107].min() == pytest.approx(0.9)


def test_a_straight_stroke_is_no_printed_line() -> None:
    ink = np.zeros((300, 300), dtype=np.float32)
    ink[60:200, 148:152] = 0.8
    assert np.array_equal(without_lines(ink), ink)


def test_pieces_and_edges() -> None:
    ink = np.zeros((100, 100), dtype=np.float32)
    ink[:, 97:] = 0.9
    ink[20:80, 40:48] = 0.5
    _, pieces = find_pieces(ink, ink > 0.2)
    assert sorted(piece.is_edge for piece in pieces) == [False, True]
    (digit,) = (piece for piece in pieces if not piece.is_edge)
    assert (digit.height, digit.width, digit.area) == (60, 8, 480)
    assert digit.mass == pytest.approx(240)


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
