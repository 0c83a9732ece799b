"""From notebooks to the PDF: every step in its order."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from lenet_lib.errors import LenetError, LenetWarning
from lenet_lib.report import pandoc
from lenet_lib.report.clean import Cleaner, figure, formulas_of, harmless, raw_html
from lenet_lib.report.formulas import set_formulas
from lenet_lib.report.headings import Anchors, chapter_headings
from lenet_lib.report.images import BrokenImageError, ImageStore
from lenet_lib.report.notebooks import Notebook, read_notebook
from lenet_lib.report.outputs import (
    Code,
    Html,
    Part,
    Picture,
    Printed,
    Report,
    Text,
    parts,
    plain_math,
)
from lenet_lib.report.pages import set_pages
from lenet_lib.report.places import picture_file
from lenet_lib.report.settings import Settings
from lenet_lib.report.tables import report_table, set_table
from lenet_lib.report.typst_code import block, call

Node = dict[str, Any]
Parsed = dict[str, list[Node]]


def build_report(paths: Sequence[Path], output: Path, settings: Settings) -> None:
    """Write the report of some notebooks to a file, whole or not at all.

    Parameters
    ----------
    paths
        The notebooks, in the report's order.
    output
        The PDF to write; its folder is made.
    settings
        The title block.
    """
    pdf = report_pdf([read_notebook(path) for path in paths], settings)
    draft = output.with_name(f".{output.name}.{os.getpid()}.part")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(pdf)
        draft.replace(output)
    except OSError as error:
        raise LenetError(f"The report cannot be written to {output}: {error.strerror}.") from error
    finally:
        with suppress(OSError):
            draft.unlink()


def report_pdf(notebooks: Sequence[Notebook], settings: Settings) -> bytes:
    """Return the PDF of some notebooks."""
    if not notebooks:
        raise LenetError("There are no notebooks to report on.")
    with tempfile.TemporaryDirectory(prefix="lenet-report-") as name:
        folder = Path(name).resolve()
        try:
            body = _body(notebooks, settings, ImageStore(folder))
        except RecursionError as error:
            raise LenetError("A notebook's text is nested too deeply to be set.") from error
        return set_pages(body, settings, folder, contents=len(notebooks) > 1)


def _body(notebooks: Sequence[Notebook], settings: Settings, images: ImageStore) -> str:
    """Return all chapters as Typst."""
    shown = [parts(notebook, code=settings.code) for notebook in notebooks]
    markdown = _parse_markdown(shown)
    html = _parse_html(shown, markdown)
    everything = [node for blocks in (*markdown.values(), *html.values()) for node in blocks]
    formulas = set_formulas(formulas_of(everything))
    anchors = Anchors()
    chapters = []
    for notebook, listed in zip(notebooks, shown, strict=True):
        cleaner = Cleaner(notebook.folder, notebook.name, anchors, images, formulas, html)
        blocks = [node for part in listed for node in _blocks(part, markdown, cleaner)]
        chapters.append((cleaner, chapter_headings(blocks, notebook.name, anchors)))
    cleaned = [node for cleaner, blocks in chapters for node in cleaner.blocks(blocks)]
    return pandoc.write_typst(cleaned)


def _parse_markdown(shown: list[list[Part]]) -> Parsed:
    texts = []
    for part in (part for listed in shown for part in listed):
        if isinstance(part, Text):
            texts.append(part.markdown)
        elif isinstance(part, Picture | Html) and part.caption:
            texts.append(plain_math(part.caption))
    return {
        text: harmless(nodes) for text, nodes in pandoc.read_many(texts, pandoc.MARKDOWN).items()
    }


def _parse_html(shown: list[list[Part]], markdown: Parsed) -> Parsed:
    texts = [part.html for listed in shown for part in listed if isinstance(part, Html)]
    texts += [text for nodes in markdown.values() for text in raw_html(nodes)]
    return {text: harmless(nodes) for text, nodes in pandoc.read_many(texts, pandoc.HTML).items()}


def _blocks(part: Part, markdown: Parsed, cleaner: Cleaner) -> list[Node]:
    """Return the pandoc blocks of one thing that a notebook shows."""
    match part:
        case Text():
            return cleaner.pictures(markdown[part.markdown], dict(part.attachments))
        case Code():
            return [block(call("code-cell", part.source, lang=part.language))]
        case Printed():
            return [block(call("printed", part.text, kind=part.kind))]
        case Report():
            return set_table(report_table(part.rows), [])
        case Html():
            return _html(part, cleaner.html[part.html], _caption(part.caption, markdown))
        case Picture():
            return [_figure(part, _caption(part.caption, markdown), cleaner)]


def _caption(text: str, markdown: Parsed) -> list[Node]:
    blocks = markdown.get(plain_math(text), []) if text else []
    return [node for piece in blocks if piece["t"] in {"Para", "Plain"} for node in piece["c"]]


def _html(part: Html, blocks: list[Node], caption: list[Node]) -> list[Node]:
    """Set HTML; its caption goes to its first table."""
    done: list[Node] = []
    for node in blocks:
        if node["t"] == "Table" and caption:
            done += set_table(node, caption)
            caption = []
        else:
            done.append(node)
    return done


def _figure(part: Picture, caption: list[Node], cleaner: Cleaner) -> Node:
    """Set a figure, from its file for print where there is one."""
    file = picture_file(cleaner.folder, part.figure)
    try:
        data, width = (file.read_bytes(), None) if file else (part.data, part.css_width)
        staged = cleaner.images.add(data, width)
    except BrokenImageError as error:
        message = f"A figure of the notebook {cleaner.notebook} was left out: {error}."
        warnings.warn(message, LenetWarning, stacklevel=2)
        return block(call("missing", part.alt))
    return figure(staged, part.alt, caption, cleaner.anchors.figure(part.figure))
