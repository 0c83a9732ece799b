"""Chapters' headings, and the labels by which links find them and the figures."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from lenet_lib.report.tree import text_of

Node = dict[str, Any]

FIGURES = "figures/"
"""Stands for a notebook's name where a figure is registered; no notebook's name holds a slash."""


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

    def alias(self, notebook: str, label: str) -> None:
        """Let links to the notebook itself lead to this label."""
        self._labels[notebook, ""] = label

    def figure(self, name: str) -> str:
        """Register a figure; of two that bear one name, and of those without, none gets a label."""
        if not name or self.find(FIGURES, name):
            return ""
        return self._new(FIGURES, name, "fig")

    def find(self, notebook: str, name: str = "") -> str:
        """Return the label of a notebook, of a heading or anchor in it, or nothing."""
        return self._labels.get((notebook, name)) or self._labels.get((notebook, slug_of(name)), "")

    def _new(self, notebook: str, name: str, kind: str) -> str:
        label = f"{kind}-{len(self._labels) + 1}"
        self._labels[notebook, name] = label
        return label


def slug_of(text: str) -> str:
    """Return a heading's address, as code hosts and JupyterLab make it, case aside.

    >>> slug_of("What's in MNIST?"), slug_of("What's-in-MNIST?")
    ('whats-in-mnist', 'whats-in-mnist')
    """
    words = re.sub(r"[^\w\- ]", "", unquote(text).strip().lower())
    return words.replace(" ", "-")


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
