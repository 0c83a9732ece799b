"""From a drawing to 28×28: which ink is the digit, and what becomes of it."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.pictures import WRITTEN, draw, saved
from PIL import Image, ImageDraw
from scipy import ndimage

from lenet_lib.photo import RefusedError, explain, predict, prepare
from lenet_lib.photo.classifier import default_classifier
from lenet_lib.photo.finds import Options, finds
from lenet_lib.photo.form import THINNEST, stroke_width
from lenet_lib.photo.ink import Ink, by_border
from lenet_lib.photo.steps import look


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


def test_steps_can_be_left_out() -> None:
    thin = saved(draw(WRITTEN[7], zoom=2.6, pen=2))
    widened, as_it_was = explain(thin), explain(thin, Options(widening=False))
    assert as_it_was.strokes.mean() < 0.7 * widened.strokes.mean()
    apart = saved(draw(WRITTEN["5, its bar apart"], zoom=2.0, pen=8))
    assert explain(apart).mask.sum() > explain(apart, Options(nearby=False)).mask.sum()
    two = draw(WRITTEN[7], zoom=1.2)
    two.paste(draw(WRITTEN[7], zoom=1.2).crop((150, 80, 300, 200)), (310, 80))
    with pytest.raises(RefusedError, match="no digit"):  # it has half of the ink
        explain(np.asarray(two), Options(candidates=1))
    with pytest.raises(RefusedError, match="several"):
        explain(np.asarray(two))


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


def test_a_stroke_with_gaps_is_one() -> None:
    """A ballpoint skips: pieces of one stroke are neither scraps nor several digits."""
    page = np.full((500, 400), 250, dtype=np.uint8)
    turn = np.linspace(0, 2 * np.pi, 4000)
    turn = turn[(turn * 300 / (2 * np.pi)) % 50 > 1]  # six gaps of two pixels
    rows, columns = 250 + 180 * np.sin(turn), 200 + 120 * np.cos(turn)
    for down in (0, 1):
        for across in (0, 1):
            page[rows.astype(int) + down, columns.astype(int) + across] = 90
    pieces = ndimage.label(page < 200, np.ones((3, 3)))[1]
    assert pieces > 1
    assert predict(page).digit == 0


@pytest.mark.parametrize(("lean", "width"), [(10, 46), (14, 52)])
def test_a_narrow_crop_of_a_1(lean: int, width: int) -> None:
    """It may touch all sides; a bar along a page's border may not."""
    crop = Image.new("L", (width, 200), 245)
    top, foot = (width / 2 + lean, -10), (width / 2 - lean, 210)
    ImageDraw.Draw(crop).line((top, foot), fill=20, width=34)
    assert predict(np.asarray(crop)).digit == 1
    page = np.full((200, 260), 245, dtype=np.uint8)
    page[:, :34] = 20
    with pytest.raises(RefusedError):
        prepare(page)


def shaded(page: Image.Image, depth: float = 0.45) -> np.ndarray:
    """Lay a hand's shadow across a page."""
    pixels = np.asarray(page).astype(float)
    rows, columns = np.indices(pixels.shape[:2])
    shadow = 1 / (1 + np.exp(-(rows + 0.6 * columns - 330) / 8))
    return (pixels * (1 - depth * shadow)[..., None]).astype(np.uint8)


@pytest.mark.parametrize("turned", [False, True], ids=["dark", "light"])
def test_a_thin_pen_in_a_shadow(turned: bool) -> None:
    """The shadow is darker than the border's tone, and so would be ink."""
    page = shaded(draw(WRITTEN[7], zoom=2.6, at=(30, 20), pen=4, ink=(90, 90, 110)))
    seen = 255 - page if turned else page
    assert predict(seen).digit == 7
    with pytest.raises(RefusedError):
        explain(seen, Options(segmenter=False))


def test_printed_lines_go_and_strokes_stay() -> None:
    page = draw(WRITTEN[7], zoom=2.6, pen=6)
    for at in range(15, 480, 40):
        ImageDraw.Draw(page).line((at, 0, at, 360), fill=(150, 170, 215), width=2)
        ImageDraw.Draw(page).line((0, at, 480, at), fill=(150, 170, 215), width=2)
    assert predict(np.asarray(page)).digit == 7
    with pytest.raises(RefusedError):
        explain(np.asarray(page), Options(segmenter=False))


def test_a_cursor_beside_a_large_digit_is_no_second_one() -> None:
    """A drawing program's round cursor looks like a 0."""
    page = draw(WRITTEN[7], zoom=2.2, pen=14)
    ImageDraw.Draw(page).ellipse((60, 300, 92, 332), outline=(120, 120, 120))
    assert predict(np.asarray(page)).digit == 7


@pytest.mark.parametrize("options", [Options(), Options(border=False), Options(segmenter=False)])
def test_a_tiny_noisy_picture(options: Options) -> None:
    """Either look alone finds the digit."""
    drawn = draw(
        WRITTEN[7],
        size=(112, 112),
        zoom=1.05,
        at=(4, 0),
        pen=10,
        ink=(110, 110, 110),
        paper=(190, 190, 190),
    )
    tiny = np.asarray(drawn.convert("L").resize((28, 28), Image.Resampling.BOX), dtype=float)
    page = (tiny + np.random.default_rng(7).normal(0, 14, tiny.shape)).clip(0, 255).astype(np.uint8)
    steps = explain(page, options)
    assert default_classifier().probabilities(steps.digit[None]).argmax() == 7


def test_the_segmenter_is_asked_only_where_ink_is_unexplained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    monkeypatch.setattr("lenet_lib.photo.steps.by_segmenter", lambda seen: asked.append(seen))
    monkeypatch.setattr("lenet_lib.photo.steps.finds", lambda ink, _: finds(ink) if ink else [])
    alone = draw(WRITTEN[7], pen=9)
    look(np.asarray(alone))
    assert not asked
    beside = alone.copy()  # not of a digit's height, and with a fifth of the ink
    ImageDraw.Draw(beside).ellipse((30, 60, 55, 85), fill=(40, 50, 110))
    seven = finds(by_border(np.asarray(beside)))[0]
    assert seven.is_sure
    assert 0.7 < seven.share < 0.9
    look(np.asarray(beside))
    assert len(asked) == 1


def test_of_two_looks_the_likelier_digit_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the obvious way is not sure of counts only if the border does not cut it off."""
    monkeypatch.setattr("lenet_lib.photo.finds.SURE", 2.0)
    whole = np.asarray(draw(WRITTEN[7], zoom=2.6, pen=14))
    cut = whole[:, 250:]
    assert look(cut).likeness > 0.5  # type: ignore[union-attr]
    nothing = np.zeros(whole.shape[:2], dtype=np.float32)
    monkeypatch.setattr("lenet_lib.photo.steps.by_segmenter", lambda _: Ink(nothing, 0.3, 0.7))
    assert look(whole).likeness > 0.9  # type: ignore[union-attr]
    assert look(cut) is None


def test_a_small_picture_in_a_frame() -> None:
    """What shows between a black frame and the digit is no light ink."""
    four, dim = WRITTEN["4, in two strokes"], (76, 76, 76)
    drawn = draw(four, size=(112, 112), zoom=1.05, at=(4, 0), pen=4, ink=(0, 0, 0), paper=dim)
    page = np.asarray(drawn.resize((28, 28), Image.Resampling.BOX)).copy()
    page[:, [0, -1]] = page[[0, -1]] = 0
    assert predict(page).digit == 4


def test_pixels_and_files_are_read_alike() -> None:
    image = draw(WRITTEN[7])
    assert np.array_equal(prepare(np.asarray(image)), prepare(saved(image)))
