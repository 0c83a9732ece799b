"""The command line as a person uses it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers.cli import lenet
from helpers.paths import ROOT

SMALL = ["--dataset", "digits", "--device", "cpu"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A finished run of the default command on the small digits, and what it printed."""
    here = tmp_path_factory.mktemp("run")
    result = lenet("run", *SMALL, "--seed", "3", cwd=here)
    assert result.returncode == 0, result.stderr
    return here / "runs" / "digits-fast-seed3", result.stdout


def test_run_prints_what_the_assignment_printed(finished: tuple[Path, str]) -> None:
    _, output = finished
    assert "62,018" in output
    tail = output[output.index("Test Loss:") :].splitlines()
    assert tail[0].count("%") == 3
    assert tail[1] == "Precision, Recall and F1-Score..."
    matrix = tail.index("Confusion Matrix...")
    assert sum(int(n) for row in tail[matrix + 1 : matrix + 11] for n in row.split()) == 360
    assert "scikit-learn's digits, recipe fast, seed 3" in output


def test_the_summary_is_that_of_the_recipes_network(tmp_path: Path) -> None:
    result = lenet("run", *SMALL, "--recipe", "lenet5", "--epochs", "1", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "60,000" in result.stdout
    assert "62,018" not in result.stdout


def test_run_folder_holds_everything(finished: tuple[Path, str]) -> None:
    folder, output = finished
    names = sorted(path.name for path in folder.iterdir())
    assert names == [".lock", "config.json", "history.csv", "metrics.json", "weights.safetensors"]
    metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["recipe"] == "fast"
    assert (metrics["seed"], metrics["dataset"], metrics["images"]) == (3, "digits", 360)
    assert metrics["errors"] == round((1 - metrics["accuracy"]) * 360)
    assert f"Test Acc: {100 * metrics['accuracy']:.2f}%" in output
    assert metrics["train_seconds"] > 0
    assert {"torch", "python", "device", "threads"} <= metrics.keys()
    assert (folder / "history.csv").read_text(encoding="utf-8").count("\n") == 4


def test_the_same_command_again_says_so_and_gives_the_same(finished: tuple[Path, str]) -> None:
    folder, output = finished
    again = lenet("run", *SMALL, "--seed", "3", "--quiet", cwd=folder.parents[1])
    assert "is finished: its weights are used" in again.stdout
    assert again.stdout[again.stdout.index("Test Loss") :] in output


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


def test_evaluate_takes_a_run_or_weights(finished: tuple[Path, str]) -> None:
    folder, output = finished
    for target in (folder, folder / "weights.safetensors"):
        result = lenet("evaluate", target, cwd=folder)
        assert result.returncode == 0, result.stderr
        assert result.stdout[result.stdout.index("Test Loss") :].strip() in output


def test_python_run_py_is_lenet_run(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, ROOT / "run.py", *SMALL, "--epochs", "1", "--quiet"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("scikit-learn's digits, recipe fast, seed 0\nTest Loss:")
    assert (tmp_path / "runs" / "digits-fast-1epochs-seed0" / "metrics.json").is_file()


KILLED = ["-m", "lenet_lib.cli", "train", *SMALL, "--epochs", "15", "--seed", "1", "--out", "run"]
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
        deadline = time.monotonic() + 120
        while not (run / "checkpoint.pt").exists():
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(how)
        _, errors = process.communicate(timeout=60)
    assert not (run / "weights.safetensors").exists()
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert b"the same command goes on" in errors
        assert b"Traceback" not in errors
    assert "goes on" in end_the_work(tmp_path)
    assert (run / "weights.safetensors").read_bytes() == undisturbed
    assert not list(tmp_path.rglob("*.part"))


def test_another_run_in_the_same_folder_is_refused(finished: tuple[Path, str]) -> None:
    folder, _ = finished
    before = (folder / "weights.safetensors").read_bytes()
    result = lenet("train", *SMALL, "--seed", "4", "--out", folder, cwd=folder)
    assert result.returncode == 1
    assert "holds a run with other settings" in result.stderr
    assert (folder / "weights.safetensors").read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--recipe", "slow"],
        ["run", "--seed", "-1"],
        ["run", "--seed", "x"],
        ["run", "--epochs", "0"],
        ["run", "--dataset", "cifar"],
        ["run", "--nonsense"],
        ["evaluate"],
        ["fly"],
    ],
)
def test_a_wrong_command_line_is_code_2(words: list[str], tmp_path: Path) -> None:
    result = lenet(*words, cwd=tmp_path)
    assert result.returncode == 2
    assert "Error: " in result.stderr
    assert "Traceback" not in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "--device", "warp"], "no device 'warp'"),
        (["run", "--data-dir", "nowhere"], "No MNIST in the folder that --data-dir names"),
        (["evaluate", "nothing.safetensors"], "no weights at"),
        (["evaluate", "."], "holds no run"),
    ],
)
def test_a_mistake_is_one_sentence_and_code_1(
    words: list[str], message: str, tmp_path: Path
) -> None:
    result = lenet(*words, cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_without_mnist_the_digits_stand_in_loudly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No data folder, and a network on which nobody answers: a proxy on a closed port."""
    monkeypatch.setattr("lenet_lib.data.download.default_data_dir", lambda: tmp_path / "data")
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setattr("urllib.request._opener", None)  # it would remember the proxy for others
    result = lenet("run", "--epochs", "1", "--quiet", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "THIS IS NOT MNIST" in result.stdout
    assert "scikit-learn's digits, recipe fast" in result.stdout
    assert (tmp_path / "runs" / "digits-fast-1epochs-seed0" / "metrics.json").is_file()
    assert not list(tmp_path.glob("data/*"))
    alone = lenet("train", "--epochs", "1", cwd=tmp_path)  # only `run` may take other data
    assert alone.returncode == 1
    assert "MNIST is not on this machine and could not be downloaded" in alone.stderr


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    result = lenet("run", *SMALL, "--out", "file/run", cwd=tmp_path)
    assert result.returncode == 1
    assert "can't be written" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", [[], ["run"], ["train"], ["evaluate"], ["report"]])
def test_help_needs_no_torch(command: list[str]) -> None:
    script = (
        f"import sys; sys.argv = ['lenet', *{command!r}, '--help']\n"
        "from lenet_lib.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('torch', 'matplotlib', 'sklearn', 'pandas') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stdout.startswith("Usage:")
    assert result.stdout.rstrip().endswith("[]")


def test_import_lenet_lib_imports_no_plotting() -> None:
    script = "import sys, lenet_lib, lenet_lib.training.loop; print('matplotlib' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.stdout.strip() == "False"
