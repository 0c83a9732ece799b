"""Pictures: checked, measured, and put where Typst may read them."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image, UnidentifiedImageError

MAX_BYTES = 20_000_000
MAX_PIXELS = 2600  # more than 400 dots per inch at the column's width
CSS_DPI = 96.0
SUFFIXES = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "GIF": "gif"}
INSIDE = ("#", "data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp")
POINTS = {"pt": 1.0, "px": 0.75, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "": 0.75}


class BrokenImageError(Exception):
    """A picture that no program could show; the message says why."""


@dataclass(frozen=True)
class Staged:
    """A picture in Typst's folder: its file's name and its natural width in points."""

    name: str
    width: float


class ImageStore:
    """A folder of checked pictures, each named by its content, so equal input gives equal bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, data: bytes, css_width: float | None = None) -> Staged:
        """Check a picture and stage it.

        Parameters
        ----------
        data
            The bytes of a PNG, JPEG, WebP, GIF or SVG.
        css_width
            The width at which the notebook shows it, where it says so, in CSS pixels.
        """
        if len(data) > MAX_BYTES:
            raise BrokenImageError(f"it has {len(data) / 1e6:.0f} MB")
        if _looks_like_svg(data):
            width, suffix = _svg_width(data), "svg"
        else:
            data, width, suffix = _raster(data)
        if css_width:
            width = css_width / CSS_DPI * 72
        name = f"{hashlib.sha256(data).hexdigest()[:16]}.{suffix}"
        (self.folder / name).write_bytes(data)
        return Staged(name, round(width, 2))


def _looks_like_svg(data: bytes) -> bool:
    return data.lstrip()[:1] == b"<"


def _svg_width(data: bytes) -> float:
    if b"<!ENTITY" in data:
        raise BrokenImageError("its SVG declares entities")
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise BrokenImageError(f"its SVG is damaged ({error})") from error
    if root.tag.rsplit("}", 1)[-1] != "svg":
        raise BrokenImageError("it is not an SVG")
    if any(_links_out(element) for element in root.iter()):
        raise BrokenImageError("its SVG shows other files")
    match = re.fullmatch(r"\s*([\d.]+)\s*(pt|px|in|cm|mm|)\s*", root.get("width", ""))
    if match:
        return float(match[1]) * POINTS[match[2]]
    box = root.get("viewBox", "").replace(",", " ").split()
    try:
        return float(box[2]) * 0.75
    except (IndexError, ValueError):
        return 450.0


def _links_out(element: ElementTree.Element) -> bool:
    """Whether an element would make Typst look for another file."""
    if element.tag.rsplit("}", 1)[-1] not in {"image", "feImage", "use"}:
        return False
    links = [value for name, value in element.items() if name.rsplit("}", 1)[-1] == "href"]
    return any(not link.strip().startswith(INSIDE) for link in links)


def _raster(data: bytes) -> tuple[bytes, float, str]:
    """Decode a bitmap to be sure of it; convert or shrink it where print needs that."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            dpi = float(image.info.get("dpi", (CSS_DPI, CSS_DPI))[0])
            width = image.width / (dpi if dpi > 10 else CSS_DPI) * 72
            suffix = SUFFIXES.get(image.format or "", "")
            if suffix and image.width <= MAX_PIXELS:
                return data, width, suffix
            scale = min(1.0, MAX_PIXELS / image.width)
            smaller = image.convert("RGBA" if image.has_transparency_data else "RGB").resize(
                (round(image.width * scale), max(1, round(image.height * scale)))
            )
            buffer = io.BytesIO()
            smaller.save(buffer, "PNG")
            return buffer.getvalue(), width, "png"
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BrokenImageError("it cannot be decoded") from error
    except Image.DecompressionBombError as error:
        raise BrokenImageError("it has too many pixels") from error
