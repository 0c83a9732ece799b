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
    **dict.fromkeys(("require", "vspace", "vphantom"), r"{}"),
    **dict.fromkeys(("tiny", "small", "normalsize", "large", "Large", "LARGE", "huge"), r"{}"),
}
SPELLINGS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"(?<!\\)%.*", ""),
    (r"\\(?:require|vspace|vphantom)\{[^{}]*\}", ""),
    (r"\\begin\{eqnarray(\*?)\}(.*?)\\end\{eqnarray\*?\}", lambda m: _eqnarray(m[1], m[2])),
    (r"\\begin\{(?:x?xalignat|alignat)(\*?)\}\{\d+\}", r"\\begin{align\1}"),
    (r"\\(begin|end)\{(?:x?xalignat|alignat|flalign)(\*?)\}", r"\\\1{align\2}"),
    (r"\\(begin|end)\{split\}", r"\\\1{aligned}"),
    (r"\\(begin|end)\{smallmatrix\}", r"\\\1{matrix}"),
    (r"\\begin\{(aligned|gathered)\}\[[tbc]\]", r"\\begin{\1}"),
    (r"\\DeclareMathOperator(\*?)\s*\{?(\\\w+)\}?\s*\{([^{}]*)\}", r"\\def\2{\\operatorname\1{\3}}"),
    (
        r"\\(?:re|provide)?newcommand\*?\s*\{?(\\[A-Za-z]+)\}?(?:\[(\d)\])?",
        lambda m: f"\\def{m[1]}{''.join(f'#{n}' for n in range(1, int(m[2] or 0) + 1))}",
    ),
    (r"\\unicode\{x([0-9a-fA-F]{1,5})\}", lambda m: chr(int(m[1], 16))),
    (r"\\(text|mbox)\{([^{}$]*)\$([^{}$]+)\$([^{}$]*)\}", r"\\\1{\2}\3\\\1{\4}"),
    (r"\\mathop\{((?:[^{}]|\{[^{}]*\})*)\}\\limits", r"\\operatorname*{\1}"),
)
OF_ITS_OWN = re.compile(r"\\begin\{(equation|align|gather|multline)\*?\}")

FENCES = set("()[]{}|‖∣∥⟨⟩⌊⌋⌈⌉/\\↑↓⟦⟧")
SKIPPED = str.maketrans("", "", "\u2061\u2062\u2063\u2064\ufe00\ufe01")
APPLY = "\u2061"
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
ALIGN = Code("ap")
NOTHING = Code("[]")


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
    return [
        _equation(tex, shown, mathml)
        for (tex, shown), mathml in zip(formulas, written, strict=True)
    ]


def _spelt(tex: str, displayed: bool) -> str:
    """Write a formula in the words that math-core knows."""
    openings = len(re.findall(r"[(\[]|\\[{|]|\\l\w+|\|", tex))
    if len(tex) > LONGEST or openings - len(re.findall(r"[)\]]|\\[}|]|\\r\w+|\|", tex)) > MOST_OPEN:
        return REFUSED
    for old, new in SPELLINGS:
        tex = re.sub(old, new, tex, flags=re.DOTALL if r"\begin" in old else 0)
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
    number, labels, lines = "", [], None
    if len(nodes) == 1 and nodes[0].tag == "mtable" and _shown(nodes[0]):
        rows = [_cells(row) for row in children(nodes[0])]
        tags = [_take_number(row) for row in rows]
        labels = [str(cell.attributes["id"]) for cell in tags if cell and "id" in cell.attributes]
        numbers = [cell.text() if cell else "" for cell in tags]
        if len([text for text in numbers if text]) == 1:
            number = "".join(numbers)
            numbers = [""] * len(rows)
        lines = [_line(row, text) for row, text in zip(rows, numbers, strict=True)]
    body = Code(";linebreak();".join(lines)) if lines else Code(";".join(_row(nodes)))
    numbering = Code(f"_ => {literal(number)}") if number else None
    alt = " ".join(tex.split())
    equation = call("math.equation", Code(f"{{{body}}}"), block=displayed, alt=alt, numbering=numbering)
    if labels:
        equation = Code(f"[#{equation}#label({literal('eq:' + labels[0].removeprefix('eq:'))})]")
    return equation


def _cells(row: Node) -> list[Node]:
    return [cell for cell in children(row) if cell.tag == "mtd"]


def _take_number(row: list[Node]) -> Node | None:
    """Take the margins off a row of a numbered environment; the right one holds its number."""
    if not row or not style_of(row[0]).get("width"):
        return None
    last = row.pop() if style_of(row[-1]).get("width") else None
    del row[0]
    return last if last is not None and last.text() else None


def _shown(table: Node) -> bool:
    return bool(table.attributes.get("displaystyle") == "true")


def _line(row: list[Node], number: str) -> str:
    gap = call("h", Code("2em"))
    cells = [call("math.display", _content(cell)) for cell in row]
    cells[2::2] = [joined([gap, cell]) for cell in cells[2::2]]
    if number:
        cells.append(joined([gap, literal(number)]))
    return f";{ALIGN};".join(cells)


def _row(nodes: list[Node]) -> Iterator[Code]:
    """Write a row of nodes; a name before an invisible "apply" is an operator's."""
    for node, after in pairwise([*nodes, None]):
        named = after is not None and after.tag == "mo" and after.text() == APPLY
        if (code := _node(node, named=named)) is not None:
            yield code


def _content(node: Node) -> Code:
    """Write what a node holds."""
    return joined(_row(children(node)))


def _node(node: Node, *, named: bool = False) -> Code | None:
    text = str(node.text()).translate(SKIPPED)
    parts = children(node)
    match node.tag:
        case "mi" | "mo" | "mn" | "mtext" if not text:
            return None
        case "-text":
            return literal(text) if text.strip() else None
        case "mi":
            return _name(text, node, named)
        case "mo":
            return _operator(text, node)
        case "mn":
            return literal(text)
        case "mtext":
            return _text(node, text)
        case "mspace":
            return _space(node)
        case "mfrac":
            return _fraction(node, parts)
        case "msqrt":
            return call("math.sqrt", _content(node))
        case "mroot":
            return call("math.root", _node(parts[1]) or NOTHING, _node(parts[0]) or NOTHING)
        case "msub" | "msup" | "msubsup":
            return _scripts(node.tag, parts, named)
        case "munder" | "mover" | "munderover":
            return _limits(node, parts)
        case "mmultiscripts":
            return _multiscripts(parts)
        case "mtable":
            return _matrix(node, None, None)
        case "mphantom":
            return call("hide", call("math.equation", _content(node)))
        case "menclose":
            boxed = "box" in (node.attributes.get("notation") or "")
            return call("boxed" if boxed else "math.cancel", _content(node))
        case _:
            return _group(node, parts, named)


def _group(node: Node, parts: list[Node], named: bool) -> Code:
    colour = colour_of(style_of(node).get("color"))
    if colour:
        return call("text", _content_of(parts, named), fill=call("rgb", colour))
    if len(parts) > 1 and _fence(parts[0]) and _fence(parts[-1]):
        opening, closing = (part.text().translate(SKIPPED) or None for part in (parts[0], parts[-1]))
        if len(parts) == 3 and parts[1].tag == "mtable":
            return _matrix(parts[1], opening, closing)
        return call("math.lr", joined(_row(parts)))
    return _content_of(parts, named)


def _content_of(parts: list[Node], named: bool) -> Code:
    shown = [part for part in parts if part.tag != "mspace" or part.attributes.get("width")]
    if named and len(shown) == 1:
        return _node(shown[0], named=True) or NOTHING
    return joined(_row(parts))


def _fence(node: Node) -> bool:
    """Whether a node is one of the delimiters of ``\\left`` and ``\\right``."""
    plain = node.tag == "mo" and "stretchy" not in node.attributes and "minsize" not in node.attributes
    return plain and (node.text() in FENCES or node.text() == "\u2063")


def _name(text: str, node: Node, named: bool) -> Code:
    if named and len(text) > 1:
        return call("math.op", text)
    if len(text) == 1:
        letter = call("s", text)
        return call("math.upright", letter) if node.attributes.get("mathvariant") else letter
    if text[0] > "\U0001d3ff":  # letters of a mathematical alphabet
        return joined(call("s", letter) for letter in text)
    return literal(text)


def _operator(text: str, node: Node) -> Code:
    if len(text) > 1:
        return literal(text)
    sign = call("s", text)
    if size := node.attributes.get("minsize"):
        return call("math.lr", sign, size=Code(f"{float(size.removesuffix('em')) * 1.1:.2f}em"))
    if form := node.attributes.get("form"):
        kinds = {"prefix": "opening", "postfix": "closing"}
        return call("math.class", kinds[form], sign) if form in kinds else sign
    if text == "," and node.attributes.get("rspace") == "0":
        return call("math.class", "normal", sign)
    return sign


def _text(node: Node, text: str) -> Code:
    link = node.css_first("a")
    if link is not None:
        target = "eq:" + str(link.attributes["href"]).removeprefix("#").removeprefix("eq:")
        return call("goto", target, text)
    return call("strong", text) if node.css_first("b") is not None else literal(text)


def _space(node: Node) -> Code | None:
    given = style_of(node).get("margin-left") or node.attributes.get("width") or ""
    match = re.fullmatch(r"(-?[\d.]+)(r?em)", given)
    if not match:
        return None
    return call("h", Code(f"{float(match[1]):.3f}em"))


def _fraction(node: Node, parts: list[Node]) -> Code:
    upper, lower = (_node(part) or NOTHING for part in parts[:2])
    if node.attributes.get("linethickness") == "0":
        return call("math.mat", array([upper]), array([lower]), delim=Code("none"))
    fraction = call("math.frac", upper, lower)
    style = {"true": "math.display", "false": "math.inline"}.get(node.attributes.get("displaystyle") or "")
    return call(style, fraction) if style else fraction


def _scripts(tag: str, parts: list[Node], named: bool) -> Code:
    base = _node(parts[0], named=named) or NOTHING
    lower = parts[1] if "sub" in tag else None
    upper = parts[-1] if "sup" in tag else None
    return call("math.attach", base, br=_script(lower), tr=_script(upper))


def _script(node: Node | None) -> Code | None:
    if node is None:
        return None
    if count := PRIMES.get(str(node.text())):
        return call("math.primes", count)
    return _node(node)


def _limits(node: Node, parts: list[Node]) -> Code:
    base, *others = parts
    signs = [str(other.text()) for other in others]
    if len(others) == 1 and base.tag in {"munder", "mover"} and len(inner := children(base)) == 2:
        brace = BRACES.get(str(inner[1].text()))
        if brace:
            return call(f"math.{brace}", _node(inner[0]) or NOTHING, _node(others[0]) or NOTHING)
    below = _node(base, named=True) or NOTHING
    if len(others) == 1:
        if signs[0] in BRACES:
            return call(f"math.{BRACES[signs[0]]}", below)
        if signs[0] in {"\u0332", "\u0305", "‾", "_"}:
            return call("math.overline" if node.tag == "mover" else "math.underline", below)
        if node.tag == "mover" and signs[0] in ACCENTS:
            return call("math.accent", below, ACCENTS[signs[0]])
    lower = _node(others[0]) if "under" in node.tag else None
    upper = _node(others[-1]) if "over" in node.tag else None
    movable = base.tag == "mo" and base.attributes.get("movablelimits") != "false" 
    above = below if movable and base.text() in BIG else call("math.limits", below)
    return call("math.attach", above, b=lower, t=upper)


def _multiscripts(parts: list[Node]) -> Code:
    cut = next((n for n, part in enumerate(parts) if part.tag == "mprescripts"), len(parts))
    after, before = parts[1:cut], parts[cut + 1 :]
    places = {"br": after[:1], "tr": after[1:2], "bl": before[:1], "tl": before[1:2]}
    scripts = {place: _script(found[0]) for place, found in places.items() if found}
    return call("math.attach", _node(parts[0]) or NOTHING, **scripts)


def _matrix(table: Node, opening: str | None, closing: str | None) -> Code:
    """Write a table with its columns' sides and its lines."""
    rows = [_cells(row) for row in children(table)]
    shown = _shown(table)
    lines = {
        "hline": [n for n, row in enumerate(rows) if row and "border-top" in style_of(row[0])],
        "vline": [n for n, cell in enumerate(rows[0], 1) if "border-right" in style_of(cell)],
    }
    augment = ", ".join(f"{name}: {array(at)}" for name, at in lines.items() if at)
    delimiters = array([opening or Code("none"), closing or Code("none")])
    return call(
        "math.mat",
        *(array(_matrix_row(row, shown)) for row in rows),
        delim=delimiters if opening or closing else Code("none"),
        augment=Code(f"({augment})") if augment else None,
    )


def _matrix_row(row: list[Node], shown: bool) -> Iterator[Code]:
    """Write the cells of a row; two that meet at a sign, as in ``aligned``, become one."""
    left: list[Code] | None = None
    for cell in row:
        style = style_of(cell)
        side, content = style.get("text-align"), _content(cell)
        content = call("math.display", content) if shown else content
        if side == "right" and style.get("padding-right") == "0":
            left = [content, ALIGN]
        elif left and style.get("padding-left") == "0":
            yield joined([*left, content])
            left = None
        else:
            ends = {"left": [ALIGN, content], "right": [content, ALIGN]}
            yield joined(ends.get(side or "", [content]))
    if left:
        yield joined(left)
