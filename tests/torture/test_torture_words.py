"""Wrong command lines, hostile places and foreign locales: one sentence, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.cli import lenet
from hypothesis import HealthCheck, given, settings, strategies as st

from .conftest import Faults

pytestmark = pytest.mark.slow

COMMANDS = {"run": (), "train": (), "evaluate": ("x.safetensors",), "study": ("--recipe", "fast")}
"""A command, and what it needs to be given at least."""

WRONG = {
    "--seed": ("x", "-1", "1.5", "nan", "", "9" * 30),
    "--epochs": ("x", "-1", "0", "1.5", "inf", "", "9" * 30),
    "--recipe": ("fasst", "FAST!", "", "-1", "x" * 9999),
    "--dataset": ("mnits", "", "0", "../mnist"),
    "--seeds": ("x", "-1", "0", "1.5", "9" * 30),
    "--jobs": ("x", "-1", "0"),
    "--train-images": ("x", "-1", "0", "1"),
    "--network": ("LeNett", "", "0"),
    "--backend": ("lokky", ""),
    "--learning-rate": ("x", "-1", "0", "nan", "inf", ""),
    "--batch-size": ("x", "-1", "0", "1", "1.5", "9" * 30),
    "--optimizer": ("Adam", "lion", "", "0"),
}
"""Wrong values of each option that takes no free text."""

STUDY = ("--recipe", "--seeds", "--epochs", "--dataset", "--jobs", "--train-images", "--network")
TRAINING = ("--seed", "--epochs", "--recipe", "--dataset")
CHANGES = ("--learning-rate", "--batch-size", "--optimizer")
OPTIONS = {
    "run": (*TRAINING, *CHANGES),
    "train": (*TRAINING, *CHANGES),
    "evaluate": ("--dataset",),
    "study": (*STUDY, "--backend"),
}
CASES = [
    *[
        (command, option, value)
        for command, options in OPTIONS.items()
        for option in options
        for value in WRONG[option]
    ],
    *[(command, "--nonsense") for command in COMMANDS],
    *[(command, option) for command, options in OPTIONS.items() for option in options],
    *[(c, "--dataset", "digits", "--data-dir", "x") for c in ("run", "train", "evaluate")],
    ("study", "--backend", "dask"),
    ("study", "--scheduler", "x"),
    ("report", "--nonsense"),
    ("report", "-o", "report.docx"),
    ("predict",),
    ("predict", "x.png", "--json", "--csv"),
    ("export",),
    ("export", "--onnx", "x.pdf"),
    ("recipes", "fast"),
    ("fly",),
]


def one_sentence(stderr: str) -> None:
    assert stderr.startswith("Error: "), stderr
    assert len(stderr.strip().splitlines()) == 1, stderr


def test_wrong_command_lines(tmp_path: Path, faults: Faults) -> None:
    for command, *words in CASES:
        result = lenet(command, *COMMANDS.get(command, ()), *words, cwd=tmp_path)
        assert result.returncode == 2, (command, words, result)
        one_sentence(result.stderr)
        assert not list(tmp_path.iterdir())
        faults.tried("wrong command line")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("run", "--recipe", "fasst"), "'fast'"),
        (("run", "--dataset", "fashion_mnist"), "'fashion-mnist'"),
        (("run", "--recipee", "fast"), "'--recipe'"),
        (("tran",), "'train'"),
    ],
)
def test_did_you_mean(words: tuple[str, ...], meant: str, tmp_path: Path) -> None:
    assert f"id you mean {meant}?" in lenet(*words, cwd=tmp_path).stderr


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(COMMANDS)),
    st.sampled_from(["--seed", "--epochs", "--recipe", "--dataset", "--device", "--what"]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
)
def test_any_word_ends_in_one_sentence(
    tmp_path: Path, command: str, option: str, value: str
) -> None:
    """--no-such-option comes last, so that no value is ever right."""
    words = (*COMMANDS[command], option, value, "--no-such-option")
    result = lenet(command, *words, cwd=tmp_path)
    assert result.returncode == 2
    one_sentence(result.stderr)


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--dataset", "digits", "--out", "x" * 300),
        ("run", "--dataset", "digits", "--out", "/dev/full"),
        ("run", "--dataset", "digits", "--out", "/proc/nowhere"),
        ("run", "--data-dir", "~nobody-of-this-name"),
        ("run", "--dataset", "digits", "--device", ""),
        ("run", "--dataset", "digits", "--device", "cuda:99"),
        ("run", "--dataset", "digits", "--device", "meta"),
        ("evaluate", "x" * 300),
        ("evaluate", "/dev/null"),
    ],
)
def test_hostile_places(words: tuple[str, ...], tmp_path: Path, faults: Faults) -> None:
    result = lenet(*words, cwd=tmp_path)
    assert result.returncode == 1, result
    one_sentence(result.stderr)
    faults.tried("hostile place or device")


@pytest.mark.skipif(
    not sys.prefix.isascii(),
    reason="torch cannot be imported from where such a locale cannot spell",
)
def test_a_plain_locale_no_home_spaces_and_chinese(tmp_path: Path, faults: Faults) -> None:
    """All at once: ASCII only, one thread, HOME that can't be written, a folder with odd names."""
    here = tmp_path / "mit Leerzeichen 手写数字"
    here.mkdir()
    result = subprocess.run(
        [sys.executable, "-m", "lenet_lib.cli", "run", "--dataset", "digits", "--epochs", "1"],
        cwd=here,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("LC_")},
            **{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            **{"HOME": "/dev/null", "OMP_NUM_THREADS": "1"},
        },
        capture_output=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr.decode()
    assert b"Test Acc" in result.stdout
    assert (here / "runs" / "digits-fast-1epochs-seed0" / "metrics.json").is_file()
    faults.tried("foreign locale, home and folder")
