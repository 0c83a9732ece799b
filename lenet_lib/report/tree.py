"""Walking pandoc's tree: lists of nodes, each a kind ``t`` with its content ``c``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Visit = Callable[[str, Any], Any]


def walk(tree: Any, visit: Visit) -> Any:
    """Rebuild a tree from the top down.

    Parameters
    ----------
    tree
        Nodes, or a part of one.
    visit
        Gets a node's kind and content. ``None`` means "go on inside"; a node or a list of nodes
        takes its place and is not visited again.
    """
    if isinstance(tree, dict):
        return {key: walk(value, visit) for key, value in tree.items()}
    if not isinstance(tree, list):
        return tree
    done: list[Any] = []
    for node in tree:
        found = visit(node["t"], node.get("c")) if isinstance(node, dict) and "t" in node else None
        if found is None:
            done.append(walk(node, visit))
        elif isinstance(found, list):
            done += found
        else:
            done.append(found)
    return done


def text_of(node: Any) -> str:
    """Return the bare text of pandoc nodes."""
    if isinstance(node, list):
        return "".join(map(text_of, node))
    if not isinstance(node, dict):
        return ""
    kind, content = node.get("t"), node.get("c")
    if kind == "Str":
        return str(content)
    if kind in {"Space", "SoftBreak", "LineBreak"}:
        return " "
    if kind in {"Code", "Math", "CodeBlock"} and isinstance(content, list):
        return str(content[1])
    if kind in {"RawInline", "RawBlock", "Note"}:
        return ""
    return text_of(content)
