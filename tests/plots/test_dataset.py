"""Figures of the images: they hold what they are given."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from helpers.figures import words

from lenet_lib.data import Dataset, Images
from lenet_lib.data.label_errors import Dispute
from lenet_lib.plots import PALETTE, dataset
from lenet_lib.plots.tiles import mosaic


def test_a_mosaic_keeps_every_image_in_reading_order() -> None:
    sheet = mosaic(np.arange(1, 6)[:, None, None] * np.ones((5, 2, 3)), 2, gap=1)
    assert sheet.shape == (8, 7)
    assert [sheet[0, 0], sheet[0, 4], sheet[3, 0], sheet[3, 4], sheet[6, 0]] == [1, 2, 3, 4, 5]
    assert sheet[:, 3].sum() == 0 and sheet[6, 4] == 0
    assert mosaic(np.ones((2, 2, 2)), 2, gap=0).tolist() == [[1] * 4] * 2


def test_sample_grid_shows_a_class_in_each_row(digits: Dataset) -> None:
    axes = dataset.sample_grid(digits.train, digits.classes, each=4).axes[0]
    sheet = axes.images[0].get_array()
    tile = torch.as_tensor(np.asarray(sheet)[3 * 31 : 3 * 31 + 28, :28])
    same = (digits.train.images[:, 0] == tile).all(2).all(1)
    assert set(digits.train.labels[same].tolist()) == {3}
    assert [label.get_text() for label in axes.get_yticklabels()] == list(digits.classes)


def test_centring_frames_the_ink() -> None:
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    image[0, 4:24, 10:15] = 255
    left = dataset.centring(image, np.full((9, 2), 14.0)).axes[0]
    assert left.get_title(loc="left") == "ink 5 pixels wide, 20 high"
    box = left.patches[0].get_bbox()
    assert (box.x0, box.y0, box.width, box.height) == (9.5, 3.5, 5, 20)
    assert left.lines[0].get_xydata().tolist() == [[12, 13.5]]


def test_intensities_count_paper_grey_and_ink() -> None:
    levels = torch.tensor([0, 0, 0, 0, 1, 127, 128, 250], dtype=torch.uint8)
    pictures = levels.repeat(10, 98).reshape(10, 1, 28, 28)
    figure = dataset.intensities(Images(pictures, torch.arange(10)), tuple("0123456789"))
    assert [bar.get_height() for bar in figure.axes[0].patches] == [50, 25, 12.5, 12.5]
    ink = levels.double().mean().item() / 2.55
    medians = [line for line in figure.axes[1].lines if line.get_color() == PALETTE["red"]]
    assert len(medians) == 10
    assert all(line.get_ydata() == pytest.approx([ink, ink]) for line in medians)


def test_label_errors_name_what_raters_agreed_on(digits: Dataset) -> None:
    disputes = {3: Dispute(1, 2, (0, 5, 0)), 8: Dispute(5, 6, (2, 1, 2))}
    figure = dataset.label_errors(digits.train.images, disputes)
    assert [axes.get_title(loc="center") for axes in figure.axes[:2]] == ["1 → 2", "5 → ?"]
    assert {"no.", "3", "8"} <= set(words(figure))
    assert len(figure.axes) == 5
    assert len(dataset.label_errors(digits.train.images, disputes, columns=8).axes) == 8
