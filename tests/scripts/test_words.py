"""A script's mistakes are told as those of `lenet`: in one sentence, without a traceback."""

from __future__ import annotations

import pytest
from helpers.forked import Forked
from helpers.paths import ROOT


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "exit_code", "said"),
    [
        (["try_recipe.py", "nonsense"], 1, "There is no recipe 'nonsense'"),
        (["photo_steps.py", "--kind", "moon"], 1, "There is no 'moon'"),
        (["photo_steps.py", "--cuont", "3"], 2, "did you mean '--count'?"),
    ],
)
def test_a_wrong_word_gets_one_sentence(words: list[str], exit_code: int, said: str) -> None:
    script, *rest = words
    path = str(ROOT / "scripts" / script)
    code = f"import runpy; runpy.run_path({path!r}, run_name='__main__')"
    command = Forked(*rest, cwd=ROOT, code=code)
    assert (command.wait(), command.stdout) == (exit_code, "")
    assert said in command.stderr
    assert command.stderr.count("\n") == 1
