"""Statistics: known answers, simulated truths, and the case that the paired t-test got wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t

from lenet_lib.errors import LenetError
from lenet_lib.evaluation import statistics


def test_the_interval_of_a_mean_is_students() -> None:
    mean, low, high = statistics.mean_interval([1.0, 2.0, 6.0])
    half = t.ppf(0.975, 2) * math.sqrt(7) / math.sqrt(3)
    assert (mean, low, high) == pytest.approx((3, 3 - half, 3 + half))
    with pytest.raises(LenetError, match="at least 2 runs, not 1"):
        statistics.mean_interval([1.0])


def test_a_comparison_is_welchs_by_hand() -> None:
    one, other = np.arange(10.0), np.arange(10.0) * 3 + 5
    row = statistics.compare({"a": one, "b": other}, [("a", "b")]).iloc[0]
    exact = statistics.compare({"a": range(5), "b": range(5, 10)}, [("a", "b")]).iloc[0]
    assert exact.permutation == pytest.approx(2 / math.comb(10, 5))
    variances = one.var(ddof=1) / 10, other.var(ddof=1) / 10
    error = math.sqrt(sum(variances))
    freedom = sum(variances) ** 2 / sum(v**2 / 9 for v in variances)
    assert row.difference == pytest.approx(14)
    assert row.high - row.low == pytest.approx(2 * t.ppf(0.975, freedom) * error)
    assert row.welch == pytest.approx(2 * t.sf(14 / error, freedom))
    assert (row.n_before, row.n_after) == (10, 10)


def test_runs_that_never_overlap_differ_though_one_of_them_went_wrong() -> None:
    """The assignment's recipe has such a seed; a t-test on these does not see the difference."""
    before = np.array([9902, 9780, 9906, 9893, 9866, 9890, 9885, 9902, 9871, 9898]) / 100
    after = before.max() + np.arange(1, 11) / 100
    row = statistics.compare({"a": before, "b": after}, [("a", "b")]).iloc[0]
    assert row.permutation < 0.001
    assert row.significant
    before[1] = 50.0  # now a really bad one: Welch gives up, the permutation test does not
    row = statistics.compare({"a": before, "b": after}, [("a", "b")]).iloc[0]
    assert row.welch > 0.05 > row.permutation


def test_no_difference_is_claimed_on_fewer_runs_than_ten() -> None:
    groups = {"a": np.arange(9.0), "b": np.arange(9.0) + 100, "c": np.arange(10.0) + 200}
    groups["d"] = groups["c"] + 100
    table = statistics.compare(groups, [("a", "b"), ("a", "c"), ("c", "d")])
    assert (table.holm < 0.001).all()
    assert list(table.significant) == [False, False, True]
    with pytest.raises(LenetError, match="'e'"):
        statistics.compare(groups, [("a", "e")])


def test_equal_runs_do_not_differ() -> None:
    row = statistics.compare({"a": [1.0] * 10, "b": [1.0] * 10}, [("a", "b")]).iloc[0]
    assert (row.permutation, row.difference, row.significant) == (1, 0, False)


def test_a_family_seldom_raises_a_false_alarm() -> None:
    """Twenty-five families of four comparisons without any difference, of unequal variances."""
    rng, alarms = np.random.default_rng(0), 0
    pairs = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")]
    for _ in range(25):
        scales = {"a": 1, "b": 1, "c": 5, "d": 5}
        groups = {name: rng.normal(0, scale, 10) for name, scale in scales.items()}
        table = statistics.compare(groups, pairs, resamples=999)
        alarms += bool(table.significant.any())
    assert alarms <= 4  # expected 1.25 at most; 5 or more has a chance under 1 %


def test_holm_by_hand() -> None:
    assert list(statistics.holm([0.01, 0.04, 0.03])) == pytest.approx([0.03, 0.06, 0.06])
    assert list(statistics.holm([0.9, 0.8])) == [1.0, 1.0]


def test_mcnemar_by_hand() -> None:
    one, other = {1, 2, 3, 4, 5, 6}, {6, 7}
    first, second, p = statistics.mcnemar(one, other)
    assert (first, second) == (5, 1)
    assert p == pytest.approx(2 * (1 + 6) / 2**6)
    assert statistics.mcnemar(one, one) == (0, 0, 1.0)


def test_one_writer_per_image_is_mcnemars_test() -> None:
    one, other = np.zeros(100), np.zeros(100)
    one[:30], other[20:38] = 1, 1  # 20 only the first, 8 only the second
    found = statistics.compare_by_cluster(one, other, np.arange(100))
    _, _, exact = statistics.mcnemar(set(range(30)), set(range(20, 38)))
    assert found.difference == pytest.approx(-0.12)
    assert found.low < -0.12 < found.high < 0
    assert found.p == pytest.approx(exact, abs=0.006)


def test_differences_that_come_from_one_writer_alone_prove_nothing() -> None:
    one, other = np.zeros(1000), np.zeros(1000)
    one[:20] = 1
    independent = statistics.compare_by_cluster(one, other, np.arange(1000))
    together = statistics.compare_by_cluster(one, other, np.arange(1000) // 50)
    assert independent.difference == together.difference
    assert independent.p < 0.001
    assert together.p > 0.9
    assert together.high == 0


def test_writers_make_the_interval_wider_than_digits() -> None:
    errors, digits = np.array([20] + [0] * 99), np.full(100, 50)
    low, high = statistics.bootstrap_clusters(errors, digits)
    assert low == 0
    assert high > 0.008  # two of the writer, or more, in 26 % of the draws
    alone = statistics.bootstrap_clusters(np.repeat([1, 0], [20, 4980]), np.ones(5000))
    assert alone[1] - alone[0] < (high - low) / 2


def test_overdispersion_tells_gathered_errors_from_scattered_ones() -> None:
    rng, digits = np.random.default_rng(0), np.full(200, 50)
    scattered = rng.binomial(digits, 0.02)
    ratio, p = statistics.overdispersion(scattered, digits)
    assert ratio == pytest.approx(1, abs=0.25)
    assert p > 0.05
    gathered = rng.binomial(digits, rng.choice([0.0, 0.2], 200, p=[0.9, 0.1]))
    ratio, p = statistics.overdispersion(gathered, digits)
    assert ratio > 4
    assert p == pytest.approx(1 / 10_001)
