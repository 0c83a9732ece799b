"""Who wrote what: facts about the writers, how they differ, and the split that keeps them apart."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lenet_lib import data
from lenet_lib.data.writers import examples, writer_effect
from lenet_lib.errors import LenetWarning


def test_writers_are_who_qmnist_says(mnist: data.Dataset) -> None:
    train, test = data.load_writers(), data.load_writers(train=False)
    if train is None or test is None:
        pytest.skip("QMNIST's label files are not at hand")
    assert len(set(train.writer)) == 539
    assert len(set(train.writer[train.student])) == 250
    assert train.student.sum() == 29_050
    assert len(set(test.writer)) == 297
    assert len(set(test.writer[test.student])) == 249
    assert not set(train.writer) & set(test.writer)
    assert test.student[:5000].all()
    assert test.student[5000:].sum() == 1


def test_no_writer_is_on_both_sides_of_the_split(mnist: data.Dataset) -> None:
    who = data.load_writers()
    if who is None:
        pytest.skip("QMNIST's label file is not at hand")
    split = data.split_by_writer(mnist.train, who)
    assert split.writer_disjoint
    assert not set(who.writer[split.train_index]) & set(who.writer[split.validation_index])
    assert len(split.train) + len(split.validation) == 60_000
    assert 9_000 < len(split.validation) < 11_000
    assert torch.equal(mnist.train.labels[split.validation_index], split.validation.labels)
    shares = split.validation.labels.bincount() / mnist.train.labels.bincount()
    assert shares.max() - shares.min() < 0.02
    again = data.split_by_writer(mnist.train, who)
    assert np.array_equal(split.validation_index, again.validation_index)
    other = data.split_by_writer(mnist.train, who, seed=1)
    assert not np.array_equal(split.validation_index, other.validation_index)


def test_without_writers_the_tail_is_taken_and_said(few: data.Images) -> None:
    with pytest.warns(LenetWarning, match="writers of the digits are unknown"):
        split = data.split_by_writer(few, None)
    assert not split.writer_disjoint
    assert split.validation_index.tolist() == list(range(250, 300))


def test_a_random_split_would_share_writers(mnist: data.Dataset) -> None:
    who = data.load_writers()
    if who is None:
        pytest.skip("QMNIST's label file is not at hand")
    drawn = np.random.default_rng(0).permutation(60_000)[:10_000]
    rest = np.setdiff1d(np.arange(60_000), drawn)
    assert len(set(who.writer[drawn]) & set(who.writer[rest])) > 500


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
