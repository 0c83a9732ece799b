"""``lenet train``: as ``lenet run``, but for the test set."""

from __future__ import annotations

import typer

from lenet_lib.cli import options
from lenet_lib.cli.words import interruptible, introduction, what_was_there


def train_command(
    recipe: options.RecipeOption = "fast",
    seed: options.SeedOption = 0,
    epochs: options.EpochsOption = None,
    learning_rate: options.LearningRateOption = None,
    batch_size: options.BatchSizeOption = None,
    optimizer: options.OptimizerOption = None,
    dataset: options.OwnDatasetOption = "mnist",
    data_dir: options.DataDirOption = None,
    device: options.DeviceOption = None,
    out: options.OutOption = None,
    quiet: options.QuietOption = False,
    resume: options.ResumeOption = True,
) -> None:
    """Train LeNet and save its weights, without the test set."""
    from lenet_lib.experiments import Job, Run, vary
    from lenet_lib.training.device import choose_device

    options.no_folder_for_digits(dataset, data_dir)
    place = choose_device(device)
    digits = options.load_data(dataset, data_dir)
    changes = {"learning_rate": learning_rate, "batch_size": batch_size, "optimizer": optimizer}
    settings = vary(recipe, epochs=epochs, images=len(digits.train), **changes)
    job = Job(settings, seed, digits.name)
    here = Run(out) if out else Run.of(job)
    with here.alone():
        state = here.prepare(job, resume=resume, pictures=digits.digest)
        if not quiet:
            typer.echo(introduction(job, digits, place))
        if state != "new":
            typer.echo(what_was_there(state, here.folder))
        with interruptible(f"the same command goes on from {here.folder}."):
            here.train(job, digits, place, progress=options.show_progress(quiet))
    typer.echo(f"Weights: {here.weights}")
