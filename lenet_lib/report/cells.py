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
from lenet_lib.report.notebooks import Notebook
from lenet_lib.report.pictures import IMAGE_TYPES, decoded, print_version
from lenet_lib.report.terminal import printed
from lenet_lib.report.typst_code import Block, Shown, call, joined
from lenet_lib.report.writer import Writer, code_block

FEW_LINES = 12
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
            return printed(cell.source)
        shown: Shown = []
        if cell.source.strip():
            source = re.sub(r"\n{3,}", "\n\n", cell.source.strip("\n"))
            shown.append(code_block("code-cell", source, lang=notebook.language))
        words = {name: cell.metadata[name] for name in WORDS if name in cell.metadata}
        shown += _outputs(writer, cell.outputs, words, notebook)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        broken = f"a part of a cell, which is not as the notebook format wants it ({error}),"
        return [*printed(str(cell.get("source", ""))), writer.lost(broken)]
    match shown:  # a short cell and what little it printed stay on one page
        case [Block("solid", code, a), Block("solid", below, b)] if a and 0 < b <= FEW_LINES:
            return [Block("solid", call("together", joined([code, below])), a + b + 1)]
    return shown


def _outputs(
    writer: Writer, outputs: list[NotebookNode], words: dict[str, Any], notebook: Notebook
) -> Shown:
    shown: Shown = []
    for output in outputs:
        if output.output_type == "stream":
            shown += printed(output.text, "log" if output.name == "stderr" else "output")
        elif output.output_type == "error":
            named = ": ".join(filter(None, (output.ename, output.evalue)))
            shown += printed("\n".join(output.traceback) or named, "error")
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
            return printed(plain)
        mixed = "$" in tex or r"\begin" in tex
        return writer.tree(from_html(f"<p>{escape(tex if mixed else f'$${tex}$$')}</p>"))
    if "application/json" in data:
        return printed(json.dumps(data["application/json"], indent=2, ensure_ascii=False))
    if plain and not any(map(UNSEEN.match, data)):
        return printed(plain)
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
        return printed(plain)
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
