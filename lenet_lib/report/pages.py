"""Pages: Typst sets them, as accessible PDF/UA-1, from a folder that holds all it may read."""

from __future__ import annotations

import json
import re
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import typst

from lenet_lib.errors import LenetError, LenetWarning
from lenet_lib.report.fonts import FontSet, choose_fonts, every_font
from lenet_lib.report.settings import Settings
from lenet_lib.report.typst_code import Code, array, call

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
STANDARD = "PDF/UA-1 error"
NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
FLAG = "regional indicator symbol letter "
SKINS = "🏻🏼🏽🏾🏿"
STAND_INS = {"✅": "✔", "❌": "✘", "⭐": "★", "❗": "!", "❓": "?"}

UNSETTLED = "The pages did not settle: numbers of pages, figures and tables may be wrong."

MAIN = """#import "report.typ": *
#import "formulas.typ": formulas
#show: report.with(json("about.json"), {results})
#{{
{body}
}}
"""


@dataclass(frozen=True)
class Body:
    """What a report holds, in Typst."""

    chapters: Sequence[Code]
    references: Code | None
    appendices: Sequence[Code]
    formulas: Code
    results: Code | None
    stand_in: str
    contents: bool
    elsewhere: str

    def main(self) -> str:
        """Return the main file's text."""
        lines = ["pagebreak(weak: true)"] if self.contents else []
        works = [array([array(["works", self.references, 0])])] if self.references else []
        blocks = Code(" + ".join([*self.chapters, *works]))
        appendices = Code(" + ".join(self.appendices) or "()")
        lines += [call("chapters", blocks, appendices=appendices)]
        return MAIN.format(results=self.results or "none", body="\n".join(lines))


def set_pages(body: Body, settings: Settings, folder: Path) -> bytes:
    """Set the report.

    Args:
        body: The chapters.
        settings: The title block.
        folder: Typst's root: it holds the pictures, and nothing outside it can be read.
    """
    (folder / "report.typ").write_bytes(TEMPLATE.read_bytes())
    texts = {
        "main.typ": body.main(),
        "formulas.typ": f'#import "report.typ": *\n#let formulas = {body.formulas}\n',
        "about.json": json.dumps(_about(body, settings), ensure_ascii=False),
    }
    fonts = choose_fonts("".join(texts.values()), folder)
    for attempt in range(4):
        try:
            return _compile(texts, folder, settings, fonts)
        except typst.TypstError as error:
            found = dict.fromkeys(map(_unescaped, NO_GLYPH.findall(error.diagnostic)))
            # What is ASCII is also our own code: 1️⃣ loses its box, not its number.
            missing = [sign for text in found if (sign := re.sub(r"[ -~]", "", text))]
            if not missing:
                return _without_standard(error, texts, folder, settings, fonts)
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
        warnings.warn(UNSETTLED, LenetWarning, stacklevel=2)
    assert isinstance(pdf, bytes)
    return pdf


def _without_standard(
    error: typst.TypstError,
    texts: dict[str, str],
    folder: Path,
    settings: Settings,
    fonts: FontSet,
) -> bytes:
    """Set a document that Typst accepts, but not as PDF/UA-1: with a warning, as plain PDF."""
    if "depth exceeded" in error.message:
        raise LenetError("A notebook's text is nested too deeply to be set.") from error
    if STANDARD not in error.message:
        raise LenetError(f"Typst cannot set the report: {error.diagnostic.strip()}") from error
    pdf = _compile(texts, folder, settings, fonts, standard="1.7")
    reason = error.message.removeprefix(f"{STANDARD}: ")
    warnings.warn(f"The PDF is not accessible (PDF/UA-1): {reason}.", LenetWarning, stacklevel=2)
    return pdf


def _unescaped(text: str) -> str:
    """Read a text of Typst's message, where what has no shape of its own is a number."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda match: chr(int(match[1], 16)), text)


def _stand_ins(texts: dict[str, str], missing: list[str], folder: Path) -> dict[str, str]:
    """Put a similar sign, or a symbol's name, where no font has a character; say so."""
    for cluster in missing:
        shown = _stand_in(cluster)
        texts = {name: text.replace(cluster, shown) for name, text in texts.items()}
        for drawing in folder.glob("*.svg"):
            drawing.write_bytes(drawing.read_bytes().replace(cluster.encode(), shown.encode()))
    shown = ", ".join(f"{cluster} ({_stand_in(cluster)})" for cluster in missing[:12])
    more = f" and {len(missing) - 12} more" if len(missing) > 12 else ""
    warnings.warn(
        f"No font here has some characters; printed in their place: {shown}{more}.",
        LenetWarning,
        stacklevel=2,
    )
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


def _about(body: Body, settings: Settings) -> dict[str, object]:
    return asdict(settings) | {
        "date": [settings.day.year, settings.day.month, settings.day.day],
        "abstract": " ".join(settings.abstract.split()),
        "contents": body.contents,
        "stand-in": body.stand_in,
        "elsewhere": body.elsewhere,
    }
