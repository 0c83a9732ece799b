"""What each cell has to show: the richest form of every output that paper can carry."""

from __future__ import annotations

import json
import re
from html import escape
from itertools import chain
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from lenet_lib.report.markup import from_html, from_markdown, text_of
from lenet_lib.report.notebooks import ANSI, Notebook
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
COLOURS = ("#1d2733", "#b3261e", "#22703a", "#8a6100", "#1f4e99", "#8a2a8a", "#0f6a70", "#5b6672")
"""A terminal's eight, dark enough for paper."""


def write_cell(writer: Writer, cell: NotebookNode, notebook: Notebook) -> Shown:
    """Write a cell: its text, or its source and its outputs.

    A file may hold anything in the place of anything, and the format's schema lets much of it pass:
    of a cell that is not as it should be the source is printed, and what is wrong is said.
    """
    writer.cell = cell.metadata.number
    try:
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
        shown += _outputs(writer, cell.outputs, words, notebook)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        broken = f"a part of a cell, which is not as the notebook format wants it ({error}),"
        return [*_printed(str(cell.get("source", ""))), writer.lost(broken)]
    match shown:  # a short cell and what little it printed stay on one page
        case [Block("solid", code, a), Block("solid", printed, b)] if a and 0 < b <= FEW_LINES:
            return [Block("solid", call("together", joined([code, printed])), a + b + 1)]
    return shown


def _outputs(
    writer: Writer, outputs: list[NotebookNode], words: dict[str, Any], notebook: Notebook
) -> Shown:
    shown: Shown = []
    for output in outputs:
        if output.output_type == "stream":
            shown += _printed(output.text, "log" if output.name == "stderr" else "output")
        elif output.output_type == "error":
            named = ": ".join(filter(None, (output.ename, output.evalue)))
            shown += _printed("\n".join(output.traceback) or named, "error")
        elif LIVE in output.get("data", ()) and (
            kept := _saved(str(output.data[LIVE].get("model_id")), notebook.widgets)
        ):
            shown += _outputs(writer, kept, {}, notebook)
        elif "data" in output:
            shown += _display(writer, output, outputs, words)
            words = {}  # they are the first figure's, or table's
    return shown


def _bytes(data: Any, mime: str) -> bytes:
    return _text(data).encode() if mime == "image/svg+xml" else decoded(_text(data))


def _text(data: Any) -> str:
    return data if isinstance(data, str) else "".join(map(str, data))


def _display(
    writer: Writer, output: NotebookNode, beside: list[NotebookNode], words: dict[str, Any]
) -> Shown:
    """Choose the richest form: a picture, then HTML, Markdown, LaTeX, and last the bare text."""
    data, metadata = output.data, output.metadata
    plain = _text(data.get("text/plain", ""))
    if any(map(SCRIPTS.search, data)):
        return []
    for mime in (*IMAGE_TYPES, *(mime for mime in data if mime.startswith("image/")), "text/html"):
        own = metadata.get(mime, metadata.get("image/png", {}))
        words = words | {key: value for key, value in dict(own).items() if value}
        if mime in data and mime != "text/html":
            return [_figure(writer, _bytes(data[mime], mime), words)]
    if LIVE in data:  # a progress bar is nobody's loss; anything else may have been a chart
        return [] if PROGRESS.search(plain) else [writer.lost("an interactive widget")]
    chart = next(filter(CHART.search, data), "")
    if html := _text(data.get("text/html", "")).strip():
        shown = _html(writer, html, plain, words)
        if shown or (shown == [] and not chart):
            return shown
    if chart:
        drawn = chart.endswith("javascript") and "<img" in str(beside)
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


def _saved(name: str, widgets: dict[str, Any]) -> list[NotebookNode]:
    """List, as outputs, what is to be seen of a widget whose state the notebook holds."""
    model = widgets.get(name.removeprefix("IPY_MODEL_"), {})
    state, kind = model.get("state", {}), model.get("model_name", "")
    seen = [*state.get("outputs", ())]
    if kind == "ImageModel":
        data = {f"image/{state.get('format')}": part["data"] for part in model.get("buffers", ())}
        seen += [new_output("display_data", data=data)] if data else []
    elif kind.endswith("ProgressModel"):
        least, value, most = (float(state.get(key) or 0) for key in ("min", "value", "max"))
        done = round(20 * min(max((value - least) / ((most - least) or 1), 0), 1))
        bar = f"{state.get('description') or ''} |{'█' * done}{' ' * (20 - done)}|"
        seen.append(new_output("stream", text=bar.strip()))
    elif words := text_of(from_html(f"{state.get('description', '')} {state.get('value', '')}")):
        seen.append(new_output("stream", text=words))
    inner = [_saved(child, widgets) for child in state.get("children", ())]
    if kind == "HBoxModel" and all("text" in part for parts in inner for part in parts):
        line = " ".join(part.text for parts in inner for part in parts)
        return [*seen, new_output("stream", text=line)] if line else seen
    return [*seen, *chain(*inner)]


def _figure(writer: Writer, data: bytes, words: dict[str, Any]) -> Block:
    """Set a figure, from its file for print where there is one."""
    name, caption = str(words.get("figure", "")), words.get("caption") or words.get("alt")
    file = print_version(writer.folder, name)
    pixels = words.get("width")
    return writer.picture(
        writer.stage("a figure", file.read_bytes() if file else data),
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
    writer.shorten = True
    if words and len(tables) == 1 and text_of(root) == text_of(tables[0]):
        caption = writer.markdown(str(words["caption"])) if words.get("caption") else None
        name = str(words.get("table") or words.get("figure") or "")
        shown = writer.table(tables[0], caption, name)
    else:
        shown = writer.tree(root)
    writer.shorten = False
    return shown


def _printed(text: str, kind: str = "output") -> Shown:
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
