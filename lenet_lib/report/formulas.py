"""Formulas: TeX in the words that math-core knows, and its numbered environments."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

from math_core import LatexToMathML
from selectolax.lexbor import LexborHTMLParser

from lenet_lib.errors import LenetWarning
from lenet_lib.report.markup import Node, children, style_of
from lenet_lib.report.mathml import ALIGN, NOTHING, cells, content, is_large
from lenet_lib.report.typst_code import Code, array, call, joined, literal

LONGEST = 8000
"""Characters; a longer formula could nest so deeply that the parser's stack overflows."""
MOST_OPEN = 12
"""Brackets left open; each one more doubles the parser's time."""
OPEN, CLOSED = re.compile(r"[(\[]|\\[{l]"), re.compile(r"[)\]]|\\[}r]")
REFUSED = "\\begin{refused}"
UNKNOWN = re.compile(r"Unknown command &quot;\\([A-Za-z]+)&quot;")
MOST_UNKNOWN = 40

# What MathJax knows and math-core does not, in words that it knows.
MACROS = {
    "mbox": r"\text{#1}",
    "textnormal": r"\text{#1}",
    "pmb": r"\boldsymbol{#1}",
    "mathds": r"\mathbb{#1}",
    "substack": r"\begin{subarray}{c}#1\end{subarray}",
    "ref": r"\eqref{#1}",
    "ce": r"\mathrm{#1}",
    "mathbbm": r"\mathbb{#1}",
    "hdots": r"\ldots",
    "fcolorbox": "#3",
    **dict.fromkeys(("href", "style", "class", "cssId", "colorbox"), "#2"),
    **dict.fromkeys(("rlap", "llap", "smash", "vcenter"), "#1"),
    **dict.fromkeys(("tiny", "small", "normalsize", "large", "Large", "LARGE", "huge"), "{}"),
}
SPECIAL, ESCAPE = r"([_#$%&{}])", r"\\\1"
SPELLINGS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"(?<!\\)%.*", ""),
    (r"\\(?:require|vspace|vphantom)\{[^{}]*\}", ""),
    (r"\\bbox(?:\[[^\]]*\])?|\\(?:raise|lower)\s*-?[\d.]+\s*[a-z]{2}", ""),
    (r"\\(left|middle|right)\s*([<>])", lambda m: rf"\{m[1]}\{'lr'[m[2] == '>']}angle "),
    (r"\\color\s*(\{\w+\})\s*(?=\{)", r"\\textcolor\1"),  # as MathJax's own, not as LaTeX's
    (r"\\verb\*?([^\w\s])(.*?)\1", lambda m: rf"\texttt{{{re.sub(SPECIAL, ESCAPE, m[2])}}}"),
    (r"\\hspace\*", r"\\hspace"),
    (r"\\notag\b", r"\\nonumber"),
    (r"(?s)\\begin\{eqnarray(\*?)\}(.*?)\\end\{eqnarray\*?\}", lambda m: _eqnarray(m[1], m[2])),
    (r"\\begin\{x?x?alignat(\*?)\}\{\d+\}", r"\\begin{align\1}"),
    (r"\\(begin|end)\{(?:x?x?alignat|flalign)(\*?)\}", r"\\\1{align\2}"),
    (r"\\(begin|end)\{split\}", r"\\\1{aligned}"),
    (r"\\(begin|end)\{smallmatrix\}", r"\\\1{matrix}"),
    (r"\\begin\{(aligned|gathered)\}\[[tbc]\]", r"\\begin{\1}"),
    (
        r"\\DeclareMathOperator(\*?)\s*\{?(\\\w+)\}?\s*\{([^{}]*)\}",
        r"\\def\2{\\operatorname\1{\3}}",
    ),
    (
        r"\\(?:re|provide)?newcommand\*?\s*\{?(\\[A-Za-z]+)\}?(?:\[(\d)\])?",
        lambda m: f"\\def{m[1]}{''.join(f'#{n + 1}' for n in range(int(m[2] or 0)))}",
    ),
    (r"\\unicode\{x([0-9a-fA-F]{1,5})\}", lambda m: chr(int(m[1], 16))),
    (r"\\(text|mbox)\{((?:\\.|[^{}$\\])*)\$([^{}$]+)\$([^{}$]*)\}", r"\\\1{\2}\3\\\1{\4}"),
    (r"\\mathop\{((?:[^{}]|\{[^{}]*\})*)\}\\limits", r"\\operatorname*{\1}"),
)
OF_ITS_OWN = re.compile(r"\\begin\{(equation|align|gather|multline)\*?\}")


class Formula(NamedTuple):
    """A formula's TeX, whether it is displayed, and where it stands, for a warning."""

    tex: str
    displayed: bool
    where: str


def set_formulas(formulas: Sequence[Formula]) -> Code:
    """Translate a report's formulas to a Typst array, each with its TeX as alternative text.

    Their order counts: a macro that one defines is known to those below it, and equations are
    numbered through. With a warning, a command that nobody knows is printed as its name, and what
    is no formula at all as its TeX.
    """
    done = []
    for formula, mathml in zip(formulas, _mathml(formulas), strict=True):
        if (code := _equation(formula.tex, formula.displayed, mathml)) is None:
            _warn(formula, f"a formula cannot be set and is printed as TeX: {formula.tex.strip()}")
            tex = formula.tex.strip() if formula.displayed else " ".join(formula.tex.split())
            code = call("raw", tex, block=formula.displayed)
        done.append(code)
    return array(done)


def _mathml(formulas: Sequence[Formula]) -> list[str]:
    """Translate formulas to MathML, as often as there are commands that only now prove unknown."""
    spelt = [(_spelt(formula.tex, formula.displayed), formula.displayed) for formula in formulas]
    unknown: dict[str, str] = {}
    while True:
        parser = LatexToMathML(
            macros=MACROS | unknown,
            allow_unreliable_rendering=True,
            continue_on_error=True,
            global_group=True,
            fancy_error=False,
        )
        written: list[str] = parser.convert_all(spelt)
        found: dict[str, str] = {}
        for formula, mathml in zip(formulas, written, strict=True):
            if (match := UNKNOWN.search(mathml)) and match[1] not in unknown | found:
                found[match[1]] = rf"\operatorname{{{match[1]}}}"
                _warn(formula, f"a formula has an unknown command, \\{match[1]}")
        if not found or len(unknown) > MOST_UNKNOWN:
            return written
        unknown |= found


def _warn(formula: Formula, what: str) -> None:
    warnings.warn(f"{formula.where}: {what[:200]}.", LenetWarning, stacklevel=2)


def _spelt(tex: str, displayed: bool) -> str:
    """Write a formula in the words that math-core knows."""
    if len(tex) > LONGEST or len(OPEN.findall(tex)) - len(CLOSED.findall(tex)) > MOST_OPEN:
        return REFUSED
    for old, new in SPELLINGS:
        tex = re.sub(old, new, tex)
    if not displayed or OF_ITS_OWN.search(tex):
        return tex
    if r"\\" in tex and r"\begin" not in tex:
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    if re.search(r"\\(?:tag|label)\b", tex):
        tex = rf"\begin{{equation}}{tex}\end{{equation}}"
    return tex


def _eqnarray(star: str, body: str) -> str:
    """Make an ``align`` of it: the sign between two columns opens the second."""
    rows = [re.sub(r"&([^&]*)&", r"&\1", row, count=1) for row in body.split(r"\\")]
    return rf"\begin{{align{star}}}" + r"\\".join(rows) + rf"\end{{align{star}}}"


def _equation(tex: str, displayed: bool, mathml: str) -> Code | None:
    math = LexborHTMLParser(mathml).css_first("math")
    if math is None:
        return None
    nodes = children(math)
    if not nodes:
        return NOTHING  # a definition
    body, number, label = content(math), "", ""
    if len(nodes) == 1 and nodes[0].tag == "mtable" and is_large(nodes[0]):
        rows = [cells(row) for row in children(nodes[0])]
        tags = [_take_number(row) for row in rows]
        numbers = ["" if tag is None else str(tag.text()) for tag in tags]
        label = next((tag.attributes["id"] for tag in tags if tag and tag.attributes.get("id")), "")
        if sum(map(bool, numbers)) == 1:
            number, numbers = "".join(numbers), [""] * len(rows)
        body = Code(f"{{{';linebreak();'.join(map(_line, rows, numbers))}}}")
    equation = call(
        "math.equation",
        body,
        block=displayed,
        alt=" ".join(tex.split()),
        numbering=Code(f"_ => {literal(number)}") if number else None,
    )
    name = literal(f"eq:{label.removeprefix('eq:')}")
    return Code(f"[#{equation}#label({name})]") if label else equation


def _take_number(row: list[Node]) -> Node | None:
    """Take the margins off a row of a numbered environment; the right one holds its number."""
    if not row or not style_of(row[0]).get("width"):
        return None
    last = row.pop() if style_of(row[-1]).get("width") else None
    del row[0]
    return last


def _line(row: list[Node], number: str) -> str:
    gap = call("h", Code("2em"))
    cells = [call("math.display", content(cell)) for cell in row]
    cells[2::2] = [joined([gap, cell]) for cell in cells[2::2]]
    return f";{ALIGN};".join([*cells, joined([gap, literal(number)])] if number else cells)
