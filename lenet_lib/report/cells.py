"""What each cell has to show: the richest form of every output that paper can carry."""

from __future__ import annotations

import re
from typing import Any

from nbconvert.filters import ansi2html, strip_ansi
from nbformat import NotebookNode

from lenet_lib.report.markup import children, colour_of, from_html, from_markdown, style_of, text_of
from lenet_lib.report.notebooks import Notebook
from lenet_lib.report.pictures import (
    IMAGE_TYPES,
    BrokenImageError,
    Staged,
    decoded,
    print_version,
)
from lenet_lib.report.typst_code import Code, array, call, joined, literal
from lenet_lib.report.writer import LOST, Block, Heading, Writer, breakable, code_block

MOST_LINES, HEAD, TAIL = 60, 40, 15
"""An output with more lines than the first shows so many of its first and last lines."""
LONGEST_LINE = 2000
MAX_HTML = 5_000_000

PROGRESS = re.compile(r"\d+%\|.*\||\bFloatProgress\(|\bIntProgress\(")
LIVE = "application/vnd.jupyter.widget-view+json"
CHARTS = re.compile(r"plotly|vega|bokeh|holoviews|geo\+json|javascript")
WIDGETS_OF_TEXT = ("sk-top-container", "xr-text-repr-fallback")
"""In HTML that only folds up what the plain text says better."""
COLOURS = {
    **{"black": "#1d2733", "red": "#b3261e", "green": "#22703a", "yellow": "#8a6100"},
    **{"blue": "#1f4e99", "magenta": "#8a2a8a", "cyan": "#0f6a70", "white": "#5b6672"},
}

Shown = list[Block | Heading]


def write_cell(writer: Writer, cell: NotebookNode, notebook: Notebook) -> Shown:
    """Write a cell: its text, or its source and its outputs."""
    writer.attachments = _attachments(cell)
    if cell.cell_type == "markdown":
        return writer.tree(from_markdown(cell.source))
    if cell.cell_type == "raw":
        return _printed(cell.source) if cell.source.strip() else []
    shown: Shown = []
    if cell.source.strip() and notebook.shows_source(cell):
        source = cell.source.strip("\n")
        shown.append(code_block("code-cell", source, lang=notebook.language))
    words = {name: cell.metadata[name] for name in WORDS if name in cell.metadata}
    for output in cell.outputs:
        blocks = _output(writer, output, words, cell)
        if words and any(block.code.startswith(("picture", "data-table")) for block in blocks if isinstance(block, Block)):
            words = {}
        shown += blocks
    return shown


WORDS = ("caption", "alt", "figure", "table")


def _attachments(cell: NotebookNode) -> dict[str, bytes]:
    found = {}
    for name, forms in cell.get("attachments", {}).items():
        mime = next((mime for mime in IMAGE_TYPES if mime in forms), None)
        if mime:
            found[name] = _bytes(forms[mime], mime)
    return found


def _bytes(data: str | list[str], mime: str) -> bytes:
    return "".join(data).encode() if mime == "image/svg+xml" else decoded(data)


def _output(writer: Writer, output: NotebookNode, words: dict[str, Any], cell: NotebookNode) -> Shown:
    if output.output_type == "stream":
        return _printed(output.text, "log" if output.name == "stderr" else "output")
    if output.output_type == "error":
        text = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
        return _printed(text, "error")
    return _display(writer, output.data, output.metadata, words, cell)


def _display(
    writer: Writer,
    data: NotebookNode,
    metadata: NotebookNode,
    words: dict[str, Any],
    cell: NotebookNode,
) -> Shown:
    """Choose the richest form: a picture, then HTML, Markdown, LaTeX, and last the bare text."""
    plain = _text(data.get("text/plain", ""))
    for mime in IMAGE_TYPES:
        if mime in data:
            said = words | _own_words(metadata, mime)
            return [_figure(writer, _bytes(data[mime], mime), said)]
    if LIVE in data:
        return _live(writer, plain)
    if "text/html" in data:
        shown = _html(writer, _text(data["text/html"]), plain, words | _own_words(metadata, "text/html"))
        if shown is not None:
            return shown
    chart = next((mime for mime in data if CHARTS.search(mime)), None)
    if chart and not (chart.endswith("javascript") and _has_picture(cell)):
        return [writer.lost("an interactive chart")]
    if "text/markdown" in data:
        return writer.tree(from_markdown(_text(data["text/markdown"])))
    if "text/latex" in data:
        tex = _text(data["text/latex"]).strip()
        return writer.tree(from_markdown(tex if tex[:1] == "$" else f"$$\n{tex}\n$$"))
    if plain.strip() and not (chart or "text/html" in data):
        return _printed(plain)
    other = next((mime for mime in data if not mime.startswith("text/")), None)
    return [writer.lost(f"an output of the kind {other}")] if other and not chart and not plain else []


def _text(data: str | list[str]) -> str:
    return data if isinstance(data, str) else "".join(data)


def _own_words(metadata: NotebookNode, mime: str) -> dict[str, Any]:
    """Return the caption, alternative text and figure name that the cell gave for this form."""
    for key in (mime, "image/png"):
        if isinstance(words := metadata.get(key), dict):
            return {name: value for name, value in words.items() if value}
    return {}


def _has_picture(cell: NotebookNode) -> bool:
    return any(
        "image/png" in output.get("data", {}) or "<img" in _text(output.get("data", {}).get("text/html", ""))
        for output in cell.outputs
    )


def _live(writer: Writer, plain: str) -> Shown:
    """A progress bar is nobody's loss; any other widget may have been a chart."""
    if PROGRESS.search(plain) or plain.startswith(("Output(", "HBox(children=(HTML")):
        return []
    return [writer.lost("an interactive widget")]


def _figure(writer: Writer, data: bytes, words: dict[str, Any]) -> Block:
    """Set a figure, from its file for print where there is one."""
    alt = str(words.get("alt") or words.get("caption") or "Figure drawn by the code above")
    name = str(words.get("figure") or "")
    staged: Staged | None = None
    try:
        file = print_version(writer.folder, name)
        staged = writer.images.add(file.read_bytes() if file else data)
    except (BrokenImageError, OSError) as error:
        writer.warn(f"a figure was left out: {error}")
    said = words.get("caption") or words.get("alt")
    pixels = words.get("width")
    width = Code(f"{pixels * 0.75:g}pt") if isinstance(pixels, int | float) and not (staged and file) else None
    return writer.picture(staged, alt, caption(writer, said), name=name, width=width)


def caption(writer: Writer, words: object) -> Code | None:
    """Set a caption, which may hold Markdown."""
    if not words:
        return None
    return writer.nested(children(from_markdown(str(words))))


def _html(writer: Writer, html: str, plain: str, words: dict[str, Any]) -> Shown | None:
    """Write an output's HTML; `None` where its plain text says it better."""
    if any(name in html for name in WIDGETS_OF_TEXT) or (len(html) > MAX_HTML and plain.strip()):
        return _printed(plain)
    root = from_html(html)
    if root.css_first("progress") is not None and not text_of(root):
        return []
    said = _said(root)
    if not said and root.css_first("img, svg, input") is None:
        host = next((n for n in root.css("div, canvas, figure, span, iframe, video, audio, object, embed")), None)
        if host is not None and (root.css_first("script") is not None or root.css_first(", ".join(LOST)) is not None):
            return [writer.lost("an interactive chart")]
        return [] if root.css_first("script, style, link, div, span, p, br") is not None or not html.strip() else None
    writer.shorten = True
    tables = [node for node in root.css("table")]
    if len(tables) == 1 and words and tables[0].parent is not None and not _beside(root, tables[0]):
        shown = writer.table(tables[0], caption(writer, words.get("caption")), str(words.get("table") or ""))
    else:
        shown = writer.tree(root)
    writer.shorten = False
    return shown


def _said(root: Any) -> str:
    """Return the text in HTML that a reader would see."""
    hidden = sum(len(text_of(node)) for node in root.css("script, style"))
    return text_of(root) if len(text_of(root)) > hidden + 1 else ""


def _beside(root: Any, table: Any) -> bool:
    """Whether anything is said beside a table."""
    styles = sum(len(text_of(node)) for node in root.css("script, style"))
    return len(text_of(root)) > len(text_of(table)) + styles + 2


def _printed(text: str, kind: str = "output") -> Shown:
    """Set what a cell printed as a terminal leaves it, in its colours."""
    text = re.sub(r"\x1b\[[0-9;]*[A-HJKSTfhl]", "", text.replace("\b", "")).replace("\r\n", "\n")
    text = re.sub(r"[^\n]*\r(?=[^\n])", "", text).replace("\r", "").strip("\n")
    lines = [line.rstrip() for line in text.split("\n")]
    lines = [_cut(line) for line in lines]
    if len(lines) > MOST_LINES:
        gap = f"… {len(lines) - HEAD - TAIL:,} lines left out …"
        lines = [*lines[:HEAD], gap, *lines[-TAIL:]]
    if not any(lines):
        return []
    shown = "\n".join(lines)
    coloured = _coloured(shown) if "\x1b[" in shown else None
    return [code_block("printed", strip_ansi(shown), kind=kind, coloured=coloured)]


def _cut(line: str) -> str:
    missing = len(line) - LONGEST_LINE
    if missing <= 0:
        return line
    half = LONGEST_LINE // 2
    return f"{line[:half]} … {missing:,} characters left out … {line[-half:]}"


def _coloured(text: str) -> Code:
    """Write lines of a terminal's text, each as pieces with their colour and weight."""
    lines: list[list[Code]] = [[]]
    for node in children(from_html(f"<pre>\n{ansi2html(text)}</pre>").css_first("pre")):
        classes = (node.attributes or {}).get("class") or ""
        name = re.search(r"ansi-(\w+)(-intense)?-fg", classes)
        colour = COLOURS.get(name[1]) if name else None
        if node.tag == "span" and not colour:
            colour = colour_of(style_of(node).get("color"))
        bold = "ansi-bold" in classes
        for number, piece in enumerate(node.text().split("\n")):
            if number:
                lines.append([])
            if piece:
                fill = call("rgb", colour) if colour else Code("none")
                lines[-1].append(array([breakable(piece), fill, literal(bold)]))
    return array(array(line) for line in lines)


__all__ = ["caption", "joined", "write_cell"]
