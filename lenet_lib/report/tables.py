"""Tables as a book sets them: numbers to the right, words to the left, none wider than the page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import takewhile

from lenet_lib.report.markup import Node, children, colour_of, style_of, text_of
from lenet_lib.report.typst_code import Code, array, call

NUMBER = re.compile(
    r"\$?[-+−±<]?\s*[\d.,  ]*\d[\d.,]*(e[-+]?\d+)?\s*(%|s|ms|×|pp|\$)?|nan|inf|[-–—]?",
    re.IGNORECASE,
)
MOST_ROWS, HEAD, TAIL = 60, 20, 10
"""An output's table with more rows than the first shows so many of its first and last rows."""
LONG = 24
"""Rows; a longer table may break over pages."""
ROOM = 150
"""Characters that fit side by side in the smallest print that is still read with ease."""
WIDEST = 34
"""Characters; longer texts in a cell may be broken over lines."""
LARGE = "img, svg, pre, td table, th table"
"""In a cell, what may be wider than its words."""
MOST_SPAN = 1000

Content = Callable[[Node], Code]


@dataclass(frozen=True)
class Cell:
    """A cell in its place: its first row and column, and how many it covers."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1
    node: Node | None = None
    text: str = ""

    @property
    def names(self) -> bool:
        """Whether it names a row or a column."""
        return self.node is not None and self.node.tag == "th"

    def covers(self) -> Iterator[tuple[int, int]]:
        """Yield each row and column that it covers."""
        for row in range(self.row, self.row + self.rows):
            for column in range(self.column, self.column + self.columns):
                yield row, column


def set_table(table: Node, content: Content, *, shorten: bool) -> list[tuple[Code, int, bool]]:
    """Write a table.

    Args:
        table: The ``<table>``; it may lack end tags, cells, a head or a body.
        content: Writes what a cell holds.
        shorten: Whether a long table loses its middle, as pandas shows one; the author's own does
            not.

    Returns:
        Typst for the table, its number of rows, and whether it is sure to fit in full size; a table
        with more columns than fit side by side comes in several parts, each with the columns that
        name the rows.
    """
    rows, head = _rows(table)
    body = rows[head:]
    missing = len(body) - HEAD - TAIL if shorten and len(body) > MOST_ROWS else 0
    cells: list[Cell] = []
    start = 0
    for part in [rows[:head], body[:HEAD], body[-TAIL:]] if missing else [rows[:head], body]:
        cells += _placed(part, start)  # no cell reaches from one part into the next
        start += len(part)
    width = max((cell.column + cell.columns for cell in cells), default=0)
    if head == 2:
        cells = _one_head(cells, width)
    taken = {place for cell in cells for place in cell.covers()}
    used = {row for row, _ in taken}
    cells += [Cell(y, x) for y in used for x in range(width) if (y, x) not in taken]
    cells.sort(key=lambda cell: (cell.row, cell.column))
    gap = (head + HEAD, f"… {missing:,} rows left out …") if missing else None
    widths = [0] * width
    for cell in cells:
        if cell.columns == 1:
            widths[cell.column] = max(widths[cell.column], min(len(cell.text), WIDEST) + 2)
    plain = max(widths, default=0) <= WIDEST and table.css_first(LARGE) is None
    return [
        (
            _written(_cut(cells, kept), kept, head, content, gap),
            start,
            plain and sum(widths[column] for column in kept) < ROOM / 2,
        )
        for kept in (_shared_out(cells, widths) if cells else [])
    ]


def _rows(table: Node) -> tuple[list[Node], int]:
    """List a table's own rows, those of its head first, and say how many these are."""
    order = ["thead", "tbody", "tfoot"]
    parts = [part for part in children(table) if part.tag in order]
    parts.sort(key=lambda part: order.index(part.tag))
    rows = [row for part in parts for row in children(part) if row.tag == "tr"]
    head = sum(row.parent.tag == "thead" for row in rows)
    if not head:
        head = len([*takewhile(lambda row: all(c.tag == "th" for c in _cells(row)), rows)])
    return rows, head


def _cells(row: Node) -> list[Node]:
    return [cell for cell in children(row) if cell.tag in {"td", "th"}]


def _placed(rows: list[Node], start: int) -> Iterator[Cell]:
    """Give each cell its place, as HTML does: to the right of what reaches down from above."""
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(rows):
        x = 0
        for node in _cells(row):
            while (start + y, x) in taken:
                x += 1
            columns, down = (_span(node, name) for name in ("colspan", "rowspan"))
            left = len(rows) - y
            cell = Cell(start + y, x, min(down or left, left), max(columns, 1), node, text_of(node))
            taken.update(cell.covers())
            x += cell.columns
            yield cell


def _span(node: Node, name: str) -> int:
    text = (node.attributes.get(name) or "1").strip()
    return min(int(text), MOST_SPAN) if re.fullmatch(r"[0-9]{1,6}", text) else 1


def _one_head(cells: list[Cell], width: int) -> list[Cell]:
    """Merge pandas' two header lines, where one names the columns and one the index."""
    upper, lower = ([cell for cell in cells if cell.row == row] for row in (0, 1))
    if len(upper) == len(lower) == width and not any(
        a.text and b.text for a, b in zip(upper, lower, strict=True)
    ):
        merged = [a if a.text else replace(b, row=0) for a, b in zip(upper, lower, strict=True)]
        return [*merged, *(cell for cell in cells if cell.row > 1)]
    return cells


def _shared_out(cells: list[Cell], widths: list[int]) -> list[list[int]]:
    """Share the columns out, so that each part fits; those that name the rows are in all."""
    names = 0
    while names < len(widths) and all(c.names or not c.text for c in cells if c.column == names):
        names += 1
    names = names or int(cells[0].names and not cells[0].text)  # pandas leaves its corner empty
    names = 0 if names == len(widths) or sum(widths[:names]) > ROOM / 2 else names
    parts = _filled_up(widths, names, ROOM)
    for room in range(ROOM, 0, -5):  # in as many parts, evenly
        if len(even := _filled_up(widths, names, room)) > len(parts):
            break
        parts = even
    return parts


def _filled_up(widths: list[int], names: int, room: int) -> list[list[int]]:
    """Fill part after part with columns, none wider than there is room."""
    parts: list[list[int]] = []
    left = 0
    for column in range(names, len(widths)):
        left -= widths[column]
        if not parts or left < 0:
            parts.append([*range(names)])
            left = room - sum(widths[:names]) - widths[column]
        parts[-1].append(column)
    return parts


def _cut(cells: list[Cell], kept: list[int]) -> list[Cell]:
    """Keep the cells of some columns; one that reaches into them from outside is cut to size."""
    inside = [
        (cell, sum(cell.column <= n < cell.column + cell.columns for n in kept)) for cell in cells
    ]
    return [replace(cell, columns=columns) for cell, columns in inside if columns]


def _written(
    cells: list[Cell], kept: list[int], head: int, content: Content, gap: tuple[int, str] | None
) -> Code:
    upper = [_cell(cell, content, head=True) for cell in cells if cell.row < head]
    rows = [call("table.header", *upper, Code("table.hline()"))] if upper else []
    for cell in cells:
        if gap and cell.row == gap[0]:
            rows.append(call("gap", gap[1], len(kept)))
            gap = None
        if cell.row >= head:
            rows.append(_cell(cell, content, head=False))
    sides = [Code(_side(cells, column, head)) for column in kept]
    return call("table", *rows, columns=len(kept), align=array(sides))


def _side(cells: Iterable[Cell], column: int, head: int) -> str:
    """Put a column of numbers to the right, and any other to the left."""
    own = [c for c in cells if c.column == column and c.row >= head and c.columns == 1]
    texts = [cell.text for cell in own if not cell.names]
    numbers = any(texts) and all(NUMBER.fullmatch(text) for text in texts)
    return "right" if numbers else "left"


def _cell(cell: Cell, content: Content, *, head: bool) -> Code:
    if cell.node is None:
        return Code("[]")
    code, style = content(cell.node), style_of(cell.node)
    if cell.names or head or "bold" in style.get("font-weight", ""):
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
