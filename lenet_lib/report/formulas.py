"""Formulas: TeX to MathML by math-core, and MathML to calls of Typst's own functions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from math_core import LatexToMathML
from selectolax.lexbor import LexborHTMLParser

from lenet_lib.report.markup import Node, children, colour_of, style_of
from lenet_lib.report.typst_code import Code, array, call, joined, literal

LONGEST = 8000
"""Characters; a longer formula could nest so deeply that the parser's stack overflows."""
MOST_OPEN = 12
"""Brackets left open; each one more doubles the parser's time."""
OPEN, CLOSED = re.compile(r"[(\[]|\\[{l]"), re.compile(r"[)\]]|\\[}r]")
REFUSED = r"\refused"

# What MathJax knows and math-core does not, in words that it knows.
MACROS = {
    "mbox": r"\text{#1}",
    "textnormal": r"\text{#1}",
    "pmb": r"\boldsymbol{#1}",
    "mathds": r"\mathbb{#1}",
    "substack": r"\begin{subarray}{c}#1\end{subarray}",
    "ref": r"\eqref{#1}",
    "notag": r"\nonumber",
    **dict.fromkeys(("tiny", "small", "normalsize", "large", "Large", "LARGE", "huge"), "{}"),
}
SPELLINGS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"(?<!\\)%.*", ""),
    (r"\\(?:require|vspace|vphantom)\{[^{}]*\}", ""),
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
    (r"\\(text|mbox)\{([^{}$]*)\$([^{}$]+)\$([^{}$]*)\}", r"\\\1{\2}\3\\\1{\4}"),
    (r"\\mathop\{((?:[^{}]|\{[^{}]*\})*)\}\\limits", r"\\operatorname*{\1}"),
)
OF_ITS_OWN = re.compile(r"\\begin\{(equation|align|gather|multline)\*?\}")

APPLY, NO_FENCE = "\u2061", "\u2063"
UNSEEN = str.maketrans("", "", "\u2061\u2062\u2063\u2064\ufe00\ufe01")
FENCES = set("()[]{}|‖∣∥⟨⟩⌊⌋⌈⌉/\\↑↓⟦⟧" + NO_FENCE)
BIG = set("∑∏∐⋃⋂⋁⋀⨁⨂⨀⨄⨆")
PRIMES = {"′": 1, "″": 2, "‴": 3, "⁗": 4}
BRACES = {"⏞": "overbrace", "⏟": "underbrace", "⎴": "overbracket", "⎵": "underbracket"}
ACCENTS = {
    **dict.fromkeys("ˆ^\u0302", "\u0302"),
    **dict.fromkeys("˜~\u0303", "\u0303"),
    **dict.fromkeys("¯ˉ\u0304", "\u0304"),
    **dict.fromkeys("→\u20d7", "→"),
    **dict.fromkeys("←\u20d6", "←"),
    **{"˘": "\u0306", "˙": "\u0307", "¨": "\u0308", "ˇ": "\u030c", "´": "\u0301", "`": "\u0300"},
    **{"˚": "\u030a", "↔": "↔"},
}
ALIGN, NOTHING, NONE = Code("ap"), Code("[]"), Code("none")


def set_formulas(formulas: Sequence[tuple[str, bool]]) -> list[Code | None]:
    """Translate the formulas of a report.

    Parameters
    ----------
    formulas
        The TeX of each, and whether it is displayed, in their order: a macro that one defines is
        known to those below it, and equations are numbered through.

    Returns
    -------
    list
        Typst for each, with the TeX as alternative text; `None` where it cannot be translated.
    """
    parser = LatexToMathML(
        macros=MACROS,
        allow_unreliable_rendering=True,
        continue_on_error=True,
        global_group=True,
        fancy_error=False,
    )
    written = parser.convert_all([(_spelt(tex, shown), shown) for tex, shown in formulas])
    pairs = zip(formulas, written, strict=True)
    return [_equation(tex, shown, mathml) for (tex, shown), mathml in pairs]


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
    body, number, label = _content(math), "", ""
    if len(nodes) == 1 and nodes[0].tag == "mtable" and _is_large(nodes[0]):
        rows = [_cells(row) for row in children(nodes[0])]
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


def _cells(row: Node) -> list[Node]:
    return [cell for cell in children(row) if cell.tag == "mtd"]


def _is_large(table: Node) -> bool:
    return bool(table.attributes.get("displaystyle") == "true")


def _take_number(row: list[Node]) -> Node | None:
    """Take the margins off a row of a numbered environment; the right one holds its number."""
    if not row or not style_of(row[0]).get("width"):
        return None
    last = row.pop() if style_of(row[-1]).get("width") else None
    del row[0]
    return last


def _line(row: list[Node], number: str) -> str:
    gap = call("h", Code("2em"))
    cells = [call("math.display", _content(cell)) for cell in row]
    cells[2::2] = [joined([gap, cell]) for cell in cells[2::2]]
    return f";{ALIGN};".join([*cells, joined([gap, literal(number)])] if number else cells)


def _content(node: Node) -> Code:
    """Write what a node holds."""
    return joined(_row(children(node)))


def _row(nodes: list[Node]) -> Iterator[Code]:
    """Write a row of nodes; a name before an invisible "apply" is an operator's."""
    for node, after in pairwise([*nodes, None]):
        named = after is not None and after.tag == "mo" and after.text() == APPLY
        if code := _node(node, named=named):
            yield code


def _part(node: Node, *, named: bool = False) -> Code:
    return _node(node, named=named) or NOTHING


def _node(node: Node, *, named: bool = False) -> Code | None:
    """Write a node; nothing for one that is not to be seen."""
    text, parts = str(node.text()).translate(UNSEEN), children(node)
    match node.tag:
        case "mi" | "mo" | "mn" | "mtext" | "-text" if not text:
            return None
        case "mi":
            return _name(text, node, named)
        case "mo":
            return _sign(text, node)
        case "mn" | "-text":
            return literal(text)
        case "mtext":
            return _text(node, text)
        case "mspace":
            width = style_of(node).get("margin-left") or node.attributes.get("width") or ""
            match = re.fullmatch(r"(-?[\d.]+)r?em", width)
            return call("h", Code(f"{float(match[1]):.3f}em")) if match else None
        case "mfrac" if node.attributes.get("linethickness") == "0":
            return call("math.mat", *(array([_part(part)]) for part in parts), delim=NONE)
        case "mfrac":
            fraction = call("math.frac", *map(_part, parts))
            styles = {"true": "math.display", "false": "math.inline"}
            style = styles.get(node.attributes.get("displaystyle") or "")
            return call(style, fraction) if style else fraction
        case "msqrt":
            return call("math.sqrt", _content(node))
        case "mroot":
            return call("math.root", _part(parts[1]), _part(parts[0]))
        case "msub" | "msup" | "msubsup":
            places = {"msub": ["br"], "msup": ["tr"]}.get(node.tag, ["br", "tr"])
            return _attached(
                _part(parts[0], named=named), dict(zip(places, parts[1:], strict=True))
            )
        case "mmultiscripts":
            after, before = parts[1:3], [part for part in parts[4:] if part.tag != "mprescripts"]
            scripts = dict(zip(("br", "tr"), after, strict=False))
            return _attached(
                _part(parts[0]), scripts | dict(zip(("bl", "tl"), before, strict=False))
            )
        case "munder" | "mover" | "munderover":
            return _limits(node, parts)
        case "mtable":
            return _matrix(node)
        case "mphantom":
            return call("hide", call("math.equation", _content(node)))
        case "menclose":
            boxed = "box" in (node.attributes.get("notation") or "")
            return call("boxed" if boxed else "math.cancel", _content(node))
        case _:
            return _group(node, parts, named)


def _group(node: Node, parts: list[Node], named: bool) -> Code:
    if colour := colour_of(style_of(node).get("color")):
        return call("text", _content(node), fill=call("rgb", colour))
    if len(parts) > 1 and _is_fence(parts[0]) and _is_fence(parts[-1]):
        if len(parts) == 3 and parts[1].tag == "mtable":
            return _matrix(parts[1], *(str(parts[n].text()).translate(UNSEEN) for n in (0, 2)))
        return call("math.lr", _content(node))
    shown = [part for part in parts if part.tag != "mspace" or part.attributes.get("width")]
    return _part(shown[0], named=True) if named and len(shown) == 1 else _content(node)


def _is_fence(node: Node) -> bool:
    r"""Whether a node is one of the delimiters of ``\left`` and ``\right``."""
    plain = node.tag == "mo" and not {"stretchy", "minsize"} & node.attributes.keys()
    return plain and node.text() in FENCES


def _name(text: str, node: Node, named: bool) -> Code:
    if len(text) == 1:
        letter = call("s", text)
        return call("math.upright", letter) if node.attributes.get("mathvariant") else letter
    if text[0] > "\U0001d3ff":  # letters of a mathematical alphabet
        return joined(call("s", letter) for letter in text)
    return call("math.op", text) if named else literal(text)


def _sign(text: str, node: Node) -> Code:
    if len(text) > 1:
        return literal(text)
    sign = call("s", text)
    if size := node.attributes.get("minsize"):
        return call("math.lr", sign, size=Code(f"{float(size.removesuffix('em')) * 1.1:.2f}em"))
    kinds = {"prefix": "opening", "postfix": "closing"}
    kind = kinds.get(node.attributes.get("form") or "")
    if text == "," and node.attributes.get("rspace") == "0":  # as in 10{,}000
        kind = "normal"
    return call("math.class", kind, sign) if kind else sign


def _text(node: Node, text: str) -> Code:
    if (link := node.css_first("a")) is not None:
        return call("goto", f"eq:{link.attributes['href'].lstrip('#').removeprefix('eq:')}", text)
    return call("strong", text) if node.css_first("b") is not None else literal(text)


def _attached(base: Code, scripts: dict[str, Node]) -> Code:
    return call("math.attach", base, **{place: _script(node) for place, node in scripts.items()})


def _script(node: Node) -> Code | None:
    count = PRIMES.get(str(node.text()))
    return call("math.primes", count) if count else _node(node)


def _limits(node: Node, parts: list[Node]) -> Code:
    base, *others = parts
    sign = str(others[0].text())
    inner = children(base) if base.tag in {"munder", "mover"} else []
    if len(others) == 1 and inner and (brace := BRACES.get(str(inner[-1].text()))):
        return call(f"math.{brace}", _part(inner[0]), _part(others[0]))
    below = _part(base, named=True)
    if len(others) == 1:
        if sign in BRACES:
            return call(f"math.{BRACES[sign]}", below)
        if sign in {"\u0332", "\u0305", "‾", "_"}:
            return call("math.overline" if node.tag == "mover" else "math.underline", below)
        if node.tag == "mover" and sign in ACCENTS:
            return call("math.accent", below, ACCENTS[sign])
    # In running text a big operator's limits stand beside it, unless the author wants them not to.
    movable = base.text() in BIG and base.attributes.get("movablelimits") != "false"
    scripts = {"b": others[0]} if "under" in node.tag else {}
    scripts |= {"t": others[-1]} if "over" in node.tag else {}
    return _attached(below if movable else call("math.limits", below), scripts)


def _matrix(table: Node, opening: str = "", closing: str = "") -> Code:
    """Write a table with its columns' sides and its lines."""
    rows = [_cells(row) for row in children(table)]
    lines = {
        "hline": [n for n, row in enumerate(rows) if row and "border-top" in style_of(row[0])],
        "vline": [n for n, cell in enumerate(rows[0], 1) if "border-right" in style_of(cell)],
    }
    augment = ", ".join(f"{name}: {array(at)}" for name, at in lines.items() if at)
    return call(
        "math.mat",
        *(array(_matrix_row(row, large=_is_large(table))) for row in rows),
        delim=array([opening or NONE, closing or NONE]) if opening or closing else NONE,
        augment=Code(f"({augment})") if augment else None,
    )


def _matrix_row(row: list[Node], *, large: bool) -> Iterator[Code]:
    """Write the cells of a row; two that meet at a sign, as in ``aligned``, become one."""
    left: list[Code] = []
    for cell in row:
        style, content = style_of(cell), _content(cell)
        content = call("math.display", content) if large else content
        side = style.get("text-align", "")
        if side == "right" and style.get("padding-right") == "0":
            left = [content, ALIGN]
        elif left:
            yield joined([*left, content])
            left = []
        else:
            ends = {"left": [ALIGN, content], "right": [content, ALIGN]}
            yield joined(ends.get(side, [content]))
    if left:
        yield joined(left)
