"""A script's mistakes are told as those of `lenet`: in one sentence, without a traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest
from helpers.paths import ROOT


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["try_recipe.py", "nonsense"], 1, "There is no recipe 'nonsense'"),
        (["photo_steps.py", "--kind", "moon"], 1, "There is no 'moon'"),
        (["photo_steps.py", "--cuont", "3"], 2, "did you mean '--count'?"),
    ],
)
def test_a_wrong_word_gets_one_sentence(words: list[str], code: int, said: str) -> None:
    script, *rest = words
    command = [sys.executable, ROOT / "scripts" / script, *rest]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (result.returncode, result.stdout) == (code, "")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1
