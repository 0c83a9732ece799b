from __future__ import annotations

import numpy as np
import pytest
import torch

from lenet_lib.data.handwriting import ink, longest_side, moments
from lenet_lib.data.neighbours import nearest
from lenet_lib.data.writers import examples, writer_effect


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


def test_a_leaning_bar_is_measured() -> None:
    image = torch.zeros(1, 1, 28, 28, dtype=torch.uint8)
    for row in range(4, 24):
        image[0, 0, row, 26 - row] = 255  # one to the left for each step down: leans right by 45°
    row, column, slant = moments(image)[0]
    assert (row, column) == (13.5, 12.5) and slant == pytest.approx(45)
    assert longest_side(image).tolist() == [20] and ink(image).tolist() == [20]
    assert longest_side(torch.zeros(1, 1, 28, 28, dtype=torch.uint8)).tolist() == [0]


def test_a_habit_is_what_remains_once_the_digit_is_known() -> None:
    values, labels = np.array([1.0, 9, 3, 11]), np.array([0, 1, 0, 1])
    assert writer_effect(values, labels, np.array([5, 5, 8, 8])) == {5: -1, 8: 1}
    few = np.array([5, 5, 8, 5])
    assert set(writer_effect(values, labels, few)) == {5, 8} and set(
        writer_effect(values, labels, few, each=1)
    ) == {5}


def test_examples_of_a_hand_come_digit_by_digit() -> None:
    labels, writer = np.repeat(np.arange(10), 6), np.tile([1, 2, 2], 20)
    found = examples(labels, writer, 2, each=3)
    assert labels[found].tolist() == [*range(10)] * 3 and (writer[found] == 2).all()
