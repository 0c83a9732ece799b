"""Pictures that tests read: drawings, and files made to harm."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageDraw

# Strokes of digits written by hand on a 100×100 sheet, each a list of points.
WRITTEN = {
    7: [[(30, 20), (70, 20), (48, 82)]],
    "5, its bar apart": [
        [(38, 26), (36, 48), (52, 45), (64, 56), (62, 74), (48, 82), (34, 76)],
        [(46, 20), (70, 18)],
    ],
    "4, in two strokes": [[(40, 18), (30, 52), (54, 52)], [(66, 36), (63, 84)]],
}


def draw(
    strokes: list[list[tuple[int, int]]],
    *,
    size: tuple[int, int] = (480, 360),
    zoom: float = 2.0,
    at: tuple[int, int] = (150, 80),
    pen: int = 5,
    ink: object = (40, 50, 110),
    paper: object = (235, 233, 226),
) -> Image.Image:
    """Draw strokes on even paper."""
    image = Image.new("RGB", size, paper)
    for stroke in strokes:
        points = [(at[0] + zoom * x, at[1] + zoom * y) for x, y in stroke]
        ImageDraw.Draw(image).line(points, fill=ink, width=pen, joint="curve")
    return image


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


def png(width: int, height: int, content: bytes = b"") -> bytes:
    """Make a PNG that claims a size, whatever is in it."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(content)) + chunk(b"IEND", b"")
    )


HOSTILE = {
    "60-megapixels.png": (png(10_000, 6_000), "60 megapixels"),
    "bomb.png": (png(100_000, 100_000), "megapixels"),
    "moving.gif": (saved(Image.new("L", (50, 50)), "GIF"), "GIF"),
    "gif-called.png": (saved(Image.new("L", (50, 50)), "GIF"), "GIF"),
    "text.png": (b"seven\n" * 100, "no picture"),
    "empty.jpg": (b"", "empty"),
    "page.pdf": (b"%PDF-1.7\n" + bytes(500), "no picture"),
    "script.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no picture"),
    "iphone.jpg": (b"\0\0\0\x18ftypheic" + bytes(200), "HEIC"),
    "cut.jpg": (saved(draw(WRITTEN[7]), "JPEG")[:3000], "damaged"),
    "cut.png": (saved(draw(WRITTEN[7]))[:800], "damaged"),
    "no-pixels.png": (png(200, 200), "damaged"),
    "strip.png": (png(5_000, 20), "strip"),
    "speck.png": (png(3, 3, bytes(12)), "only 3×3"),
}
