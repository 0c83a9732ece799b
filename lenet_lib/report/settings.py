"""What the title block says and what goes into the report: ``report.toml``, options win."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from lenet_lib.errors import LenetError

FILE_NAME = "report.toml"
NOTEBOOKS = ("notebooks", "book", "appendices", "references")
THE_REPORTS = ("title", "course", "abstract", "results", "dataset", *NOTEBOOKS)
"""Settings that are about the project's own notebooks, and of no other."""


@dataclass(frozen=True)
class Settings:
    """The words on the title block, and what is printed below it.

    ``notebooks`` names those of the coursework edition, without ending, in their order; ``book``
    those of the whole book, which also has the ``appendices``; and ``references`` the one whose
    list is every edition's. ``results`` is a Markdown file whose block between ``<!-- results -->``
    and ``<!-- /results -->`` stands on the first page. ``dataset`` is what the notebooks are meant
    to run on.
    """

    title: str = ""
    course: str = ""
    author: str = ""
    student_id: str = ""
    date: str = ""
    abstract: str = ""
    language: str = "en"
    results: str = ""
    dataset: str = ""
    notebooks: tuple[str, ...] = ()
    book: tuple[str, ...] = ()
    appendices: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    code: bool = True
    full: bool = False
    allow_errors: bool = False

    @property
    def day(self) -> dt.date:
        """The report's date: as set, else ``SOURCE_DATE_EPOCH``'s, else today."""
        if self.date:
            return _day(self.date)
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        if epoch.isdigit():
            return dt.datetime.fromtimestamp(int(epoch), tz=dt.UTC).date()
        return dt.date.today()

    @property
    def timestamp(self) -> int:
        """Seconds since 1970 at that day's midnight UTC: the only time written into the PDF."""
        return int(dt.datetime.combine(self.day, dt.time(), tzinfo=dt.UTC).timestamp())


def read_settings(
    folder: Path, names: Sequence[str] = (), **options: str | bool | None
) -> Settings:
    """Read the defaults and let options win.

    Args:
        folder: Where the notebooks and their ``report.toml`` are. Copies of the project's notebooks
            may lie anywhere: theirs is that of ``notebooks/`` in the working directory.
        names: The notebooks, without their endings. Where one is not the project's own, the report
            gets from the file only who wrote it, when, and in which language.
        **options: Fields of `Settings`; ``None`` means "not given".
    """
    given = {name: value for name, value in options.items() if value is not None}
    settings = Settings(**_defaults(folder, names) | given)
    if settings.date:
        _day(settings.date)
    return settings


def list_notebooks(folder: Path, *, full: bool) -> list[Path]:
    """List a folder's notebooks: those that its report names, else all, by name.

    Raises:
        LenetError: There are none.
    """
    settings = read_settings(folder)
    book = [*(settings.book or settings.notebooks), *settings.appendices]
    names = [*(book if full else settings.notebooks), *settings.references]
    paths = [folder / f"{name}.ipynb" for name in names] or sorted(folder.glob("*.ipynb"))
    if not paths:
        raise LenetError(f"There are no notebooks in {folder}: name some, or go to the project.")
    return paths


def _defaults(folder: Path, names: Sequence[str]) -> dict[str, Any]:
    home = Path("notebooks")
    for place in (folder, home):
        copies = place == folder or not names or any((home / f"{n}.ipynb").is_file() for n in names)
        if (path := place / FILE_NAME).is_file():
            found = _read(path)
            listed = {name for key in NOTEBOOKS for name in found.get(key, ())}
            if not copies or (listed and not listed.issuperset(names)):
                return {key: value for key, value in found.items() if key not in THE_REPORTS}
            return found
    return {}


def _read(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LenetError(f"{path} cannot be read as TOML: {error}.") from error
    known = {field.name.replace("_", "-"): str(field.type) for field in fields(Settings)}
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise LenetError(f"{path} has an unknown key {key!r}; known are {', '.join(known)}.")
        name = key.replace("-", "_")
        match known[key], value:
            case "bool", bool():
                found[name] = value
            case "str", str() | dt.date():
                found[name] = str(value).strip()
            case ("bool" | "str") as kind, _:
                wanted = "true or false" if kind == "bool" else "a text in quotes"
                raise LenetError(f"{path}: {key} must be {wanted}.")
            case _, list() if all(isinstance(name, str) for name in value):
                found[name] = tuple(name.removesuffix(".ipynb") for name in value)
            case _:
                raise LenetError(f"{path}: {key} must be a list of notebooks' names in quotes.")
    if found.get("results"):
        found["results"] = str(path.parent / found["results"])
    return found


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise LenetError(f"The date {text!r} is not written as year-month-day.") from error
