"""The published numbers: each lies in its interval, and the table says what it is."""

from __future__ import annotations

import pytest

from lenet_lib.evaluation.literature import published_table


def test_published_errors_lie_in_their_intervals() -> None:
    table = published_table()
    assert ((table.low < table.error) & (table.error < table.high)).all()
    five = table[table.method == "LeNet-5"].iloc[0]
    assert (five.year, five.error) == (1998, 0.95)
    assert (five.low, five.high) == pytest.approx((0.78, 1.16), abs=0.01)


def test_what_was_chosen_on_the_test_set_says_so() -> None:
    table = published_table()
    best = table.loc[table.error.idxmin()]
    assert "best on the test set" in best.note
    assert best.networks > 1


def test_the_table_goes_by_year() -> None:
    assert published_table().year.is_monotonic_increasing
