"""Open a picture file safely: what it is, how large, which way up, and only then its pixels."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from lenet_lib.errors import LenetError

MAX_PIXELS = 55_000_000
"""A phone's largest usual photo has 50 megapixels; what is larger is a scan, a map or a trap."""

SIDES = (224, 512)
"""Pictures are brought to a longer side within these bounds: a stroke is then several pixels wide,
and a digit of a twentieth of the frame still as large as MNIST's."""

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "PPM", "AVIF")
"""Pillow's names of the formats that are read; no other decoder is given a chance."""

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".ppm", ".pgm", ".avif")
"""How the names of files in these formats end."""

# What Pillow raises on files that are cut off, damaged or made to harm.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError)
_DAMAGED = (*_BROKEN, struct.error, zlib.error, OverflowError, MemoryError)


def open_picture(source: str | Path | bytes) -> NDArray[np.uint8]:
    """Read a picture, upright and small enough to work on.

    Args:
        source: A JPEG, PNG, WebP, TIFF, BMP, PPM or AVIF file of at most 55 megapixels, or its
            content. Of several pictures in one file the first is taken.

    Returns:
        uint8 H×W×3, the longer side 224 to 512 pixels, so that what follows may count in pixels.

    Raises:
        LenetError: The file is missing, no picture, damaged, of another format, or too large.
    """
    place = name_of(source)
    with warnings.catch_warnings():
        # Pillow warns of odd metadata and of sizes; both are judged here.
        warnings.simplefilter("ignore")
        try:
            file = io.BytesIO(source) if isinstance(source, bytes) else Path(source)
            with Image.open(file, formats=(*FORMATS, "GIF")) as image:
                _check(place, image)
                return _read(image)
        except Image.DecompressionBombError:
            raise LenetError(_too_large(place)) from None
        except UnidentifiedImageError:
            raise LenetError(_not_a_picture(place, _head(source))) from None
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            raise LenetError(f"{place} can't be opened ({error.strerror}).") from None
        except _DAMAGED:
            raise LenetError(
                f"{place} is damaged or cut off; copy or export the picture again."
            ) from None


def pictures_in(folder: Path) -> list[Path]:
    """List the picture files in a folder and those below it, sorted; none if there is no folder."""
    files = folder.rglob("*") if folder.is_dir() else ()
    return sorted(file for file in files if file.suffix.lower() in SUFFIXES and file.is_file())


def name_of(source: object) -> str:
    """Give what a message calls a picture: its path, if it has one."""
    return str(source) if isinstance(source, str | Path) else "the picture"


def _check(place: str, image: Image.Image) -> None:
    """Judge by the header alone, before a single pixel is decoded."""
    if image.format == "GIF":
        raise LenetError(f"{place} is a GIF, which is no photo; give a JPEG or PNG picture.")
    if image.width * image.height > MAX_PIXELS:
        raise LenetError(_too_large(place, image.width * image.height))
    if min(image.size) < 8:
        raise LenetError(
            f"{place} is only {image.width}×{image.height} pixels; a digit needs at least 8×8."
        )
    if max(image.size) > 20 * min(image.size):
        raise LenetError(f"{place} is a strip of {image.width}×{image.height} pixels, no photo.")


def _too_large(place: str, pixels: int | None = None) -> str:
    size = f"{pixels / 1e6:,.0f}" if pixels else "far too many"
    most = MAX_PIXELS // 1_000_000
    return f"{place} has {size} megapixels, and at most {most} are read; make it smaller."


def _head(source: str | Path | bytes) -> bytes:
    if isinstance(source, bytes):
        return source[:16]
    with Path(source).open("rb") as file:
        return file.read(16)


def _not_a_picture(place: str, head: bytes) -> str:
    """Say what the file may be instead."""
    if not head:
        return f"{place} is empty or no picture; give a JPEG or PNG picture."
    if head[4:8] == b"ftyp":  # what iPhones save by default
        return f"{place} is a HEIC picture or a video; export it as JPEG."
    return f"{place} is no picture that can be read; give a JPEG, PNG or WebP picture."


def _read(image: Image.Image) -> NDArray[np.uint8]:
    """Decode no more than needed, bring it to a size, and turn it the way the camera was held."""
    # JPEG decodes straight at a half, a quarter or an eighth: most of the time saved.
    image.draft("RGB", (SIDES[1], SIDES[1]))
    image.load()
    try:
        upright = ImageOps.exif_transpose(image)
    except _DAMAGED:  # broken metadata must not cost the picture
        upright = image
    return np.asarray(resize(_on_paper(upright)), dtype=np.uint8)


def _on_paper(image: Image.Image) -> Image.Image:
    """Give RGB: deep grey scaled down to 8 bits, transparency laid on paper unlike the ink."""
    if image.mode.startswith("I") or image.mode == "F":
        deep = np.nan_to_num(np.asarray(image, dtype=np.float64))
        most = 65535.0 if image.mode != "F" and deep.max() > 255 else max(deep.max(), 1e-9)
        return Image.fromarray((deep / most * 255).clip(0, 255).astype(np.uint8)).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    full = image.convert("RGBA")
    pixels = np.asarray(full, dtype=np.float32)
    weight = pixels[..., 3]
    drawn = float((pixels[..., :3].mean(2) * weight).sum() / max(float(weight.sum()), 1.0))
    sheet = Image.new("RGBA", full.size, "black" if drawn > 127 else "white")
    return Image.alpha_composite(sheet, full).convert("RGB")


def resize(image: Image.Image) -> Image.Image:
    """Bring a picture to the size that is worked on; averaging, so that fine lines stay grey."""
    zoom = float(np.clip(max(image.size), *SIDES)) / max(image.size)
    size = (max(1, round(image.width * zoom)), max(1, round(image.height * zoom)))
    return image.resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)
