"""From a photo to a digit: composites of real test digits, drawings, and files made to harm."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.pictures import HOSTILE, WRITTEN, draw, saved
from helpers.synthetic import Scene, photograph
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib import Parallel, delayed
from PIL import Image, ImageDraw
from scipy import ndimage

from lenet_lib import data
from lenet_lib.errors import LenetError
from lenet_lib.models import load_weights, predict_logits
from lenet_lib.photo import explain, prepare
from lenet_lib.photo.form import STROKE, centre, fit, stroke_width
from lenet_lib.photo.light import flatten, grey
from lenet_lib.photo.picture import LONGEST_SIDE, open_picture
from lenet_lib.photo.ruling import remove_lines


def read(digits: list[np.ndarray]) -> list[int]:
    """Ask the committed network."""
    images = torch.from_numpy(np.stack(digits))[:, None]
    return predict_logits(load_weights(), images).argmax(1).tolist()


# --- composites -----------------------------------------------------------------------------------

SIZES = ((240, 320), (320, 240), (300, 400))


def compose_and_prepare(
    seed: int, digit: np.ndarray, size: tuple[int, int]
) -> tuple[np.ndarray | None, Scene, str]:
    content, scene = photograph(digit, np.random.default_rng([1, seed]), size)
    try:
        return prepare(content), scene, ""
    except LenetError as error:
        return None, scene, str(error)


@pytest.mark.slow
def test_a_thousand_composites(mnist: data.Dataset) -> None:
    """At least 98 % are read, though no setting was chosen by these digits."""
    chosen = np.random.default_rng(1).permutation(len(mnist.test))[:1000]
    digits = mnist.test.images[chosen, 0].numpy()
    jobs = (delayed(compose_and_prepare)(k, digit, SIZES[k % 3]) for k, digit in enumerate(digits))
    made = Parallel(n_jobs=2)(jobs)
    seen = [image if image is not None else np.zeros((28, 28), np.uint8) for image, _, _ in made]
    labels = mnist.test.labels[chosen].numpy()
    right = np.array(read(seen)) == labels
    right &= [image is not None for image, _, _ in made]
    own = np.array(read(list(digits))) == labels
    print(f"read {right.sum()} of 1000; the digits themselves {own.sum()}")
    for k in np.flatnonzero(~right):
        print(labels[k], made[k][2] or read([seen[k]])[0], made[k][1])
    assert right.sum() >= 980, f"{right.sum()} of 1000, the digits themselves {own.sum()}"


@pytest.mark.slow
def test_composites_of_a_phones_size(mnist: data.Dataset) -> None:
    digits = mnist.test.images[:6, 0].numpy()
    seen = []
    for k, digit in enumerate(digits):
        content, _ = photograph(digit, np.random.default_rng([2, k]), (1500, 2000))
        seen.append(prepare(content))
    assert read(seen) == mnist.test.labels[:6].tolist()


# --- each step ------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("pen", [3, 6, 14, 40])
def test_strokes_come_out_about_as_wide_as_mnists(pen: int) -> None:
    steps = explain(saved(draw(WRITTEN[7], zoom=2.6, pen=pen)))
    unit = max(steps.strokes.shape) / 20
    assert STROKE[0] * 0.85 < stroke_width(steps.strokes) / unit < STROKE[1] * 1.15
    assert max(np.ptp(np.nonzero(steps.digit), axis=1)) + 1 == 20
    assert np.abs(np.array(ndimage.center_of_mass(steps.digit)) - 14).max() <= 0.5


def test_lines_go_and_ink_stays(mnist: data.Dataset) -> None:
    digit = mnist.test.images[0, 0].numpy()
    scene = Scene("white", "squared", 0.9, "blue ball", 160.0, 8.0, 4.0, False, 1, 90)
    content, _ = photograph(digit, np.random.default_rng(5), (480, 640), scene)
    bare = Scene("white", "none", 0.0, "blue ball", 160.0, 8.0, 4.0, False, 1, 90)
    flat, _, _ = flatten(grey(open_picture(content)))
    unlined, lines = remove_lines(flat, 0.01)
    mask = explain(photograph(digit, np.random.default_rng(5), (480, 640), bare)[0]).mask
    assert len(lines) > 8
    steps = explain(content)
    away = ~ndimage.binary_dilation(steps.mask, iterations=8)
    assert steps.flat[away].mean() > 2.5 * steps.unlined[away].mean()
    assert steps.unlined[steps.mask].mean() > 0.9 * steps.flat[steps.mask].mean()
    assert mask.any()
    assert unlined.min() >= 0


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


@pytest.mark.parametrize("what", WRITTEN, ids=str)
@pytest.mark.parametrize("zoom", [0.45, 1.0, 2.8])
def test_strokes_that_do_not_touch_are_one_digit(what: object, zoom: float) -> None:
    pen = max(2, round(4 * zoom))
    steps = explain(saved(draw(WRITTEN[what], zoom=zoom, pen=pen)))  # type: ignore[index]
    if zoom >= 1:  # in a smaller picture they touch
        assert ndimage.label(steps.mask, np.ones((3, 3)))[1] == len(WRITTEN[what])  # type: ignore[index]
    assert read([steps.digit]) == [int(str(what)[0])]


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
    assert read([prepare(saved(draw(WRITTEN[7], ink=ink, paper=paper)))]) == [7]


def test_a_transparent_drawing() -> None:
    for ink in ((0, 0, 0, 255), (255, 255, 255, 255)):
        image = draw(WRITTEN[7]).convert("RGBA")
        image.putdata([ink if p[0] < 128 else (0, 0, 0, 0) for p in image.get_flattened_data()])
        assert read([prepare(saved(image))]) == [7]


def test_deep_grey_bilevel_and_palette_pictures() -> None:
    image = draw(WRITTEN[7])
    deep = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 256)
    for other in (deep, image.convert("1"), image.convert("P"), image.convert("L")):
        assert read([prepare(saved(other))]) == [7]
    assert read([prepare(saved(image.convert("CMYK"), "TIFF"))]) == [7]


def test_dirt_does_not_count() -> None:
    image = draw(WRITTEN[7])
    for x, y in ((30, 40), (400, 60), (60, 300), (440, 320)):
        ImageDraw.Draw(image).ellipse((x, y, x + 5, y + 5), fill=(60, 60, 60))
    assert read([prepare(saved(image))]) == [7]


@pytest.mark.parametrize("apart", [55, 75, 110])
def test_several_digits_are_refused(apart: int) -> None:
    image = draw(WRITTEN[7], zoom=1.2)
    image = Image.fromarray(
        np.minimum(np.asarray(image), np.asarray(draw(WRITTEN[7], zoom=1.2, at=(150 + apart, 80))))
    )
    with pytest.raises(LenetError, match="several digits"):
        prepare(saved(image))


@pytest.mark.parametrize("size", [(28, 28), (60, 80), (480, 640)])
@pytest.mark.parametrize("shade", [0, 128, 255])
def test_blank_pages(size: tuple[int, int], shade: int) -> None:
    noise = np.random.default_rng(0).normal(shade, 4, (*size, 3)).clip(0, 255).astype(np.uint8)
    with pytest.raises(LenetError, match="No digit"):
        prepare(saved(Image.fromarray(noise)))
    with pytest.raises(LenetError, match="No digit"):
        prepare(saved(Image.new("L", size, shade)))


def test_a_prepared_picture_is_left_alone(mnist: data.Dataset) -> None:
    image = mnist.test.images[3, 0].numpy()
    assert np.array_equal(prepare(saved(Image.fromarray(image))), image)
    assert np.array_equal(prepare(saved(Image.fromarray(255 - image))), image)


def test_pixels_and_files_are_read_alike() -> None:
    image = draw(WRITTEN[7])
    assert np.array_equal(prepare(np.asarray(image)), prepare(saved(image)))


def test_photo_does_not_know_torch() -> None:
    code = "import lenet_lib.photo, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# --- files made to harm ---------------------------------------------------------------------------


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


def test_a_large_picture_is_made_small_enough() -> None:
    image = draw(WRITTEN[7], size=(4000, 3000), zoom=8, at=(1200, 900), pen=40)
    content = saved(image, "JPEG")
    assert max(open_picture(content).shape) == LONGEST_SIDE
    assert read([prepare(content)]) == [7]
