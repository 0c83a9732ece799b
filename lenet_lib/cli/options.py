"""The options that several sub-commands share, and the names that one may choose from."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lenet_lib.cli.words import warnings_in_words
from lenet_lib.data.sources import TITLES
from lenet_lib.training import RECIPES
from lenet_lib.training.recipe import Network, Optimizer

if TYPE_CHECKING:
    from lenet_lib.data import Dataset

if TYPE_CHECKING:  # to mypy a word, to Typer a choice
    RecipeName = str
    RecipeNames = list[str]
    DatasetName = str
else:
    RecipeName, DatasetName = Literal[tuple(RECIPES)], Literal[tuple(TITLES)]
    RecipeNames = list[StrEnum("RecipeName", {name: name for name in RECIPES})]


def name_or_folder(dataset: str | None) -> str | None:
    """Let pass what names a data set, and what is a folder."""
    if dataset is None or dataset in TITLES or os.path.isdir(dataset):  # noqa: PTH112 (no name is too long)
        return dataset
    names = ", ".join(f"'{name}'" for name in TITLES)
    raise typer.BadParameter(f"'{dataset}' is not one of {names}, and no folder.")


RecipeOption = Annotated[
    RecipeName, typer.Option("--recipe", metavar="NAME", help="Training settings: `lenet recipes`.")
]
SeedOption = Annotated[
    int, typer.Option("--seed", min=0, max=2**31 - 1, help="Decides all that is random.")
]
EpochsOption = Annotated[
    int | None,
    typer.Option(
        "--epochs", min=1, max=10_000, help="Passes over the training set.  [the recipe's]"
    ),
]
LearningRateOption = Annotated[
    float | None,
    typer.Option(
        "--learning-rate", min=1e-8, max=100, help="Constant, or the peak.  [the recipe's]"
    ),
]
BatchSizeOption = Annotated[
    int | None,
    typer.Option("--batch-size", min=2, max=60_000, help="Images per step.  [the recipe's]"),
]
OptimizerOption = Annotated[
    Optimizer | None,
    typer.Option("--optimizer", help="The rule of a step, without decay.  [the recipe's]"),
]
NetworkOption = Annotated[
    Network | None, typer.Option("--network", help="What is trained.  [the recipe's]")
]
DatasetOption = Annotated[DatasetName, typer.Option("--dataset", help="What to train and test on.")]
OWN = f"{', '.join(TITLES)}, or a folder of pictures in folders 0 to 9."
OwnDatasetOption = Annotated[
    str,
    typer.Option(
        "--dataset",
        metavar="NAME|FOLDER",
        callback=name_or_folder,
        help=f"What to train and test on: {OWN}",
    ),
]
DataDirOption = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", help="Folder with MNIST/raw/…  [$LENET_DATA, else data/, else a download]"
    ),
]
DeviceOption = Annotated[
    str | None, typer.Option("--device", help="cpu, cuda, mps, …  [the accelerator, if any]")
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="This run's folder.  [runs/<dataset>-<recipe>-seed<k>]"),
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print the results alone.")]
ResumeOption = Annotated[
    bool,
    typer.Option(
        "--resume/--no-resume", help="Go on with an unfinished run, or start it over from nothing."
    ),
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


def show_progress(quiet: bool) -> bool:
    """Say whether to draw bars: never into a log file, where each redrawing would be kept."""
    return not quiet and sys.stderr.isatty()
