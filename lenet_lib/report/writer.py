"""HTML to Typst: one method for each thing that a reader can tell apart."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote

from lenet_lib.errors import LenetWarning
from lenet_lib.report.markup import NO_MATH, Node, children, colour_of, is_pale, style_of, text_of
from lenet_lib.report.pictures import BrokenImageError, ImageStore, Staged, read_picture, scheme_of
from lenet_lib.report.tables import LONG, set_table
from lenet_lib.report.typst_code import Code, call, joined, literal, prose

SKIPPED = {"style", "script", "link", "meta", "title", "template", "noscript", "head", "button"}
SKIPPED |= {"select", "textarea", "progress", "caption", "colgroup", "source", "track", "rp"}
LOST = {"iframe", "video", "audio", "canvas", "object", "embed"}
CONTAINERS = {"div", "center", "section", "article", "header", "footer", "main", "nav", "aside"}
CONTAINERS |= {"address", "fieldset", "form", "hgroup", "body", "summary", "figure"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
BLOCKS = CONTAINERS | HEADINGS | LOST | SKIPPED
BLOCKS |= {"p", "ul", "ol", "dl", "table", "pre", "blockquote", "hr", "details", "svg"}
SPANS = {
    **dict.fromkeys(("em", "i", "cite", "var", "dfn"), "emph"),
    **dict.fromkeys(("strong", "b"), "strong"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "del", "strike"), "strike"),
    **{"sub": "sub", "sup": "super", "mark": "highlight", "small": "small-print", "q": "quote"},
}
RAW = {"code", "tt", "kbd", "samp"}
WEB = {"http", "https", "mailto"}
ALERTS = {
    **{"note": "Note", "tip": "Tip", "important": "Important", "warning": "Warning"},
    **{"caution": "Caution", "danger": "", "info": "", "success": ""},
}
REFERENCES = re.compile(r"[\d. ]*(references|bibliography|literature|参考文献)", re.I)
GENERIC = {"figure", "fig", "fig.", "table", "tab.", "equation", "eq.", "图", "表", "公式"}
CHAPTER_NUMBER = re.compile(r"^\s*(chapter\s+)?\d+\s*[.):·–—-]+\s*(?=\S)", re.I)
FILE_LIKE = re.compile(r"[\w. ()-]*\.(png|jpe?g|gif|svg|webp)|image|img|alt text|figure|", re.I)
SPACES = re.compile(r"[ \t\r\n\f]+")
BETWEEN_HAN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])")
MATH = re.compile(
    r"\$\$(?P<block>.+?)\$\$|(?<!\\)\$(?P<inline>[^$]+?)(?<!\\)\$(?!\d)"
    r"|\\\((?P<round>.+?)\\\)|\\\[(?P<square>.+?)\\\]"
    r"|(?P<bare>\\begin\{(?P<name>[a-z]+\*?)\}.*?\\end\{(?P=name)\})|(?P<ref>\\(?:eq)?ref\{[^{}]*\})",
    re.DOTALL,
)
CSS_PIXEL = 0.75  # points
WIDTH_OF_CODE = 100
"""Characters that fit on a line."""
LONGEST_SOLID = 22
"""Lines of code that are not broken over pages."""


class Block(NamedTuple):
    """A paragraph, a table, …: its Typst, and how it takes to a page's end.

    The kind is ``text`` (may break), ``solid`` (may not), ``head`` with its level (nor may what
    follows), ``picture`` (may be made smaller) or ``mark`` (nothing to be seen). ``lines`` are those
    of code, whose height need not be measured.
    """

    kind: str
    code: Code
    lines: int = 0


class Heading(NamedTuple):
    """A heading before its place among the others is known."""

    level: int
    content: Code
    text: str
    label: str


class Writer:
    """Writes the cells of one notebook."""

    def __init__(
        self,
        notebook: str,
        folder: Path,
        images: ImageStore,
        formulas: list[tuple[str, bool, str]],
        *,
        several: bool,
    ) -> None:
        self.notebook = notebook
        self.folder = folder
        self.images = images
        self.formulas = formulas
        self.cell = 0
        self.attachments: dict[str, bytes] = {}
        self.notes: dict[str, Node] = {}
        self.shorten = False
        self.several = several
        self.references: list[tuple[str, str, Code]] = []
        self.references_at: list[str] = []
        self._listing_works = False
        self._inside = 0  # how many lists, tables and boxes are open
        self._side = ""
        self._taken: set[str] = set()

    @property
    def where(self) -> str:
        """The notebook and the cell that are being written, for a warning."""
        return f"{self.notebook}, cell {self.cell}"

    def warn(self, what: str) -> None:
        """Say what is missing on paper."""
        warnings.warn(f"{self.where}: {what}.", LenetWarning, stacklevel=2)

    def tree(self, root: Node) -> list[Block | Heading]:
        """Write a whole tree; its headings are left to be numbered."""
        self.notes = {f"#{note.attributes['id']}": note for note in root.css("section.footnotes li[id]")}
        return self.blocks(children(root))

    # ---- Blocks ---------------------------------------------------------------------------------

    def blocks(self, nodes: Iterable[Node]) -> list[Block | Heading]:
        """Write a sequence of blocks; loose text between them becomes paragraphs."""
        done: list[Block | Heading] = []
        loose: list[Node] = []
        for node in nodes:
            if self.several and not self._inside and self._is_work(node):
                continue
            if _is_block(node):
                done += [*self._paragraph(loose), *self._block(node)]
                loose = []
            else:
                loose.append(node)
        return done + self._paragraph(loose)

    def nested(self, nodes: Iterable[Node]) -> Code:
        """Write what a list's item, a cell or a box holds; a lone paragraph loses its space."""
        nodes = [node for node in nodes if node.tag != "-text" or node.text().strip()]
        if len(nodes) == 1 and nodes[0].tag == "p":
            nodes = children(nodes[0])
        self._inside += 1
        if any(map(_is_block, nodes)):
            content = joined(block.code for block in self.blocks(nodes) if isinstance(block, Block))
        else:
            content = self.inlines(nodes)
        self._inside -= 1
        return content

    def _paragraph(self, nodes: list[Node]) -> list[Block | Heading]:
        """Write loose inline nodes; a displayed formula, and a picture alone, end a paragraph."""
        while nodes and _is_blank(nodes[0]):
            nodes = nodes[1:]
        while nodes and _is_blank(nodes[-1]):
            nodes = nodes[:-1]
        if not nodes:
            return []
        for number, node in enumerate(nodes):
            if node.tag == "x-math" and "block" in node.attributes:
                rest = [*self._paragraph(nodes[:number]), Block("solid", self._math(node.text(), True))]
                return rest + self._paragraph(nodes[number + 1 :])
        shown = [node for node in nodes if not _is_blank(node)]
        if len(shown) == 1 and (picture := _only_picture(shown[0])) is not None:
            return [self._picture_block(picture)]
        code = call("par", self.inlines(nodes))
        if all(_only_picture(node) is not None for node in shown):
            return [Block("solid", call("align", Code("center"), code))]
        return [Block("text", call("align", Code(self._side), code) if self._side else code)]

    def _block(self, node: Node) -> list[Block | Heading]:
        tag = node.tag
        if tag in SKIPPED or "footnotes" in _classes(node):
            return []
        if tag in HEADINGS:
            return [self._heading(node)]
        if tag in LOST:
            return [self.lost(f"{'a' if tag[0] not in 'aeio' else 'an'} {tag} element of a web page")]
        if tag == "hr":
            return [Block("text", call("divider"))]
        if tag == "pre":
            return [self._listing(node)]
        if tag == "table":
            return self.table(node)
        if tag in {"ul", "ol", "dl"}:
            return [Block("text", self._list(node))]
        if tag == "blockquote":
            return [self._quote(node)]
        if tag == "svg":
            return [self.picture(self._stage(node.html.encode(), "a drawing"), "Drawing")]
        if kind := next((name for name in ALERTS if f"alert-{name}" in _classes(node)), ""):
            return [Block("text", call("callout", ALERTS[kind], self.nested(children(node))))]
        return self._container(node)

    def _container(self, node: Node) -> list[Block | Heading]:
        """Write what a container holds as if it were not there, but for its side."""
        side, outer = style_of(node).get("text-align", ""), self._side
        if node.tag == "center" or side in {"center", "right"}:
            self._side = side if side in {"center", "right"} else "center"
        anchor = node.attributes.get("id") if node.tag != "body" else None
        done: list[Block | Heading] = []
        if anchor:
            done.append(Block("mark", self._anchor(anchor)))
        if node.tag == "summary":
            return [*done, Block("text", call("par", call("strong", self.inlines(children(node)))))]
        caption = node.css_first("figcaption") if node.tag == "figure" else None
        picture = node.css_first("img") if caption is not None else None
        if picture is not None:
            done.append(self._picture_block(picture, self.inlines(children(caption))))
        else:
            done += self.blocks(children(node))
        self._side = outer
        return done

    def _heading(self, node: Node) -> Block | Heading:
        if self.several and node.tag == "h1" and (texts := _texts(node)):
            texts[0].replace_with(CHAPTER_NUMBER.sub("", texts[0].text(), count=1))
        content = self.inlines(children(node))
        if self._inside:
            return Block("text", call("par", call("strong", content)))
        name = slug_of(text_of(node))
        number = 0
        while (slug := f"{name}-{number}" if number else name) in self._taken:
            number += 1
        self._taken.add(slug)
        return Heading(int(node.tag[1]), content, text_of(node), f"{self.notebook}#{slug}")

    def _is_work(self, node: Node) -> bool:
        """Take the list under a heading "References" out of one notebook of several."""
        if node.tag in HEADINGS:
            self._listing_works = node.tag != "h1" and bool(REFERENCES.fullmatch(text_of(node)))
            if self._listing_works:
                self.references_at.append(f"{self.notebook}#{slug_of(text_of(node))}")
            return self._listing_works
        if not self._listing_works or node.tag not in {"ul", "ol"}:
            return False
        for item in children(node):
            if item.tag == "li":
                link = item.css_first("a[href]")
                address = (link.attributes["href"] or "").lower() if link is not None else ""
                self.references.append((text_of(item), address, self.nested(children(item))))
        return True

    def _listing(self, node: Node) -> Block:
        code = node.css_first("code")
        names = _classes(code) if code is not None else []
        language = next((name[9:] for name in names if name.startswith("language-")), None)
        return code_block("listing", node.text().replace(NO_MATH, "$").strip("\n"), lang=language)

    def _list(self, node: Node) -> Code:
        if node.tag == "dl":
            return joined(
                call("par", call("strong", self.nested(children(item))))
                if item.tag == "dt"
                else call("pad", self.nested(children(item)), left=Code("1.5em"))
                for item in children(node)
                if item.tag in {"dt", "dd"}
            )
        items = [item for item in children(node) if item.tag == "li"]
        loose = any(child.tag == "p" for item in items for child in children(item))
        start = node.attributes.get("start") or ""
        return call(
            "enum" if node.tag == "ol" else "list",
            *(self.nested(children(item)) for item in items),
            tight=None if not loose else False,
            start=int(start) if start.isdecimal() and len(start) < 6 and node.tag == "ol" else None,
        )

    def _quote(self, node: Node) -> Block:
        """Write a quotation, or the box that code hosts make of one that opens with ``[!NOTE]``."""
        alert = re.match(r"\s*\[!(\w+)\]\s*", node.text())
        if not alert or alert[1].lower() not in ALERTS:
            return Block("text", call("quote", self.nested(children(node)), block=True))
        first = next(text for text in _texts(node) if "[!" in text.text())
        first.replace_with(re.sub(r"^\s*\[!\w+\]\s*", "", first.text()))
        return Block("text", call("callout", alert[1].capitalize(), self.nested(children(node))))

    def table(self, node: Node, caption: Code | None = None, name: str = "") -> list[Block | Heading]:
        """Write a table; too many columns make several of it."""
        own = node.css_first("caption")
        caption = caption or (self.inlines(children(own)) if own is not None else None)
        done: list[Block | Heading] = []
        parts = set_table(node, lambda cell: self.nested(children(cell)), shorten=self.shorten)
        for number, (code, rows) in enumerate(parts):
            if not rows:
                continue
            named = {"caption": caption, "name": f"tab:{name}" if name else None} if not number else {}
            long = rows > LONG
            table = call("data-table", code, long=long, **named)
            done.append(Block("text" if long else "solid", table))
        return done

    # ---- Inlines --------------------------------------------------------------------------------

    def inlines(self, nodes: Iterable[Node]) -> Code:
        """Write running text."""
        nodes = [*nodes]
        pieces = [piece for node in nodes for piece in self._inline(node)]
        return joined(_trimmed(pieces))

    def _inline(self, node: Node) -> list[Code]:
        tag = node.tag
        if tag == "-text":
            return self._running(node.text())
        if tag in SKIPPED:
            return []
        if tag == "br":
            return [call("linebreak")]
        if tag == "img":
            return [self._inline_picture(node)]
        if tag == "x-math":
            return [self._math(node.text(), "block" in node.attributes)]
        if tag in RAW:
            text = node.text().replace(NO_MATH, "$")
            return [call("keys" if tag == "kbd" else "raw", breakable(text))]
        if tag == "input":
            checked = "checked" in node.attributes
            return [literal("☑ " if checked else "☐ ")] if node.attributes.get("type") == "checkbox" else []
        if tag == "sup" and "footnote-ref" in _classes(node):
            return self._footnote(node)
        if tag in BLOCKS - CONTAINERS:
            return [self.nested([node])]
        return self._span(node)

    def _span(self, node: Node) -> list[Code]:
        content = self.inlines_untrimmed(node)
        if node.tag == "a":
            return self._link(node, content)
        if not content:
            return []
        if function := SPANS.get(node.tag):
            content = [call(function, joined(content))]
        return self._coloured(node, content)

    def inlines_untrimmed(self, node: Node) -> list[Code]:
        """Write what an inline node holds, with the spaces at its ends."""
        return [piece for child in children(node) for piece in self._inline(child)]

    def _coloured(self, node: Node, content: list[Code]) -> list[Code]:
        style = style_of(node)
        colour, ground = (colour_of(style.get(name)) for name in ("color", "background-color"))
        if ground:
            content = [call("highlight", joined(content), fill=call("rgb", ground))]
        if colour and (ground or not is_pale(colour)):
            content = [call("text", joined(content), fill=call("rgb", colour))]
        if style.get("font-weight") in {"bold", "600", "700", "800", "900"}:
            content = [call("strong", joined(content))]
        if style.get("font-style") == "italic":
            content = [call("emph", joined(content))]
        return content

    def _running(self, text: str) -> list[Code]:
        """Write text, with the formulas in it, as MathJax finds them on a page."""
        pieces: list[Code] = []
        end = 0
        for match in MATH.finditer(text):
            pieces += _words(text[end : match.start()])
            found = {name: tex for name, tex in match.groupdict().items() if tex and name != "name"}
            ((name, tex),) = found.items()
            pieces.append(self._math(tex, name in {"block", "square", "bare"}))
            end = match.end()
        return pieces + _words(text[end:])

    def _math(self, tex: str, displayed: bool) -> Code:
        self.formulas.append((tex, displayed, self.where))
        return Code(f"formulas.at({len(self.formulas) - 1})")

    def _footnote(self, node: Node) -> list[Code]:
        link = node.css_first("a")
        note = self.notes.get(link.attributes.get("href") or "") if link is not None else None
        if note is None:
            return []
        for back in note.css("a.footnote"):
            back.decompose()
        return [call("footnote", self.nested(children(note)))]

    def _link(self, node: Node, content: list[Code]) -> list[Code]:
        anchor = node.attributes.get("id") or node.attributes.get("name")
        marks = [self._anchor(anchor)] if anchor else []
        target = (node.attributes.get("href") or "").strip()
        if not content or not target:
            return [*marks, *content]
        if scheme_of(target) in WEB:
            return [*marks, call("link", target, joined(content))]
        label = self._label(target)
        generic = text_of(node).lower() in GENERIC
        return [*marks, call("see", label, joined(content), generic)] if label else [*marks, *content]

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

    # ---- Pictures -------------------------------------------------------------------------------

    def lost(self, what: str, shown: str = "") -> Block:
        """Leave a line for something that cannot be printed, and say so."""
        self.warn(f"{what} cannot be printed and is left out")
        return Block("solid", call("missing", shown or f"{what[0].upper()}{what[1:]} is not printed"))

    def picture(
        self,
        staged: Staged | None,
        alt: str,
        caption: Code | None = None,
        *,
        name: str = "",
        width: Code | None = None,
    ) -> Block:
        """Write a picture that stands alone, numbered when it has a caption."""
        if staged is None:
            return Block("solid", call("missing", f"Picture left out: {alt}"))
        return Block(
            "picture",
            call(
                "picture",
                staged.name,
                width=width or Code(f"{staged.width:g}pt"),
                ratio=round(staged.height / max(staged.width, 1), 4),
                alt=alt,
                caption=caption,
                name=f"fig:{name}" if name else None,
            ),
        )

    def _picture_block(self, node: Node, caption: Code | None = None) -> Block:
        target, alt = (node.attributes.get(name) or "" for name in ("src", "alt"))
        words = (node.attributes.get("title") or "").strip() or alt.strip()
        if caption is None and not FILE_LIKE.fullmatch(words):
            caption = joined(prose(words))
        place = PurePosixPath(unquote(target))
        name = place.stem if place.parent.name == "figures" else ""
        staged = self._read(target)
        return self.picture(staged, alt or "Picture", caption, name=name, width=_width(node, staged))

    def _inline_picture(self, node: Node) -> Code:
        target, alt = (node.attributes.get(name) or "" for name in ("src", "alt"))
        staged = self._read(target)
        if staged is None:
            return call("missing", f"Picture left out: {alt or 'a picture'}")
        width = _width(node, staged) or Code(f"{staged.width:g}pt")
        return call("inline-picture", staged.name, width=width, alt=alt or "Picture")

    def _read(self, target: str) -> Staged | None:
        try:
            data = read_picture(self.folder, target, self.attachments)
        except BrokenImageError as error:
            self.warn(f"the picture {target[:100]} was left out: {error}")
            return None
        return self._stage(data, f"the picture {target[:100]}")

    def _stage(self, data: bytes, what: str) -> Staged | None:
        try:
            return self.images.add(data)
        except BrokenImageError as error:
            self.warn(f"{what} was left out: {error}")
            return None


def slug_of(text: str) -> str:
    """Return a heading's address, as code hosts and JupyterLab make it, case aside.

    >>> slug_of("What's in MNIST?"), slug_of("What's-in-MNIST?")
    ('whats-in-mnist', 'whats-in-mnist')
    """
    words = re.sub(r"[^\w\- ]", "", unquote(text).strip().lower())
    return words.replace(" ", "-")


def breakable(text: str) -> str:
    """Let a run of characters that is wider than the page be broken anywhere."""
    return re.sub(r"[^\s\u2500-\u257f=_-]{60,}", lambda run: "\u200b".join(run.group()), text)


def code_block(function: str, text: str, **named: str | Code | None) -> Block:
    """Write code or what it printed; what is not long stays on one page."""
    lines = sum(1 + len(line) // WIDTH_OF_CODE for line in text.split("\n"))
    breaks = lines > LONGEST_SOLID
    code = call(function, breakable(text), breakable=breaks, **named)
    return Block("text" if breaks else "solid", code, lines)


def _is_block(node: Node) -> bool:
    """Whether a node is a block, or an inline one that holds blocks, as ``<font><p>`` does."""
    if node.tag in BLOCKS:
        return True
    return node.tag not in {"-text", "a", *RAW} and any(map(_is_block, children(node)))


def _is_blank(node: Node) -> bool:
    if node.tag == "-text":
        return not node.text().strip()
    return node.tag == "br"


def _only_picture(node: Node) -> Node | None:
    """Return the picture that a node is, or wraps in a link or the like."""
    while node.tag != "img":
        inner = [child for child in children(node) if not _is_blank(child)]
        if len(inner) != 1:
            return None
        node = inner[0]
    return node


def _texts(node: Node) -> list[Node]:
    return [child for child in node.traverse(include_text=True) if child.tag == "-text"]


def _classes(node: Node) -> list[str]:
    return (node.attributes.get("class") or "").split()


def _words(text: str) -> list[Code]:
    text = BETWEEN_HAN.sub("", text)
    return prose(SPACES.sub(" ", text).replace(NO_MATH, "$"))


def _trimmed(pieces: list[Code]) -> list[Code]:
    """Drop the blanks and breaks at the ends of a paragraph."""
    pieces = [*pieces]
    while pieces and pieces[0] in {'" "', "linebreak()"}:
        del pieces[0]
    while pieces and pieces[-1] in {'" "', "linebreak()"}:
        del pieces[-1]
    if pieces and pieces[0].startswith('" '):
        pieces[0] = Code(f'"{pieces[0][2:]}')
    if pieces and pieces[-1].endswith(' "'):
        pieces[-1] = Code(f'{pieces[-1][:-2]}"')
    return pieces


def _width(node: Node, staged: Staged | None) -> Code | None:
    """Return the width that ``<img>`` asks for, in pixels or in percent of the column."""
    given = style_of(node).get("width") or node.attributes.get("width") or ""
    tall = style_of(node).get("height") or node.attributes.get("height") or ""
    if match := re.fullmatch(r"\s*([\d.]+)\s*%\s*", given):
        return Code(f"{min(float(match[1]), 100):g}%")
    if match := re.fullmatch(r"\s*([\d.]+)\s*(px)?\s*", given):
        return Code(f"{float(match[1]) * CSS_PIXEL:g}pt")
    if staged and (match := re.fullmatch(r"\s*([\d.]+)\s*(px)?\s*", tall)):
        return Code(f"{float(match[1]) * CSS_PIXEL * staged.width / max(staged.height, 1):g}pt")
    return None
