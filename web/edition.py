"""What Sphinx lacks for the web edition: formulas without a network, and tables with numbers."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from math_core import LatexToMathML
from sphinx.application import Sphinx

ON_DISK = "DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY &&= location.protocol !== 'file:';"
"""The search fetches pages to quote them, which browsers refuse to pages on disk."""


class Table(nodes.figure):  # type: ignore[misc] # docutils has no types
    """A figure whose content is a table, numbered as one."""


def tell_tables(app: Sphinx, tree: nodes.document) -> None:
    """Make tables of the figures without a picture: MyST-NB calls every captioned output one."""
    for figure in [*tree.findall(nodes.figure)]:
        if type(figure) is nodes.figure and not [*figure.findall(nodes.image)]:
            caption = next(figure.findall(nodes.caption))
            rest = [node for node in figure.children if node is not caption]
            figure.replace_self(Table("", caption, *rest, **figure.attributes))


def write_math(writer: Any, node: nodes.math | nodes.math_block) -> None:
    """Write a formula as MathML, which browsers set without a script, a font or a network."""
    shown = isinstance(node, nodes.math_block)
    formula = LatexToMathML().convert_with_local_state(node.astext(), displaystyle=shown)
    writer.body.append(f'<div class="formula">{formula}</div>' if shown else formula)
    raise nodes.SkipNode


def title_of(node: nodes.Element) -> str:
    """Give the words that a reference to a table shows."""
    return str(next(node.findall(nodes.caption)).astext())


def setup(app: Sphinx) -> None:
    """Add MathML, tables with numbers, and a search that works from disk."""
    app.add_html_math_renderer("mathml", (write_math, None), (write_math, None))
    app.add_enumerable_node(
        Table,
        "table",
        title_of,
        html=(
            lambda writer, node: writer.visit_figure(node),
            lambda writer, node: writer.depart_figure(node),
        ),
    )
    app.connect("doctree-read", tell_tables)
    app.add_js_file(None, body=ON_DISK)
