"""What was asked of the recipes, held against the tables of results."""

from __future__ import annotations

import pandas as pd
import pytest
from helpers.paths import ROOT

from lenet_lib.data import Dataset, assignment
from lenet_lib.evaluation import comparison
from lenet_lib.evaluation.mnist_c import MNIST_C
from lenet_lib.evaluation.robustness import CORRUPTIONS


def runs_of(recipe: str) -> pd.DataFrame:
    """Give the runs of LeNet with a recipe, on all images: ten at least."""
    table = pd.read_csv(ROOT / "results" / "study.csv")
    runs = table[(table.recipe == recipe) & (table.network == "LeNet")]
    assert len(runs) >= 10
    return runs


def test_fast_keeps_up_with_every_number_that_the_assignments_run_printed(mnist: Dataset) -> None:
    runs = runs_of("fast")
    assert runs.accuracy.mean() >= 0.9915
    assert runs.loss.mean() <= 0.030  # it printed 0.04
    errors = pd.read_csv(ROOT / "results" / "study-mistakes.csv")
    errors = errors[(errors.recipe == "fast") & (errors.network == "LeNet")]
    labels = mnist.test.labels.tolist()
    scores = comparison.against_published(errors, labels, assignment.CONFUSION)
    assert len(scores) == 30
    assert (scores.high >= scores.published).all()  # within the scatter of runs


def test_sprint_takes_a_thirtieth_of_the_usual_time() -> None:
    timed = pd.read_csv(ROOT / "results" / "time_to_accuracy.csv").groupby("pipeline")
    means = timed[["accuracy", "train_seconds"]].mean()
    assert means.train_seconds["sprint"] <= means.train_seconds["reference"] / 30
    assert means.accuracy["sprint"] >= 0.9915
    assert runs_of("sprint").accuracy.mean() >= 0.9915


@pytest.mark.parametrize("table", ["robustness.csv", "mnist_c.csv"])
def test_robust_reads_no_corruption_worse_than_the_assignments_recipe(table: str) -> None:
    assert runs_of("robust").accuracy.mean() >= 0.9955
    found = pd.read_csv(ROOT / "results" / table)
    assert (found.seeds >= 10).all()
    kinds = set(found.corruption) - {"identity", "FGSM"}
    assert kinds == set(CORRUPTIONS if table == "robustness.csv" else MNIST_C)
    keys = [name for name in ("corruption", "strength") if name in found]
    wide = found.pivot_table("accuracy", keys, "network")
    assert (wide["robust"] >= wide["reference"]).all()


@pytest.mark.parametrize("recipe", ["reference", "one-cycle", "affine", "elastic"])
def test_a_variant_has_ten_runs_with_and_without_recalibration(recipe: str) -> None:
    assert set(runs_of(recipe).seed) == set(runs_of(f"{recipe}-recalibrated").seed)
