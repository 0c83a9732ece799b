"""The options that several sub-commands share, and the names that one may choose from."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_type_hints

import typer

from lenet_lib.data.sources import TITLES
from lenet_lib.training import RECIPES, Recipe

if TYPE_CHECKING:  # to mypy a word, to Typer a choice
    RecipeName = str
    RecipeNames = list[str]
    DatasetName = str
    NetworkName = str
    OptimizerName = str
else:
    RecipeName, DatasetName = Literal[tuple(RECIPES)], Literal[tuple(TITLES)]
    RecipeNames = list[StrEnum("RecipeName", {name: name for name in RECIPES})]
    NetworkName = get_type_hints(Recipe)["network"]
    OptimizerName = get_type_hints(Recipe)["optimizer"]

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
    OptimizerName | None, typer.Option("--optimizer", help="Rule of a step.  [the recipe's]")
]
DatasetOption = Annotated[DatasetName, typer.Option("--dataset", help="What to train and test on.")]
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
    if dataset == "digits" and data_dir is not None:
        raise typer.BadParameter("--data-dir is not for --dataset digits, which scikit-learn has.")


def show_progress(quiet: bool) -> bool:
    """Say whether to draw bars: never into a log file, where each redrawing would be kept."""
    return not quiet and sys.stderr.isatty()
