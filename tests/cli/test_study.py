"""`lenet study`: what it keeps, and which words it refuses."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from lenet_lib.cli import app


@pytest.mark.slow
def test_the_command_keeps_the_weights(tmp_path: Path) -> None:
    out, kept = tmp_path / "t.csv", tmp_path / "kept"
    words = ["study", "--recipe", "fast", "--dataset", "digits", "--train-images", "64"]
    words += ["--seeds", "1", "--jobs", "1", "--quiet"]
    result = CliRunner().invoke(app, [*words, "--out", str(out), "--weights", str(kept)])
    assert result.exit_code == 0, result.output
    assert list(pd.read_csv(out).train_images) == [64]
    assert (kept / "fast-LeNet-64-seed0.safetensors").is_file()


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
    result = CliRunner().invoke(app, ["study", "--recipe", "fast", *options])
    assert result.exit_code == code
    assert words in result.output
