"""The project's own files agree with each other."""

from __future__ import annotations

import re
import subprocess
import tomllib
from dataclasses import replace

import pandas as pd
import pytest
import yaml
from helpers.paths import ROOT
from packaging.requirements import Requirement
from packaging.version import Version

from lenet_lib.training import RECIPES

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINES = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
PINS = [Requirement(line.strip()) for line in LINES if line and not line.lstrip().startswith("#")]


def direct() -> list[Requirement]:
    """All direct dependencies, those of every extra too."""
    project = PROJECT["project"]
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    needs = [Requirement(text) for text in project["dependencies"] + extras]
    return [need for need in needs if need.name != project["name"]]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_requirements_pin_every_direct_dependency_within_its_range() -> None:
    for need in direct():
        pins = [pin for pin in PINS if normal(pin.name) == normal(need.name)]
        assert pins, f"{need} has no pin: run `make lock`"
        for pin in pins:
            (only,) = pin.specifier
            assert only.operator == "=="
            assert need.specifier.contains(Version(only.version)), f"{need} but {pin}"


def test_requirements_name_no_addresses() -> None:
    assert all(pin.url is None for pin in PINS)
    assert not any(re.search(r"https?://|--(extra-)?index|--find-links|@ ", line) for line in LINES)
    assert "make lock" in "\n".join(LINES[:3])


def test_environment_installs_exactly_the_pins_and_the_package() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, pip = environment["dependencies"]
    assert pip == {"pip": ["-r requirements.txt", "-e ."]}
    assert environment["channels"] == ["conda-forge"]
    (python,) = [need for need in conda if need.startswith("python")]
    lowest = re.search(r">=([\d.]+)", PROJECT["project"]["requires-python"])
    assert lowest
    assert python.startswith(f"python>={lowest[1]}")
    assert Version(lowest[1]) == Version("3.11")


def test_the_users_packages_are_all_there() -> None:
    asked = "torch torchvision jupyterlab matplotlib seaborn scikit-learn torchinfo nbval"
    assert set(asked.split()) <= {normal(need.name) for need in direct()}


def test_forbidden_words_stay_out_of_what_is_committed() -> None:
    """No path of one machine, no registry's host, no MNIST."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    words = re.compile(r"/wor[k]/|/roo[t]/|python[h]osted|py[p]i\.org/simple")
    for path in files:
        assert not path.name.endswith("ubyte"), f"{path} looks like MNIST"
        if path.is_file() and path.suffix not in {".safetensors", ".png", ".jpg"}:
            found = words.search(path.read_text(encoding="utf-8"))
            assert found is None, f"{path} names {found and found[0]}"


def test_readme_shows_the_committed_results() -> None:
    """The table on the README's first screen is the one that the results make."""
    import runpy

    make = runpy.run_path(str(ROOT / "scripts" / "readme_table.py"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "| pipeline | runs |" in readme
    assert make["current"]() == readme


def test_a_trial_changes_the_settings_it_is_told() -> None:
    import runpy

    change = runpy.run_path(str(ROOT / "scripts" / "try_recipe.py"))["change"]
    start = RECIPES["elastic-recalibrated"]
    assert start.distortion
    words = ["epochs=30", "learning_rate=1e-3", "schedule=constant", "recalibrate_bn=false"]
    assert change(start, [*words, "distortion.alpha=20"]) == replace(
        start,
        epochs=30,
        learning_rate=0.001,
        schedule="constant",
        recalibrate_bn=False,
        distortion=replace(start.distortion, alpha=20),
    )
    together = replace(start, swa=0.5, swa_learning_rate=0.002)  # neither is allowed alone
    assert change(start, ["swa=0.5", "swa_learning_rate=0.002"]) == together


def test_no_trial_of_the_search_stands_there_twice() -> None:
    search = pd.read_csv(ROOT / "results" / "search.csv")
    twice = search[search.drop(columns="remark").duplicated(keep=False)]
    assert len(search) > 50
    assert twice.empty, twice.to_string()
