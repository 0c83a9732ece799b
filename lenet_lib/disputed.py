"""The 15 MNIST test labels that most human raters disagree with.

Northcutt, Athalye & Mueller (2021), *Pervasive Label Errors in Test Sets Destabilize Machine
Learning Benchmarks*, NeurIPS Datasets and Benchmarks: candidates proposed by confident learning,
each judged by five people; listed here are those whose given label the majority rejected.
"""

from __future__ import annotations

DISPUTED: dict[int, tuple[int, int]] = {
    947: (8, 9),
    1621: (0, 6),
    1901: (9, 4),
    2130: (4, 9),
    2462: (2, 0),
    2597: (5, 3),
    2654: (6, 1),
    3520: (6, 4),
    3558: (5, 0),
    5937: (5, 3),
    6651: (0, 6),
    6783: (1, 6),
    8527: (4, 9),
    9679: (6, 3),
    9729: (5, 6),
}
"""Index in the test set → (given label, label most raters chose)."""
