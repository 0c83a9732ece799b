"""Kills, a second process in the same folder, broken leftovers and impossible numbers."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from filelock import FileLock
from helpers.forked import Forked, completed

from lenet_lib.data import Images
from lenet_lib.errors import LenetError
from lenet_lib.evaluation.metrics import evaluate
from lenet_lib.experiments import Job, Run
from lenet_lib.training import RECIPES, fit

from .conftest import FULL, Faults

pytestmark = pytest.mark.slow

CPU = torch.device("cpu")
TINY = replace(RECIPES["fast"], epochs=1)
RUN = ("run", "--dataset", "digits", "--device", "cpu", "--epochs", "20", "--quiet", "--out", "r")


@pytest.mark.skipif(not FULL, reason="half a minute a kill; tests/cli/test_train.py has two")
def test_killed_at_any_moment(tmp_path: Path, faults: Faults) -> None:
    """Kill it at a random time; the same command then ends as an undisturbed one does."""
    began = time.monotonic()
    expected = completed(*RUN, cwd=tmp_path / "whole")
    length = time.monotonic() - began
    weights = (tmp_path / "whole" / "r" / "weights.safetensors").read_bytes()
    for number in faults.times(50, 2):
        folder = tmp_path / str(number)
        command = Forked(*RUN, cwd=folder)
        time.sleep(faults.random.uniform(0.2, 1) * length)
        command.kill()
        command.wait()
        again = completed(*RUN, cwd=folder)
        assert again[again.index("scikit-learn's digits, recipe") :] == expected
        assert (folder / "r" / "weights.safetensors").read_bytes() == weights
        assert not list(folder.rglob("*.part"))
        assert not (folder / "r" / "checkpoint.pt").exists()
        faults.tried("run killed")


def test_the_second_in_a_folder_is_sent_away(tmp_path: Path, faults: Faults) -> None:
    """A live process holds the folder; a dead one, whose lock file stays, does not."""
    run = Run(tmp_path)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time; from filelock import FileLock\n"
            "with FileLock(sys.argv[1]): print('held', flush=True); time.sleep(600)",
            tmp_path / ".lock",
        ],
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(LenetError, match="Another process works in"), run.lock():
        pass
    holder.kill()
    holder.communicate()
    (tmp_path / "weights.safetensors.1.part").touch()
    with run.lock():
        assert not list(tmp_path.glob("*.part"))
        with pytest.raises(LenetError, match="Another process"), Run(tmp_path).lock():
            pass
    with FileLock(tmp_path / ".lock", timeout=0):
        pass
    faults.tried("two at once")


def test_a_fresh_start_killed_half_way_is_no_finished_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: Faults
) -> None:
    """Whichever file --no-resume was removing when it died, what is left is no finished run."""
    names = ("config.json", "history.csv", "metrics.json", "weights.safetensors")
    unlink = Path.unlink
    for survivors in range(4):
        folder = tmp_path / str(survivors)
        folder.mkdir()
        for name in names:
            (folder / name).touch()
        removed: list[Path] = []

        def die(path: Path, missing_ok: bool = False, removed: list[Path] = removed) -> None:
            if len(removed) > survivors:  # noqa: B023 (called inside the loop alone)
                raise KeyboardInterrupt
            removed.append(path)
            unlink(path, missing_ok)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", die)
            with contextlib.suppress(KeyboardInterrupt):
                Run(folder).prepare(Job(TINY, 0, "digits"), resume=False)
        assert Run(folder).state() != "finished"
        faults.tried("fresh start killed half-way")


def test_broken_leftovers_of_a_run(tmp_path: Path, few: Images, faults: Faults) -> None:
    run = Run(tmp_path)
    for text in ("", "[]", "{}", "null", "\xff"):
        (tmp_path / "config.json").write_text(text, encoding="latin-1")
        with pytest.raises(LenetError, match="holds no run"):
            run.config()
        faults.tried("broken leftovers of a run")
    for text in ("", "epoch\n1\n", "seconds\nx\n", "\xff"):
        (tmp_path / "history.csv").write_text(text, encoding="latin-1")
        if text:
            with pytest.raises(LenetError, match="no readable history"):
                run.history()
            faults.tried("broken leftovers of a run")
    fit(TINY, few, device=CPU, checkpoint=run.checkpoint)
    sound = run.checkpoint.read_bytes()
    for _ in faults.times(100, 5):
        run.checkpoint.write_bytes(sound[: faults.random.randrange(len(sound))])
        with pytest.raises(LenetError, match="no usable checkpoint"):
            fit(TINY, few, device=CPU, checkpoint=run.checkpoint)
        faults.tried("checkpoint truncated")
    for content in (b"garbage", b"\x80\x02", b"", b"PK\x03\x04"):
        run.checkpoint.write_bytes(content)
        with pytest.raises(LenetError, match="no usable checkpoint"):
            fit(TINY, few, device=CPU, checkpoint=run.checkpoint)
        faults.tried("broken leftovers of a run")


@pytest.mark.parametrize("rate", [1e4, 1e30, 1e38, float("inf"), float("nan")])
def test_a_diverging_rate_gives_finite_weights_or_an_error(
    few: Images, rate: float, faults: Faults
) -> None:
    """One step an epoch: the loss is looked at before the only step, the weights after it."""
    try:
        recipe = replace(RECIPES["reference"], epochs=1, learning_rate=rate)
        fitted = fit(recipe, few, device=CPU)
        metrics = evaluate(fitted.model, few.images, few.labels)
    except LenetError as error:
        assert "finite" in str(error)
    else:
        assert rate < 1e38
        assert all(value.isfinite().all() for value in fitted.model.state_dict().values())
        assert metrics.loss < float("inf")
    faults.tried("learning rate that diverges")


def odd(few: Images) -> dict[str, Images]:
    return {
        "black": Images(torch.zeros_like(few.images), few.labels),
        "white": Images(torch.full_like(few.images, 255), few.labels),
        "one class": Images(few.images, torch.full_like(few.labels, 3)),
        "two images": few[:2],
    }


@pytest.mark.parametrize("name", ["black", "white", "one class", "two images"])
def test_odd_data_give_numbers(few: Images, name: str, faults: Faults) -> None:
    """They are fewer than a batch, too."""
    part = odd(few)[name]
    fitted = fit(replace(TINY, batch_size=1024), part, device=CPU)
    metrics = evaluate(fitted.model, part.images, part.labels)
    assert metrics.loss == metrics.loss < float("inf")
    assert 0 <= metrics.accuracy_low <= metrics.accuracy <= metrics.accuracy_high <= 1
    faults.tried("odd training data")
