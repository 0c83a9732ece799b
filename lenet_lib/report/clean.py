"""Pandoc's tree made harmless, and the chapters joined into one document.

Nothing that a notebook says survives as Typst code: attributes are dropped (pandoc would copy
``typst:fill="…"`` as code), raw parts become text, and pictures are only taken from the
notebooks' own folders.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from bs4 import BeautifulSoup

from lenet_lib.errors import LenetWarning
from lenet_lib.report.headings import FIGURES, Anchors
from lenet_lib.report.images import BrokenImageError, ImageStore, Staged
from lenet_lib.report.places import read_picture, scheme_of
from lenet_lib.report.tables import set_table
from lenet_lib.report.tree import text_of, walk
from lenet_lib.report.typst_code import block, call, inline, literal, wrapped

Node = dict[str, Any]

ALERTS = {"note", "tip", "important", "warning", "caution"}
PAIRED_TAGS = {
    "sub": "Subscript",
    "sup": "Superscript",
    "b": "Strong",
    "strong": "Strong",
    "i": "Emph",
    "em": "Emph",
    "u": "Underline",
    "s": "Strikeout",
}
WEB = {"http", "https", "mailto"}
LINK_PREFIX = re.compile(r"^#text-\d+(?:__)?")  # pandoc's, for a link within one text


def harmless(nodes: Any) -> Any:
    """Make parsed nodes safe: no attributes but a code's language or an alert's kind, no raw code.

    Only raw HTML is kept, since `Cleaner` never passes it on; any other format becomes text.
    """
    if isinstance(nodes, list):
        if _is_attribute(nodes):
            names = [name for name in nodes[1] if re.fullmatch(r"[\w+#-]{1,20}", name)]
            return ["", names[:1], []]
        return [harmless(node) for node in nodes]
    if not isinstance(nodes, dict):
        return nodes
    if nodes.get("t") in {"RawBlock", "RawInline"} and nodes["c"][0] != "html":
        kind = "CodeBlock" if nodes["t"] == "RawBlock" else "Code"
        return {"t": kind, "c": [["", [], []], nodes["c"][1]]}
    return {key: harmless(value) for key, value in nodes.items()}


def _is_attribute(value: list[Any]) -> bool:
    return (
        len(value) == 3
        and isinstance(value[0], str)
        and isinstance(value[1], list)
        and isinstance(value[2], list)
        and all(isinstance(name, str) for name in value[1])
    )


def raw_html(blocks: list[Node]) -> list[str]:
    """List the HTML blocks that Markdown text holds, to be parsed in their turn."""
    found: list[str] = []

    def visit(kind: str, content: Any) -> None:
        if kind == "RawBlock" and content[0] == "html":
            found.append(content[1])

    walk(blocks, visit)
    return found


def formulas_of(blocks: list[Node]) -> list[tuple[str, str]]:
    """List the formulas in these blocks."""
    found: list[tuple[str, str]] = []

    def visit(kind: str, content: Any) -> None:
        if kind == "Math":
            found.append((content[0]["t"], content[1]))

    walk(blocks, visit)
    return found


class Cleaner:
    """Turns the parsed blocks of one notebook into blocks that Typst may have."""

    def __init__(
        self,
        folder: Path,
        notebook: str,
        anchors: Anchors,
        images: ImageStore,
        formulas: dict[tuple[str, str], Node],
        html: dict[str, list[Node]],
    ) -> None:
        self.folder = folder
        self.notebook = notebook
        self.anchors = anchors
        self.images = images
        self.formulas = formulas
        self.html = html
        self._actions: dict[str, Callable[[Any], Any]] = {
            "RawBlock": self._raw_block,
            "RawInline": lambda content: None if content[0] == "typst" else [],
            "Math": lambda content: self.formulas.get((content[0]["t"], content[1]), []),
            "CodeBlock": lambda content: _code_block(content),
            "Code": lambda content: inline(call("raw", content[1]) + ";"),
            "Link": self._link,
            "Image": self._image,
            "Figure": lambda content: self.blocks(content[2]),
            "Table": self._table,
            "Div": self._div,
            "Header": lambda content: self._nested_header(content),
            "HorizontalRule": lambda content: block("#divider()"),
        }

    def blocks(self, nodes: list[Node]) -> list[Node]:
        """Clean blocks, or inlines."""
        return _as_list(walk(_pair_tags(nodes), self._visit))

    def _visit(self, kind: str, content: Any) -> Any:
        action = self._actions.get(kind)
        return action(content) if action else None

    def _nested_header(self, content: Any) -> Any:
        level, (label, _, _), words = content
        if label:  # one of the chapter's own: any other's was dropped
            return {"t": "Header", "c": [level, [label, [], []], self.blocks(words)]}
        return {"t": "Para", "c": [{"t": "Strong", "c": self.blocks(words)}]}

    def _raw_block(self, content: Any) -> Any:
        form, text = content
        return None if form == "typst" else self.blocks(self.html.get(text, []))

    def _div(self, content: Any) -> list[Node]:
        (_, classes, _), nodes = content
        kind = classes[0] if classes else ""
        if kind not in ALERTS:
            return self.blocks(nodes)
        inner = [
            node for node in nodes if not (node["t"] == "Div" and node["c"][0][1] == ["title"])
        ]
        opening = block(f"#callout({literal(kind.capitalize())})[")
        return [opening, *self.blocks(inner), block("]")]

    def _table(self, content: Any) -> list[Node] | None:
        if "typst:no-figure" in content[0][1]:
            return None  # set already: only its cells are still to be cleaned
        table = {"t": "Table", "c": content}
        return self.blocks(set_table(table, []))

    def _link(self, content: Any) -> list[Node]:
        _, words, (target, _) = content
        words = self.blocks(words)
        if scheme_of(target) in WEB:
            return wrapped(f"#link({literal(target)})[", words)
        label = self._label(target)
        return wrapped(f"#see(<{label}>)[", words) if label else words

    def _label(self, target: str) -> str:
        """Find where in this document a link leads, if anywhere."""
        path, _, fragment = unquote(LINK_PREFIX.sub("#", target)).partition("#")
        if not path:
            return self.anchors.find(self.notebook, fragment)
        place = Path(path)
        if place.suffix == ".ipynb":
            return self.anchors.find(place.stem, fragment) or self.anchors.find(place.stem)
        if place.parent.name == "figures":
            return self.anchors.find(FIGURES, place.stem)
        return ""

    def _image(self, content: Any) -> Node:
        return self._picture(content, {})

    def pictures(self, nodes: list[Node], attachments: dict[str, bytes]) -> list[Node]:
        """Set the pictures of a Markdown cell; one that stands alone becomes a numbered figure."""

        def visit(kind: str, content: Any) -> Any:
            if kind == "Image":
                return self._picture(content, attachments)
            if kind == "Para" and len(content) == 1 and content[0]["t"] == "Image":
                return self._figure(content[0]["c"], attachments)
            return None

        return _as_list(walk(_pair_tags(nodes), visit))

    def _picture(self, content: Any, attachments: dict[str, bytes]) -> Node:
        """Return a picture within a line, or the words that stand for it."""
        _, words, (target, _) = content
        alt = text_of(words)
        staged = self._staged(target, attachments)
        if staged is None:
            return inline(call("missing", alt or "a picture") + ";")
        return inline(f"#inline-{placed(staged, alt or 'Picture')};")

    def _figure(self, content: Any, attachments: dict[str, bytes]) -> Node:
        _, words, (target, title) = content
        staged = self._staged(target, attachments)
        if staged is None:
            return block(call("missing", text_of(words) or "a picture"))
        caption = [{"t": "Str", "c": title}] if title else words
        place = Path(unquote(target))
        name = place.stem if place.parent.name == "figures" else ""
        return figure(staged, text_of(words) or "Picture", caption, self.anchors.figure(name))

    def _staged(self, target: str, attachments: dict[str, bytes]) -> Staged | None:
        """Stage a picture that Markdown names; with a warning, nothing when that cannot be."""
        try:
            return self.images.add(read_picture(self.folder, target, attachments))
        except BrokenImageError as error:
            what = f"The picture {target[:100]} of the notebook {self.notebook}"
            warnings.warn(f"{what} was left out: {error}.", LenetWarning, stacklevel=2)
            return None


def placed(staged: Staged, alt: str) -> str:
    """Return the template's call for a picture, without the hash."""
    return f"picture({literal(staged.name)}, width: {staged.width}pt, alt: {literal(alt)})"


def figure(staged: Staged, alt: str, caption: list[Node], label: str) -> Node:
    """Return a block with a picture, numbered when it has a caption."""
    picture = placed(staged, alt)
    if not caption:
        return block(f"#{picture}")
    end = f"]) <{label}>" if label else "])"
    return {"t": "Para", "c": wrapped(f"#figure({picture}, caption: [", caption, end)}


def _code_block(content: Any) -> Node:
    (_, classes, _), text = content
    return block(call("listing", text, lang=classes[0] if classes else None))


def _as_list(nodes: Any) -> list[Node]:
    return nodes if isinstance(nodes, list) else [nodes]


def _pair_tags(nodes: Any) -> Any:
    """Turn the HTML tags among inlines into pandoc's own nodes: ``<sub>``, ``<br>``, ``<img>``."""
    if isinstance(nodes, dict):
        return {key: _pair_tags(value) for key, value in nodes.items()}
    if not isinstance(nodes, list):
        return nodes
    done: list[Any] = []
    for position, node in enumerate(nodes):
        tag = _tag(node)
        if tag is None:
            done.append(_pair_tags(node))
        elif tag in {"br", "br/"}:
            done.append({"t": "LineBreak"})
        elif tag == "img":
            done.append(_image_node(node["c"][1]))
        elif tag in PAIRED_TAGS:
            end = next((i for i, n in enumerate(nodes) if i > position and _tag(n) == f"/{tag}"), 0)
            if end:
                inner = {"t": PAIRED_TAGS[tag], "c": _pair_tags(nodes[position + 1 : end])}
                return [*done, inner, *_pair_tags(nodes[end + 1 :])]
    return done


def _tag(node: Any) -> str | None:
    """Return the name in an inline HTML tag, or nothing for any other node."""
    if not isinstance(node, dict) or node.get("t") != "RawInline" or node["c"][0] != "html":
        return None
    match = re.match(r"</?\s*([a-z0-9]+)", node["c"][1], re.IGNORECASE)
    name = match[1].lower() if match else ""
    return f"/{name}" if node["c"][1].startswith("</") else name


def _image_node(html: str) -> Node:
    tag = BeautifulSoup(html, "html.parser").find("img")
    source, alt = (str(tag.get(key) or "") if tag else "" for key in ("src", "alt"))
    words = [{"t": "Str", "c": alt}] if alt else []
    return {"t": "Image", "c": [["", [], []], words, [source, ""]]}
