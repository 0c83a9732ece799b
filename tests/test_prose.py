"""Numbers in prose: found, computed, formatted, filled in, and called stale by their sentence."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from lenet_lib import prose
from lenet_lib.errors import LenetError

TEXT = (
    "On <!-- = day -->Monday<!-- / --> all was well. The error is <!-- = e:.1% -->2.0%<!-- / -->!"
)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("n", "60000"),
        ("n:,", "60,000"),
        ("1 / 3:.1%", "33.3%"),
        ("torch.tensor(41)", "41"),
        ("np.float32(0.5):.2f", "0.50"),
        ("'a:b'", "a:b"),
        ("'a:b':>5", "  a:b"),
        ("{'a': 1}['a']", "1"),
        ("[7, 8, 9][1:]", "[8, 9]"),
        ("(lambda x: x + 1)(n):,", "60,001"),
        ("', '.join(str(k) for k in range(3) if k != n)", "0, 1, 2"),
        ("n if n > 1 else 'few':,", "60,000"),
        ("math.pi:.3f", "3.142"),
        ("'{}'.format(n)", "60000"),
    ],
)
def test_an_expression_and_its_format(expression: str, text: str) -> None:
    names = {"n": 60_000, "math": math, "np": np, "torch": torch}
    assert prose.compute(expression, names) == text


@pytest.mark.parametrize("expression", ["nobody", "1 / 0", "n:q", "n n", ":", "import os"])
def test_what_cant_be_computed_is_named(expression: str) -> None:
    with pytest.raises(LenetError, match=f"^`{expression}` can't be computed"):
        prose.compute(expression, {"n": 1})


def test_evaluating_leaves_the_names_alone() -> None:
    names = {"n": 1}
    assert prose.compute("(n := 5)", names) == "5"
    assert names == {"n": 1}


def test_filling_changes_what_stands_between_the_comments() -> None:
    filled = prose.fill(TEXT, {"day": "Sunday", "e:.1%": "3.5%"})
    assert prose.plain(filled) == "On Sunday all was well. The error is 3.5%!"
    assert prose.expressions(filled) == ["day", "e:.1%"]
    assert prose.fill(filled, {"day": "Monday", "e:.1%": "2.0%"}) == TEXT


def test_a_stale_number_is_named_by_its_sentence_alone() -> None:
    assert prose.stale(TEXT, {"day": "Monday", "e:.1%": "2.0%"}) == []
    (line,) = prose.stale(TEXT, {"day": "Monday", "e:.1%": "3.5%"})
    assert line == "“The error is 2.0%!”: 2.0% is now 3.5%"
    table = "| a | <!-- = a -->1<!-- / --> |\n| b | <!-- = b -->2<!-- / --> |"
    assert prose.stale(table, {"a": "1", "b": "3"}) == ["“| b | 2 |”: 2 is now 3"]


def test_everything_that_a_notebook_says_is_found() -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": ["a\n", "b"]},
        {"cell_type": "code", "metadata": {"caption": "c", "alt": "d"}, "source": "# e"},
    ]
    assert list(prose.texts({"cells": cells})) == ["a\nb", "c", "d"]
