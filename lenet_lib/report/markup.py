"""HTML as a tree: Markdown rendered as JupyterLab does, outputs parsed as a browser does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import escape, unescape
from typing import Any

from mistune import (
    BlockParser,
    BlockState,
    HTMLRenderer,
    InlineParser,
    InlineState,
    Markdown,
    create_markdown,
)
from PIL import ImageColor
from selectolax.lexbor import LexborHTMLParser

Node = Any  # selectolax's node; it has no types

NO_MATH, NO_BAR = "\ufdd0", "\ufdd1"
"""Stand for a dollar that Markdown knows to be none of a formula's, and for a bar that ends no
cell; no text may hold them."""
# "$5 or $6" is money, "$HOME and $PATH" are names; no formula goes over an empty line.
DOLLARS = (
    r"(?<![$\\])\$(?!\d[^$]*(?:\$\d|\s\$)|\S[^$]*\s\$\w)"
    r"(?P<inline>(?:[^$\n`]|\\\$|\n(?!\s*\n))+?)(?<![$\\])\$(?!\$)"
)
# In Markdown, where brackets need a second backslash.
DISPLAYED = (
    r"(?s:(?<!\\)\$\$.*?(?<!\\)\$\$|\\\\\[.*?\\\\\]"
    r"|\\begin\{(?P<environment>[a-z]*\*?)\}.*?\\end\{(?P=environment)\})"
)
FORMULA = rf"{DISPLAYED}|(?s:\\\\\(.*?\\\\\))|{DOLLARS}"
PLUGINS = ["strikethrough", "table", "url", "task_lists", "def_list", "footnotes"]
PLUGINS += [f"mistune.plugins.table.table_in_{place}" for place in ("list", "quote")]

SKIPPED = {"style", "script", "link", "meta", "title", "template", "noscript", "head", "button"}
SKIPPED |= {"select", "textarea", "progress", "caption", "colgroup", "source", "track"}
LOST = {"iframe", "video", "audio", "canvas", "object", "embed"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
CONTAINERS = {"div", "center", "section", "article", "header", "footer", "main", "nav", "aside"}
CONTAINERS |= {"figure", "hgroup", "address", "fieldset", "form", "body", "details"}
SOLID = {"p", "ul", "ol", "dl", "table", "pre", "blockquote", "hr", "svg", "summary"}
SOLID |= HEADINGS | LOST
BLOCKS = CONTAINERS | SOLID | SKIPPED
RAW = {"code", "tt", "kbd", "samp"}

HIDDEN = "[hidden], [style*='display:none'], [style*='display: none']"
DEFINITION = re.compile(r"\\(re)?newcommand|\\def\b")
RULE = re.compile(r"([^{}@]+)\{([^{}]*)\}")
BOXES = ("note", "tip", "hint", "important", "warning", "caution", "danger", "info", "success")
BOX_FENCE_OR_TABLE = re.compile(  # a box as Jupyter Book and Quarto write one
    r"^(?P<ends>`{3,}|:{3,}) *\{(?:\.callout-)?(?P<kind>" + "|".join(BOXES) + r")\b[^}\n]*\}"
    r"(?P<title>[^\n]*)\n(?::\w+:[^\n]*\n)*(?P<body>.*?)^(?P=ends) *$"
    r"|^[ \t]*(?P<fence>`{3,}|~{3,}).*?^[ \t]*(?P=fence)[`~]*[ \t]*$"
    r"|^(?P<rows>(?P<indent>[ \t]*)[^\s>][^\n]*\|[^\n]*\n"
    r"[ \t]*(?=[^\n]*\|)\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*(?:\n|\Z)"
    r"(?:[^\n]*\|[^\n]*(?:\n|\Z))*)",
    re.DOTALL | re.MULTILINE,
)
NO_CELLS_END = re.compile(r"(`+)[^`\n]*\1|(?<!\\)\$[^$\n]+\$")
HALF_COMMENT = re.compile(r"<!--(?:(?!--(?:>|&gt;)).)*(--&gt;|\Z)", re.DOTALL)
PALE = 0.9  # of white's brightness: a colour chosen for a dark screen


class _Renderer(HTMLRenderer):
    """Leaves formulas as they are written, and everything else to the HTML parser."""

    def text(self, text: str) -> str:
        return escape(unescape(text).replace("$", NO_MATH), quote=False)

    def block_code(self, code: str, info: str | None = None) -> str:
        if info and info.startswith("{"):  # a directive's first line says more than a language
            return super().block_code(f"{info}\n{code}")
        return super().block_code(code, info)

    def formula(self, text: str) -> str:
        return escape(text, quote=False)


def _formulas(md: Markdown) -> None:
    """Keep Markdown's hands off formulas: a plugin of mistune."""

    def in_line(_: InlineParser, match: re.Match[str], state: InlineState) -> int:
        bracketed = re.fullmatch(r"\\(\\[(\[].*\\)(\\[)\]])", match[0], re.DOTALL)
        tex = bracketed[1][:-1] + bracketed[2] if bracketed else match[0]
        state.append_token({"type": "formula", "raw": tex})
        return match.end()

    def on_lines(_: BlockParser, match: re.Match[str], state: BlockState) -> int:
        state.add_paragraph(match[0])
        return match.end()

    md.inline.register("formula", FORMULA, in_line, before="escape")
    md.block.register("formula", DISPLAYED, on_lines, before=md.block.rules[0])
    for rules in (md.block.list_rules, md.block.block_quote_rules):
        rules.insert(0, "formula")


@cache
def _markdown() -> Markdown:
    renderer = _Renderer(escape=False, allow_harmful_protocols=True)  # the writer looks at links
    return create_markdown(renderer=renderer, plugins=[*PLUGINS, _formulas])


def from_markdown(text: str) -> Node:
    """Render Markdown and return the tree's root."""
    html = str(_markdown()(BOX_FENCE_OR_TABLE.sub(_even, text))).replace(NO_BAR, "|")
    # What Markdown takes for a comment's end may be none to HTML: all that follows would be lost.
    return from_html(HALF_COMMENT.sub("", html))


def _even(match: re.Match[str]) -> str:
    """Write a box as JupyterLab knows one, and give all rows of a table the cells of the longest.

    Bars in a table's code and formulas end no cell.
    """
    if kind := match["kind"]:
        title, body = match["title"].strip(), BOX_FENCE_OR_TABLE.sub(_even, match["body"])
        body = f"**{title}**\n\n{body}" if title else body
        start = f'<div class="alert alert-{kind}" data-name="{kind.capitalize()}">'
        return f"\n{start}\n\n{body}\n</div>\n"
    if not match["rows"]:
        return match[0]
    rows = [
        re.split(r"(?<!\\)\|", NO_CELLS_END.sub(_without_bars, row).strip().removeprefix("|"))
        for row in match["rows"].splitlines()
    ]
    rows = [row[:-1] if len(row) > 1 and not row[-1].strip() else row for row in rows]
    width = max(map(len, rows))
    rows[1] += ["---"] * (width - len(rows[1]))
    lines = ["|".join(["", *row, *[" "] * (width - len(row)), ""]) for row in rows]
    return "\n" + "".join(f"{match['indent']}{line}\n" for line in lines)


def _without_bars(match: re.Match[str]) -> str:
    text = match[0].replace("\\|", NO_BAR) if match[1] else match[0]
    return re.sub(r"(?<!\\)\|", NO_BAR, text)


def from_html(text: str) -> Node:
    """Parse HTML, however broken, and return its root, with the style sheets in it applied."""
    tree = LexborHTMLParser(f"<!DOCTYPE html><body>{text}")
    named = {str(node.attributes["id"]): node for node in tree.css("[id]")}
    for sheet in tree.css("style"):
        for selectors, rules in RULE.findall(sheet.text()):
            for node in _selected(tree, named, selectors):
                node.attrs["style"] = f"{rules};{node.attributes.get('style') or ''}"
    for node in tree.css(HIDDEN):
        if not DEFINITION.search(node.text()):  # which formulas below rely on
            node.decompose()
    return tree.body


def _selected(tree: LexborHTMLParser, named: dict[str, Node], selectors: str) -> Iterator[Node]:
    for selector in map(str.strip, selectors.split(",")):
        if (
            selector.startswith("#") and selector[1:] in named
        ):  # as pandas' Styler writes by the thousand
            yield named[selector[1:]]
        elif selector:
            try:
                yield from tree.css(selector)
            except Exception:  # selectolax raises several kinds over a selector that it can't read
                continue


def children(node: Node) -> list[Node]:
    """List what a node holds: elements and texts, but no comments."""
    return [child for child in node.iter(include_text=True) if child.tag != "-comment"]


def text_of(node: Node) -> str:
    """Return a node's bare text on one line."""
    return " ".join(str(node.text()).replace(NO_MATH, "$").split())


def is_block(node: Node) -> bool:
    """Whether a node is a block, or an inline one that holds blocks, as ``<font><p>`` does."""
    if node.tag in BLOCKS:
        return True
    return node.tag not in {"-text", "a", *RAW} and any(map(is_block, children(node)))


def is_blank(node: Node) -> bool:
    """Whether a node shows nothing: a break, or a text of spaces."""
    return node.tag == "br" or (node.tag == "-text" and not node.text().strip())


def only_picture(node: Node) -> Node | None:
    """Return the picture that a node is, or wraps in a link or the like."""
    while node.tag != "img":
        inner = [child for child in children(node) if not is_blank(child)]
        if len(inner) != 1:
            return None
        node = inner[0]
    return node


def texts_of(node: Node) -> list[Node]:
    """List the texts in a node, at any depth."""
    return [child for child in node.traverse(include_text=True) if child.tag == "-text"]


def classes_of(node: Node) -> list[str]:
    """List a node's classes."""
    return (node.attributes.get("class") or "").split()


def style_of(node: Node) -> dict[str, str]:
    """Return a node's own style: CSS, and the attributes that were there before CSS."""
    found = dict(node.attributes)
    style = {
        name.strip().lower(): value.strip()
        for name, _, value in (
            part.partition(":") for part in (found.get("style") or "").split(";")
        )
    }
    for name, attribute in (
        ("color", "color"),
        ("background-color", "bgcolor"),
        ("text-align", "align"),
    ):
        if found.get(attribute):
            style.setdefault(name, found[attribute])
    if "background" in style:
        style.setdefault("background-color", style["background"])
    return style


def colour_of(text: str | None) -> str | None:
    """Return a CSS colour as ``#rrggbb``, or nothing for none and for one we can't read.

    >>> colour_of("red"), colour_of("rgb(0, 128, 0)"), colour_of("transparent")
    ('#ff0000', '#008000', None)
    """
    try:
        red, green, blue, *alpha = ImageColor.getrgb((text or "").strip())
    except ValueError:
        return None
    return None if alpha == [0] else f"#{red:02x}{green:02x}{blue:02x}"


def is_pale(colour: str) -> bool:
    """Whether a text in this colour could not be read on white paper."""
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return (0.3 * red + 0.59 * green + 0.11 * blue) / 255 > PALE
