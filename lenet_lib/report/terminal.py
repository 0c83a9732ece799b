"""What a cell printed, as a terminal shows it: its colours, its cursor, and not too much of it."""

from __future__ import annotations

import re

from lenet_lib.report.notebooks import ANSI
from lenet_lib.report.typst_code import Code, Shown, array, call, literal
from lenet_lib.report.writer import code_block

MOST_LINES, HEAD, TAIL = 60, 40, 15
"""An output with more lines than the first shows so many of its first and last lines."""
LONGEST_LINE = 2000
CURSOR = re.compile(r"\x1b\[[0-9;?]*[A-HJKSTfhl]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\a")
COLOURS = ("#1d2733", "#b3261e", "#22703a", "#8a6100", "#1f4e99", "#8a2a8a", "#0f6a70", "#5b6672")
"""A terminal's eight, dark enough for paper."""


def printed(text: str, kind: str = "output") -> Shown:
    """Set what a cell printed as a terminal leaves it, in its colours, without its middle."""
    text = _without_backspaces(CURSOR.sub("", text)).strip("\r\n")
    lines = [line.rstrip().rsplit("\r", 1)[-1].expandtabs() for line in text.split("\n")]
    half = LONGEST_LINE // 2
    lines = [
        f"{line[:half]} … {len(line) - 2 * half:,} characters left out … {line[-half:]}"
        if len(line) > LONGEST_LINE
        else line
        for line in lines
    ]
    if len(lines) > MOST_LINES:
        gap = f"… {len(lines) - HEAD - TAIL:,} lines left out …"
        lines = [*lines[:HEAD], gap, *lines[-TAIL:]]
    if not any(lines):
        return []
    shown = "\n".join(lines)
    coloured = _coloured(shown) if "\x1b[" in shown else None
    return [code_block("printed", ANSI.sub("", shown), kind=kind, coloured=coloured)]


def _without_backspaces(text: str) -> str:
    if "\b" not in text:
        return text
    kept: list[str] = []
    for sign in text:
        if sign != "\b":
            kept.append(sign)
        elif kept and kept[-1] not in "\r\n":
            kept.pop()
    return "".join(kept)


def _coloured(text: str) -> Code:
    """Write lines of a terminal's text, each as pieces with their colour and weight."""
    lines: list[list[Code]] = [[]]
    colour, bold = None, False
    for n, part in enumerate(re.split(r"\x1b\[([\d;]*)m", text)):
        if n % 2:
            colour, bold = _style(part, colour, bold)
            continue
        for row, piece in enumerate(ANSI.sub("", part).split("\n")):
            if row:
                lines.append([])
            if piece:
                fill = call("rgb", colour) if colour else literal(None)
                lines[-1].append(array([piece, fill, bold]))
    return array(map(array, lines))


def _style(codes: str, colour: str | None, bold: bool) -> tuple[str | None, bool]:
    """Return the colour and the weight that a terminal's codes change to."""
    numbers = iter([int(code or 0) for code in codes.split(";")])
    for number in numbers:
        if number == 0:
            colour, bold = None, False
        elif number in {1, 22}:
            bold = number == 1
        elif number // 10 in {3, 9} and number % 10 < 8:
            colour = COLOURS[number % 10]
        elif number == 39:
            colour = None
        elif number in {38, 48}:
            few = next(numbers, 0) == 5
            rgb = [next(numbers, 0) for _ in range(1 if few else 3)]
            if number == 38:
                colour = _of_256(rgb[0]) if few else "#" + bytes(min(c, 255) for c in rgb).hex()
    return colour, bold


def _of_256(number: int) -> str:
    """Return a colour of a terminal's 256: 16 by name, a cube of six steps, 24 greys."""
    if number < 16:
        return COLOURS[number % 8]
    steps = [(number - 16) // 36 % 6, (number - 16) // 6 % 6, (number - 16) % 6]
    cube = [40 * step + 55 if step else 0 for step in steps]
    return "#" + bytes(cube if number < 232 else [min(10 * number - 2312, 255)] * 3).hex()
