"""Formulas: which dollars mean one, and what becomes of TeX that nobody knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.report_pdf import typeset
from helpers.report_samples import markdown


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, where no other report.toml is at hand."""
    monkeypatch.chdir(tmp_path)


def test_dollars_of_money_and_of_names_are_no_formulas(tmp_path: Path) -> None:
    text = r"Cost $5 and $10, `$x` and `$y`, $HOME and $PATH, about $100 or $x$, 28$\times$28."
    result = typeset(tmp_path, markdown(text))
    assert "Cost $5 and $10, $x and $y, $HOME and $PATH, about $100 or 𝑥, 28×28." in result.text


def test_commands_that_nobody_knows_keep_the_formula(tmp_path: Path) -> None:
    text = r"""$\softmax(z) + \d x$ and $\left<a\right>$, $\color{red}{r} s$.

$$\text{a \$5 note, $n$ of them} \tag{7}$$

$$\begin{tikzpicture}
\draw;
\end{tikzpicture}$$"""
    result = typeset(tmp_path, markdown(text))
    squeezed = result.squeezed
    assert "softmax(𝑧)+d𝑥and⟨𝑎⟩,𝑟𝑠." in squeezed and "a$5note,𝑛ofthem(7)" in squeezed
    assert r"\begin{tikzpicture}\draw;" in squeezed
    assert [words.partition(": ")[2][:42] for words in result.warnings] == [
        "a formula has an unknown command, \\softmax",
        "a formula has an unknown command, \\d.",
        "a formula cannot be set and is printed as ",
    ]


def test_bare_align_and_formulas_over_lines(tmp_path: Path) -> None:
    source = (
        "Let\n\\begin{align}\na &= b \\\\\n- c &= d\n\\end{align}\nand\n\n$$\n= z_k % why\n+ 1\n$$"
    )
    result = typeset(tmp_path, markdown(source + "\n\n```\n\\begin{align}kept\\end{align}\n```"))
    assert not result.warnings
    assert result.text.count("align") == 2  # those in the block of code
    assert "$" not in result.text and "why" not in result.text
    assert "\\begin{align}kept\\end{align}" in result.text


def test_one_bad_formula_costs_only_itself(tmp_path: Path) -> None:
    result = typeset(tmp_path, markdown(r"Good $\hat y$, bad $x^2^3$, other $\frac{1}$, end."))
    assert r"bad x^2^3, other \frac{1}, end." in result.text
    assert [warning.split(" as TeX")[0] for warning in result.warnings] == [
        "01-sample, cell 1: a formula cannot be set and is printed"
    ] * 2
