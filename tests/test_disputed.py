from __future__ import annotations

from lenet_lib.data import Dataset
from lenet_lib.disputed import DISPUTED


def test_disputed_labels_are_those_of_the_test_set(mnist: Dataset) -> None:
    assert len(DISPUTED) == 15
    for index, (given, raters) in DISPUTED.items():
        assert mnist.test.labels[index] == given != raters
