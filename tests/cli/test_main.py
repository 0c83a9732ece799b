"""The command line as a whole: help, wrong words, Ctrl-C."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from helpers.cli import lenet

import lenet_lib
from lenet_lib.cli import app
from lenet_lib.models import WEIGHTS
from lenet_lib.training import RECIPES

COMMANDS = list(typer.main.get_command(app).commands)


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


def python(code: str, **environment: str) -> str:
    """Run code in a Python of its own; what it prints."""
    command, env = [sys.executable, "-c", code], os.environ | environment
    return subprocess.run(command, env=env, capture_output=True, text=True).stdout


def test_help_needs_no_torch() -> None:
    said = python(
        "import sys\n"
        "from lenet_lib.cli import main\n"
        f"for words in {[[], *[[name] for name in COMMANDS]]!r}:\n"
        "    sys.argv = ['lenet', *words, '--help']\n"
        "    try: main()\n"
        "    except SystemExit: pass\n"
        "    print(sys.modules.keys() & {'torch', 'numpy', 'matplotlib', 'sklearn', 'pandas'})"
    )
    assert said.count("Usage: lenet") == said.count("set()") == 1 + len(COMMANDS)


@pytest.mark.parametrize(
    "words", [["run"], ["train"], ["evaluate", WEIGHTS], ["study", "--recipe", "fast"]]
)
@pytest.mark.parametrize("folder", ["nowhere", "~nobody-of-this-name", "/dev/null", "x" * 300])
def test_a_wrong_data_folder_is_one_sentence(
    words: list[str | Path], folder: str, tmp_path: Path
) -> None:
    result = lenet(*words, cwd=tmp_path, data=folder)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: No MNIST in the folder that $LENET_DATA names: ")
    assert len(result.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_bare_lenet_shows_the_help_and_no_error(tmp_path: Path) -> None:
    result = lenet(cwd=tmp_path)
    assert result.returncode == 2
    assert result.stdout.startswith("Usage: lenet")
    assert result.stdout == lenet("--help", cwd=tmp_path).stdout
    assert result.stderr == ""


def test_the_version_is_the_packages(tmp_path: Path) -> None:
    assert lenet("--version", cwd=tmp_path).stdout == f"{lenet_lib.__version__}\n"


@pytest.mark.parametrize("command", [(), *[(name,) for name in COMMANDS]])
def test_h_is_help(command: tuple[str, ...], tmp_path: Path) -> None:
    result = lenet(*command, "-h", cwd=tmp_path)
    assert result.returncode == 0
    assert result.stdout == lenet(*command, "--help", cwd=tmp_path).stdout
    assert result.stdout.startswith("Usage: lenet")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("--recpe", "--recipe"),
        ("--recipee", "--recipe"),
        ("--sed", "--seed"),
        ("--ot", "--out"),
        ("--lr", "--learning-rate"),
        ("--bs", "--batch-size"),
    ],
)
def test_a_mistyped_option_is_understood(typed: str, meant: str, tmp_path: Path) -> None:
    result = lenet("run", typed, "x", cwd=tmp_path)
    assert result.stderr == f"Error: No such option: {typed}; did you mean {meant!r}?\n"


def test_a_shell_completes_commands_options_and_names() -> None:
    def complete(line: str) -> list[str]:
        """Ask as bash does."""
        asked = {"_LENET_COMPLETE": "complete_bash", "COMP_WORDS": line}
        asked["COMP_CWORD"] = str(len(line.split(" ")) - 1)
        code = "import sys; sys.argv = ['lenet']; from lenet_lib.cli import main; main()"
        return python(code, **asked).split()

    assert set(complete("lenet ")) == set(COMMANDS)
    assert "--learning-rate" in complete("lenet run --")
    assert complete("lenet run --recipe ref")[0] == "reference"
    assert set(complete("lenet study --recipe ")) == set(RECIPES)


def test_ctrl_c_is_one_line_and_130(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it comes; a training says besides how to go on (see test_train)."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lenet_lib.experiments.run.load_weights", interrupted)
    result = lenet("evaluate", "x.safetensors", cwd=tmp_path)
    assert (result.returncode, result.stderr) == (130, "Interrupted.\n")
    monkeypatch.setattr("lenet_lib.experiments.study.study", interrupted)
    result = lenet("study", "--recipe", "fast", "--out", "t.csv", cwd=tmp_path)
    assert result.returncode == 130
    assert result.stderr == "Interrupted; the same command does what t.csv lacks.\n"
