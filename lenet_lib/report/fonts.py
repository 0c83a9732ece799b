"""Fonts: Typst's own for Latin, matplotlib's for its figures, and one for Chinese."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import typst

# Common Chinese families, those with serifs first; the package brings the last of each list.
SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun", "Noto Serif SC")
SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "Noto Sans SC")

HAN = re.compile(  # and kana
    "[\u2e80-\u2fdf\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)


@dataclass(frozen=True)
class FontSet:
    """Where fonts are looked for, and the Chinese families to use, for text and for headings."""

    fonts: typst.Fonts
    serif: tuple[str, ...]
    sans: tuple[str, ...]


def choose_fonts(text: str, folder: Path) -> FontSet:
    """Choose the fonts for a text; those that are copied go to the folder.

    Only a text with Chinese in it looks at the system's fonts, so any other gives the same bytes
    on every machine. A system's font is preferred; the package's fills in what it lacks.
    """
    if not HAN.search(text):
        return FontSet(_fonts([stage_matplotlib_fonts(folder)], system=False), (), ())
    return every_font(folder)


def every_font(folder: Path) -> FontSet:
    """Return everything there is: the system's fonts, the package's and matplotlib's."""
    fonts = _fonts([stage_matplotlib_fonts(folder), *chinese_fonts()], system=True)
    present = set(fonts.families())
    serif, sans = (tuple(name for name in names if name in present) for names in (SERIF, SANS))
    return FontSet(fonts, serif, sans)


def stage_matplotlib_fonts(folder: Path) -> Path:
    """Copy the fonts in which matplotlib's SVG figures ask to be set.

    Its last resort is left out: it has a box for every character, and would hide what is missing.
    """
    copies = folder / "fonts"
    copies.mkdir(exist_ok=True)
    for package in _package_folders("matplotlib"):
        for file in (package / "mpl-data/fonts/ttf").glob("*.ttf"):
            if "LastResort" not in file.name and not (copies / file.name).exists():
                shutil.copyfile(file, copies / file.name)
    return copies


def chinese_fonts() -> list[Path]:
    """Return the folder of the Chinese fonts that come with the project's dependencies."""
    return _package_folders("pylopdf_fonts_zh_cn")


def _fonts(folders: list[Path], *, system: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=system, font_paths=[*map(str, folders)])


def _package_folders(package: str) -> list[Path]:
    """Find an installed package without importing it; an empty list where it is not."""
    spec = find_spec(package)
    return [Path(spec.origin).parent] if spec and spec.origin else []
