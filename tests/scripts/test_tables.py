"""A script's table says of each row what it cost and what it was made on."""

from __future__ import annotations

import runpy
from pathlib import Path

import pandas as pd
import pytest
import torch
from helpers.paths import ROOT

from lenet_lib import data
from lenet_lib.models import LeNet, save_weights

pytestmark = pytest.mark.slow
MADE_ON = ["device", "threads", "machine", "python", "torch"]


def test_peeking_keeps_the_runs_that_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "set_num_threads", lambda _: None)
    script, out = runpy.run_path(str(ROOT / "scripts" / "peeking.py")), tmp_path / "table.csv"
    options = {"recipe": ["fast"], "epochs": 2, "dataset": "digits", "out": out}
    script["main"](seeds=1, **options)
    first = out.read_text(encoding="utf-8")
    script["main"](seeds=2, **options)
    assert out.read_text(encoding="utf-8").startswith(first)
    table = pd.read_csv(out)
    assert table[["seed", "epoch"]].to_numpy().tolist() == [[0, 1], [0, 2], [1, 1], [1, 2]]
    assert table.test_errors.dtype == "int64"  # a count, not 98.0
    assert (table.seconds > 0).all()
    assert not table[MADE_ON].isna().any(axis=None)


def test_robustness_tells_of_every_recipe_how_many_networks_it_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "robustness.py"))
    small, results = data.load("digits"), script["main"].__globals__
    monkeypatch.setattr(data, "load", lambda _: small)
    monkeypatch.setitem(results, "RESULTS", tmp_path)
    for name, seeds in (("fast", 2), ("best", 1)):
        for seed in range(seeds):
            torch.manual_seed(seed)
            save_weights(LeNet().eval(), tmp_path / f"{name}-LeNet-100-seed{seed}.safetensors")
    script["main"](["fast", "best"], tmp_path)
    for name, kinds in (
        ("robustness.csv", ["corruption", "strength"]),
        ("mnist_c.csv", ["corruption"]),
    ):
        table = pd.read_csv(tmp_path / name)
        assert table.groupby("network").seeds.agg(set).to_dict() == {"fast": {2}, "best": {1}}
        assert not table[["seconds", *MADE_ON]].isna().any(axis=None)
        assert not table.duplicated(["network", *kinds]).any()
