"""`lenet run`, which is also `python run.py`."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.cli import SMALL, lenet
from helpers.forked import completed
from helpers.paths import ROOT


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
    assert "Params size (MB)" in output
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
    assert metrics["seconds"] > 0
    assert {"torch", "python", "device", "threads", "code", "settings"} <= metrics.keys()
    assert metrics["accuracy"] > 0.95  # on few images it takes more epochs, as in the notebooks
    history = (folder / "history.csv").read_text(encoding="utf-8").splitlines()
    assert len(history) == 1 + metrics["epochs"]


def test_the_same_command_again_says_so_and_gives_the_same(finished: tuple[Path, str]) -> None:
    folder, output = finished
    again = lenet("run", *SMALL, "--seed", "3", "--quiet", cwd=folder.parents[1])
    assert "is finished: its weights are used" in again.stdout
    assert again.stdout[again.stdout.index("Test Loss") :] in output


@pytest.mark.slow
def test_python_run_py_is_lenet_run(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, ROOT / "run.py", *SMALL, "--epochs", "1", "--quiet"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(
        "scikit-learn's digits, recipe fast-1epochs, seed 0\nTest Loss:"
    )
    assert (tmp_path / "runs" / "digits-fast-1epochs-seed0" / "metrics.json").is_file()


def test_another_run_in_the_same_folder_is_refused(finished: tuple[Path, str]) -> None:
    folder, _ = finished
    before = (folder / "weights.safetensors").read_bytes()
    result = lenet("train", *SMALL, "--seed", "4", "--out", folder, cwd=folder)
    assert result.returncode == 1
    assert "holds a run with other settings" in result.stderr
    assert (folder / "weights.safetensors").read_bytes() == before


def test_changed_settings_make_a_run_of_another_name(tmp_path: Path) -> None:
    changes = ("--learning-rate", "0.01", "--batch-size", "64", "--optimizer", "adam")
    words = ("run", *SMALL, "--recipe", "reference", "--epochs", "1", "--quiet")
    result = lenet(*words, *changes, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    # Adam is the recipe's own, so no change.
    name = "reference-1epochs-learning-rate-0.01-batch-size-64"
    assert result.stdout.startswith(f"scikit-learn's digits, recipe {name}, seed 0\n")
    folder = tmp_path / "runs" / f"digits-{name}-seed0"
    recipe = json.loads((folder / "config.json").read_text(encoding="utf-8"))["recipe"]
    assert (recipe["name"], recipe["epochs"]) == (name, 1)
    assert (recipe["learning_rate"], recipe["batch_size"]) == (0.01, 64)
    again = lenet("evaluate", folder, cwd=tmp_path)
    assert again.stdout[again.stdout.index("Test Loss") :] in result.stdout


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """A copy of the package, to be edited."""
    shutil.copytree(ROOT / "lenet_lib", tmp_path / "lenet_lib")
    return tmp_path


def in_copy(folder: Path, *commands: str) -> list[str]:
    """Run commands one after another in one process, on the copy; what each said."""
    code = (
        "import sys; from lenet_lib.cli import main; sys.stderr = sys.stdout\n"
        "for words in sys.argv[1:]:\n"
        "    sys.argv = ['lenet', *words.split()]\n"
        "    try: main()\n"
        "    except SystemExit: print('----')"
    )
    said = completed(*commands, cwd=folder, code=code, package=folder)
    return said.split("----\n")[:-1]


@pytest.mark.slow
def test_an_edited_network_is_trained_anew(edited: Path) -> None:
    """ReLU becomes tanh: the old weights are never used under the new code."""
    run = "run --dataset digits --device cpu --epochs 1 --out r --quiet"
    weights = edited / "r" / "weights.safetensors"
    first, again = in_copy(edited, run, run)
    before = weights.read_bytes()
    assert again.endswith(first)
    assert "is finished" in again
    source = edited / "lenet_lib" / "models" / "lenet.py"
    code = source.read_text(encoding="utf-8")
    changed = code.replace("nn.ReLU", "nn.Tanh").replace("F.relu", "F.tanh")
    assert changed != code
    source.write_text(changed, encoding="utf-8")
    evaluate = "evaluate r"
    refused, file, anew, tested = in_copy(edited, evaluate, f"evaluate {weights}", run, evaluate)
    assert "was trained with other code of LeNet" in file
    assert "was trained by other code" in refused
    assert "was made by other code: it starts over" in anew
    assert weights.read_bytes() != before
    assert weights.with_name("weights-old.safetensors").read_bytes() == before
    assert tested.splitlines()[1:] == anew.splitlines()[-len(tested.splitlines()) + 1 :]


def test_a_log_file_holds_lines_and_no_carriage_returns(tmp_path: Path) -> None:
    result = lenet("run", *SMALL, "--epochs", "1", cwd=tmp_path)
    assert result.stderr == ""
    assert "\r" not in result.stdout


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


def test_the_data_set_that_the_environment_names_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the notebooks take it: `make report` is about one data set."""
    monkeypatch.setenv("LENET_DATASET", "digits")
    result = lenet("run", "--epochs", "1", "--device", "cpu", "--quiet", cwd=tmp_path)
    assert result.stdout.startswith("scikit-learn's digits, recipe fast")
    monkeypatch.setenv("LENET_DATASET", "fashion-mnist")
    result = lenet("run", cwd=tmp_path, data=str(tmp_path))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: No Fashion-MNIST in the folder")


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    result = lenet("run", *SMALL, "--out", "file/run", cwd=tmp_path)
    assert result.returncode == 1
    assert "can't be written" in result.stderr
    assert "Traceback" not in result.stderr
