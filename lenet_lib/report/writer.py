"""HTML to Typst: one method for each thing that a reader can tell apart."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote

from lenet_lib.errors import LenetWarning
from lenet_lib.report.markup import (
    NO_MATH,
    Node,
    children,
    colour_of,
    from_markdown,
    is_pale,
    style_of,
    text_of,
)
from lenet_lib.report.pictures import BrokenImageError, ImageStore, Staged, read_picture, scheme_of
from lenet_lib.report.tables import LONG, set_table
from lenet_lib.report.typst_code import Code, call, joined, literal, prose

SKIPPED = {
    "style",
    "script",
    "link",
    "meta",
    "title",
    "template",
    "noscript",
    "head",
    "button",
    "select",
    "textarea",
}
SKIPPED |= {"progress", "caption", "colgroup", "source", "track", "rp"}
LOST = {"iframe", "video", "audio", "canvas", "object", "embed"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
CONTAINERS = {
    "div",
    "center",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "nav",
    "aside",
    "figure",
    "hgroup",
}
CONTAINERS |= {"address", "fieldset", "form", "body", "details"}
SOLID = (
    HEADINGS | LOST | {"p", "ul", "ol", "dl", "table", "pre", "blockquote", "hr", "svg", "summary"}
)
BLOCKS = CONTAINERS | SOLID | SKIPPED
SPANS = {
    **dict.fromkeys(("em", "i", "cite", "var", "dfn"), "emph"),
    **dict.fromkeys(("strong", "b"), "strong"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "del", "strike"), "strike"),
    **{"sub": "sub", "sup": "super", "mark": "highlight", "small": "small-print", "q": "quote"},
}
RAW = {"code", "tt", "kbd", "samp"}
BOXES = {"note", "tip", "important", "warning", "caution", "info", "success", "danger"}
WEB = {"http", "https", "mailto"}
BARE_WORDS = {"figure", "fig.", "table", "tab.", "equation", "eq.", "图", "表", "公式"}
"""A link whose words are no more than this is printed as the number of what it leads to."""
CHAPTER_NUMBER = re.compile(
    r"^\s*((chapter\s+)?\d+|(chapter|appendix)\s+\w)\s*[.):·–—-]+\s*(?=\S)", re.IGNORECASE
)
REFERENCES = re.compile(r"[\d. ]*(references|bibliography|literature|参考文献)", re.IGNORECASE)
FILE_LIKE = re.compile(r"[\w. ()-]*\.(png|jpe?g|gif|svg|webp)|image|img|alt text|", re.IGNORECASE)
BETWEEN_HAN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])")
MATH = re.compile(  # as MathJax finds it in the text of a page
    r"\$\$(?P<block>.+?)\$\$|(?<!\\)\$(?P<inline>[^$]+?)(?<!\\)\$(?!\d)"
    r"|\\\((?P<round>.+?)\\\)|\\\[(?P<square>.+?)\\\]"
    r"|(?P<bare>\\begin\{([a-z]+\*?)\}.*?\\end\{\6\})|(?P<ref>\\(?:eq)?ref\{[^{}]*\})",
    re.DOTALL,
)
CSS_PIXEL = 0.75  # points
WIDTH_OF_CODE = 100
"""Characters that fit on a line."""
LONGEST_SOLID = {"code-cell": 22, "listing": 22, "printed": 36}
"""Lines that are not broken over pages."""


class Block(NamedTuple):
    """A paragraph, a table, …: its Typst, and how it takes to a page's end.

    The kind is ``text`` (may break), ``solid`` (may not), ``head`` with its level (nor may what
    follows), ``picture`` (may be made smaller) or ``mark`` (nothing to be seen). ``lines`` are
    those of code, whose height need not be measured.
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


Shown = list[Block | Heading]


class Writer:
    """Writes the cells of one notebook.

    Parameters
    ----------
    notebook
        Its name: what links from other notebooks call it.
    folder
        Where it lies.
    images
        Takes the pictures.
    formulas
        Takes each formula's TeX, whether it is displayed, and where it stands; the text refers to
        them by number, so that all can be set together.
    several
        Whether it is one of several: then titles lose the numbers typed into them, and lists of
        references are collected in ``references`` (text, address and content of each).
    """

    def __init__(
        self,
        notebook: str,
        folder: Path,
        images: ImageStore,
        formulas: list[tuple[str, bool, str]],
        *,
        several: bool,
    ) -> None:
        self.notebook, self.folder = notebook, folder
        self.images, self.formulas, self.several = images, formulas, several
        self.cell = 0
        self.attachments: dict[str, bytes] = {}
        self.shorten = False  # whether long tables lose their middle
        self.references: list[tuple[str, str, Code]] = []
        self.references_at: list[str] = []
        self.cited: set[str] = set()  # addresses that the text links to
        self._in_references = False
        self._notes: dict[str, Node] = {}
        self._inside = 0  # how many lists, tables and boxes are open
        self._side = ""
        self._taken: set[str] = set()

    @property
    def where(self) -> str:
        """The notebook and the cell that are being written, for a warning."""
        return f"{self.notebook}, cell {self.cell}"

    def tree(self, root: Node) -> Shown:
        """Write a whole tree; its headings are left to be numbered."""
        notes = root.css("section.footnotes li[id]")
        self._notes = {f"#{note.attributes['id']}": note for note in notes}
        return self.blocks(children(root))

    def markdown(self, text: str) -> Code:
        """Write a line of Markdown, such as a caption."""
        return self.nested(children(from_markdown(text)))

    def nested(self, nodes: Iterable[Node]) -> Code:
        """Write what a list's item, a cell or a box holds; a lone paragraph loses its space."""
        nodes = [node for node in nodes if not _is_blank(node) or node.tag == "br"]
        if len(nodes) == 1 and nodes[0].tag == "p":
            nodes = children(nodes[0])
        self._inside += 1
        if any(map(_is_block, nodes)):
            blocks = self.blocks(nodes)
            content = joined(block.code for block in blocks if isinstance(block, Block))
        else:
            content = self.inlines(nodes)
        self._inside -= 1
        return content

    # ---- Blocks ---------------------------------------------------------------------------------

    def blocks(self, nodes: Iterable[Node]) -> Shown:
        """Write a sequence of blocks; loose text between them becomes paragraphs."""
        done: Shown = []
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

    def _paragraph(self, nodes: list[Node]) -> Shown:
        """Write loose inline nodes; a displayed formula ends a paragraph."""
        for number, node in enumerate(nodes):
            if node.tag == "x-math" and "block" in node.attributes:
                formula = Block("solid", self._math(node.text(), displayed=True))
                after = self._paragraph(nodes[number + 1 :])
                return [*self._paragraph(nodes[:number]), formula, *after]
        shown = [node for node in nodes if not _is_blank(node)]
        if not shown:
            return []
        pictures = [_only_picture(node) for node in shown]
        if len(shown) == 1 and pictures[0] is not None:
            return [self._picture_block(pictures[0])]
        side = "center" if None not in pictures else self._side
        code = call("par", self.inlines(nodes))
        return [Block("text", call("align", Code(side), code) if side else code)]

    def _block(self, node: Node) -> Shown:
        tag, classes = node.tag, _classes(node)
        if tag in SKIPPED or "footnotes" in classes:
            return []
        if tag in HEADINGS:
            return [self._heading(node)]
        if tag in LOST:
            return [self.lost(f"a web page's {tag}")]
        if tag == "table":
            return self.table(node)
        if tag == "svg":
            return [self.picture(self.stage(node.html.encode(), "a drawing"), "Drawing")]
        if tag == "pre":
            names = _classes(code) if (code := node.css_first("code")) is not None else []
            language = next((name[9:] for name in names if name.startswith("language-")), None)
            text = node.text().replace(NO_MATH, "$").strip("\n")
            return [code_block("listing", text, lang=language)]
        box = next((name for name in BOXES if f"alert-{name}" in classes), "")
        if box or tag in {"ul", "ol", "dl", "blockquote", "hr", "summary"}:
            return [Block("text", self._simple(node, tag, box))]
        return self._container(node)

    def _simple(self, node: Node, tag: str, box: str) -> Code:
        """Write a block that may break over pages anywhere."""
        if box:
            return call("callout", "", self.nested(children(node)))
        if tag == "hr":
            return call("divider")
        if tag == "summary":
            return call("par", call("strong", self.inlines(children(node))))
        if tag == "blockquote":
            return self._quote(node)
        if tag == "dl":
            parts = [item for item in children(node) if item.tag in {"dt", "dd"}]
            inside = [(item.tag, self.nested(children(item))) for item in parts]
            return joined(
                call("par", call("strong", code)) if kind == "dt" else call("definition", code)
                for kind, code in inside
            )
        items = [item for item in children(node) if item.tag == "li"]
        loose = any(child.tag == "p" for item in items for child in children(item))
        start = node.attributes.get("start") or ""
        return call(
            "enum" if tag == "ol" else "list",
            *(self.nested(children(item)) for item in items),
            tight=False if loose else None,
            start=int(start) if tag == "ol" and re.fullmatch(r"[0-9]{1,5}", start) else None,
        )

    def _quote(self, node: Node) -> Code:
        """Write a quotation, or the box that code hosts make of one that opens with ``[!NOTE]``."""
        alert = re.match(r"\s*\[!(\w+)\]\s*", node.text())
        if not alert or alert[1].lower() not in BOXES:
            return call("quote", self.nested(children(node)), block=True)
        first = next(text for text in _texts(node) if "[!" in text.text())
        first.replace_with(re.sub(r"^\s*\[!\w+\]\s*", "", first.text()))
        return call("callout", alert[1].capitalize(), self.nested(children(node)))

    def _container(self, node: Node) -> Shown:
        """Write what a container holds as if it were not there, but for its side and its anchor."""
        outer, side = self._side, style_of(node).get("text-align", "")
        if node.tag == "center" or side in {"center", "right"}:
            self._side = side or "center"
        anchor = node.attributes.get("id") if node.tag != "body" else None
        done: Shown = [Block("mark", self._anchor(anchor))] if anchor else []
        caption, picture = node.css_first("figcaption"), node.css_first("img")
        if node.tag == "figure" and caption is not None and picture is not None:
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
        slug = name = slug_of(text_of(node))
        number = 0
        while slug in self._taken:
            number += 1
            slug = f"{name}-{number}"
        self._taken.add(slug)
        return Heading(int(node.tag[1]), content, text_of(node), f"{self.notebook}#{slug}")

    def _is_work(self, node: Node) -> bool:
        """Take the list under a heading "References" out of one notebook of several."""
        if node.tag in HEADINGS:
            words = CHAPTER_NUMBER.sub("", text_of(node))
            self._in_references = bool(REFERENCES.fullmatch(words))
            if self._in_references:
                self.references_at.append(f"{self.notebook}#{slug_of(text_of(node))}")
                self.references_at += [f"{self.notebook}#"] if node.tag == "h1" else []
            return self._in_references
        if not self._in_references or node.tag not in {"ul", "ol"}:
            return False
        for item in node.css("li"):
            link = item.css_first("a[href]")
            address = (link.attributes["href"] or "").lower() if link is not None else ""
            self.references.append((text_of(item), address, self.nested(children(item))))
        return True

    def table(self, node: Node, caption: Code | None = None, name: str = "") -> Shown:
        """Write a table; too many columns make several of it, of which the first is numbered."""
        own = node.css_first("caption")
        if caption is None and own is not None:
            caption = self.inlines(children(own))
        done: Shown = []
        for code, rows in set_table(
            node, lambda cell: self.nested(children(cell)), shorten=self.shorten
        ):
            long, label = rows > LONG, f"tab:{name}" if name and not done else None
            code = call("data-table", code, long=long, caption=caption, name=label)
            done.append(Block("text" if long else "solid", code))
            caption = None
        return done

    # ---- Inlines --------------------------------------------------------------------------------

    def inlines(self, nodes: Iterable[Node]) -> Code:
        """Write running text."""
        return joined(_trimmed([piece for node in nodes for piece in self._inline(node)]))

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
            return [self._math(node.text(), displayed="block" in node.attributes)]
        if tag in RAW:
            text = breakable(node.text().replace(NO_MATH, "$"))
            return [call("keys" if tag == "kbd" else "raw", text)]
        if tag == "input":
            shown = node.attributes.get("type") == "checkbox"
            return [literal("☑ " if "checked" in node.attributes else "☐ ")] if shown else []
        if tag == "sup" and "footnote-ref" in _classes(node):
            return self._footnote(node)
        if tag in SOLID:
            return [self.nested([node])]
        content = [piece for child in children(node) for piece in self._inline(child)]
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
            pieces.append(self._math(tex, displayed=name in {"block", "square", "bare"}))
            end = match.end()
        return pieces + _words(text[end:])

    def _math(self, tex: str, *, displayed: bool) -> Code:
        self.formulas.append((tex, displayed, self.where))
        return Code(f"formulas.at({len(self.formulas) - 1})")

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
        note = self._notes.get(link.attributes.get("href") or "") if link is not None else None
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
            if not self._in_references:
                self.cited.add(target.lower())
            return [*marks, call("link", target, joined(content))]
        if label := self._label(target):
            bare = text_of(node).lower() in BARE_WORDS
            return [*marks, call("see", label, joined(content), bare)]
        return [*marks, *content]

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

    def _warn(self, what: str) -> None:
        warnings.warn(f"{self.where}: {what}.", LenetWarning, stacklevel=2)

    def lost(self, what: str) -> Block:
        """Leave a line for something that cannot be printed, and say so."""
        self._warn(f"{what} cannot be printed and is left out")
        return Block("solid", call("missing", f"{what[0].upper()}{what[1:]} is not printed"))

    def stage(self, data: bytes, what: str) -> Staged | None:
        """Put a picture where Typst finds it; with a warning, nothing when that cannot be."""
        try:
            return self.images.add(data)
        except BrokenImageError as error:
            self._warn(f"{what} was left out: {error}")
            return None

    def picture(
        self,
        staged: Staged | None,
        alt: str,
        caption: Code | None = None,
        *,
        name: str = "",
        width: str = "",
        height: str = "",
    ) -> Block:
        """Write a picture that stands alone, numbered when it has a caption."""
        if staged is None:
            return Block("solid", call("missing", f"Picture left out: {alt}"))
        ratio = round(staged.height / max(staged.width, 1), 4)
        named = {"caption": caption, "name": f"fig:{name}" if name else None}
        size = _width(width, height, staged)
        return Block(
            "picture", call("picture", staged.name, width=size, ratio=ratio, alt=alt, **named)
        )

    def _picture_block(self, node: Node, caption: Code | None = None) -> Block:
        target, alt, title = (node.attributes.get(name) or "" for name in ("src", "alt", "title"))
        words = title.strip() or alt.strip()
        if caption is None and not FILE_LIKE.fullmatch(words):
            caption = joined(prose(words))
        place = PurePosixPath(unquote(target))
        name = place.stem if place.parent.name == "figures" else ""
        staged = self._read(target)
        return self.picture(staged, alt or "Picture", caption, name=name, **_asked(node))

    def _inline_picture(self, node: Node) -> Code:
        target, alt = (node.attributes.get(name) or "" for name in ("src", "alt"))
        staged = self._read(target)
        if staged is None:
            return call("missing", f"Picture left out: {alt or 'a picture'}")
        width = _width(**_asked(node), staged=staged)
        return call("inline-picture", staged.name, width=width, alt=alt or "Picture")

    def _read(self, target: str) -> Staged | None:
        what = f"the picture {target[:100]}"
        try:
            return self.stage(read_picture(self.folder, target, self.attachments), what)
        except BrokenImageError as error:
            self._warn(f"{what} was left out: {error}")
            return None


def slug_of(text: str) -> str:
    """Return a heading's address, as code hosts and JupyterLab make it, case aside.

    >>> slug_of("What's in MNIST?"), slug_of("What's-in-MNIST?")
    ('whats-in-mnist', 'whats-in-mnist')
    """
    return re.sub(r"[^\w\- ]", "", unquote(text).strip().lower()).replace(" ", "-")


def breakable(text: str) -> str:
    """Let a run of characters that is nearly as wide as the page be broken anywhere."""
    return re.sub(r"[^\s\u2500-\u257f=_-]{60,}", lambda run: "\u200b".join(run.group()), text)


def code_block(function: str, text: str, **named: str | Code | None) -> Block:
    """Write code or what it printed; what is not long stays on one page."""
    lines = sum(1 + len(line) // WIDTH_OF_CODE for line in text.split("\n"))
    breaks = lines > LONGEST_SOLID[function]
    code = call(function, breakable(text), breakable=breaks, **named)
    return Block("text" if breaks else "solid", code, lines)


def _is_block(node: Node) -> bool:
    """Whether a node is a block, or an inline one that holds blocks, as ``<font><p>`` does."""
    if node.tag in BLOCKS:
        return True
    return node.tag not in {"-text", "a", *RAW} and any(map(_is_block, children(node)))


def _is_blank(node: Node) -> bool:
    return node.tag == "br" or (node.tag == "-text" and not node.text().strip())


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
    spaced = re.sub(r"[ \t\r\n\f]+", " ", BETWEEN_HAN.sub("", text))
    return prose(spaced.replace(NO_MATH, "$"))


def _trimmed(pieces: list[Code]) -> list[Code]:
    """Drop the blanks and breaks at the ends of a paragraph."""
    while pieces and pieces[0] in {'" "', "linebreak()"}:
        pieces = pieces[1:]
    while pieces and pieces[-1] in {'" "', "linebreak()"}:
        pieces = pieces[:-1]
    if pieces and pieces[0].startswith('" '):
        pieces[0] = Code(f'"{pieces[0][2:]}')
    if pieces and pieces[-1].endswith(' "'):
        pieces[-1] = Code(f'{pieces[-1][:-2]}"')
    return pieces


def _asked(node: Node) -> dict[str, str]:
    """Return the width and height that ``<img>`` asks for."""
    style = style_of(node)
    return {
        name: style.get(name) or node.attributes.get(name) or "" for name in ("width", "height")
    }


def _width(width: str, height: str, staged: Staged) -> Code:
    """Return a picture's width in print: as asked for, in pixels or percent, else its own."""
    number = re.compile(r"\s*([\d.]+)\s*(%|px)?\s*")
    if match := number.fullmatch(width):
        share = match[2] == "%"
        return Code(f"{float(match[1]):g}%" if share else f"{float(match[1]) * CSS_PIXEL:g}pt")
    if (match := number.fullmatch(height)) and match[2] != "%":
        return Code(f"{float(match[1]) * CSS_PIXEL * staged.width / max(staged.height, 1):g}pt")
    return Code(f"{staged.width:g}pt")
