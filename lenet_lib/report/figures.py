"""Pictures as they stand on the page, and a line for what cannot stand there."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from lenet_lib.errors import LenetWarning
from lenet_lib.report.markup import Node, style_of
from lenet_lib.report.pictures import (
    BrokenImageError,
    ImageStore,
    Staged,
    points_of,
    read_picture,
)
from lenet_lib.report.typst_code import Block, Code, call, joined, prose

FILE_LIKE = re.compile(
    r"[\w. ()-]*\.(png|jpe?g|gif|svg|webp|tiff?|bmp)|image|img|alt text|", re.IGNORECASE
)
BY_HAND = re.compile(r"(fig(ure|\.)?|abb(ildung|\.)?|рис(унок|\.)?|图|圖|図)\s*\d", re.IGNORECASE)
"""The beginning of a caption that has its number already."""
PERCENT = re.compile(r"\s*(\d*\.?\d+)\s*%\s*")


@dataclass
class Figures:
    """Sets the pictures of one notebook, which lies in a folder and has a name for links to it."""

    notebook: str
    folder: Path
    images: ImageStore
    cell: int = field(default=0, init=False)
    attachments: dict[str, bytes] = field(default_factory=dict, init=False)

    def warn(self, what: str) -> None:
        """Warn of what the cell at hand loses."""
        warnings.warn(f"{self.notebook}, cell {self.cell}: {what}.", LenetWarning, stacklevel=2)

    def lost(self, what: str) -> Block:
        """Leave a line for something that cannot be printed, and say so."""
        self.warn(f"{what} cannot be printed and is left out")
        return Block("solid", call("missing", f"{what[0].upper()}{what[1:]} is not printed"))

    def stage(self, what: str, data: bytes | None = None, target: str = "") -> Staged | None:
        """Put a picture, or what its address names, where Typst finds it; warn where that fails."""
        try:
            if data is None:
                data = read_picture(self.folder, target, self.attachments)
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
        code = call(
            "picture",
            staged.name,
            width=_width(width, height, staged),
            ratio=round(staged.height / max(staged.width, 1), 4),
            alt=alt,
            caption=caption,
            name=f"fig:{name}" if name else None,
            numbering=None if numbered else Code("none"),
        )
        return Block("picture", code)

    def figure(self, node: Node, caption: Code | None = None, words: str = "") -> Block:
        """Write an ``<img>`` that stands alone; its title or alternative text may be a caption."""
        target, alt, title = (node.attributes.get(name) or "" for name in ("src", "alt", "title"))
        if caption is None and not FILE_LIKE.fullmatch(words := title.strip() or alt.strip()):
            caption = joined(prose(words))
        place = PurePosixPath(unquote(target))
        return self.picture(
            self.stage(f"the picture {target[:100]}", target=target),
            alt or "Picture",
            caption,
            name=place.stem if place.parent.name == "figures" else "",
            numbered=not BY_HAND.match(words),
            **_asked(node),
        )

    def inline_picture(self, node: Node) -> Code:
        """Write an ``<img>`` within a line."""
        target, alt = (node.attributes.get(name) or "" for name in ("src", "alt"))
        if (staged := self.stage(f"the picture {target[:100]}", target=target)) is None:
            return call("missing", f"Picture left out: {alt or 'a picture'}")
        width = _width(**_asked(node), staged=staged)
        return call("inline-picture", staged.name, width=width, alt=alt or "Picture")


def _asked(node: Node) -> dict[str, str]:
    """Return the width and height that ``<img>`` asks for."""
    style = style_of(node)
    return {
        name: style.get(name) or node.attributes.get(name) or "" for name in ("width", "height")
    }


def _width(width: str, height: str, staged: Staged) -> Code:
    """Return a picture's width in print: as asked for, in pixels or percent, else its own."""
    if match := PERCENT.fullmatch(width):
        return Code(f"{match[1]}%")
    points, high = points_of(width), points_of(height)
    if points is None and high is not None:
        points = high * staged.width / max(staged.height, 1)
    return Code(f"{staged.width if points is None else points:g}pt")
