"""MathML, as math-core writes it, to calls of Typst's own functions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lenet_lib.report.markup import Node, children, colour_of, style_of
from lenet_lib.report.typst_code import Code, array, call, joined, literal

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


def cells(row: Node) -> list[Node]:
    """List a row's cells."""
    return [cell for cell in children(row) if cell.tag == "mtd"]


def is_large(table: Node) -> bool:
    """Whether a table's cells are set as displayed formulas."""
    return bool(table.attributes.get("displaystyle") == "true")


def content(node: Node) -> Code:
    """Write what a node holds; a name before an invisible "apply" is an operator's."""
    nodes = children(node)
    named = [node.tag == "mo" and node.text() == APPLY for node in nodes]
    written = map(_node, nodes, [*named[1:], False])
    return joined(code for code in written if code)


def _part(node: Node, named: bool = False) -> Code:
    return _node(node, named) or NOTHING


def _node(node: Node, named: bool = False) -> Code | None:
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
            return call("math.sqrt", content(node))
        case "mroot":
            return call("math.root", _part(parts[1]), _part(parts[0]))
        case "msub" | "msup" | "msubsup":
            places = {"msub": ["br"], "msup": ["tr"]}.get(node.tag, ["br", "tr"])
            return _attached(_part(parts[0], named), dict(zip(places, parts[1:], strict=True)))
        case "mmultiscripts":
            scripts = [part for part in parts[1:] if part.tag != "mprescripts"]
            places = ["br", "tr", "bl", "tl"]
            return _attached(_part(parts[0]), dict(zip(places, scripts, strict=False)))
        case "munder" | "mover" | "munderover":
            return _limits(node, parts)
        case "mtable":
            return _matrix(node)
        case "mphantom":
            return call("hide", call("math.equation", content(node)))
        case "menclose":
            boxed = "box" in (node.attributes.get("notation") or "")
            return call("boxed" if boxed else "math.cancel", content(node))
        case _:
            return _group(node, parts, named)


def _group(node: Node, parts: list[Node], named: bool) -> Code:
    if colour := colour_of(style_of(node).get("color")):
        return call("text", content(node), fill=call("rgb", colour))
    if len(parts) > 1 and _is_fence(parts[0]) and _is_fence(parts[-1]):
        if len(parts) == 3 and parts[1].tag == "mtable":
            return _matrix(parts[1], *(str(parts[n].text()).translate(UNSEEN) for n in (0, 2)))
        return call("math.lr", content(node))
    shown = [part for part in parts if part.tag != "mspace" or part.attributes.get("width")]
    return _part(shown[0], True) if named and len(shown) == 1 else content(node)


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
    below = _part(base, True)
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
    rows = [cells(row) for row in children(table)]
    lines = {
        "hline": [n for n, row in enumerate(rows) if row and "border-top" in style_of(row[0])],
        "vline": [n for n, cell in enumerate(rows[0], 1) if "border-right" in style_of(cell)],
    }
    augment = ", ".join(f"{name}: {array(at)}" for name, at in lines.items() if at)
    return call(
        "math.mat",
        *(array(_matrix_row(row, large=is_large(table))) for row in rows),
        delim=array([opening or NONE, closing or NONE]) if opening or closing else NONE,
        augment=Code(f"({augment})") if augment else None,
    )


def _matrix_row(row: list[Node], *, large: bool) -> Iterator[Code]:
    """Write the cells of a row; two that meet at a sign, as in ``aligned``, become one."""
    left: list[Code] = []
    for cell in row:
        style, shown = style_of(cell), content(cell)
        shown = call("math.display", shown) if large else shown
        side = style.get("text-align", "")
        if side == "right" and style.get("padding-right") == "0":
            left = [shown, ALIGN]
        elif left:
            yield joined([*left, shown])
            left = []
        else:
            ends = {"left": [ALIGN, shown], "right": [shown, ALIGN]}
            yield joined(ends.get(side, [shown]))
    if left:
        yield joined(left)
