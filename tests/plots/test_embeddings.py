"""Figures of images as points: each class where it lies, wrong neighbours framed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from helpers.figure_data import SHORT, clouds, waves
from helpers.figures import words

from lenet_lib.data import Dataset
from lenet_lib.plots import embeddings


@pytest.mark.slow
def test_each_panel_of_pca_shows_one_class() -> None:
    points, labels = clouds()
    ratios = np.array([0.4, 0.3, 0.25, 0.05])
    figure = embeddings.pca(points, labels, ratios, waves(8, 784).numpy(), SHORT)
    for k, axes in enumerate(figure.axes[:10]):
        everyone, mine = (line.get_xydata() for line in axes.lines)
        assert len(everyone) == len(points)
        np.testing.assert_array_equal(mine, points[labels == k])
    text = " ".join(words(figure))
    assert "2 for 50%" in text and "3 for 90%" in text and "4 for 99%" in text


def test_tsne_draws_every_map_with_all_classes() -> None:
    points, labels = clouds()
    figure = embeddings.tsne({"pixels": points, "units": 2 * points}, labels, SHORT)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["pixels", "units"]
    drawn = [np.concatenate([c.get_offsets() for c in axes.collections]) for axes in figure.axes]
    np.testing.assert_allclose(drawn[1], 2 * drawn[0])
    assert len(drawn[0]) == len(points)
    assert sorted(words(figure)).count("7") == 2


def test_wrong_neighbours_are_marked(digits: Dataset) -> None:
    two, found = digits.train[:2], digits.train[torch.tensor([0, 1, 1, 0])]
    figure = embeddings.neighbours(two, found, np.ones((2, 2)), digits.classes)
    marked = [axes.spines["top"].get_linewidth() > 2 for axes in figure.axes]
    assert marked == [False, False, False, True, False, False, False, True]
