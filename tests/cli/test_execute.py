"""`lenet execute`: progress in lines, the data set, wrong words, Ctrl-C."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest
from helpers.cli import lenet
from helpers.forked import Forked
from helpers.notebooks import write

from lenet_lib import data
from lenet_lib.data.download import DownloadError

pytestmark = pytest.mark.slow  # notebooks are executed

PARAMETERS = ("dataset = 'mnist'\nn = 7", {"tags": ["parameters"]})
SAY = "import os\nprint(dataset, os.environ.get('LENET_DATASET'))"


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


@pytest.fixture(autouse=True)
def _no_data_set_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LENET_DATASET", raising=False)


@pytest.fixture
def no_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str, _: object = None) -> object:
        if name == "mnist":
            raise DownloadError("MNIST could not be downloaded.")
        return digits

    digits = data.load("digits")
    monkeypatch.setattr("lenet_lib.data.mnist.load", load)


def test_a_folders_notebooks_are_executed_in_a_line_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LENET_DATASET", "digits")
    path = write(tmp_path, PARAMETERS, SAY)
    path.rename(tmp_path / "b.ipynb")
    write(tmp_path, "1").rename(tmp_path / "a.ipynb")
    result = lenet("execute", ".", "--output", "out", "--set", "n=8", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr == "Error: a.ipynb has no parameter 'n'.\n"
    assert not (tmp_path / "out").exists()
    result = lenet("execute", ".", "--output", "out", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert [line.split(" … ")[0] for line in result.stdout.splitlines()] == [
        *("[1/2] a.ipynb", "[2/2] b.ipynb")
    ]
    assert "\r" not in result.stdout
    book = read(tmp_path / "out" / "b.ipynb")
    assert book.cells[0].source == "dataset = 'digits'\nn = 7"
    assert book.cells[1].outputs[0].text == "digits digits\n"


def test_wrong_words_are_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path, PARAMETERS)
    (tmp_path / "empty").mkdir()
    for words, code, says in (
        ([path, "--set", "n"], 2, "NAME=VALUE"),
        ([path, "--set", "m=1"], 1, "no parameter 'm'; it has dataset, n."),
        ([path, "none.ipynb"], 1, "There is no notebook none.ipynb."),
        (["empty"], 1, "There is no notebook in the folder empty."),
    ):
        result = lenet("execute", *words, cwd=tmp_path)
        assert (result.returncode, result.stdout) == (code, "")
        assert result.stderr.startswith("Error: ") and says in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_a_failing_cell_ends_the_line_and_is_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path, "1 / 0")
    result = lenet("execute", path, cwd=tmp_path)
    assert (result.returncode, result.stdout) == (1, f"[1/1] {path} … \n")
    assert result.stderr == (f"Error: {path}: a cell failed: ZeroDivisionError: division by zero\n")


def test_a_wrong_data_folder_is_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path, "1")
    result = lenet("execute", path, "--output", "out", cwd=tmp_path, data=str(tmp_path / "no"))
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: No MNIST in the folder that $LENET_DATA names: ")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.usefixtures("no_mnist")
def test_copies_go_on_with_the_digits_and_say_so(tmp_path: Path) -> None:
    path = write(tmp_path, PARAMETERS, SAY)
    result = lenet("execute", path, "--output", "out", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "THIS IS NOT MNIST" in result.stdout
    assert read(tmp_path / "out" / path.name).cells[1].outputs[0].text == "digits digits\n"
    assert "LENET_DATASET" not in os.environ


@pytest.mark.usefixtures("no_mnist")
def test_a_data_set_that_is_named_has_no_stand_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, PARAMETERS, SAY)
    words = ("execute", path, "--output", "out")
    result = lenet(*words, "--set", "dataset=kmnist", cwd=tmp_path)
    assert "THIS IS NOT MNIST" not in result.stdout
    assert read(tmp_path / "out" / path.name).cells[1].outputs[0].text == "kmnist None\n"
    monkeypatch.setenv("LENET_DATASET", "fashion-mnist")
    result = lenet(*words, cwd=tmp_path)
    assert "THIS IS NOT MNIST" not in result.stdout
    said = read(tmp_path / "out" / path.name).cells[1].outputs[0].text
    assert said == "fashion-mnist fashion-mnist\n"


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is another thing there")
def test_ctrl_c_is_one_line(tmp_path: Path) -> None:
    path = write(tmp_path, "open('running', 'w').close()\nimport time\ntime.sleep(300)")
    before = path.read_bytes()
    command = Forked("execute", path, cwd=tmp_path)
    for _ in range(3000):
        if (tmp_path / "running").exists():
            break
        time.sleep(0.1)
    command.kill(signal.SIGINT)
    assert command.wait() == 130
    assert command.stdout == f"[1/1] {path} … \n"
    assert command.stderr == f"Interrupted; {path} is as it was.\n"
    assert path.read_bytes() == before
