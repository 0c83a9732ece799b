"""Where pictures may come from: the notebook itself, its folder, and its figures."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lenet_lib.report.images import BrokenImageError


def read_picture(folder: Path, target: str, attachments: dict[str, bytes]) -> bytes:
    """Read a picture that Markdown names.

    Parameters
    ----------
    folder
        The notebook's folder.
    target
        The address as written: a relative path, or ``attachment:`` and a name.
    attachments
        The pictures that the cell holds.

    Raises
    ------
    BrokenImageError
        It is nowhere, or it is not the notebook's to show.
    """
    if target.startswith("attachment:"):
        name = unquote(target.removeprefix("attachment:"))
        if name in attachments:
            return attachments[name]
        raise BrokenImageError("the cell has no such attachment")
    if scheme_of(target) == "data":
        raise BrokenImageError("it is written into the text; attach it instead")
    if scheme_of(target):
        raise BrokenImageError("it is not in the notebooks' folder, and nothing is downloaded")
    try:
        path = (folder / unquote(target)).resolve()
        allowed = [folder.resolve(), *figure_folders(folder)]
        if not any(path.is_relative_to(place) for place in allowed):
            raise BrokenImageError("it lies outside the notebooks' and the figures' folders")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise BrokenImageError("there is no such file") from error


def picture_file(folder: Path, name: str) -> Path | None:
    """Find the drawing of a figure for print: ``figures/<name>.svg``, else ``.png``.

    Parameters
    ----------
    folder
        The notebook's folder; ``figures/`` is looked for in it and beside it.
    name
        The figure's bare name.
    """
    if not re.fullmatch(r"\w[\w-]*", name):
        return None
    for place in figure_folders(folder):
        for suffix in (".svg", ".png"):
            path = (place / name).with_suffix(suffix)
            if path.is_file() and path.resolve().parent == place:
                return path
    return None


def figure_folders(folder: Path) -> list[Path]:
    """List the folders whose pictures belong to the notebooks in this folder."""
    places = (folder / "figures", folder.parent / "figures")
    return [place.resolve() for place in places if place.is_dir()]


def scheme_of(target: str) -> str:
    """Return ``https`` and the like; a path has none."""
    try:
        return urlsplit(target).scheme
    except ValueError:
        return "invalid"
