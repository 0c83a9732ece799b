"""A run's folder: whose it is, and which code made it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lenet_lib.data import Dataset
from lenet_lib.errors import LenetError
from lenet_lib.experiments import Job, Run, evaluate_weights, vary
from lenet_lib.training import RECIPES, Distortion

CPU = torch.device("cpu")
JOB = Job(vary("fast", epochs=1), 0, "digits")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, digits: Dataset) -> Path:
    """The folder of a finished run, trained once for all tests."""
    run = Run(tmp_path_factory.mktemp("made") / "r")
    assert run.prepare(JOB) == "new"
    run.test(JOB, run.train(JOB, digits, CPU, progress=False), digits, CPU)
    return run.folder


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Run:
    """A finished run, to break."""
    return Run(shutil.copytree(made, tmp_path / "r"))


def rewrite(run: Run, **changes: object) -> None:
    """Change the settings that the folder holds; None removes one."""
    config = {**run.config(), **changes}
    config = {name: value for name, value in config.items() if value is not None}
    (run.folder / "config.json").write_text(json.dumps(config), encoding="utf-8")


def test_a_finished_run_is_loaded_and_not_read_back_while_it_is_made(
    run: Run, digits: Dataset
) -> None:
    assert run.prepare(JOB) == "finished"
    fitted = run.train(JOB, digits, CPU, progress=False)
    assert fitted.seconds == run.history()[0]["seconds"]
    assert run.finished_job() == JOB


@pytest.mark.parametrize("code", ["0123456789ab", None])
def test_another_or_unknown_code_starts_over_and_keeps_the_weights(
    run: Run, code: str | None, digits: Dataset
) -> None:
    rewrite(run, code=code)
    weights = run.weights.read_bytes()
    with pytest.raises(LenetError, match="trained by other code"):
        run.finished_job()
    assert run.prepare(JOB) == "outdated"
    assert run.state() == "new"
    assert not (run.folder / "metrics.json").exists()
    assert (run.folder / "weights-old.safetensors").read_bytes() == weights
    run.train(JOB, digits, CPU, progress=False)
    assert run.prepare(JOB) == "finished"


def test_an_unfinished_run_of_other_code_starts_over(run: Run) -> None:
    run.weights.unlink()
    run.checkpoint.touch()
    assert run.prepare(JOB) == "begun"
    rewrite(run, code="0123456789ab")
    assert run.prepare(JOB) == "outdated"
    assert run.state() == "new"


def test_a_folder_whose_settings_had_other_names_is_refused(run: Run) -> None:
    rewrite(run, code=None, recipe={"name": JOB.recipe.name, "clean": True})
    with pytest.raises(LenetError, match="other settings"):
        run.prepare(JOB)
    with pytest.raises(LenetError, match="trained by other code"):
        run.finished_job()
    assert run.prepare(JOB, resume=False) == "new"


@pytest.mark.parametrize(
    "change",
    [
        {"learning_rate": 0.01},
        {"batch_size": 64},
        {"label_smoothing": 0.2},
        {"distortion": Distortion(rotation=3)},
    ],
    ids=str,
)
def test_a_run_with_other_settings_is_left_alone(run: Run, change: dict[str, object]) -> None:
    before = {path: path.read_bytes() for path in run.folder.iterdir()}
    with pytest.raises(LenetError, match="other settings"):
        run.prepare(replace(JOB, recipe=replace(JOB.recipe, **change)))  # type: ignore[arg-type]
    assert {path: path.read_bytes() for path in run.folder.iterdir()} == before


def test_weights_without_settings_are_nobodys_run(run: Run) -> None:
    (run.folder / "config.json").unlink()
    with pytest.raises(LenetError, match="holds no run"):
        run.prepare(JOB)
    assert run.weights.is_file()


def test_a_recipe_with_a_teacher_comes_back_from_its_settings(tmp_path: Path) -> None:
    job = Job(RECIPES["best"], 0, "digits")
    Run(tmp_path).prepare(job)
    assert Run(tmp_path).finished_job() == job


def test_other_data_leave_the_folder_as_it_was(run: Run, digits: Dataset) -> None:
    (run.folder / "metrics.json").unlink()
    rewrite(run, dataset="mnist")
    metrics = evaluate_weights(run.folder, digits, CPU)
    assert metrics.images == len(digits.test)
    assert not (run.folder / "metrics.json").exists()
