"""Fonts: Typst's own for Latin, matplotlib's for its figures, and one for Chinese."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import typst

# Common Chinese families, those with serifs first; the package brings the last of each list.
SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun", "Noto Serif SC")
SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Sans SC")
PACKAGE = "pylopdf_fonts_zh_cn"

HAN = re.compile(
    "[\u2e80-\u2fdf\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)


@dataclass(frozen=True)
class FontSet:
    """Where fonts are looked for, and the Chinese families to use, for text and for headings."""

    fonts: typst.Fonts
    serif: tuple[str, ...]
    sans: tuple[str, ...]


def choose_fonts(text: str) -> FontSet:
    """Choose the fonts for a text.

    Only a text with Chinese in it looks at the system's fonts, so any other gives the same bytes
    on every machine. A system's font is preferred; the package's fills in what it lacks.
    """
    if not HAN.search(text):
        return FontSet(_fonts(system=False, chinese=False), (), ())
    return every_font()


def every_font() -> FontSet:
    """Return everything there is: the system's fonts, the package's and matplotlib's."""
    fonts = _fonts(system=True, chinese=True)
    present = set(fonts.families())
    serif = tuple(family for family in SERIF if family in present)
    sans = tuple(family for family in SANS if family in present)
    return FontSet(fonts, serif, sans)


@cache
def _fonts(*, system: bool, chinese: bool) -> typst.Fonts:
    folders = [matplotlib_fonts(), chinese_fonts()] if chinese else [matplotlib_fonts()]
    paths = [str(folder) for folder in folders if folder]
    return typst.Fonts(include_system_fonts=system, include_embedded_fonts=True, font_paths=paths)


def matplotlib_fonts() -> Path | None:
    """Find the fonts in which matplotlib's SVG figures ask to be set."""
    return _folder("matplotlib", "mpl-data/fonts/ttf")


def chinese_fonts() -> Path | None:
    """Find the Chinese fonts that come with the project's dependencies."""
    return _folder(PACKAGE, ".")


def _folder(package: str, inside: str) -> Path | None:
    """Find a folder of an installed package without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / inside
    return folder if folder.is_dir() else None
