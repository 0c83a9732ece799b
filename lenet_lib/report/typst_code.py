"""The Typst that we write: calls and string literals, joined in code mode.

Whatever comes from a notebook enters Typst as a string literal made here. Markup mode is never
used, so nothing that a notebook holds is ever read as Typst code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

Value = str | float | bool | None
# Control characters, a keycap's box, the byte order mark, variation selectors: no font has them.
INVISIBLE = dict.fromkeys([*range(32), 0x7F, 0x20E3, 0xFEFF, 0xFE0E, 0xFE0F])
ESCAPES = INVISIBLE | str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"})


class Code(str):
    """A piece of Typst in code mode; any other text is quoted before Typst sees it."""

    __slots__ = ()


class Displayed(Code):
    """A formula that stands on a line of its own: Typst loses one within a paragraph."""

    __slots__ = ()


class Block(NamedTuple):
    """A paragraph, a table, …: its Typst, and how it takes to a page's end.

    The kind is ``text`` (may break), ``solid`` (may not), ``head`` with its level (nor may what
    follows), ``picture`` (may be made smaller) or ``mark`` (nothing to be seen). ``lines`` are
    those of code, whose height need not be measured.
    """

    kind: str
    code: Code
    lines: int = 0


class Heading(NamedTuple):
    """A heading before its place among the others is known."""

    level: int
    content: Code
    text: str
    label: str


Shown = list[Block | Heading]


def literal(value: Value) -> Code:
    r"""Write a value as Typst code; a `Code` stays as it is.

    >>> print(literal('say "#eval"'))
    "say \"#eval\""
    >>> literal(None), literal(True), literal(1.5)
    ('none', 'true', '1.5')
    """
    if isinstance(value, Code):
        return value
    if value is None:
        return Code("none")
    if isinstance(value, bool):
        return Code("true" if value else "false")
    if isinstance(value, int | float):
        return Code(f"{value:g}")
    return Code(f'"{value.translate(ESCAPES)}"')


def call(function: str, *values: Value, **named: Value) -> Code:
    """Write a call; arguments that are `None` by name are left out.

    >>> call("code-cell", "x = 1", lang="python")
    'code-cell("x = 1", lang: "python")'
    """
    arguments = [literal(value) for value in values]
    arguments += [
        Code(f"{name.replace('_', '-')}: {literal(value)}")
        for name, value in named.items()
        if value is not None
    ]
    return Code(f"{function}({', '.join(arguments)})")


def array(values: Iterable[Value]) -> Code:
    """Write a Typst array.

    >>> array(["a", 1]), array([])
    ('("a",1,)', '()')
    """
    return Code(f"({''.join(f'{literal(value)},' for value in values)})")


def joined(pieces: Iterable[Code]) -> Code:
    """Join pieces of content to one.

    >>> joined([literal("a "), call("emph", "b")])
    '{"a ";emph("b")}'
    """
    return Code(f"{{{';'.join(pieces)}}}") if (pieces := list(pieces)) else Code("[]")


def directed(code: Code, text: str) -> Code:
    """Set content from right to left where that is how its text begins.

    >>> directed(Code("par"), "42 سلام"), directed(Code("par"), "PyTorch سلام")
    ('text(par, dir: rtl)', 'par')
    """
    strong = (kind for kind in map(unicodedata.bidirectional, text) if kind in {"L", "R", "AL"})
    return call("text", code, dir=Code("rtl")) if next(strong, "L") != "L" else code


def prose(text: str) -> list[Code]:
    """Write running text, with quotation marks that Typst opens and closes.

    >>> prose('a "b"')
    ['"a "', 'smartquote(double: true)', '"b"', 'smartquote(double: true)']
    """
    pieces = []
    for piece in re.split("([\"'])", text):
        if piece in {'"', "'"}:
            pieces.append(call("smartquote", double=piece == '"'))
        elif piece:
            pieces.append(literal(piece))
    return pieces


def breakable(text: str) -> str:
    """Let a run of characters that is nearly as wide as the page be broken anywhere.

    A line drawn with characters, which would look broken, only where it is wider than any page.
    """
    return re.sub(
        r"[^\s\u2500-\u257f=_-]{60,}|\S{160,}", lambda run: "\u200b".join(run.group()), text
    )
