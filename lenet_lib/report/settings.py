"""What the title block says: read from ``report.toml``, options win."""

from __future__ import annotations

import datetime as dt
import os
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from lenet_lib.errors import LenetError

FILE_NAME = "report.toml"


@dataclass(frozen=True)
class Settings:
    """The words on the title block, and what is printed below it."""

    title: str = "Report"
    course: str = ""
    author: str = ""
    student_id: str = ""
    date: str = ""
    abstract: str = ""
    language: str = "en"
    code: bool = True

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
        midnight = dt.datetime.combine(self.day, dt.time(), tzinfo=dt.UTC)
        return int(midnight.timestamp())


def read_settings(folder: Path, **options: str | bool | None) -> Settings:
    """Read the title block's defaults and let options win.

    Parameters
    ----------
    folder
        Where the notebooks are; its ``report.toml`` is read, else that of ``notebooks/`` in the
        working directory, else nothing.
    **options
        Fields of `Settings`; ``None`` means "not given".

    Returns
    -------
    Settings
        Checked: its date is a date.
    """
    settings = replace(Settings(), **_defaults(folder))
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    settings = replace(settings, **given)
    if settings.date:
        _day(settings.date)
    return settings


def _defaults(folder: Path) -> dict[str, Any]:
    places = (folder / FILE_NAME, Path("notebooks") / FILE_NAME)
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LenetError(f"{path} cannot be read as TOML: {error}.") from error
    return {key.replace("-", "_"): _value(path, key, value) for key, value in table.items()}


def _value(path: Path, key: str, value: object) -> str | bool:
    known = {field.name.replace("_", "-"): field.type for field in fields(Settings)}
    if key not in known:
        raise LenetError(f"{path} has an unknown key {key!r}; known are {', '.join(known)}.")
    if key == "code":
        if isinstance(value, bool):
            return value
        raise LenetError(f"{path}: code must be true or false.")
    if isinstance(value, str | dt.date):
        return str(value).strip()
    raise LenetError(f"{path}: {key} must be a text in quotes.")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise LenetError(f"The date {text!r} is not written as year-month-day.") from error
