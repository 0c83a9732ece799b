"""Pages: Typst sets them, as accessible PDF/UA-1, from a folder that holds all it may read."""

from __future__ import annotations

import json
import re
import unicodedata
import warnings
from pathlib import Path

import typst

from lenet_lib.errors import LenetError, LenetWarning
from lenet_lib.report.fonts import FontSet, choose_fonts, every_font
from lenet_lib.report.settings import Settings

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
SYNTAX = TEMPLATE.with_name("python.sublime-syntax")
STANDARD = "PDF/UA-1 error: "
NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
FLAG = "regional indicator symbol letter "
SKINS = "🏻🏼🏽🏾🏿"
UNSETTLED = "The pages did not settle: numbers of pages, figures and tables may be wrong."
STAND_INS = {"✅": "✔", "❌": "✘", "⭐": "★", "❗": "!", "❓": "?"}


def set_pages(texts: dict[str, str], settings: Settings, folder: Path) -> bytes:
    """Set ``main.typ`` and the files that it reads, which come by their names.

    The folder holds the pictures, and nothing outside it can be read.
    """
    (folder / "report.typ").write_bytes(TEMPLATE.read_bytes())
    (folder / SYNTAX.name).write_bytes(SYNTAX.read_bytes())
    fonts = choose_fonts("".join(texts.values()), folder)
    for attempt in range(4):
        try:
            return _compile(texts, folder, settings, fonts)
        except typst.TypstError as error:
            found = dict.fromkeys(map(_unescaped, NO_GLYPH.findall(error.diagnostic)))
            # What is ASCII is also our own code: 1️⃣ loses its box, not its number.
            missing = [sign for text in found if (sign := re.sub(r"[ -~]", "", text))]
            if not missing and "depth exceeded" in error.message:
                raise LenetError("A notebook's text is nested too deeply to be set.") from error
            if not missing and not error.message.startswith(STANDARD):
                raise LenetError(
                    f"Typst cannot set the report: {error.diagnostic.strip()}"
                ) from error
            if not missing:
                pdf = _compile(texts, folder, settings, fonts, standard="1.7")
                _warn(f"The PDF is not accessible (PDF/UA-1): {error.message[len(STANDARD) :]}.")
                return pdf
        if attempt == 0:  # the usual fonts lack a character: the system may have one
            fonts = every_font(folder)
        else:
            texts = _stand_ins(texts, missing, folder)
    raise LenetError(f"No font here has {' '.join(missing)}: install one, or take them out.")


def _compile(
    texts: dict[str, str], folder: Path, settings: Settings, fonts: FontSet, standard: str = "ua-1"
) -> bytes:
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode("utf-8", "replace"))
    families = json.dumps({"serif": fonts.serif, "sans": fonts.sans})
    pdf, notes = typst.compile_with_warnings(
        folder / "main.typ",
        root=folder,
        font_paths=fonts.fonts,
        pdf_standards=[standard],  # type: ignore[list-item]
        timestamp=settings.timestamp,
        sys_inputs={"families": families, "full": "yes" if settings.full else ""},
        package_path=folder / "packages",  # empty: nothing is fetched
        package_cache_path=folder / "packages",
    )
    if any("did not converge" in note.message for note in notes):
        _warn(UNSETTLED)
    assert isinstance(pdf, bytes)
    return pdf


def _unescaped(text: str) -> str:
    """Read a text of Typst's message, where what has no shape of its own is a number."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda match: chr(int(match[1], 16)), text)


def _warn(message: str) -> None:
    warnings.warn(message, LenetWarning, stacklevel=2)


def _stand_ins(texts: dict[str, str], missing: list[str], folder: Path) -> dict[str, str]:
    """Put a similar sign, or a symbol's name, where no font has a character; say so."""
    for cluster in missing:
        shown = _stand_in(cluster)
        texts = {name: text.replace(cluster, shown) for name, text in texts.items()}
        for drawing in folder.glob("*.svg"):
            drawing.write_bytes(drawing.read_bytes().replace(cluster.encode(), shown.encode()))
    shown = ", ".join(f"{cluster} ({_stand_in(cluster)})" for cluster in missing[:12])
    more = f" and {len(missing) - 12} more" if len(missing) > 12 else ""
    _warn(f"No font here has some characters; printed in their place: {shown}{more}.")
    return texts


def _stand_in(cluster: str) -> str:
    """Return what is printed for a character, or a group such as a flag, that no font has.

    >>> _stand_in("🎉"), _stand_in("✅"), _stand_in("ก"), _stand_in("🇪")
    ('[party popper]', '✔', '□', 'E')
    """
    if cluster in STAND_INS:
        return STAND_INS[cluster]
    if any(unicodedata.category(character)[0] in "LMN" for character in cluster):
        return "□" * sum(unicodedata.category(character)[0] != "M" for character in cluster)
    names = [
        unicodedata.name(character, "unknown character").lower()
        for character in cluster
        if unicodedata.category(character) != "Cf" and character not in SKINS
    ]
    if all(name.startswith(FLAG) for name in names):
        return "".join(name.removeprefix(FLAG).upper() for name in names)
    return f"[{' '.join(names)}]"
