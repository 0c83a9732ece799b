"""`lenet train`: started over, killed, gone on with."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from helpers.cli import SMALL, lenet
from helpers.forked import Forked, completed


@pytest.mark.slow
@pytest.mark.parametrize("command", ["run", "train"])
def test_a_fresh_start_does_the_work_again(command: str, tmp_path: Path) -> None:
    words = (command, *SMALL, "--epochs", "1", "--quiet", "--out", "r")
    assert lenet(*words, cwd=tmp_path).returncode == 0
    weights = tmp_path / "r" / "weights.safetensors"
    first, when = weights.read_bytes(), weights.stat().st_mtime_ns
    assert lenet(*words, cwd=tmp_path).returncode == 0
    assert weights.stat().st_mtime_ns == when
    assert lenet(*words, "--no-resume", cwd=tmp_path).returncode == 0
    assert weights.stat().st_mtime_ns > when
    assert weights.read_bytes() == first


KILLED = ("train", *SMALL, "--epochs", "6", "--seed", "1", "--out", "run")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The weights of the run that nobody kills."""
    folder = tmp_path_factory.mktemp("undisturbed")
    assert "goes on" not in completed(*KILLED, cwd=folder)
    return (folder / "run" / "weights.safetensors").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_ends_with_the_same_weights(
    tmp_path: Path, how: signal.Signals, undisturbed: bytes
) -> None:
    """Kill the command once its first checkpoint stands; the same command ends the work."""
    run = tmp_path / "run"
    command = Forked(*KILLED, cwd=tmp_path)
    deadline = time.monotonic() + 300
    while not (run / "checkpoint.pt").exists():
        assert command.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    command.kill(how)
    code = command.wait()
    assert not (run / "weights.safetensors").exists()
    if how == signal.SIGINT:
        assert code == 130
        assert "the same command goes on" in command.stderr
        assert "Traceback" not in command.stderr
    assert "goes on" in completed(*KILLED, cwd=tmp_path)
    assert (run / "weights.safetensors").read_bytes() == undisturbed
    assert not list(tmp_path.rglob("*.part"))
