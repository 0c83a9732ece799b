"""HTML to Typst, block by block: a method for each thing that a reader can tell apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from lenet_lib.report.inlines import WEB, Inlines, slug_of, trimmed
from lenet_lib.report.markup import (
    BOXES,
    HEADINGS,
    LOST,
    NO_MATH,
    SKIPPED,
    Node,
    children,
    classes_of,
    from_markdown,
    is_blank,
    is_block,
    only_picture,
    style_of,
    text_of,
    texts_of,
)
from lenet_lib.report.pictures import scheme_of
from lenet_lib.report.tables import LONG, set_table
from lenet_lib.report.typst_code import (
    Block,
    Code,
    Displayed,
    Heading,
    Shown,
    breakable,
    call,
    directed,
    joined,
)

CHAPTER_NUMBER = re.compile(
    r"^\s*((chapter\s+)?\d+|(chapter|appendix)\s+\w)\s*[.):·–—-]+\s*(?=\S)", re.IGNORECASE
)
REFERENCES = re.compile(r"[\d. ]*(references|bibliography|literature|参考文献)", re.IGNORECASE)
WIDTH_OF_CODE = 100
"""Characters that fit on a line."""
LONGEST_SOLID = {"code-cell": 22, "listing": 22, "printed": 36}
"""Lines that are not broken over pages."""


@dataclass
class Writer(Inlines):
    """Writes the cells of one notebook.

    Where it is one of several, titles lose the numbers typed into them, and lists of references
    are collected in ``references`` (text, address and content of each).
    """

    several: bool
    shorten: bool = field(default=False, init=False)  # whether long tables lose their middle
    references: list[tuple[str, str, Code]] = field(default_factory=list, init=False)
    references_at: list[str] = field(default_factory=list, init=False)
    _inside: int = field(default=0, init=False)  # how many lists, tables and boxes are open
    _side: str = field(default="", init=False)
    _taken: set[str] = field(default_factory=set, init=False)

    def tree(self, root: Node) -> Shown:
        """Write a whole tree; its headings are left to be numbered."""
        notes = root.css("section.footnotes li[id]")
        self.notes = {f"#{note.attributes['id']}": note for note in notes}
        return self.blocks(children(root))

    def markdown(self, text: str) -> Code:
        """Write a line of Markdown, such as a caption."""
        return self.nested(children(from_markdown(text)))

    def nested(self, nodes: Iterable[Node]) -> Code:
        """Write what a list's item, a cell or a box holds; a lone paragraph loses its space."""
        nodes = list(nodes)
        shown = [node for node in nodes if not is_blank(node) or node.tag == "br"]
        if len(shown) == 1 and shown[0].tag == "p":
            nodes = shown = children(shown[0])
        self._inside += 1
        if any(map(is_block, nodes)):
            blocks = self.blocks(nodes)
            content = joined(block.code for block in blocks if isinstance(block, Block))
        else:
            content = self.inlines(nodes)
        self._inside -= 1
        return content

    def blocks(self, nodes: Iterable[Node]) -> Shown:
        """Write a sequence of blocks; loose text between them becomes paragraphs."""
        done: Shown = []
        loose: list[Node] = []
        for node in nodes:
            if self.several and not self._inside and self._is_work(node):
                continue
            if is_block(node):
                done += [*self._paragraph(loose), *self._block(node)]
                loose = []
            else:
                loose.append(node)
        return done + self._paragraph(loose)

    def _paragraph(self, nodes: list[Node]) -> Shown:
        """Write loose inline nodes; a displayed formula ends a paragraph."""
        shown = [node for node in nodes if not is_blank(node)]
        if not shown:
            return []
        pictures = [only_picture(node) for node in shown]
        if len(shown) == 1 and pictures[0] is not None:
            return [self.figure(pictures[0])]
        side = "center" if None not in pictures else self._side
        words = "".join(map(text_of, nodes))
        done: Shown = []
        for displayed, run in groupby(self.pieces(nodes), lambda piece: type(piece) is Displayed):
            if displayed:
                done += [Block("solid", piece) for piece in run]
            elif pieces := trimmed([*run]):
                code = directed(call("par", joined(pieces)), words)
                done.append(Block("text", call("align", Code(side), code) if side else code))
        return done

    def _block(self, node: Node) -> Shown:
        tag, classes = node.tag, classes_of(node)
        if tag in SKIPPED or "footnotes" in classes:
            return []
        if tag in HEADINGS:
            return [self._heading(node)] if text_of(node) else self._paragraph(children(node))
        if tag in LOST:
            address = node.attributes.get("src") or ""
            web = f" ({address})" if scheme_of(address) in WEB else ""
            return [self.lost(f"a web page's {tag}{web}")]
        if tag == "table":
            return self.table(node)
        if tag == "svg":
            return [self.picture(self.stage("a drawing", node.html.encode()), "Drawing")]
        if tag == "pre":
            names = classes_of(code) if (code := node.css_first("code")) is not None else []
            language = next((name[9:] for name in names if name.startswith("language-")), None)
            text = node.text().replace(NO_MATH, "$").strip("\n")
            return [code_block("listing", text, lang=language)]
        box = next((name for name in BOXES if f"alert-{name}" in classes), "")
        if tag == "summary":
            return [Block("head4", call("summary", self.inlines(children(node))))]
        if box or tag in {"ul", "ol", "dl", "blockquote", "hr"}:
            return [Block("text", directed(self._simple(node, tag, box), text_of(node)))]
        return self._container(node)

    def _simple(self, node: Node, tag: str, box: str) -> Code:
        """Write a block that may break over pages anywhere."""
        if box:
            return call(
                "callout", node.attributes.get("data-name") or "", self.nested(children(node))
            )
        if tag == "hr":
            return call("divider")
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
        first = next(text for text in texts_of(node) if "[!" in text.text())
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
            done.append(self.figure(picture, self.inlines(children(caption)), text_of(caption)))
        else:
            done += self.blocks(children(node))
        self._side = outer
        return done

    def _heading(self, node: Node) -> Block | Heading:
        if self.several and node.tag == "h1" and (texts := texts_of(node)):
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
            self.in_references = bool(REFERENCES.fullmatch(words))
            if self.in_references:
                self.references_at.append(f"{self.notebook}#{slug_of(text_of(node))}")
                self.references_at += [f"{self.notebook}#"] if node.tag == "h1" else []
            return self.in_references
        if not self.in_references or node.tag not in {"ul", "ol"}:
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
        for code, rows, fits in set_table(
            node, lambda cell: self.nested(children(cell)), shorten=self.shorten
        ):
            long, label = rows > LONG, f"tab:{name}" if name and not done else None
            code = call("data-table", code, long=long, fits=fits, caption=caption, name=label)
            done.append(Block("text" if long else "solid", code))
            caption = None
        return done if done or own is None else self._paragraph(children(own))


def code_block(function: str, text: str, **named: str | Code | None) -> Block:
    """Write code or what it printed; what is not long stays on one page."""
    lines = sum(1 + len(line) // WIDTH_OF_CODE for line in text.split("\n"))
    breaks = lines > LONGEST_SOLID[function]
    code = call(function, breakable(text), breakable=breaks, **named)
    return Block("text" if breaks else "solid", code, lines)
