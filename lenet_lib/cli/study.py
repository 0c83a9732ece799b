"""``lenet study``: many runs in parallel, one table."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lenet_lib.cli import options
from lenet_lib.cli.words import interruptible, warnings_in_words
from lenet_lib.data.sources import TITLES
from lenet_lib.training import RECIPES
from lenet_lib.training.recipe import Network

if TYPE_CHECKING:  # to mypy words, to Typer choices
    RecipeNames = list[str]
    DatasetName = str
else:
    RecipeNames = list[StrEnum("RecipeName", {name: name for name in RECIPES})]
    DatasetName = Literal[tuple(TITLES)]


def study_command(
    recipe: Annotated[
        RecipeNames,
        typer.Option("--recipe", metavar="NAME", help="`lenet recipes`; repeat it."),
    ],
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, max=10_000, help="Seeds 0, 1, … of each recipe.")
    ] = 5,
    epochs: options.EpochsOption = None,
    network: Annotated[
        Network | None, typer.Option("--network", help="What is trained.  [the recipe's]")
    ] = None,
    train_images: Annotated[
        list[int] | None,
        typer.Option("--train-images", min=2, help="Train on so many only; repeat it.  [all]"),
    ] = None,
    dataset: Annotated[
        DatasetName, typer.Option("--dataset", help="What to train and test on.")
    ] = "mnist",
    data_dir: options.DataDirOption = None,
    out: Annotated[
        Path, typer.Option("--out", help="The table; rows that it has are kept.")
    ] = Path("results/study.csv"),
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Keep every run's weights in this folder.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Runs at a time.  [one a core]")
    ] = None,
    backend: Annotated[
        Literal["loky", "dask"], typer.Option("--backend", help="Here, or on a cluster.")
    ] = "loky",
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="Address of Dask's scheduler; for dask only.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
) -> None:
    """Train many runs, seeds × recipes, into one table.

    A run that the table has is not done again.
    """
    if (backend == "dask") != (scheduler is not None):
        raise typer.BadParameter("--backend dask and --scheduler ADDRESS go together.")
    options.no_folder_for_digits(dataset, data_dir)
    from lenet_lib.experiments.study import plan, study

    todo = plan(recipe, seeds, dataset, epochs=epochs, network=network, sizes=train_images)
    with interruptible(f"the same command does what {out} lacks."), warnings_in_words():
        table = study(
            todo,
            out,
            data_dir=data_dir,
            workers=jobs,
            scheduler=scheduler,
            weights=weights,
            progress=options.show_progress(quiet),
        )
    typer.echo(f"{out} holds {len(table)} runs.")
