"""``lenet study``: many runs in parallel, one table."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lenet_lib.names import DatasetName, NetworkName, RecipeName

if TYPE_CHECKING:
    from lenet_lib.experiments.study import Job


class Backend(StrEnum):
    """Where the runs are done."""

    LOKY = "loky"
    DASK = "dask"


def study_command(
    recipe: Annotated[
        list[RecipeName], typer.Option("--recipe", help="Named training settings; repeat it.")
    ],
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, max=10_000, help="Seeds 0, 1, … of each recipe.")
    ] = 5,
    epochs: Annotated[
        int | None,
        typer.Option("--epochs", min=1, max=10_000, help="Passes over the data.  [the recipe's]"),
    ] = None,
    network: Annotated[
        NetworkName | None, typer.Option("--network", help="What is trained.  [the recipe's]")
    ] = None,
    train_images: Annotated[
        list[int] | None,
        typer.Option("--train-images", min=2, help="Train on so many only; repeat it.  [all]"),
    ] = None,
    dataset: Annotated[
        DatasetName, typer.Option("--dataset", help="What to train and test on.")
    ] = DatasetName.MNIST,
    data_dir: Annotated[
        Path | None,
        typer.Option("--data-dir", help="Folder with MNIST/raw/…  [as for `lenet run`]"),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", help="The table; rows that it has are kept.")
    ] = Path("results/study.csv"),
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Keep every run's weights in this folder.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Runs at a time.  [one a core]")
    ] = None,
    backend: Annotated[Backend, typer.Option("--backend", help="Here, or on a cluster.")] = (
        Backend.LOKY
    ),
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="Address of Dask's scheduler; for dask only.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar.")] = False,
) -> None:
    """Train seeds × recipes in parallel and write one row a run; done rows are not done again."""
    if (backend is Backend.DASK) != (scheduler is not None):
        raise typer.BadParameter("--backend dask and --scheduler ADDRESS go together.")
    from lenet_lib.experiments.study import study

    sizes: list[int | None] = [*train_images] if train_images else [None]
    plan = [
        job
        for name in recipe
        for images in sizes
        for job in _jobs(name, seeds, epochs, network, dataset, images)
    ]
    try:
        table = study(
            plan,
            out,
            data_dir=data_dir,
            workers=jobs,
            backend=backend.value,
            scheduler=scheduler,
            weights=weights,
            progress=not quiet,
        )
    except KeyboardInterrupt:
        typer.echo(f"\nInterrupted; the same command does what {out} lacks.", err=True)
        raise typer.Exit(130) from None
    typer.echo(f"{out} holds {len(table)} runs.")


def _jobs(
    name: RecipeName,
    seeds: int,
    epochs: int | None,
    network: NetworkName | None,
    dataset: DatasetName,
    images: int | None,
) -> list[Job]:
    from dataclasses import replace

    from lenet_lib.experiments.study import Job
    from lenet_lib.training.recipe import get_recipe, stretch

    settings = get_recipe(name.value, epochs=epochs)
    if network is not None:
        settings = replace(settings, network=network.value)
    if images is not None and epochs is None:
        settings = stretch(settings, images)
    return [Job(settings, seed, dataset.value, images) for seed in range(seeds)]
