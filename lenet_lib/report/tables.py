"""Tables as a book sets them: numbers to the right, words to the left, none wider than the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from lenet_lib.report.markup import Node, children, colour_of, style_of, text_of
from lenet_lib.report.typst_code import Code, array, call, joined, literal

NUMBER = re.compile(
    r"[-+−±]?\s*[\d.,  ]*\d[\d.,]*(e[-+]?\d+)?\s*(%|s|ms|×|pp)?|nan|inf|[-–—]?", re.IGNORECASE
)
MOST_ROWS, HEAD, TAIL = 60, 20, 10
"""An output's table with more rows than the first shows so many of its first and last rows."""
LONG = 24
"""Rows; a longer table may break over pages."""
ROOM = 135
"""Characters that fit side by side in the smallest print that is still read with ease."""
WIDEST = 34
"""Characters; longer texts in a cell may be broken over lines."""

Content = Callable[[Node], Code]


@dataclass(frozen=True)
class Cell:
    """A cell in its place: its first row and column, and how many it covers."""

    row: int
    column: int
    rows: int
    columns: int
    node: Node | None
    head: bool = False

    @property
    def text(self) -> str:
        """What the cell says, in plain text."""
        return text_of(self.node) if self.node is not None else ""


def set_table(table: Node, content: Content, *, shorten: bool) -> list[tuple[Code, int]]:
    """Write a table.

    Parameters
    ----------
    table
        The ``<table>``; it may lack end tags, cells, a head or a body.
    content
        Writes what a cell holds.
    shorten
        Whether a long table loses its middle, as pandas shows one; the author's own does not.

    Returns
    -------
    list
        Typst for the table, and its number of rows; a table with more columns than fit side by
        side comes in several parts, each with the columns that name the rows.
    """
    rows, head = _rows(table)
    missing = len(rows) - head - HEAD - TAIL if shorten and len(rows) - head > MOST_ROWS else 0
    if missing:
        rows = [*rows[: head + HEAD], *rows[len(rows) - TAIL :]]
    cells = list(_placed(rows, head))
    width = max((cell.column + cell.columns for cell in cells), default=0)
    if head == 2:
        cells, head = _one_head(cells, width)
    cells = list(_filled(cells, len(rows), width))
    sides = [_side(cells, column) for column in range(width)]
    return [
        (_written(_cut(cells, kept), [sides[n] for n in kept], head, content, missing), len(rows))
        for kept in _parts(cells, width)
    ]


def _rows(table: Node) -> tuple[list[Node], int]:
    """List a table's own rows, those of its head first, and say how many these are."""
    rows = [row for row in table.css("tr") if _owner(row) == table]
    head = [row for row in rows if row.parent.tag == "thead"]
    if not head and rows and all(cell.tag == "th" for cell in _cells(rows[0])):
        head = rows[:1]
    foot = [row for row in rows if row.parent.tag == "tfoot"]
    known = {row.mem_id for row in (*head, *foot)}
    return [*head, *(row for row in rows if row.mem_id not in known), *foot], len(head)


def _owner(row: Node) -> Node:
    node = row.parent
    while node.tag != "table":
        node = node.parent
    return node


def _cells(row: Node) -> list[Node]:
    return [cell for cell in children(row) if cell.tag in {"td", "th"}]


def _placed(rows: list[Node], head: int) -> Iterator[Cell]:
    """Give each cell its place, as HTML does: to the right of what reaches down from above."""
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(rows):
        x = 0
        end = head if y < head else len(rows)
        for node in _cells(row):
            while (y, x) in taken:
                x += 1
            columns = min(_count(node, "colspan"), 1000)
            down = min(_count(node, "rowspan") or len(rows), end - y)
            yield Cell(y, x, down, max(columns, 1), node, node.tag == "th")
            taken |= {(y + i, x + j) for i in range(down) for j in range(max(columns, 1))}
            x += max(columns, 1)


def _count(node: Node, name: str) -> int:
    text = (node.attributes.get(name) or "1").strip()
    return int(text) if text.isdecimal() and len(text) < 6 else 1


def _filled(cells: list[Cell], height: int, width: int) -> Iterator[Cell]:
    """Put an empty cell wherever a row has too few."""
    taken = {(cell.row + i, cell.column + j): None for cell in cells for i in range(cell.rows) for j in range(cell.columns)}
    first = min((cell.row for cell in cells), default=0)
    empty = (
        Cell(y, x, 1, 1, None)
        for y in range(first, height)
        for x in range(width)
        if (y, x) not in taken
    )
    yield from sorted([*cells, *empty], key=lambda cell: (cell.row, cell.column))


def _one_head(cells: list[Cell], width: int) -> tuple[list[Cell], int]:
    """Merge pandas' two header lines, where one names the columns and one the index."""
    upper, lower = ([cell for cell in cells if cell.row == row] for row in (0, 1))
    plain = all(cell.rows == cell.columns == 1 for cell in (*upper, *lower))
    if not plain or len(upper) != width or len(lower) != width:
        return cells, 2
    if any(a.text and b.text for a, b in zip(upper, lower, strict=True)):
        return cells, 2
    merged = [replace(a if a.text else b, row=1) for a, b in zip(upper, lower, strict=True)]
    return [*merged, *(cell for cell in cells if cell.row > 1)], 2


def _side(cells: list[Cell], column: int) -> str:
    """Put a column of numbers to the right, and any other to the left."""
    texts = [cell.text for cell in cells if cell.column == column and not cell.head and cell.columns == 1]
    numbers = any(texts) and all(NUMBER.fullmatch(text) for text in texts)
    return "right" if numbers else "left"


def _parts(cells: list[Cell], width: int) -> list[list[int]]:
    """Share the columns out, so that each part fits; those that name the rows are in all."""
    widths = [0] * width
    for cell in cells:
        if cell.columns == 1:
            widths[cell.column] = max(widths[cell.column], min(len(cell.text), WIDEST) + 2)
    body = [cell for cell in cells if cell.node is not None and cell.node.parent.parent.tag != "thead"]
    names = 0
    while names < width and (own := [c for c in body if c.column == names]) and all(c.head for c in own):
        names += 1
    names = 0 if names == width or sum(widths[:names]) > ROOM / 2 else names
    parts: list[list[int]] = []
    room = 0
    for column in range(names, width):
        if not parts or room + widths[column] > ROOM:
            parts.append([])
            room = sum(widths[:names])
        parts[-1].append(column)
        room += widths[column]
    return [[*range(names), *part] for part in parts] or [[*range(width)]]


def _cut(cells: list[Cell], kept: list[int]) -> Iterator[Cell]:
    """Keep the cells of some columns; one that reaches into them from outside is cut to size."""
    for cell in cells:
        inside = [n for n in kept if cell.column <= n < cell.column + cell.columns]
        if inside:
            yield replace(cell, columns=len(inside))


def _written(
    cells: Iterable[Cell], sides: list[str], head: int, content: Content, missing: int
) -> Code:
    first, last = [], []
    shown = HEAD + head
    for cell in cells:
        code = _cell(cell, content, head=cell.row < head)
        if missing and cell.row + cell.rows > shown > cell.row:
            code = _cell(replace(cell, rows=shown - cell.row), content, head=False)
        (first if cell.row < head else last).append((cell.row, code))
    if missing:
        gap = call("gap", f"… {missing:,} rows left out …", len(sides))
        last = [*(p for p in last if p[0] < shown), (shown, gap), *(p for p in last if p[0] >= shown)]
    rows = [code for _, code in last]
    if first:
        rows.insert(0, call("table.header", *(code for _, code in first)))
    return call("table", *rows, columns=len(sides), align=array(Code(side) for side in sides))


def _cell(cell: Cell, content: Content, *, head: bool) -> Code:
    code = content(cell.node) if cell.node is not None else Code("[]")
    style = style_of(cell.node) if cell.node is not None else {}
    if cell.head or head or "bold" in style.get("font-weight", ""):
        code = call("strong", code)
    fill = colour_of(style.get("background-color"))
    if fill and (colour := colour_of(style.get("color"))):
        code = call("text", code, fill=call("rgb", colour))
    side = style.get("text-align", "")
    named = {
        "colspan": cell.columns if cell.columns > 1 else None,
        "rowspan": cell.rows if cell.rows > 1 else None,
        "fill": call("rgb", fill) if fill else None,
        "align": Code(side) if side in {"left", "center", "right"} and not head else None,
    }
    return call("table.cell", code, **named) if any(named.values()) else code


def caption_of(table: Node) -> Node | None:
    """Return a table's own caption."""
    return table.css_first("caption")


__all__ = ["caption_of", "joined", "literal", "set_table"]
