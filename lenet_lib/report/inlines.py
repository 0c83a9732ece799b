"""Running text: words, formulas, links, notes and whatever else stands within a line."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePosixPath
from urllib.parse import unquote

from lenet_lib.report.figures import Figures
from lenet_lib.report.formulas import Formula
from lenet_lib.report.markup import (
    DOLLARS,
    NO_MATH,
    RAW,
    SKIPPED,
    SOLID,
    Node,
    children,
    classes_of,
    colour_of,
    is_blank,
    is_pale,
    style_of,
    text_of,
)
from lenet_lib.report.pictures import scheme_of
from lenet_lib.report.typst_code import Code, Displayed, breakable, call, joined, literal, prose

SPANS = {
    **dict.fromkeys(("em", "i", "cite", "var", "dfn"), "emph"),
    **dict.fromkeys(("strong", "b"), "strong"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "del", "strike"), "strike"),
    **{"sub": "sub", "sup": "super", "mark": "highlight", "small": "small-print", "q": "quote"},
}
WEB = {"http", "https", "mailto"}
BARE_WORDS = {"figure", "fig.", "table", "tab.", "equation", "eq.", "图", "表", "公式"}
"""A link whose words are no more than this is printed as the number of what it leads to."""
BETWEEN_HAN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])")
MATH = re.compile(  # as MathJax finds it in the text of a page
    rf"\$\$(?P<block>.+?)\$\$|{DOLLARS}"
    r"|\\\((?P<round>.+?)\\\)|\\\[(?P<square>.+?)\\\]"
    r"|(?P<bare>\\begin\{([a-z]+\*?)\}.*?\\end\{\6\})|(?P<ref>\\(?:eq)?ref\{[^{}]*\})",
    re.DOTALL,
)
LONG_WORD = re.compile("[^\\s\u2e80-\uffef]{60,}")  # not Chinese, which breaks by its own rules
BLANKS = {'" "', "linebreak()"}


@dataclass
class Inlines(Figures, ABC):
    """Writes the running text of one notebook; its formulas, by number, are set all together."""

    formulas: list[Formula]
    cited: set[str] = field(default_factory=set, init=False)  # addresses that the text links to
    in_references: bool = field(default=False, init=False)
    notes: dict[str, Node] = field(default_factory=dict, init=False)

    @abstractmethod
    def nested(self, nodes: Iterable[Node]) -> Code:
        """Write nodes that may hold blocks."""

    def inlines(self, nodes: Iterable[Node]) -> Code:
        """Write running text."""
        return joined(trimmed(self.pieces(nodes)))

    def pieces(self, nodes: Iterable[Node]) -> list[Code]:
        """Write running text, piece by piece, blanks and all."""
        return [piece for node in nodes for piece in self._inline(node)]

    def _inline(self, node: Node) -> list[Code]:
        tag = node.tag
        if tag == "-text":
            return self._running(node.text())
        if tag in SKIPPED:
            return []
        if tag == "br":
            return [call("linebreak")]
        if tag == "img":
            return [self.inline_picture(node)]
        if tag in RAW:
            text = breakable(node.text().replace(NO_MATH, "$"))
            return [call("keys" if tag == "kbd" else "raw", text)]
        if tag == "input":
            shown = node.attributes.get("type") == "checkbox"
            return [literal("☑ " if "checked" in node.attributes else "☐ ")] if shown else []
        if tag == "sup" and "footnote-ref" in classes_of(node):
            return self._footnote(node)
        if tag in SOLID:
            return [self.nested([node])]
        content = [
            call("box", piece) if isinstance(piece, Displayed) else piece
            for piece in self.pieces(children(node))
        ]
        if tag == "a":
            return self._link(node, content)
        if content and (function := SPANS.get(tag)):
            content = [call(function, joined(content))]
        return self._styled(node, content) if content else []

    def _running(self, text: str) -> list[Code]:
        """Write text, with the formulas in it."""
        pieces: list[Code] = []
        end = 0
        for match in MATH.finditer(text):
            pieces += _words(text[end : match.start()])
            ((name, tex),) = [(name, tex) for name, tex in match.groupdict().items() if tex]
            displayed = name in {"block", "square", "bare"}
            code = f"formulas.at({len(self.formulas)})"
            pieces.append(Displayed(code) if displayed else Code(code))
            self.formulas.append(Formula(tex, displayed, f"{self.notebook}, cell {self.cell}"))
            end = match.end()
        return pieces + _words(text[end:])

    def _styled(self, node: Node, content: list[Code]) -> list[Code]:
        style = style_of(node)
        colour, ground = (colour_of(style.get(name)) for name in ("color", "background-color"))
        if ground:
            content = [call("highlight", joined(content), fill=call("rgb", ground))]
        if colour and (ground or not is_pale(colour)):
            content = [call("text", joined(content), fill=call("rgb", colour))]
        if re.match("bold|[6-9]00", style.get("font-weight", "")):
            content = [call("strong", joined(content))]
        return content

    def _footnote(self, node: Node) -> list[Code]:
        link = node.css_first("a")
        note = self.notes.get(link.attributes.get("href") or "") if link is not None else None
        if note is None:
            return []
        for back in note.css("a.footnote"):
            back.decompose()
        first, *rest = [child for child in children(note) if not is_blank(child)] or [note]
        opening = self.inlines(children(first) if first.tag == "p" else [first])
        more = [call("parbreak"), self.nested(rest)] if rest else []
        return [call("footnote", joined([opening, *more]))]

    def _link(self, node: Node, content: list[Code]) -> list[Code]:
        anchor = node.attributes.get("id") or node.attributes.get("name")
        target = (node.attributes.get("href") or "").strip()
        if content and scheme_of(target) in WEB:
            if not self.in_references:
                self.cited.add(target.lower())
            content = [call("link", target, joined(content))]
        elif content and (label := self._label(target)):
            bare = text_of(node).lower() in BARE_WORDS
            content = [call("see", label, joined(content), bare)]
        return [self._anchor(anchor), *content] if anchor else content

    def _label(self, target: str) -> str:
        """Find where in the report a link leads: to a heading, an anchor, a figure, a notebook."""
        path, _, fragment = unquote(target).partition("#")
        if re.match(r"(fig|tab|eq):", fragment):
            return fragment
        place = PurePosixPath(path)
        if place.suffix == ".ipynb" or (not path and fragment):
            return f"{place.stem if path else self.notebook}#{slug_of(fragment)}"
        return f"fig:{place.stem}" if place.parent.name == "figures" else ""

    def _anchor(self, name: str) -> Code:
        return call("anchor", f"{self.notebook}#{slug_of(name)}")


def slug_of(text: str) -> str:
    """Return a heading's address, as code hosts and JupyterLab make it, case aside.

    >>> slug_of("What's in MNIST?"), slug_of("What's-in-MNIST?")
    ('whats-in-mnist', 'whats-in-mnist')
    """
    return re.sub(r"[^\w\- ]", "", unquote(text).strip().lower()).replace(" ", "-")


def _words(text: str) -> list[Code]:
    spaced = re.sub(r"[ \t\r\n\f]+", " ", BETWEEN_HAN.sub("", text))
    return prose(LONG_WORD.sub(lambda word: breakable(word[0]), spaced).replace(NO_MATH, "$"))


def trimmed(pieces: list[Code]) -> list[Code]:
    """Drop the blanks and breaks at the ends of a paragraph, and blanks that open a line."""
    for number, (before, piece) in enumerate(pairwise(pieces), start=1):
        if before == "linebreak()" and piece.startswith('" '):
            pieces[number] = Code(f'"{piece[2:]}')
    shown = [number for number, piece in enumerate(pieces) if piece not in BLANKS]
    pieces = pieces[shown[0] : shown[-1] + 1] if shown else []
    if pieces and pieces[0].startswith('" '):
        pieces[0] = Code(f'"{pieces[0][2:]}')
    if pieces and pieces[-1].endswith(' "'):
        pieces[-1] = Code(f'{pieces[-1][:-2]}"')
    return pieces
