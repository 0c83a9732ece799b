"""Studies: many runs at once, interrupted at will, each result once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import torch
from typer.testing import CliRunner

from lenet_lib.cli import app
from lenet_lib.data import load
from lenet_lib.errors import LenetError
from lenet_lib.evaluation.metrics import evaluate
from lenet_lib.experiments.study import Job, Tables, run_one, study
from lenet_lib.models import load_weights
from lenet_lib.training.recipe import RECIPES

COMMAND = ("study", "--recipe", "fast", "--epochs", "1", "--dataset", "digits")
TINY = replace(RECIPES["fast"], epochs=2)


def jobs(seeds: int) -> list[Job]:
    """A few runs of a second each."""
    return [Job(TINY, seed, "digits") for seed in range(seeds)]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study of three seeds, with the weights."""
    folder = tmp_path_factory.mktemp("study")
    study(jobs(3), folder / "t.csv", weights=folder / "weights", workers=2, progress=False)
    return folder


def without_time(path: Path) -> pd.DataFrame:
    """Everything but the seconds, which differ from run to run."""
    return pd.read_csv(path).drop(columns="seconds")


def test_one_row_a_run_in_the_promised_columns(done: Path) -> None:
    table = pd.read_csv(done / "t.csv")
    assert list(table)[:6] == ["recipe", "seed", "accuracy", "loss", "errors", "seconds"]
    assert {"device", "threads", "python", "torch"} <= set(table)
    assert list(table.seed) == [0, 1, 2]
    assert (table.threads == 1).all()


def test_rows_tell_what_the_kept_weights_do(done: Path) -> None:
    digits = load("digits")
    mistakes = pd.read_csv(done / "t-mistakes.csv")
    for row in pd.read_csv(done / "t.csv").itertuples():
        model = load_weights(
            done / "weights" / f"fast-LeNet-{row.train_images}-seed{row.seed}.safetensors"
        )
        metrics = evaluate(model, digits.test.images, digits.test.labels)
        assert row.errors == metrics.errors
        assert row.accuracy == pytest.approx(metrics.accuracy)
        assert row.loss == pytest.approx(metrics.loss, abs=1e-4)
        own = mistakes[mistakes.seed == row.seed]
        assert len(own) == row.errors
        assert (digits.test.labels.numpy()[own["index"]] != own.predicted).all()


def test_what_is_done_is_not_done_again(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("t.csv", "t-mistakes.csv"):
        (tmp_path / name).write_bytes((done / name).read_bytes())
    before = (tmp_path / "t.csv").read_bytes()
    study(jobs(3), tmp_path / "t.csv", progress=False)
    assert (tmp_path / "t.csv").read_bytes() == before
    table = pd.read_csv(tmp_path / "t.csv")
    table[table.seed != 1].to_csv(tmp_path / "t.csv", index=False)  # one run lost
    study(jobs(3), tmp_path / "t.csv", workers=1, progress=False)
    for name in ("t.csv", "t-mistakes.csv"):
        columns = {"seconds"}
        new, old = (pd.read_csv(folder / name) for folder in (tmp_path, done))
        keep = [column for column in old if column not in columns]
        pd.testing.assert_frame_equal(new[keep], old[keep])


def test_the_command_keeps_the_weights(tmp_path: Path) -> None:
    out, kept = tmp_path / "t.csv", tmp_path / "kept"
    words = [*COMMAND, "--seeds", "1", "--out", str(out), "--weights", str(kept), "--quiet"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    row = pd.read_csv(out).iloc[0]
    assert (kept / f"fast-LeNet-{row.train_images}-seed0.safetensors").is_file()


def test_fewer_training_images_are_drawn_by_the_seed() -> None:
    outcomes = [run_one(Job(TINY, 3, "digits", 200)) for _ in range(2)]
    assert outcomes[0].mistakes == outcomes[1].mistakes
    assert outcomes[0].row["train_images"] == 200
    whole = run_one(Job(TINY, 3, "digits"))
    assert whole.row["train_images"] == len(load("digits").train)
    assert whole.row["errors"] < outcomes[0].row["errors"]


def test_a_killed_study_goes_on_where_it_stopped(tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    command = [sys.executable, "-m", "lenet_lib.cli", *COMMAND, "--seeds", "4", "--jobs", "1"]
    command += ["--out", str(out), "--quiet"]
    process = subprocess.Popen(command, start_new_session=True)
    deadline = time.monotonic() + 120
    while not out.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    first = len(pd.read_csv(out))
    assert first >= 1
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    table = pd.read_csv(out)
    assert list(table.seed) == [0, 1, 2, 3]
    mistakes = pd.read_csv(tmp_path / "t-mistakes.csv")
    assert list(mistakes.groupby("seed").size()) == list(table.errors)


def test_on_dask_each_result_comes_once_though_a_worker_dies(tmp_path: Path) -> None:
    from distributed import LocalCluster

    out = tmp_path / "t.csv"
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        command = [sys.executable, "-m", "lenet_lib.cli", *COMMAND, "--seeds", "6", "--quiet"]
        command += ["--backend", "dask", "--scheduler", cluster.scheduler_address]
        process = subprocess.Popen([*command, "--out", str(out)], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 120
        while not out.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(pd.read_csv(out)) < 6, "too late to kill a worker"
        victim = next(iter(cluster.workers.values()))
        os.kill(victim.pid, signal.SIGKILL)
        assert process.wait(timeout=180) == 0
    assert list(pd.read_csv(out).seed) == list(range(6))


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--backend", "dask"), 2, "go together"),
        (("--scheduler", "tcp://127.0.0.1:1"), 2, "go together"),
        (("--seeds", "0"), 2, "--seeds"),
        (("--recipe", "slow"), 2, "slow"),
        (("--train-images", "1"), 2, "--train-images"),
    ],
)
def test_wrong_words_are_refused(options: tuple[str, ...], code: int, words: str) -> None:
    result = CliRunner().invoke(app, [*COMMAND, *options])
    assert result.exit_code == code
    assert words in result.output


def test_more_images_than_there_are_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LenetError, match="10,000,000"):
        study([Job(TINY, 0, "digits", 10_000_000)], tmp_path / "t.csv", progress=False)


def test_a_file_that_is_no_study_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(LenetError, match="no table of a study"):
        study(jobs(1), path, progress=False)
    assert path.read_text() == "a,b\n1,2\n"


def test_two_writers_lose_nothing(done: Path, tmp_path: Path) -> None:
    tables = Tables(tmp_path / "t.csv")
    outcome = run_one(jobs(1)[0])
    torch.set_num_threads(1)
    tables.add(outcome)
    tables.add(outcome)
    assert len(pd.read_csv(tmp_path / "t.csv")) == 1
