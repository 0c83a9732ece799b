"""Pages: Typst sets them, as accessible PDF/UA-1, from a folder that holds all it may read."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path

import typst

from lenet_lib.errors import LenetError, LenetWarning
from lenet_lib.report.fonts import FontSet, choose_fonts, every_font
from lenet_lib.report.settings import Settings

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
STANDARD = "PDF/UA-1 error"
NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')

MAIN = """#import "report.typ": *
#let about = json("about.json")
#show: report.with(about)

"""


def set_pages(body: str, settings: Settings, folder: Path, *, contents: bool) -> bytes:
    """Set the report.

    Parameters
    ----------
    body
        The chapters, in Typst.
    settings
        The title block.
    folder
        Typst's root: it holds the pictures, and nothing outside it can be read.
    contents
        Whether a list of contents follows the title block.
    """
    (folder / "report.typ").write_bytes(TEMPLATE.read_bytes())
    (folder / "main.typ").write_text(MAIN + body, encoding="utf-8")
    fonts = choose_fonts(body + _words(settings), folder)
    try:
        return _compile(folder, settings, fonts, contents)
    except typst.TypstError as error:
        if not NO_GLYPH.search(error.diagnostic):
            return _without_standard(error, folder, settings, fonts, contents)
    try:  # a character that the usual fonts lack: the system may have one
        return _compile(folder, settings, every_font(folder), contents)
    except typst.TypstError as error:
        raise LenetError(_no_glyph(error)) from error


def _compile(
    folder: Path, settings: Settings, fonts: FontSet, contents: bool, standard: str = "ua-1"
) -> bytes:
    about = {
        "title": settings.title,
        "course": settings.course,
        "author": settings.author,
        "student-id": settings.student_id,
        "date": [settings.day.year, settings.day.month, settings.day.day],
        "abstract": " ".join(settings.abstract.split()),
        "language": settings.language,
        "contents": contents,
        "serif": fonts.serif,
        "sans": fonts.sans,
    }
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    pdf = typst.compile(
        folder / "main.typ",
        root=folder,
        font_paths=fonts.fonts,
        pdf_standards=[standard],  # type: ignore[list-item]
        timestamp=settings.timestamp,
        package_path=folder / "packages",  # empty: nothing is fetched
        package_cache_path=folder / "packages",
    )
    assert isinstance(pdf, bytes)
    return pdf


def _without_standard(
    error: typst.TypstError, folder: Path, settings: Settings, fonts: FontSet, contents: bool
) -> bytes:
    """Set a document that Typst accepts, but not as PDF/UA-1: with a warning, as plain PDF."""
    if STANDARD not in error.message:
        raise LenetError(f"Typst cannot set the report: {error.diagnostic.strip()}") from error
    pdf = _compile(folder, settings, fonts, contents, standard="1.7")
    reason = error.message.removeprefix(f"{STANDARD}: ")
    warnings.warn(f"The PDF is not accessible (PDF/UA-1): {reason}.", LenetWarning, stacklevel=2)
    return pdf


def _no_glyph(error: typst.TypstError) -> str:
    characters = list(dict.fromkeys(NO_GLYPH.findall(error.diagnostic)))
    if not characters:
        return f"Typst cannot set the report: {error.diagnostic.strip()}"
    return (
        f"No font here has {' '.join(characters)}: take these characters out of the notebooks, or "
        "install a font that has them (for Chinese: the system's Noto Serif CJK, or the Python "
        "package pylopdf-fonts-zh-cn)."
    )


def _words(settings: Settings) -> str:
    return " ".join([settings.title, settings.course, settings.author, settings.abstract])
