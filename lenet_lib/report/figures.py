"""Pictures as they stand on the page, and a line for what cannot stand there."""

from __future__ import annotations

import re
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from lenet_lib.errors import LenetWarning
from lenet_lib.report.markup import Node, children, style_of, text_of
from lenet_lib.report.pictures import POINTS, BrokenImageError, ImageStore, Staged, read_picture
from lenet_lib.report.typst_code import Block, Code, call, joined, prose

FILE_LIKE = re.compile(
    r"[\w. ()-]*\.(png|jpe?g|gif|svg|webp|tiff?|bmp)|image|img|alt text|", re.IGNORECASE
)
BY_HAND = re.compile(r"(fig(ure|\.)?|abb(ildung|\.)?|рис(унок|\.)?|图|圖|図)\s*\d", re.IGNORECASE)
"""The beginning of a caption that has its number already."""
LENGTH = re.compile(r"\s*(\d*\.?\d+)\s*(%|px|pt|in|cm|mm|)\s*")


@dataclass
class Figures(ABC):
    """Sets the pictures of one notebook, which lies in a folder and has a name for links to it."""

    notebook: str
    folder: Path
    images: ImageStore
    cell: int = field(default=0, init=False)
    attachments: dict[str, bytes] = field(default_factory=dict, init=False)

    @abstractmethod
    def inlines(self, nodes: Iterable[Node]) -> Code:
        """Write running text."""

    @property
    def where(self) -> str:
        """The notebook and the cell that are being written, for a warning."""
        return f"{self.notebook}, cell {self.cell}"

    def warn(self, what: str) -> None:
        """Warn of what the cell at hand loses."""
        warnings.warn(f"{self.where}: {what}.", LenetWarning, stacklevel=2)

    def lost(self, what: str) -> Block:
        """Leave a line for something that cannot be printed, and say so."""
        self.warn(f"{what} cannot be printed and is left out")
        return Block("solid", call("missing", f"{what[0].upper()}{what[1:]} is not printed"))

    def stage(self, data: bytes, what: str) -> Staged | None:
        """Put a picture where Typst finds it; with a warning, nothing when that cannot be."""
        try:
            return self.images.add(data)
        except BrokenImageError as error:
            self.warn(f"{what} was left out: {error}")
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
        numbered: bool = True,
    ) -> Block:
        """Write a picture that stands alone, numbered when it has a caption without a number."""
        if staged is None:
            return Block("solid", call("missing", f"Picture left out: {alt}"))
        ratio = round(staged.height / max(staged.width, 1), 4)
        named = {"caption": caption, "name": f"fig:{name}" if name else None}
        if not numbered:
            named["numbering"] = Code("none")
        size = _width(width, height, staged)
        return Block(
            "picture", call("picture", staged.name, width=size, ratio=ratio, alt=alt, **named)
        )

    def figure(self, node: Node, own: Node | None = None) -> Block:
        """Write an ``<img>`` that stands alone; its title or alternative text may be a caption."""
        target, alt, title = (node.attributes.get(name) or "" for name in ("src", "alt", "title"))
        words = text_of(own) if own is not None else title.strip() or alt.strip()
        caption = None if FILE_LIKE.fullmatch(words) else joined(prose(words))
        if own is not None:
            caption = self.inlines(children(own))
        place = PurePosixPath(unquote(target))
        name = place.stem if place.parent.name == "figures" else ""
        staged = self._read(target)
        numbered = not BY_HAND.match(words)
        return self.picture(
            staged, alt or "Picture", caption, name=name, numbered=numbered, **_asked(node)
        )

    def inline_picture(self, node: Node) -> Code:
        """Write an ``<img>`` within a line."""
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
            self.warn(f"{what} was left out: {error}")
            return None


def _asked(node: Node) -> dict[str, str]:
    """Return the width and height that ``<img>`` asks for."""
    style = style_of(node)
    return {
        name: style.get(name) or node.attributes.get(name) or "" for name in ("width", "height")
    }


def _width(width: str, height: str, staged: Staged) -> Code:
    """Return a picture's width in print: as asked for, in pixels or percent, else its own."""
    if match := LENGTH.fullmatch(width):
        unit = POINTS.get(match[2])
        return Code(f"{float(match[1]) * unit:g}pt" if unit else f"{match[1]}%")
    if (match := LENGTH.fullmatch(height)) and match[2] != "%":
        wide = staged.width / max(staged.height, 1)
        return Code(f"{float(match[1]) * POINTS[match[2]] * wide:g}pt")
    return Code(f"{staged.width:g}pt")
