"""Studies: many runs at once, interrupted at will, each result once."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from helpers.forked import Forked, completed, server
from helpers.studies import TINY, jobs

from lenet_lib.data import load
from lenet_lib.errors import LenetError
from lenet_lib.evaluation.metrics import evaluate
from lenet_lib.experiments.record import Job
from lenet_lib.experiments.study import plan, run_one, study
from lenet_lib.models import load_weights
from lenet_lib.training import RECIPES, get_recipe, stretch, with_network

COMMAND = ("study", "--recipe", "fast", "--epochs", "1", "--dataset", "digits")


def without_time(path: Path) -> pd.DataFrame:
    """Everything but the seconds, which differ from run to run."""
    return pd.read_csv(path).drop(columns="seconds")


def test_one_row_a_run_in_the_promised_columns(done: Path) -> None:
    table = pd.read_csv(done / "t.csv")
    assert list(table)[:6] == ["recipe", "seed", "accuracy", "loss", "errors", "seconds"]
    assert {"device", "threads", "python", "torch"} <= set(table)
    assert list(table.seed) == [0, 1, 2]
    assert (table.threads == 1).all()


@pytest.mark.slow
def test_two_runs_at_a_time_make_the_same_table(done: Path, tmp_path: Path) -> None:
    study(jobs(3), tmp_path / "t.csv", workers=2, progress=False)
    pd.testing.assert_frame_equal(without_time(tmp_path / "t.csv"), without_time(done / "t.csv"))
    mistakes = "t-mistakes.csv"
    assert (tmp_path / mistakes).read_bytes() == (done / mistakes).read_bytes()


def test_rows_tell_what_the_kept_weights_do(done: Path) -> None:
    digits = load("digits")
    mistakes = pd.read_csv(done / "t-mistakes.csv")
    for row in pd.read_csv(done / "t.csv").itertuples():
        name = f"fast-LeNet-{row.train_images}-seed{row.seed}-{row.settings}.safetensors"
        model = load_weights(done / "weights" / name)
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
    pd.testing.assert_frame_equal(without_time(tmp_path / "t.csv"), without_time(done / "t.csv"))
    mistakes = "t-mistakes.csv"
    assert (tmp_path / mistakes).read_bytes() == (done / mistakes).read_bytes()


@pytest.mark.slow
def test_fewer_training_images_are_drawn_by_the_seed() -> None:
    first, again = (run_one(Job(TINY, 3, "digits", 200)) for _ in range(2))
    assert first.mistakes == again.mistakes
    assert first.row()["train_images"] == 200
    whole = run_one(Job(TINY, 3, "digits"))
    assert whole.row()["train_images"] == len(load("digits").train)
    assert whole.row()["errors"] < first.row()["errors"]


@pytest.mark.slow
def test_a_killed_study_goes_on_where_it_stopped(tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    words = (*COMMAND, "--seeds", "4", "--jobs", "1", "--out", out, "--quiet")
    command = Forked(*words, cwd=tmp_path)
    deadline = time.monotonic() + 300
    while not out.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    command.kill()
    command.wait()
    first = len(pd.read_csv(out))
    assert first >= 1
    completed(*words, cwd=tmp_path)
    table = pd.read_csv(out)
    assert list(table.seed) == [0, 1, 2, 3]
    mistakes = pd.read_csv(tmp_path / "t-mistakes.csv")
    assert list(mistakes.groupby("seed").size()) == list(table.errors)


@pytest.mark.cluster
def test_on_dask_each_result_comes_once_though_a_worker_dies(tmp_path: Path) -> None:
    import dask
    from distributed import LocalCluster

    out, workers = tmp_path / "t.csv", {"n_workers": 2, "threads_per_worker": 1}
    server()  # the workers are forked from it, too
    with (
        dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"}),
        LocalCluster(**workers, processes=True, dashboard_address=None) as cluster,
    ):
        words = (*COMMAND, "--seeds", "6", "--quiet", "--backend", "dask", "--out", out)
        command = Forked(*words, "--scheduler", cluster.scheduler_address, cwd=tmp_path)
        deadline = time.monotonic() + 300
        while not out.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(pd.read_csv(out)) < 6, "too late to kill a worker"
        victim = next(iter(cluster.workers.values()))
        os.kill(victim.pid, signal.SIGKILL)
        assert command.wait() == 0, command.stderr
    assert list(pd.read_csv(out).seed) == list(range(6))


def test_a_scheduler_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    with pytest.raises(LenetError, match="No Dask scheduler answers at 'nowhere'"):
        study(jobs(1), out, scheduler="nowhere", progress=False)
    assert not out.exists()


def test_without_dask_one_sentence_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)  # its import fails
    with pytest.raises(LenetError, match=r'distributed.*: pip install "lenet-report\[study\]"\.$'):
        study(jobs(1), tmp_path / "t.csv", scheduler="x", progress=False)
    assert not list(tmp_path.iterdir())


def test_more_images_than_there_are_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LenetError, match="10,000,000"):
        study([Job(TINY, 0, "digits", 10_000_000)], tmp_path / "t.csv", progress=False)


OTHER_SETTINGS = {
    "learning rate": {"learning_rate": 0.01},
    "decay": {"weight_decay": 0.1},
    "batch": {"batch_size": 128},
    "smoothing": {"label_smoothing": 0.0},
}


@pytest.mark.slow
def test_other_settings_under_the_same_name_are_another_run(tmp_path: Path) -> None:
    out, count = tmp_path / "t.csv", 1
    study(jobs(1), out, workers=1, progress=False)
    for change in OTHER_SETTINGS.values():
        study(jobs(1, replace(TINY, **change)), out, workers=1, progress=False)
        count += 1
        table = pd.read_csv(out)
        assert len(table) == table.settings.nunique() == count, change
    assert set(table.recipe) == {"fast"}
    assert table.loss.nunique() == count  # each was trained
    study(jobs(1), out, workers=1, progress=False)
    assert len(pd.read_csv(out)) == count


def test_the_teachers_settings_count(tmp_path: Path) -> None:
    best = get_recipe("best")
    assert best.teacher
    other = replace(best, teacher=replace(best.teacher, learning_rate=0.004))
    digits = load("digits")
    assert Job(best, 0).key(digits) != Job(other, 0).key(digits)


def test_a_plan_stretches_recipes_for_few_images() -> None:
    jobs = plan(["fast", "one-cycle"], 2, "digits", network="LeNet5", sizes=[100, 200])
    assert len(jobs) == 8
    assert {job.recipe.network for job in jobs} == {"LeNet5"}
    fast = with_network(RECIPES["fast"], "LeNet5")
    assert not fast.temperature_scaling
    assert jobs[0] == Job(stretch(fast, 100), 0, "digits", 100)
    assert all(job.usual for job in jobs)
    (short,) = plan(["fast"], 1, epochs=1, sizes=[100])
    assert short.recipe.epochs == 1
    assert not short.usual
