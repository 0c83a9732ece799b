"""The options that several sub-commands share, and what is made of their words."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lenet_lib.cli.words import warnings_in_words
from lenet_lib.data.sources import TITLES
from lenet_lib.errors import LenetError

if TYPE_CHECKING:
    from lenet_lib.data import Dataset


def name_or_folder(dataset: str | None) -> str | None:
    """Let pass what names a data set, and what is a folder."""
    if dataset is None or dataset in TITLES or os.path.isdir(dataset):  # noqa: PTH112 (no name is too long)
        return dataset
    names = ", ".join(f"'{name}'" for name in TITLES)
    raise typer.BadParameter(f"'{dataset}' is not one of {names}, and no folder.")


EpochsOption = Annotated[
    int | None,
    typer.Option(
        "--epochs", min=1, max=10_000, help="Passes over the training set.  [the recipe's]"
    ),
]
OWN = f"{', '.join(TITLES)}, or a folder of pictures in folders 0 to 9."
DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", help="Folder with MNIST/raw/…  [$LENET_DATA, else data/, else a download]"
    ),
]
DeviceOption = Annotated[
    str | None, typer.Option("--device", help="cpu, cuda, mps, …  [the accelerator, if any]")
]


def no_folder_for_digits(dataset: str | None, data_dir: Path | None) -> None:
    """Refuse two options that contradict each other."""
    if data_dir is None:
        return
    if dataset == "digits":
        raise typer.BadParameter("--data-dir is not for --dataset digits, which scikit-learn has.")
    if dataset is not None and dataset not in TITLES:
        raise typer.BadParameter("--data-dir is not for a folder of one's own, which has all.")


def load_data(dataset: str, data_dir: Path | None) -> Dataset:
    """Load a data set by its name, or make one of the pictures in a folder."""
    if dataset in TITLES:
        from lenet_lib.data import load

        return load(dataset, data_dir)
    from lenet_lib.photo import load_folder

    with warnings_in_words():
        return load_folder(dataset)


def files_of(places: list[Path], inside: Callable[[Path], list[Path]], kind: str) -> list[Path]:
    """Put what a folder holds of a kind in its place."""
    files: list[Path] = []
    for place in places:
        found = inside(place) if place.is_dir() else [place]
        if not found:
            raise LenetError(f"There is no {kind} in the folder {place}.")
        files += found
    return files


def show_progress(quiet: bool) -> bool:
    """Say whether to draw bars: never into a log file, where each redrawing would be kept."""
    return not quiet and sys.stderr.isatty()
