"""The network that finds ink where the border's tone does not tell it from the ground."""

from __future__ import annotations

import runpy

import numpy as np
import pytest
import torch
from helpers.paths import ROOT
from helpers.pictures import WRITTEN, draw
from joblib import parallel_config
from PIL import Image, ImageDraw

from lenet_lib import data
from lenet_lib.photo.segmenter import SIDE, Segmenter, by_segmenter, load_segmenter, to_square


def shaded(picture: Image.Image) -> np.ndarray:
    """Lay a straight shadow over a picture."""
    page = np.asarray(picture).astype(float)
    rows, columns = np.indices(page.shape[:2])
    shadow = 1 / (1 + np.exp(-(rows + 0.6 * columns - 330) / 8))
    return (page * (1 - 0.45 * shadow)[..., None]).astype(np.uint8)


def overlap(found: np.ndarray, truth: np.ndarray) -> float:
    return float((found & truth).sum() / (found | truth).sum())


@pytest.mark.parametrize("turned", [False, True], ids=["dark", "light"])
def test_ink_in_a_shadow_on_squared_paper(turned: bool) -> None:
    """Neither the lines nor the shadow are ink, whichever of them is darker."""
    plain = draw(WRITTEN[7], zoom=2.6, pen=7)
    strokes = np.asarray(plain.convert("L")) < 128
    pen = ImageDraw.Draw(plain)
    for at in range(15, 480, 40):
        pen.line((at, 0, at, 360), fill=(190, 200, 225), width=2)
        pen.line((0, at, 480, at), fill=(190, 200, 225), width=2)
    ImageDraw.Draw(plain).line([(228, 132), (332, 132), (275, 293)], fill=(40, 50, 110), width=7)
    page = shaded(plain)
    ink = by_segmenter(255 - page if turned else page)
    assert ink.dark.shape == strokes.shape
    assert ink.dark.dtype == np.float32
    assert 0 <= ink.dark.min() <= ink.dark.max() <= 1
    assert overlap(ink.mask, strokes) > 0.5
    assert ink.mask[~strokes].mean() < 0.01


def test_an_empty_page_has_no_ink() -> None:
    page = draw([])
    for at in range(15, 360, 40):
        ImageDraw.Draw(page).line((0, at, 480, at), fill=(150, 170, 215), width=2)
    assert by_segmenter(shaded(page)).mask.mean() < 0.001


@pytest.mark.parametrize(("size", "seen"), [((400, 200), (192, 384)), ((30, 60), (384, 192))])
def test_to_square(size: tuple[int, int], seen: tuple[int, int]) -> None:
    image = Image.new("RGB", size, (10, 200, 30))
    image.paste((250, 0, 0), (size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2))
    square, shape = to_square(image)
    assert square.shape == (SIDE, SIDE, 3)
    assert shape == seen
    assert (square[seen[0] :] == (10, 200, 30)).all()
    assert (square[:, seen[1] :] == (10, 200, 30)).all()
    assert square[seen[0] * 3 // 8, seen[1] * 3 // 8, 0] == 250


def test_any_side_that_32_divides() -> None:
    with torch.inference_mode():
        logits = load_segmenter()(torch.rand(2, 3, 64, 96))
    assert logits.shape == (2, 64, 96)
    with pytest.raises(RuntimeError):
        load_segmenter()(torch.rand(1, 3, 50, 50))


@pytest.mark.slow
def test_made_up_pictures_are_segmented(mnist: data.Dataset) -> None:
    """Of a seed that was not trained on; of digits that were."""
    examples = runpy.run_path(str(ROOT / "scripts" / "segmenter_examples.py"))["examples"]
    pictures, masks = examples(999, 80)
    assert pictures.shape == (80, SIDE, SIDE, 3)
    inside, truth = masks != 255, masks == 1
    pixels = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        found = (load_segmenter()(pixels) > 0).numpy() & inside
    written = truth.any((1, 2))
    assert 50 < written.sum() < 80
    apart = [overlap(one, there) for one, there in zip(found, truth, strict=True) if there.any()]
    assert np.median(apart) > 0.8
    assert (found[~written].mean((1, 2)) < 0.01).mean() > 0.7


@pytest.mark.slow
def test_training(mnist: data.Dataset) -> None:
    """A few steps: the loss falls, and what is saved can be loaded."""
    script = runpy.run_path(str(ROOT / "scripts" / "train_segmenter.py"))
    with parallel_config("sequential"):
        pictures, masks = script["make"](24)
    small = pictures[:, ::3, ::3], masks[:, ::3, ::3]
    segmenter = script["train"](*small, steps=80, batch=8)
    pixels = small[0].permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        losses = [
            float(script["loss_of"](network(pixels), small[1]))
            for network in (Segmenter(), segmenter.train())
        ]
    assert losses[1] < 0.95 * losses[0]
    assert segmenter.state_dict().keys() == load_segmenter().state_dict().keys()
    assert mnist.name == "mnist"
