"""What each cell has to show: the richest form of every output that paper can carry."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from bs4 import BeautifulSoup
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode

from lenet_lib.report.notebooks import Notebook, source_hidden
from lenet_lib.report.tables import split_report

MAX_LINES = 120
MAX_CHARACTERS = 20_000
MAX_HTML = 400_000

UNBROKEN = re.compile(r"[^\s\u2500-\u257f=_-]{100,}")  # would run off the page; rules may not wrap
ZERO_WIDTH_SPACE = "\u200b"

IMAGE_TYPES = ("image/svg+xml", "image/png", "image/jpeg", "image/webp", "image/gif")
# A bare environment is set by MathJax, but Markdown does not know it.
ENVIRONMENT = re.compile(
    r"(?<!\$)(?P<open>\$\$\s*)?"
    r"(?P<body>\\begin\{(?P<name>(?:align|equation|gather|multline|eqnarray)\*?)\}"
    r".*?\\end\{(?P=name)\})(?(open)\s*\$\$)",
    re.DOTALL,
)
DISPLAYED = re.compile(r"\$\$(?P<body>[^$]+)\$\$")
FENCED = re.compile(
    r"^ {0,3}(?P<fence>```+|~~~+).*?(?:^ {0,3}(?P=fence)[ \t]*$|\Z)|`[^`\n]+`",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Text:
    """Markdown, as the author wrote it."""

    markdown: str
    attachments: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True)
class Html:
    """HTML that a library made, such as a data frame's table."""

    html: str
    caption: str = ""


@dataclass(frozen=True)
class Code:
    """A cell's source."""

    source: str
    language: str


@dataclass(frozen=True)
class Printed:
    """What a cell printed; the kind is ``output``, ``log`` or ``error``."""

    text: str
    kind: str = "output"


@dataclass(frozen=True)
class Report:
    """A classification report, as lines of cells."""

    rows: list[list[str]]


@dataclass(frozen=True)
class Picture:
    """A figure drawn by a cell, with the words that go with it."""

    data: bytes
    mime: str
    alt: str
    caption: str = ""
    figure: str = ""
    css_width: float | None = None


Part = Text | Html | Code | Printed | Report | Picture


def parts(notebook: Notebook, *, code: bool) -> list[Part]:
    """List everything a notebook shows, from top to bottom.

    Parameters
    ----------
    notebook
        The tidied notebook.
    code
        Whether the cells' sources are printed, too.
    """
    shown: list[Part] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            shown.append(Text(plain_math(cell.source), _attachments(cell)))
        elif cell.cell_type == "code":
            if code and cell.source.strip() and not source_hidden(cell):
                shown.append(Code(shorten(cell.source.strip("\n")), notebook.language))
            for output in cell.outputs:
                shown += _output(output)
        elif cell.source.strip():
            shown.append(Printed(shorten(cell.source)))
    return shown


def plain_math(markdown: str) -> str:
    r"""Prepare formulas for a Markdown parser: ``\begin{align}`` in dollars, on one line.

    >>> plain_math("See\n\\begin{align}\na &= b\n\\end{align}\nand `\\begin{align}`")
    'See\n$$\\begin{align} a &= b \\end{align}$$\nand `\\begin{align}`'
    """
    pieces, end = [], 0
    for fence in FENCED.finditer(markdown):
        pieces += [_one_line_math(markdown[end : fence.start()]), fence.group()]
        end = fence.end()
    return "".join([*pieces, _one_line_math(markdown[end:])])


def shorten(text: str) -> str:
    """Cut a text that would fill pages, and say how much is missing."""
    lines = text.split("\n")
    kept: list[str] = []
    size = 0
    for line in lines[:MAX_LINES]:
        room = MAX_CHARACTERS - size
        kept.append(line[:room])
        size += len(line)
        if size >= MAX_CHARACTERS:
            break
    missing = len(text) - len("\n".join(kept))
    if missing > 0:
        kept.append(f"… ({missing:,} more characters are in the notebook)")
    return UNBROKEN.sub(lambda run: ZERO_WIDTH_SPACE.join(run.group()), "\n".join(kept))


def _one_line_math(markdown: str) -> str:
    def joined(match: re.Match[str]) -> str:
        lines = (re.sub(r"(?<!\\)%.*", "", line).strip() for line in match["body"].split("\n"))
        return f"$${' '.join(line for line in lines if line)}$$"

    return DISPLAYED.sub(joined, ENVIRONMENT.sub(r"$$\g<body>$$", markdown))


def _attachments(cell: NotebookNode) -> tuple[tuple[str, bytes], ...]:
    found = []
    for name, forms in cell.get("attachments", {}).items():
        for mime in IMAGE_TYPES:
            if mime in forms:
                found.append((name, _bytes(forms[mime], mime)))
                break
    return tuple(found)


def _output(output: NotebookNode) -> list[Part]:
    if output.output_type == "stream":
        return _stream(output)
    if output.output_type == "error":
        text = strip_ansi("\n".join(output.traceback) or f"{output.ename}: {output.evalue}")
        return [Printed(shorten(text), "error")]
    return _display(output.data, output.metadata)


def _stream(output: NotebookNode) -> list[Part]:
    if output.name == "stderr":
        return [Printed(shorten(output.text), "log")]
    return _text(output.text)


def _text(text: str) -> list[Part]:
    """Return printed text, with a classification report in it made a table."""
    return [
        Report(piece) if isinstance(piece, list) else Printed(shorten(piece))
        for piece in split_report(strip_ansi(text))
    ]


def _display(data: NotebookNode, metadata: NotebookNode) -> list[Part]:
    """Choose the richest form: a picture, then HTML, Markdown, LaTeX, and last the bare text."""
    if "application/vnd.jupyter.widget-view+json" in data:
        return []  # a live control, such as a progress bar
    for mime in IMAGE_TYPES:
        if mime in data:
            return [_picture(data[mime], mime, _words(metadata, mime), data.get("text/plain", ""))]
    if "text/html" in data and (html := _clean_html(data["text/html"])):
        return [Html(html, str(_words(metadata, "text/html").get("caption", "")))]
    if "text/markdown" in data:
        return [Text(plain_math(shorten(data["text/markdown"])))]
    if "text/latex" in data:
        return [Text(_latex(data["text/latex"]))]
    return _text(str(data.get("text/plain", "")).strip("\n")) if data.get("text/plain") else []


def _words(metadata: NotebookNode, mime: str) -> dict[str, object]:
    """Return the caption, alternative text and figure name that the cell gave for this form."""
    for key in (mime, "image/png"):
        if isinstance(words := metadata.get(key), dict):
            return words
    return {}


def _picture(data: str | list[str], mime: str, words: dict[str, object], text: str) -> Picture:
    width = words.get("width")
    return Picture(
        data=_bytes(data, mime),
        mime=mime,
        alt=str(words.get("alt", "")) or "Figure drawn by the code above",
        caption=str(words.get("caption") or words.get("alt") or ""),
        figure=str(words.get("figure", "")),
        css_width=float(width) if isinstance(width, int | float) else None,
    )


def _bytes(data: str | list[str], mime: str) -> bytes:
    text = data if isinstance(data, str) else "".join(data)
    if mime == "image/svg+xml":
        return text.encode()
    try:
        return base64.b64decode(text)
    except ValueError:
        return b""


def _latex(source: str) -> str:
    """LaTeX as Markdown: already in dollars, or a bare environment."""
    source = source.strip()
    if source.startswith(("$", "\\begin")):
        return plain_math(source)
    return f"$${source}$$"


def _clean_html(html: str | list[str]) -> str:
    """Return HTML that is worth converting, or nothing when its plain text says it better."""
    text = html if isinstance(html, str) else "".join(html)
    if len(text) > MAX_HTML or "sk-top-container" in text:
        return ""
    soup = BeautifulSoup(text, "html.parser")
    for tag in soup(["script", "style", "noscript", "iframe", "object", "embed", "form", "svg"]):
        tag.decompose()
    return str(soup) if soup.get_text(strip=True) or soup.find("img") else ""
