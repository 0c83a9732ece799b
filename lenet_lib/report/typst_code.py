"""The little Typst that we write ourselves: literals, and calls of the template's functions.

Whatever comes from a notebook goes into Typst either through pandoc's writer or as a string
literal made here; so nothing a notebook holds is ever read as Typst code.
"""

from __future__ import annotations

from typing import Any

Node = dict[str, Any]


def literal(value: str | float | bool | None) -> str:
    r"""Write a value as Typst code.

    >>> print(literal('say "#eval"'))
    "say \"#eval\""
    >>> literal(None), literal(True), literal(1.5)
    ('none', 'true', '1.5')
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:g}"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    for character, escape in (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\0", "\ufffd")):
        escaped = escaped.replace(character, escape)
    return f'"{escaped}"'


def call(function: str, *values: str | float, **named: str | float | bool | None) -> str:
    """Write a call of a template function with literal arguments only.

    >>> call("code-cell", "x = 1", lang="python")
    '#code-cell("x = 1", lang: "python")'
    """
    arguments = [literal(value) for value in values]
    arguments += [f"{name}: {literal(value)}" for name, value in named.items()]
    return f"#{function}({', '.join(arguments)})"


def block(code: str) -> Node:
    """Return a pandoc block that the Typst writer copies as it is."""
    return {"t": "RawBlock", "c": ["typst", code]}


def inline(code: str) -> Node:
    """Return a pandoc inline that the Typst writer copies as it is."""
    return {"t": "RawInline", "c": ["typst", code]}


def wrapped(opening: str, content: list[Node], closing: str = "];") -> list[Node]:
    """Put inlines between two pieces of Typst, such as ``#link(<there>)[`` and ``];``."""
    return [inline(opening), *content, inline(closing)]
