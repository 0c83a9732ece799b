"""The 15 MNIST test labels that most human raters disagree with.

Northcutt, Athalye & Mueller (2021), *Pervasive Label Errors in Test Sets Destabilize Machine
Learning Benchmarks*, NeurIPS Datasets and Benchmarks: candidates proposed by confident learning,
each judged by five people, who saw the given and the proposed digit; listed here are those whose
given label fewer than three of them chose. The votes are those that the authors published.
"""

from __future__ import annotations

from typing import NamedTuple


class Dispute(NamedTuple):
    """How five people judged a label."""

    given: int
    """The label in MNIST's file."""
    proposed: int
    """The digit that was offered instead."""
    votes: tuple[int, int, int]
    """How many chose the given label, the proposed digit, and neither."""

    @property
    def agreed(self) -> int | None:
        """The digit that most raters chose instead; None where they agreed on none."""
        return self.proposed if self.votes[1] > sum(self.votes) / 2 else None


DISPUTED = {
    947: Dispute(8, 9, (0, 5, 0)),
    1621: Dispute(0, 6, (2, 3, 0)),
    1901: Dispute(9, 4, (2, 3, 0)),
    2130: Dispute(4, 9, (2, 2, 1)),
    2462: Dispute(2, 0, (0, 4, 1)),
    2597: Dispute(5, 3, (0, 4, 1)),
    2654: Dispute(6, 1, (0, 2, 3)),
    3520: Dispute(6, 4, (2, 0, 3)),
    3558: Dispute(5, 0, (1, 4, 0)),
    5937: Dispute(5, 3, (1, 3, 1)),
    6651: Dispute(0, 6, (0, 5, 0)),
    6783: Dispute(1, 6, (2, 3, 0)),
    8527: Dispute(4, 9, (2, 2, 1)),
    9679: Dispute(6, 3, (2, 0, 3)),
    9729: Dispute(5, 6, (2, 3, 0)),
}
"""By index in the test set."""
