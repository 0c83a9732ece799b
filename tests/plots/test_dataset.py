"""The figures of notebook 01, drawn on small stand-ins and looked into."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from lenet_lib.data import Dataset, Writers
from lenet_lib.data.label_errors import Dispute
from lenet_lib.plots import COLUMN, augmentation, dataset, embeddings, use_style, writers
from lenet_lib.plots.tiles import mosaic
from lenet_lib.training import Distortion
from lenet_lib.training.augment import elastic_fields


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    plt.switch_backend("Agg")
    use_style()
    yield
    plt.close("all")


@pytest.fixture
def who() -> Writers:
    """200 digits: student 7 and employee 3 in turn."""
    return Writers(np.tile([4, 0], 100), np.tile([7, 3], 100))


def test_a_mosaic_keeps_every_image_in_reading_order() -> None:
    sheet = mosaic(np.arange(1, 6)[:, None, None] * np.ones((5, 2, 3)), 2, gap=1)
    assert sheet.shape == (8, 7)
    assert [sheet[0, 0], sheet[0, 4], sheet[3, 0], sheet[3, 4], sheet[6, 0]] == [1, 2, 3, 4, 5]
    assert sheet[:, 3].sum() == 0 and sheet[6, 4] == 0


def test_sample_grid_shows_a_class_in_each_row(digits: Dataset) -> None:
    axes = dataset.sample_grid(digits.train, digits.classes, each=4).axes[0]
    sheet = axes.images[0].get_array()
    tile = torch.as_tensor(np.asarray(sheet)[3 * 31 : 3 * 31 + 28, :28])
    same = (digits.train.images[:, 0] == tile).all(2).all(1)
    assert set(digits.train.labels[same].tolist()) == {3}
    assert [label.get_text() for label in axes.get_yticklabels()] == list(digits.classes)


def test_class_balance_draws_shares(digits: Dataset) -> None:
    axes = dataset.class_balance(digits.train.labels, digits.test.labels, digits.classes).axes[0]
    heights = [bar.get_height() for bar in axes.patches]
    assert sum(heights[:10]) == pytest.approx(100) and sum(heights[10:]) == pytest.approx(100)


def test_centring_frames_the_ink() -> None:
    image = torch.zeros(1, 28, 28, dtype=torch.uint8)
    image[0, 4:24, 10:15] = 255
    left = dataset.centring(image, np.full((9, 2), 14.0)).axes[0]
    assert left.get_title(loc="left") == "ink 5 pixels wide, 20 high"
    box = left.patches[0].get_bbox()
    assert (box.x0, box.y0, box.width, box.height) == (9.5, 3.5, 5, 20)
    assert left.lines[0].get_xydata().tolist() == [[12, 13.5]]


def test_mean_and_deviation_are_those_of_the_class(digits: Dataset) -> None:
    axes = dataset.mean_and_deviation(digits.train, digits.classes).axes
    fours = digits.train.images[digits.train.labels == 4, 0].numpy()
    np.testing.assert_allclose(axes[4].images[0].get_array(), fours.mean(0))
    np.testing.assert_allclose(axes[14].images[0].get_array(), fours.std(0))


def test_file_order_shows_who_wrote_where(who: Writers) -> None:
    test = Writers(np.repeat([4, 0], 50), np.repeat([7, 3], 50))
    axes = writers.file_order(who, test, bins=10).axes
    share = [axes[part].patches[0].get_data().values.tolist() for part in (0, 1)]
    assert share == [[50] * 10, [100] * 5 + [0] * 5]


def test_digits_per_writer_counts_writers(who: Writers) -> None:
    train = writers.digits_per_writer(who, who).axes[0]
    assert [text.get_text() for text in train.get_legend().get_texts()] == [
        "1 students",
        "1 Census employees",
    ]


def test_leak_shows_both_errors() -> None:
    wrong, new = np.arange(100) < 2, np.arange(100) < 8
    figure = writers.leakage(np.arange(100) < 30, 0.01, [("all", wrong, new)])
    assert [bar.get_height() for bar in figure.axes[0].patches] == [1, 30]
    marks = [box.lines[0].get_xdata()[0] for box in figure.axes[1].containers]
    assert marks == [2, 8]


def test_wrong_neighbours_are_marked(digits: Dataset) -> None:
    two, found = digits.train[:2], digits.train[torch.tensor([0, 1, 1, 0])]
    figure = embeddings.neighbours(two, found, np.ones((2, 2)), digits.classes)
    marked = [axes.spines["top"].get_linewidth() > 2 for axes in figure.axes]
    assert marked == [False, False, False, True, False, False, False, True]


def test_the_other_figures_of_the_data_are_drawn(digits: Dataset) -> None:
    images, labels = digits.train.images, digits.train.labels.numpy()
    points = np.random.default_rng(0).normal(size=(len(labels), 60))
    field = elastic_fields(1, torch.Generator(), Distortion())[0].numpy()
    ratios = np.full(60, 1 / 60)
    disputes = {3: Dispute(1, 2, (0, 5, 0)), 8: Dispute(5, 6, (2, 1, 2))}
    figures = [
        dataset.intensities(digits.train, digits.classes),
        dataset.label_errors(images, disputes),
        writers.samples([("left", images[:20]), ("right", images[20:30])]),
        embeddings.pca(points, labels, ratios, np.ones((8, 784)), digits.classes),
        embeddings.tsne(points[:, :2], labels, digits.classes),
        augmentation.elastic_field(images[0], field, images[0]),
        augmentation.augmented(images[0], {"a": images[:9], "b": images[:9]}),
    ]
    for figure in figures:
        figure.canvas.draw()
        assert figure.get_figwidth() == COLUMN
    titles = [axes.get_title(loc="center") for axes in figures[1].axes]
    assert titles[:2] == ["1 → 2", "5 → ?"]
