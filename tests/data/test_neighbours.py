"""Nearest neighbours: scikit-learn's, in a fixed order, and never of the own group."""

from __future__ import annotations

import numpy as np
import torch

from lenet_lib.data.neighbours import nearest


def test_neighbours_are_those_of_scikit_learn() -> None:
    from sklearn.neighbors import NearestNeighbors

    images = torch.randint(0, 256, (300, 1, 28, 28), dtype=torch.uint8)
    found, distance = nearest(images[:40], images[40:], k=3, batch=7)
    points = images.flatten(1).numpy().astype(float)
    true_distance, true = NearestNeighbors(n_neighbors=3).fit(points[40:]).kneighbors(points[:40])
    np.testing.assert_array_equal(found, true)
    np.testing.assert_allclose(distance, true_distance)


def test_equal_neighbours_come_in_the_order_of_their_positions() -> None:
    images = torch.zeros(5, 1, 4, 4, dtype=torch.uint8)
    assert nearest(images[:1], images, k=5)[0].tolist() == [[0, 1, 2, 3, 4]]


def test_the_own_group_is_never_found() -> None:
    images = torch.randint(0, 256, (60, 1, 6, 6), dtype=torch.uint8)
    number, writer = np.arange(60), np.arange(60) // 10
    assert (nearest(images, images)[0][:, 0] == number).all()
    others = nearest(images, images, query_group=number, reference_group=number)[0][:, 0]
    assert (others != number).all()
    others_hands = nearest(images, images, k=3, query_group=writer, reference_group=writer)[0]
    assert (writer[others_hands] != writer[:, None]).all()
