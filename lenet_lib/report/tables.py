"""Tables as a book sets them: one header line, numbers to the right, words to the left."""

from __future__ import annotations

import re
from typing import Any

from lenet_lib.report.tree import text_of
from lenet_lib.report.typst_code import block, inline, literal

Node = dict[str, Any]
Cell = list[Any]  # pandoc's [attributes, alignment, row span, column span, blocks]
Row = list[Any]  # pandoc's [attributes, cells]

NUMBER = re.compile(
    r"[-+−±]?\s*[\d.,  ]*\d[\d.,]*(e[-+]?\d+)?\s*(%|s|ms|×|pp)?|nan|inf|[-–—]?", re.I
)
REPORT_HEAD = re.compile(r"^\s+precision\s+recall\s+f1-score\s+support\s*$")
REPORT_ROW = re.compile(r"^\s*(?P<name>\S.*?)\s{2,}(?P<numbers>(?:\d[\d.]*\s+){1,3}\d+)\s*$")
LONG = 24  # rows; a longer table may break over pages
BARE: list[Any] = ["", [], []]


def split_report(text: str) -> list[str | list[list[str]]]:
    """Cut printed text into itself and the classification reports of scikit-learn within.

    Returns
    -------
    list
        Texts, and tables as lines of cells, in their order; empty texts are left out.
    """
    pieces: list[str | list[list[str]]] = []
    plain: list[str] = []
    lines = text.split("\n")
    position = 0
    while position < len(lines):
        rows, length = _report_rows(lines[position:])
        if rows:
            pieces += ["\n".join(plain), rows]
            plain = []
        else:
            plain.append(lines[position])
        position += length
    pieces.append("\n".join(plain))
    return [
        piece if isinstance(piece, list) else piece.strip("\n") for piece in pieces if _holds(piece)
    ]


def report_table(rows: list[list[str]]) -> Node:
    """Make a pandoc table of lines of cells; the first line is its header."""
    width = max(map(len, rows))
    lines = [[_cell(text) for text in row] for row in rows]
    columns = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}] for _ in range(width)]
    head = [BARE, [[BARE, lines[0]]]]
    body = [BARE, 0, [], [[BARE, line] for line in lines[1:]]]
    return {"t": "Table", "c": [BARE, [None, []], columns, head, [body], [BARE, []]]}


def set_table(table: Node, caption: list[Node]) -> list[Node]:
    """Return the blocks that print a table: polished, and wrapped for the template.

    Parameters
    ----------
    table
        Pandoc's table, already clean; its own caption is used when none is given.
    caption
        The caption's inlines.
    """
    _, own, columns, head, bodies, foot = table["c"]
    caption = caption or _inlines(own[1])
    head = [BARE, [_bold(row) for row in _one_header_line(head[1], len(columns))]]
    rows = [row for body in bodies for row in body[3]]
    columns = [
        [_alignment(column[0], rows, number, head[1]), {"t": "ColWidthDefault"}]
        for number, column in enumerate(columns)
    ]
    kept = ["", ["typst:no-figure"], []]
    bare = {"t": "Table", "c": [kept, [None, []], columns, head, bodies, foot]}
    long = literal(len(rows) > LONG)
    if not caption:
        return [block(f"#data-table(long: {long})["), bare, block("]")]
    opening = [inline(f"#data-table(long: {long}, caption: ["), *caption, inline("])[")]
    return [{"t": "Plain", "c": opening}, bare, block("]")]


def _report_rows(lines: list[str]) -> tuple[list[list[str]], int]:
    """Read a classification report at the head of these lines; also say how many it takes."""
    if not REPORT_HEAD.match(lines[0]):
        return [], 1
    rows = [["", *lines[0].split()]]
    used = 1
    for number, line in enumerate(lines[1:], start=2):
        match = REPORT_ROW.match(line)
        if match:
            numbers = match["numbers"].split()
            rows.append([match["name"], *[""] * (4 - len(numbers)), *numbers])
            used = number
        elif line.strip():
            break
    return (rows, used) if len(rows) > 1 else ([], 1)


def _holds(piece: str | list[list[str]]) -> bool:
    return bool(piece) if isinstance(piece, list) else bool(piece.strip())


def _cell(text: str) -> Cell:
    words: list[Node] = []
    for word in text.split():
        words += [{"t": "Str", "c": word}, {"t": "Space"}]
    content = [{"t": "Plain", "c": words[:-1]}] if words else []
    return [BARE, {"t": "AlignDefault"}, 1, 1, content]


def _inlines(blocks: list[Node]) -> list[Node]:
    return [node for piece in blocks if piece["t"] in {"Plain", "Para"} for node in piece["c"]]


def _one_header_line(rows: list[Row], width: int) -> list[Row]:
    """Merge pandas' two header lines, where one names the columns and one the index."""
    if len(rows) != 2 or any(not _plain_row(row, width) for row in rows):
        return rows
    merged = []
    for upper, lower in zip(rows[0][1], rows[1][1], strict=True):
        texts = [text_of(cell[4]).strip(" \xa0") for cell in (upper, lower)]
        if all(texts):
            return rows
        merged.append(lower if texts[1] else upper)
    return [[BARE, merged]]


def _bold(row: Row) -> Row:
    cells = [[*cell[:4], [_strong(piece) for piece in cell[4]]] for cell in row[1]]
    return [BARE, cells]


def _strong(piece: Node) -> Node:
    if piece["t"] not in {"Plain", "Para"}:
        return piece
    return {"t": "Plain", "c": [{"t": "Strong", "c": piece["c"]}]}


def _plain_row(row: Row, width: int) -> bool:
    return len(row[1]) == width and all(cell[2] == cell[3] == 1 for cell in row[1])


def _alignment(given: Node, rows: list[Row], column: int, head: list[Row]) -> Node:
    """Keep what the author set; else put numbers to the right and anything else to the left."""
    if given["t"] != "AlignDefault":
        return given
    width = max((len(row[1]) for row in rows), default=0)
    texts = [text_of(row[1][column - width][4]).strip() for row in rows if len(row[1]) > column]
    numbers = bool(texts) and any(texts) and all(NUMBER.fullmatch(text) for text in texts)
    return {"t": "AlignRight" if numbers else "AlignLeft"}
