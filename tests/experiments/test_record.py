"""What a run leaves behind, the same for a folder and for a table."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import torch

from lenet_lib.data import Dataset
from lenet_lib.errors import LenetError
from lenet_lib.experiments import Job, Run, run_one, vary
from lenet_lib.experiments.record import KEY
from lenet_lib.experiments.study import Tables
from lenet_lib.training import RECIPES, get_recipe, stretch, with_network

CPU = torch.device("cpu")
JOB = Job(vary("fast", epochs=2), 3, "digits")


def test_a_folder_and_a_table_hold_the_same_record(tmp_path: Path, digits: Dataset) -> None:
    record = run_one(JOB)
    Tables(tmp_path / "t.csv").add(record)
    words = {"settings": str, "code": str}
    (row,) = pd.read_csv(tmp_path / "t.csv", dtype=words).to_dict("records")
    run = Run(tmp_path / "r")
    run.prepare(JOB)
    again = run.test(JOB, run.train(JOB, digits, CPU, progress=False), digits, CPU)
    metrics = json.loads((run.folder / "metrics.json").read_text(encoding="utf-8"))
    assert set(row) < set(metrics)
    same = set(row) - {"seconds", "loss"}
    assert {name: row[name] for name in same} == {name: metrics[name] for name in same}
    assert row["loss"] == round(metrics["loss"], 6)
    assert again.key == record.key
    assert set(KEY) < set(row)


def test_varied_settings_have_a_name_of_their_own() -> None:
    assert vary("fast") == RECIPES["fast"]
    usual = RECIPES["fast"]
    same = {"batch_size": usual.batch_size, "optimizer": None}
    assert vary("fast", epochs=usual.epochs, **same) == usual
    other = vary("fast", epochs=1, learning_rate=0.5, batch_size=64)
    assert other.name == "fast-1epochs-learning-rate-0.5-batch-size-64"
    assert (other.epochs, other.learning_rate, other.batch_size) == (1, 0.5, 64)
    assert vary("fast", images=60_000) == usual
    assert vary("fast", images=1_437) == stretch(usual, 1_437)
    assert vary("fast", images=1_437, epochs=1).epochs == 1
    for optimizer in ("adam", "sgd"):
        other = vary("fast", optimizer=optimizer)
        assert (other.name, other.weight_decay) == (f"fast-optimizer-{optimizer}", 0.0)
    best, shorter = RECIPES["best"], vary("best", epochs=40)
    assert best.teacher
    assert shorter.teacher
    assert shorter.teacher.epochs == round(best.teacher.epochs * 40 / best.epochs) == 4
    with pytest.raises(LenetError, match="learning_rate"):
        vary("fast", learning_rate=-1.0)
    with pytest.raises(LenetError, match="no recipe"):
        vary("slow")


def test_a_recipe_is_usual_as_it_stands_on_another_network_or_stretched() -> None:
    fast = RECIPES["fast"]
    assert Job(fast, 0).usual
    assert Job(with_network(fast, "LeNet5"), 0).usual
    assert Job(stretch(fast, 100), 0, train_images=100).usual
    assert not Job(stretch(fast, 100), 0).usual
    assert not Job(replace(fast, label_smoothing=0.0), 0).usual
    assert not Job(get_recipe("fast", epochs=7), 0).usual
    assert not Job(vary("fast", epochs=7), 0).usual
