"""`lenet recipes`: what there is, and what it reaches."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from helpers.cli import lenet
from helpers.paths import ROOT

from lenet_lib.training import RECIPES


def test_every_recipe_is_listed_with_the_means_of_the_study(tmp_path: Path) -> None:
    result = lenet("recipes", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    lines = {line.split()[0]: line for line in result.stdout.splitlines()[1:] if line}
    assert set(RECIPES) < set(lines)
    study = pd.read_csv(ROOT / "results" / "study.csv")
    for name in ("reference", "best"):
        own = study[(study.recipe == name) & (study.network == "LeNet")]
        assert f"{own.accuracy.mean():.2%}" in lines[name]
        assert f" {len(own)} " in lines[name]
        timed = own.seconds.notna().any()
        assert lines[name].endswith(f" {own.seconds.mean():,.0f} s" if timed else " –")
