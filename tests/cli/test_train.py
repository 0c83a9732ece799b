"""`lenet train`: started over, killed, gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers.cli import SMALL, lenet


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


KILLED = ["-m", "lenet_lib.cli", "train", *SMALL, "--epochs", "6", "--seed", "1", "--out", "run"]
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1"}


def end_the_work(folder: Path) -> str:
    """Run the command to its end; what it says."""
    done = subprocess.run(
        [sys.executable, *KILLED],
        cwd=folder,
        env=ONE_THREAD,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The weights of the run that nobody kills."""
    folder = tmp_path_factory.mktemp("undisturbed")
    assert "goes on" not in end_the_work(folder)
    return (folder / "run" / "weights.safetensors").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_killed_run_ends_with_the_same_weights(
    tmp_path: Path, how: signal.Signals, undisturbed: bytes
) -> None:
    """Kill the command once its first checkpoint stands; the same command ends the work."""
    run = tmp_path / "run"
    with subprocess.Popen(
        [sys.executable, *KILLED],
        cwd=tmp_path,
        env=ONE_THREAD,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # A shell's background job, as on CI, is born deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        deadline = time.monotonic() + 300
        while not (run / "checkpoint.pt").exists():
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(how)
        _, errors = process.communicate(timeout=300)
    assert not (run / "weights.safetensors").exists()
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert b"the same command goes on" in errors
        assert b"Traceback" not in errors
    assert "goes on" in end_the_work(tmp_path)
    assert (run / "weights.safetensors").read_bytes() == undisturbed
    assert not list(tmp_path.rglob("*.part"))
