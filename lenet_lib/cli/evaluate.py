"""``lenet evaluate``: trained weights on the test set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lenet_lib.cli import options
from lenet_lib.data.sources import TITLES
from lenet_lib.errors import LenetError


def evaluate_command(
    target: Annotated[Path, typer.Argument(help="A run's folder, or a file of weights.")],
    dataset: Annotated[
        str | None,
        typer.Option(
            "--dataset",
            metavar="NAME|FOLDER",
            callback=options.name_or_folder,
            help=f"Test on this: {options.OWN}  [what it was trained on]",
        ),
    ] = None,
    data_dir: options.DataDirOption = None,
    device: options.DeviceOption = None,
) -> None:
    """Measure trained weights on the test set."""
    from lenet_lib.experiments import evaluate_weights, trained_on
    from lenet_lib.training.device import choose_device

    options.no_folder_for_digits(dataset, data_dir)
    name = dataset or trained_on(target)
    if dataset is None and name not in TITLES:
        raise LenetError(
            f"{target} was trained on a folder of pictures called {name}; say where it is, or on "
            f"what else to test: --dataset FOLDER."
        )
    digits = options.load_data(name, data_dir)
    metrics = evaluate_weights(target, digits, choose_device(device))
    typer.echo(f"{digits.title}, weights of {target}")
    typer.echo(metrics.summary())
