"""What each cell has to show: the richest form of every output that paper can carry."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

from nbconvert.filters import ansi2html, strip_ansi
from nbformat import NotebookNode

from lenet_lib.report.markup import (
    Node,
    children,
    colour_of,
    from_html,
    from_markdown,
    style_of,
    text_of,
)
from lenet_lib.report.notebooks import Notebook
from lenet_lib.report.pictures import IMAGE_TYPES, decoded, print_version
from lenet_lib.report.typst_code import Block, Code, Shown, array, call, joined, literal
from lenet_lib.report.writer import Writer, code_block

MOST_LINES, HEAD, TAIL = 60, 40, 15
"""An output with more lines than the first shows so many of its first and last lines."""
FEW_LINES = 12
LONGEST_LINE = 2000
MAX_HTML = 5_000_000

WORDS = ("caption", "alt", "figure", "table")
"""What a cell's metadata, or an output's, may say of a figure or a table; two are names."""
PROGRESS = re.compile(r"\d+%\|.*\||FloatProgress\(|IntProgress\(")
LIVE = "application/vnd.jupyter.widget-view+json"
CHART = re.compile(r"plotly|vega|bokeh|holoviews|geo\+json|javascript")
SCRIPTS = re.compile(r"_load\.v\d")
"""In the names of forms that only load what draws a chart."""
TEXT_TEX = re.compile(r"\\begin\{(tabular|longtable|table|enumerate|itemize|description|document)")
UNSEEN = re.compile(r"(audio|video)/|application/(pdf|zip|octet)")
FOLDED = ("sk-top-container", "xr-text-repr-fallback")
"""In HTML that only folds up what the plain text says better."""
CURSOR = re.compile(r"\x1b\[[0-9;?]*[A-HJKSTfhl]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\a")
COLOURS = {
    **{"black": "#1d2733", "red": "#b3261e", "green": "#22703a", "yellow": "#8a6100"},
    **{"blue": "#1f4e99", "magenta": "#8a2a8a", "cyan": "#0f6a70", "white": "#5b6672"},
}


def write_cell(writer: Writer, cell: NotebookNode, notebook: Notebook) -> Shown:
    """Write a cell: its text, or its source and its outputs.

    A file may hold anything in the place of anything, and the format's schema lets much of it pass:
    of a cell that is not as it should be the source is printed, and what is wrong is said.
    """
    writer.cell = cell.metadata.number
    try:
        return _write_cell(writer, cell, notebook)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        broken = f"a part of a cell, which is not as the notebook format wants it ({error}),"
        return [*_printed(str(cell.get("source", ""))), writer.lost(broken)]


def _write_cell(writer: Writer, cell: NotebookNode, notebook: Notebook) -> Shown:
    writer.attachments = {
        name: _bytes(forms[mime], mime)
        for name, forms in cell.get("attachments", {}).items()
        for mime in reversed(IMAGE_TYPES)
        if mime in forms
    }
    if cell.cell_type == "markdown":
        return writer.tree(from_markdown(cell.source))
    if cell.cell_type != "code":  # raw, or of a kind that nobody knows
        return _printed(cell.source)
    shown: Shown = []
    if cell.source.strip():
        source = re.sub(r"\n{3,}", "\n\n", cell.source.strip("\n"))
        shown.append(code_block("code-cell", source, lang=notebook.language))
    words = {name: cell.metadata[name] for name in WORDS if name in cell.metadata}
    for output in cell.outputs:
        if output.output_type == "stream":
            shown += _printed(output.text, "log" if output.name == "stderr" else "output")
        elif output.output_type == "error":
            text = "\n".join(output.traceback) or ": ".join(
                filter(None, (output.ename, output.evalue))
            )
            shown += _printed(text, "error")
        elif "data" in output:
            shown += _display(writer, output, words, cell)
            words = {}  # they are the first figure's, or table's
    return _together(shown)


def _together(shown: Shown) -> Shown:
    """Keep a short cell and what little it printed on one page."""
    match shown:
        case [Block("solid", cell, a), Block("solid", printed, b)] if a and 0 < b <= FEW_LINES:
            return [Block("solid", call("together", joined([cell, printed])), a + b + 1)]
    return shown


def _bytes(data: Any, mime: str) -> bytes:
    return _text(data).encode() if mime == "image/svg+xml" else decoded(_text(data))


def _text(data: Any) -> str:
    return data if isinstance(data, str) else "".join(map(str, data))


def _display(
    writer: Writer, output: NotebookNode, words: dict[str, Any], cell: NotebookNode
) -> Shown:
    """Choose the richest form: a picture, then HTML, Markdown, LaTeX, and last the bare text."""
    data = output.data
    plain = _text(data.get("text/plain", ""))
    if any(map(SCRIPTS.search, data)):
        return []
    for mime in (*IMAGE_TYPES, *(mime for mime in data if mime.startswith("image/")), "text/html"):
        own = output.metadata.get(mime, output.metadata.get("image/png", {}))
        words = words | {key: value for key, value in dict(own).items() if value}
        if mime in data and mime != "text/html":
            return [_figure(writer, _bytes(data[mime], mime), words)]
    if LIVE in data:  # a progress bar is nobody's loss; anything else may have been a chart
        return [] if PROGRESS.search(plain) else [writer.lost("an interactive widget")]
    chart = next(filter(CHART.search, data), "")
    if "text/html" in data:
        shown = _html(writer, _text(data["text/html"]), plain, words)
        if shown or (shown == [] and not chart):
            return shown
    if chart:
        drawn = chart.endswith("javascript") and "<img" in str(cell.outputs)
        return [] if drawn else [writer.lost("an interactive chart")]
    if "text/markdown" in data:
        return writer.tree(from_markdown(_text(data["text/markdown"])))
    if "text/latex" in data:
        tex = _text(data["text/latex"]).strip()
        if TEXT_TEX.search(tex):
            if not plain or plain.startswith("<"):
                writer.warn("LaTeX that is no formula is printed as it is written")
                plain = tex
            return _printed(plain)
        mixed = "$" in tex or r"\begin" in tex
        return writer.tree(from_html(f"<p>{escape(tex if mixed else f'$${tex}$$')}</p>"))
    if "application/json" in data:
        return _printed(json.dumps(data["application/json"], indent=2, ensure_ascii=False))
    if plain and not any(map(UNSEEN.match, data)):
        return _printed(plain)
    return [
        writer.lost(f"an output of the kind {mime}") for mime in data if not mime.startswith("text")
    ]


def _figure(writer: Writer, data: bytes, words: dict[str, Any]) -> Any:
    """Set a figure, from its file for print where there is one."""
    name, caption = str(words.get("figure", "")), words.get("caption") or words.get("alt")
    file = print_version(writer.folder, name)
    pixels = words.get("width")
    return writer.picture(
        writer.stage(file.read_bytes() if file else data, "a figure"),
        str(words.get("alt") or caption or "Figure drawn by the code above"),
        writer.markdown(str(caption)) if caption else None,
        name=name,
        width=f"{pixels}" if isinstance(pixels, int | float) and not file else "",
    )


def _html(writer: Writer, html: str, plain: str, words: dict[str, Any]) -> Shown | None:
    """Write an output's HTML; `None` where its plain text, or another form, says it better."""
    if plain and (len(html) > MAX_HTML or any(name in html for name in FOLDED)):
        return _printed(plain)
    root = from_html(html)
    scripts = len(root.css("script"))
    for node in root.css("script, style, link, meta"):
        node.decompose()
    if scripts and root.css_first("img:not([src]), canvas") is not None:
        return [writer.lost("an animation")]
    if not text_of(root) and root.css_first("img, svg, iframe, video, audio, input") is None:
        # A place without anything in it is a script's to draw on; without a script it is nothing.
        place = root.css_first("div, canvas, figure, span")
        return [writer.lost("an interactive chart")] if scripts and place is not None else []
    tables = root.css("table")
    alone = len(tables) == 1 and text_of(root) == text_of(tables[0])
    writer.shorten = True
    if alone and words:
        caption = words.get("caption")
        shown = writer.table(
            tables[0],
            writer.markdown(str(caption)) if caption else None,
            str(words.get("table") or words.get("figure") or ""),
        )
    else:
        shown = writer.tree(root)
    writer.shorten = False
    return shown


def _printed(text: str, kind: str = "output") -> Shown:
    """Set what a cell printed as a terminal leaves it, in its colours, without its middle."""
    text = _without_backspaces(CURSOR.sub("", text)).strip("\r\n")
    lines = [line.rstrip().rsplit("\r", 1)[-1] for line in text.split("\n")]
    lines = [_cut(line.expandtabs()) for line in lines]
    if len(lines) > MOST_LINES:
        gap = f"… {len(lines) - HEAD - TAIL:,} lines left out …"
        lines = [*lines[:HEAD], gap, *lines[-TAIL:]]
    if not any(lines):
        return []
    shown = "\n".join(lines)
    coloured = _coloured(shown) if "\x1b[" in shown else None
    return [code_block("printed", strip_ansi(shown), kind=kind, coloured=coloured)]


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
        colour, bold = _ansi(node) if node.tag == "span" else (None, False)
        for number, piece in enumerate(node.text().split("\n")):
            if number:
                lines.append([])
            if piece:
                fill = call("rgb", colour) if colour else literal(None)
                lines[-1].append(array([piece, fill, bold]))
    return array(map(array, lines))


def _ansi(node: Node) -> tuple[str | None, bool]:
    classes = node.attributes.get("class") or ""
    name = re.search(r"ansi-(\w+)(-intense)?-fg", classes)
    colour = COLOURS.get(name[1]) if name else colour_of(style_of(node).get("color"))
    return colour, "ansi-bold" in classes
