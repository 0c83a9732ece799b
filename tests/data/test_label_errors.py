from __future__ import annotations

from lenet_lib.data import Dataset
from lenet_lib.data.label_errors import DISPUTED, Dispute


def test_disputed_labels_are_those_of_the_test_set(mnist: Dataset) -> None:
    assert len(DISPUTED) == 15
    for index, dispute in DISPUTED.items():
        assert mnist.test.labels[index] == dispute.given != dispute.proposed


def test_five_raters_judged_each_and_most_rejected_the_label() -> None:
    for dispute in DISPUTED.values():
        assert sum(dispute.votes) == 5
        assert dispute.votes[0] < 3


def test_raters_agree_on_a_digit_only_where_most_chose_it() -> None:
    assert Dispute(5, 3, (1, 3, 1)).agreed == 3
    assert Dispute(4, 9, (2, 2, 1)).agreed is None
    assert Dispute(6, 3, (2, 0, 3)).agreed is None
    assert sum(dispute.agreed is None for dispute in DISPUTED.values()) == 5
