"""``lenet run``, which is also ``python run.py``, and ``lenet train``, which tests nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lenet_lib.cli import options
from lenet_lib.cli.words import interruptible, introduction, what_was_there
from lenet_lib.data.sources import TITLES
from lenet_lib.training import RECIPES
from lenet_lib.training.recipe import Optimizer

if TYPE_CHECKING:  # to mypy a word, to Typer a choice
    RecipeName = str
else:
    RecipeName = Literal[tuple(RECIPES)]


def run_command(
    context: typer.Context,
    recipe: Annotated[
        RecipeName,
        typer.Option("--recipe", metavar="NAME", help="Training settings: `lenet recipes`."),
    ] = "fast",
    seed: Annotated[
        int, typer.Option("--seed", min=0, max=2**31 - 1, help="Decides all that is random.")
    ] = 0,
    epochs: options.EpochsOption = None,
    learning_rate: Annotated[
        float | None,
        typer.Option(
            "--learning-rate", min=1e-8, max=100, help="Constant, or the peak.  [the recipe's]"
        ),
    ] = None,
    batch_size: Annotated[
        int | None,
        typer.Option("--batch-size", min=2, max=60_000, help="Images per step.  [the recipe's]"),
    ] = None,
    optimizer: Annotated[
        Optimizer | None,
        typer.Option("--optimizer", help="The rule of a step, without decay.  [the recipe's]"),
    ] = None,
    dataset: Annotated[
        str,
        typer.Option(
            "--dataset",
            envvar="LENET_DATASET",
            metavar="NAME|FOLDER",
            callback=options.name_or_folder,
            help=f"What to train and test on: {options.OWN}",
        ),
    ] = "mnist",
    data_dir: options.DataDirOption = None,
    device: options.DeviceOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="This run's folder.  [runs/<dataset>-<recipe>-seed<k>]"),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print the results alone.")] = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume/--no-resume",
            help="Go on with an unfinished run, or start it over from nothing.",
        ),
    ] = True,
) -> None:
    """Train LeNet and print its results on the test set.

    They are loss, accuracy, classification report and confusion matrix. Without MNIST on this
    machine or a way to download it, scikit-learn's digits stand in.
    """
    from lenet_lib.data import load_or_stand_in
    from lenet_lib.experiments import Job, Run, vary
    from lenet_lib.training.device import choose_device

    options.no_folder_for_digits(dataset, data_dir)
    place, tests = choose_device(device), context.info_name != "train"
    if tests and dataset in TITLES:
        digits, banner = load_or_stand_in(dataset, data_dir)
    else:
        digits, banner = options.load_data(dataset, data_dir), ""
    if banner:
        typer.echo(banner)
    changes = {"learning_rate": learning_rate, "batch_size": batch_size, "optimizer": optimizer}
    settings = vary(recipe, epochs=epochs, images=len(digits.train), **changes)
    job = Job(settings, seed, digits.name)
    here = Run(out) if out else Run.of(job)
    with here.lock():
        state = here.prepare(job, resume=resume, pictures=digits.digest)
        if not quiet:
            typer.echo(introduction(job, digits, place))
        if state != "new":
            typer.echo(what_was_there(state, here.folder))
        with interruptible(f"the same command goes on from {here.folder}."):
            fitted = here.train(job, digits, place, progress=options.show_progress(quiet))
            if not tests:
                typer.echo(f"Weights: {here.weights}")
                return
            record = here.test(job, fitted, digits, place)
    typer.echo(f"{digits.title}, recipe {settings.name}, seed {seed}")
    typer.echo(record.metrics.summary())
    if not quiet:
        typer.echo(f"\nAll of this is in {here.folder / 'metrics.json'}.")
