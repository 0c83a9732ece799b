"""Pictures: where they may come from, checked, measured, and put where Typst may read them."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from PIL import Image, ImageOps, UnidentifiedImageError

IMAGE_TYPES = ("image/svg+xml", "image/png", "image/jpeg", "image/webp", "image/gif")
PROJECT = (".git", "pyproject.toml")
"""A folder that holds one of these is a project: the pictures in it belong to its notebooks."""
MAX_BYTES = 20_000_000
MAX_PIXELS = (2700, 4000)  # more than 400 dots per inch on the page
CSS_DPI = 96.0
FORMATS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "GIF": "gif"}
INSIDE = ("#", "data:image/png", "data:image/jpeg", "data:image/gif", "data:image/webp")
POINTS = {"pt": 1.0, "px": 0.75, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "": 0.75}
HTML_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)[a-zA-Z]+;")
SVG = "{http://www.w3.org/2000/svg}"


class BrokenImageError(Exception):
    """A picture that cannot be shown; the message says why."""


@dataclass(frozen=True)
class Staged:
    """A picture in Typst's folder: its file's name and its natural size in points."""

    name: str
    width: float
    height: float


@dataclass(frozen=True)
class ImageStore:
    """A folder of checked pictures, each named by its content, so equal input gives equal bytes."""

    folder: Path

    def add(self, data: bytes) -> Staged:
        """Check a picture (PNG, JPEG, WebP, GIF, SVG, or what Pillow reads) and stage it.

        Raises:
            BrokenImageError: No program could show it, or it would read other files.
        """
        if len(data) > MAX_BYTES:
            raise BrokenImageError(f"it has {len(data) / 1e6:.0f} MB")
        reader = _svg if data.lstrip()[:1] == b"<" else _bitmap
        data, suffix, width, height = reader(data)
        name = f"{hashlib.sha256(data).hexdigest()[:16]}.{suffix}"
        (self.folder / name).write_bytes(data)
        return Staged(name, round(width, 2), round(height, 2))


def read_picture(folder: Path, target: str, attachments: dict[str, bytes]) -> bytes:
    """Read a picture by its address: a path from the notebook's folder, an attachment, or data.

    Raises:
        BrokenImageError: It is nowhere, or it is not the notebook's to show.
    """
    scheme, _, rest = target.partition(":")
    if scheme == "data":
        kind, _, content = rest.partition(",")
        return decoded(content) if ";base64" in kind else unquote(content).encode()
    if scheme == "attachment" and unquote(rest) in attachments:
        return attachments[unquote(rest)]
    if scheme == "attachment":
        raise BrokenImageError("the cell has no such attachment")
    if scheme_of(target):
        raise BrokenImageError("it is not in the notebook's project, and nothing is downloaded")
    try:
        path = (folder / unquote(target.partition("?")[0]).replace("\\", "/")).resolve()
        if not path.is_relative_to(_project(folder)):
            raise BrokenImageError("it lies outside the notebook's project")
        if path.is_file():  # and no pipe, which would never end
            return path.read_bytes()
    except (OSError, ValueError):
        pass
    raise BrokenImageError("there is no such file")


def print_version(folder: Path, name: str) -> Path | None:
    """Find the drawing of a figure for print: ``<name>.svg``, else ``.png``.

    It lies in ``figures/`` in the notebook's folder or beside that.
    """
    if not re.fullmatch(r"\w[\w-]*", name):
        return None
    for place in (folder / "figures", folder.parent / "figures"):
        for suffix in (".svg", ".png"):
            path = (place / name).with_suffix(suffix)
            if path.is_file() and path.resolve().parent == place.resolve():
                return path
    return None


def decoded(text: str) -> bytes:
    """Decode base64; nothing where it is none."""
    try:
        return base64.b64decode(unquote(text))
    except ValueError:
        return b""


def scheme_of(target: str) -> str:
    """Return ``https`` and the like; a path has none."""
    try:
        return urlsplit(target).scheme
    except ValueError:
        return "invalid"


def _project(folder: Path) -> Path:
    """Return the folder whose pictures are the notebook's: its repository's, else one up.

    The root of the file system, a home folder and what lies above it are nobody's project.
    """
    folder = folder.resolve()
    for place in (folder, *folder.parents):
        if Path.home().is_relative_to(place):
            break
        if any((place / name).exists() for name in PROJECT):
            return place
    return folder if Path.home().is_relative_to(folder.parent) else folder.parent


def _svg(data: bytes) -> tuple[bytes, str, float, float]:
    if b"<!ENTITY" in data:
        raise BrokenImageError("its SVG declares entities")
    data = HTML_ENTITY.sub(lambda match: unescape(match[0].decode()).encode(), data)
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise BrokenImageError(f"its SVG is damaged ({error})") from error
    if root.tag.rsplit("}", 1)[-1] != "svg":
        raise BrokenImageError("it is not an SVG")
    if any(_links_out(element) for element in root.iter()):
        raise BrokenImageError("its SVG shows other files")
    if root.find(f".//{SVG}foreignObject") is not None:
        data = _words_of_html(root)
    box = [_number(size) for size in re.split(r"[\s,]+", root.get("viewBox", "").strip())]
    natural = box[2:] if len(box) == 4 and min(box[2:]) > 0 else [600.0, 400.0]
    width, height = (points_of(root.get(name, "")) for name in ("width", "height"))
    width = natural[0] * 0.75 if width is None else width
    height = width * natural[1] / natural[0] if height is None else height
    if min(width, height) <= 0:
        raise BrokenImageError("it has no size")
    return data, "svg", width, height


def points_of(length: str) -> float | None:
    """Return a length in points; pixels are those of CSS; nothing for what is no such length."""
    match = re.fullmatch(r"\s*(\d*\.?\d+)\s*(pt|px|in|cm|mm|)\s*", length)
    return float(match[1]) * POINTS[match[2]] if match else None


def _links_out(element: ElementTree.Element) -> bool:
    """Whether an element would make Typst look for another file."""
    if element.tag.rsplit("}", 1)[-1] not in {"image", "feImage", "use"}:
        return False
    links = [value for name, value in element.items() if name.rsplit("}", 1)[-1] == "href"]
    return any(not link.strip().startswith(INSIDE) for link in links)


def _words_of_html(root: ElementTree.Element) -> bytes:
    """Write as SVG's own text what draw.io and Mermaid write as HTML, which Typst leaves out."""
    for parent in [*root.iter()]:
        html = parent.find(f"{SVG}foreignObject")
        if html is None:
            continue
        words = " ".join("".join(html.itertext()).split())
        place = next(parent.iter(f"{SVG}text"), None)  # draw.io's stand-in, cut short but in place
        if place is None:
            x, y, w, h = (_number(html.get(name)) for name in ("x", "y", "width", "height"))
            look = {"text-anchor": "middle", "font-size": "12"}
            look |= {"x": f"{x + w / 2}", "y": f"{y + h / 2}"}
            place = ElementTree.SubElement(parent, f"{SVG}text", look)
        for inner in [*place]:
            place.remove(inner)
        place.text = words
        parent.remove(html)
    ElementTree.register_namespace("", SVG[1:-1])
    return ElementTree.tostring(root)


def _number(text: str | None) -> float:
    match = re.match(r"-?[\d.]+", text or "")
    return float(match[0]) if match else 0.0


def _bitmap(data: bytes) -> tuple[bytes, str, float, float]:
    """Decode a bitmap to be sure of it; convert or shrink it where print needs that."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            dpi = float(image.info.get("dpi", (CSS_DPI, CSS_DPI))[0])
            points = 72 / (dpi if dpi > 10 else CSS_DPI)
            suffix = FORMATS.get(image.format or "", "")
            upright = ImageOps.exif_transpose(image)
            width, height = upright.size
            if not suffix or width > MAX_PIXELS[0] or height > MAX_PIXELS[1]:
                suffix = "jpg" if suffix == "jpg" else "png"  # a photo stays a JPEG
                smaller = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
                smaller.thumbnail(MAX_PIXELS)
                buffer = io.BytesIO()
                smaller.save(buffer, "JPEG" if suffix == "jpg" else "PNG", quality=88)
                data = buffer.getvalue()
            return data, suffix, width * points, height * points
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BrokenImageError("it cannot be decoded") from error
    except Image.DecompressionBombError as error:
        raise BrokenImageError("it has too many pixels") from error
