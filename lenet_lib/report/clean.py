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
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

from lenet_lib.errors import LenetWarning
from lenet_lib.report.images import BrokenImageError, ImageStore
from lenet_lib.report.outputs import figure_folders
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


class Anchors:
    """Where links may lead: headings by notebook and slug, figures by name."""

    def __init__(self) -> None:
        self._labels: dict[tuple[str, str], str] = {}
        self._slugs: dict[str, set[str]] = {}

    def add_heading(self, notebook: str, text: str) -> str:
        """Register a heading; equal ones get the endings that code hosts give them."""
        taken = self._slugs.setdefault(notebook, set())
        slug, number = slug_of(text), 0
        while (name := f"{slug}-{number}" if number else slug) in taken:
            number += 1
        taken.add(name)
        return self._new(notebook, name, "sec")

    def add(self, notebook: str, name: str, kind: str) -> str:
        """Register a place that the author named; the first one of a name wins."""
        return self._labels.get((notebook, name)) or self._new(notebook, name, kind)

    def alias(self, notebook: str, label: str) -> None:
        """Let links to the notebook itself lead to this label."""
        self._labels[notebook, ""] = label

    def find(self, notebook: str, name: str = "") -> str:
        """Return the label of a notebook, of a heading or anchor in it, or nothing."""
        return self._labels.get((notebook, name)) or self._labels.get((notebook, slug_of(name)), "")

    def _new(self, notebook: str, name: str, kind: str) -> str:
        label = f"{kind}-{len(self._labels) + 1}"
        self._labels[notebook, name] = label
        return label


FIGURES = "figures/"  # no notebook's name holds a slash, so figures share the registry


def slug_of(text: str) -> str:
    """Return a heading's address, as code hosts and JupyterLab make it, case aside.

    >>> slug_of("What's in MNIST?"), slug_of("What's-in-MNIST?")
    ('whats-in-mnist', 'whats-in-mnist')
    """
    words = re.sub(r"[^\w\- ]", "", unquote(text).strip().lower())
    return words.replace(" ", "-")


def harmless(nodes: Any) -> Any:
    """Drop every attribute; keep a code block's language and an alert's kind."""
    if isinstance(nodes, list):
        if _is_attribute(nodes):
            return ["", [name for name in nodes[1] if re.fullmatch(r"[\w+#-]{1,20}", name)][:1], []]
        return [harmless(node) for node in nodes]
    if isinstance(nodes, dict):
        return {key: harmless(value) for key, value in nodes.items()}
    return nodes


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


def chapter_headings(blocks: list[Node], notebook: str, anchors: Anchors) -> list[Node]:
    """Give a chapter one title, no gap between heading levels, and a label for each heading.

    Parameters
    ----------
    blocks
        The chapter's blocks.
    notebook
        The notebook's name; it makes the title where the notebook has none.
    anchors
        Gets every heading.
    """
    first = next((node for node in blocks if node["t"] == "Header" and node["c"][0] == 1), None)
    rest = [node for node in blocks if node is not first]
    title = _without_number(first["c"][2], notebook) if first else _title_of(notebook)
    label = anchors.add_heading(notebook, text_of(first["c"][2] if first else title))
    anchors.alias(notebook, label)
    done = [_header(1, label, title)]
    level = 1
    for node in rest:
        if node["t"] == "Header":
            level = min(max(2, node["c"][0]), level + 1)
            words = node["c"][2]
            done.append(_header(level, anchors.add_heading(notebook, text_of(words)), words))
        else:
            done.append(node)
    return done


def _header(level: int, label: str, words: list[Node]) -> Node:
    return {"t": "Header", "c": [level, [label, [], []], words]}


def _title_of(notebook: str) -> list[Node]:
    name = re.sub(r"^\d+[-_ ]+", "", notebook).replace("-", " ").replace("_", " ") or notebook
    return [{"t": "Str", "c": name[:1].upper() + name[1:]}]


def _without_number(words: list[Node], notebook: str) -> list[Node]:
    """Drop a chapter number from the title where the file's name bears it: Typst counts."""
    number = re.match(r"\d+", notebook)
    if not number or not words or words[0]["t"] != "Str":
        return words
    given = re.fullmatch(r"(\d+)[.:)]?", words[0]["c"])
    if not given or int(given[1]) != int(number[0]):
        return words
    kept = words[1:]
    while kept and (kept[0]["t"] == "Space" or re.fullmatch(r"[^\w]", str(kept[0]["c"]))):
        kept = kept[1:]
    return kept or words


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
        self.attachments: dict[str, bytes] = {}
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
        if form == "typst":
            return None
        if form == "html":
            return self.blocks(self.html.get(text, []))
        return _code_block([["", [], []], text])

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
        if urlsplit(target).scheme in WEB:
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

    def _image(self, content: Any) -> list[Node]:
        _, words, (target, _) = content
        return [self.picture(target, text_of(words))]

    def picture(self, target: str, alt: str) -> Node:
        """Return a picture that Markdown names, or the words that stand for it."""
        try:
            staged = self.images.add(self._read(target))
        except BrokenImageError as error:
            return inline(
                self.left_out(f"The picture {target} of the notebook {self.notebook}", error, alt)
            )
        return inline(
            call("inline-picture", staged.name, width=staged.width, alt=alt or "Picture") + ";"
        )

    def left_out(self, what: str, error: BrokenImageError, alt: str) -> str:
        """Warn of a picture that cannot be printed, and return a remark in its place."""
        warnings.warn(f"{what[:200]} was left out: {error}.", LenetWarning, stacklevel=2)
        return call("missing", alt or "Picture") + ";"

    def _read(self, target: str) -> bytes:
        """Read a picture from the notebook itself, its folder, or its figures."""
        if target.startswith("attachment:"):
            name = unquote(target.removeprefix("attachment:"))
            if name in self.attachments:
                return self.attachments[name]
            raise BrokenImageError("the cell has no such attachment")
        if target.startswith("data:"):
            raise BrokenImageError("it is written into the text; attach it instead")
        if urlsplit(target).scheme:
            raise BrokenImageError("it is not in the notebooks' folder, and nothing is downloaded")
        try:
            path = (self.folder / unquote(target)).resolve()
            allowed = [self.folder.resolve(), *figure_folders(self.folder)]
            if not any(path.is_relative_to(place) for place in allowed):
                raise BrokenImageError("it lies outside the notebooks' and the figures' folders")
            return path.read_bytes()
        except (OSError, ValueError) as error:
            raise BrokenImageError("there is no such file") from error


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
