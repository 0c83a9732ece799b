"""Comparing recipes and networks: known answers, and tables that say what was asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lenet_lib.errors import LenetError
from lenet_lib.evaluation import comparison
from lenet_lib.training import RECIPES, with_network


@pytest.fixture
def table() -> pd.DataFrame:
    """Three recipes of ten seeds: the second surely better than the first, the third not."""
    chance = np.random.default_rng(0)
    base = chance.normal(0.985, 0.002, 10)
    means = {
        "a": base,
        "b": base + 0.008 + chance.normal(0, 1e-4, 10),
        "c": base + 0.008 + chance.normal(0, 0.002, 10),
    }
    rows = [
        {"recipe": name, "seed": seed, "accuracy": value, "loss": 1 - value, "seconds": 10.0}
        for name, values in means.items()
        for seed, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


def test_cost_grows_with_epochs_images_and_the_network() -> None:
    one = comparison.multiply_adds(replace(RECIPES["reference"], epochs=1), images=1)
    first, second = 6 * 30 * 30 * 3 * 3, 16 * 11 * 11 * 6 * 5 * 5
    rest = 400 * 120 + 120 + 120 * 84 + 84 + 84 * 10
    assert one == 3 * (first + second + rest)
    assert comparison.multiply_adds(replace(RECIPES["reference"], epochs=4), images=5) == 20 * one
    assert comparison.multiply_adds(with_network(RECIPES["reference"], "LeNet5"), 1) != 20 * one
    spared = comparison.multiply_adds(replace(RECIPES["fast"], epochs=1), images=1)
    assert spared == first + 2 * second + 3 * rest


def test_a_teachers_cost_counts_its_training_and_its_reading_of_the_copies() -> None:
    teacher = replace(with_network(RECIPES["fast"], "SmallVGG"), epochs=2)
    alone = replace(RECIPES["fast"], epochs=5)
    own, one = comparison.multiply_adds(alone, 7), comparison.multiply_adds(teacher, 1) // 6
    assert comparison.teachers_multiply_adds(alone, 7) == 0
    for copies, read in ((3, 3), (9, 5)):  # of nine copies five epochs show five
        taught = replace(alone, teacher=teacher, teachers=2, cached_augmentations=copies)
        assert comparison.multiply_adds(taught, 7) == own
        assert comparison.teachers_multiply_adds(taught, 7) == 2 * 7 * (6 + read) * one


def test_trials_of_a_recipe_are_those_with_its_teacher() -> None:
    plain = replace(RECIPES["affine"], name="plain")
    taught = replace(plain, teacher=RECIPES["affine"], cached_augmentations=4)
    rows = []
    for recipe in (plain, taught):
        settings = {**recipe.settings(), "teacher": recipe.teacher and recipe.teacher.name}
        bounds = settings.pop("distortion")
        rows.append({**settings, **{f"distortion.{name}": value for name, value in bounds.items()}})
    search = pd.DataFrame(rows).drop(columns="name").assign(remark=None)
    assert list(comparison.trials_of(plain, search).index) == [0]
    assert list(comparison.trials_of(taught, search).index) == [1]


def test_summary_keeps_the_order_and_holds_the_mean(table: pd.DataFrame) -> None:
    summary = comparison.summarise(table)
    assert list(summary.index) == ["a", "b", "c"]
    for name, row in summary.iterrows():
        assert row.error == pytest.approx(
            100 * (1 - table[table.recipe == name].accuracy.mean()), abs=1e-9
        )
        assert row.low < row.error < row.high
        assert row.runs == 10


def test_the_assignments_recipe_is_in_every_family(table: pd.DataFrame) -> None:
    with_it = pd.concat([table, table[table.recipe == "a"].assign(recipe="reference")])
    found = comparison.compare_recipes(with_it, [("a", "b"), ("b", "c")])
    assert list(zip(found.before, found.after, strict=True)) == [
        ("a", "b"),
        ("b", "c"),
        ("reference", "c"),
    ]
    assert len(comparison.compare_recipes(with_it, [("reference", "b")])) == 1
    with pytest.raises(LenetError, match="'reference'"):
        comparison.compare_recipes(table, [("a", "b")])
    networks = table.rename(columns={"recipe": "network"})
    assert len(comparison.compare_recipes(networks, [("a", "b")], by="network")) == 1


def test_a_family_is_corrected_and_in_percentage_points(table: pd.DataFrame) -> None:
    pairs = comparison.steps(["reference", "b", "c"])
    assert pairs == [("reference", "b"), ("b", "c"), ("reference", "c")]
    named = table.replace({"recipe": {"a": "reference"}}).sample(frac=1, random_state=1)
    found = comparison.compare_recipes(named, pairs).set_index(["before", "after"])
    assert found.difference["reference", "b"] == pytest.approx(0.8, abs=0.02)
    assert found.significant["reference", "b"]
    assert not found.significant["b", "c"]
    assert (found.holm >= found.permutation).all()


def test_peeking_is_the_best_epoch_less_the_last() -> None:
    errors = {0: (90, 70, 80), 1: (95, 85, 75), 2: (60, 80, 90)}
    rows = [
        {"recipe": "a", "seed": seed, "epoch": e, "test_errors": n, "test_images": 10_000}
        for seed, run in errors.items()
        for e, n in enumerate(run, start=1)
    ]
    found = comparison.peeking_gain(pd.DataFrame(rows).sample(frac=1, random_state=0)).loc["a"]
    assert found.runs == 3
    assert found["last"] == pytest.approx(100 - (80 + 75 + 90) / 300)
    assert found.best == pytest.approx(100 - (70 + 75 + 60) / 300)
    assert found.gain == pytest.approx((10 + 0 + 30) / 300)
    assert found.low < found.gain < found.high


def test_recipes_keep_their_order_on_every_processor() -> None:
    """Which of equal values a fast sort puts first depends on the vectors of the processor."""
    names = [f"recipe {k}" for k in (3, 1, 2, 0)]
    rows = [(name, seed, e, 9 - e, 100) for e in (1, 2) for name in names for seed in range(40)]
    columns = ["recipe", "seed", "epoch", "test_errors", "test_images"]
    table = pd.DataFrame(rows, columns=columns).iloc[::-1]
    assert list(comparison.peeking_gain(table).index) == names[::-1]


def test_shared_mistakes_count_runs() -> None:
    rows = [(0, 7, 1), (1, 7, 1), (2, 7, 4), (0, 9, 5)]
    shared = comparison.shared_mistakes(pd.DataFrame(rows, columns=["seed", "index", "predicted"]))
    assert list(shared.index) == [7, 9]
    assert list(shared.runs) == [3, 1]
    assert shared.prediction[7] == 1


def test_runs_repeat_each_others_mistakes() -> None:
    rows = [(0, 7), (0, 8), (0, 9), (0, 6), (1, 7), (1, 8)]  # one repeats 2 of 4, the other 2 of 2
    table = pd.DataFrame(rows, columns=["seed", "index"])
    assert comparison.repeated_share(table) == pytest.approx((2 / 4 + 2 / 2) / 2)


def test_settings_without_a_part_in_a_recipe_show_a_dash() -> None:
    table = comparison.settings_table(["reference", "affine", "averaged"])
    assert list(table.loc["warm-up (share of cycle)"]) == ["–", "0.3", "0.3"]
    assert list(table.loc["rotation (± degrees)"]) == ["–", "8", "8"]
    assert list(table.loc["elastic σ (pixels)"]) == ["–", "–", "4"]
    assert list(table.loc["averaged (share of epochs)"]) == ["–", "–", "0.75"]
    assert list(table.loc["recalibrate bn"]) == ["no", "no", "yes"]
    assert not {"teacher (a recipe)", "momentum"} & {*table.index}  # no recipe here uses them
    taught = comparison.settings_table(["averaged", "best"])
    assert list(taught.loc["teacher (a recipe)"]) == ["–", "teacher"]
    assert list(taught.loc["distorted copies per image"]) == ["–", "100"]


def test_scores_by_class_stand_beside_a_published_runs() -> None:
    labels = [0, 0, 0, 0, 1, 1]
    rows = [(0, 0, 1), (0, 4, 0), (1, 5, 0)]  # the first run errs twice, the second once
    mistakes = pd.DataFrame(rows, columns=["seed", "index", "predicted"])
    found = comparison.against_published(mistakes, labels, np.array([[3, 1], [0, 2]]))
    assert found.published["precision"].tolist() == pytest.approx([100, 200 / 3])
    assert found.published["recall"].tolist() == pytest.approx([75, 100])
    assert found.published["F1"].tolist() == pytest.approx([600 / 7, 80])
    assert found["mean"]["precision"].tolist() == pytest.approx([77.5, 75])  # of 75, 80; 50, 100
    assert found["mean"]["recall"].tolist() == pytest.approx([87.5, 50])
    half = 12.7062 * np.std([75, 80], ddof=1) * np.sqrt(1.5)
    row = found.loc[("precision", 0)]
    assert (row.low, row.high) == pytest.approx((77.5 - half, 77.5 + half), rel=1e-4)
