"""``lenet evaluate``: trained weights on the test set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lenet_lib.cli import options


def evaluate_command(
    target: Annotated[Path, typer.Argument(help="A run's folder, or a file of weights.")],
    dataset: Annotated[
        options.DatasetName | None,
        typer.Option("--dataset", help="Test on this.  [what it was trained on]"),
    ] = None,
    data_dir: options.DataDirOption = None,
    device: options.DeviceOption = None,
) -> None:
    """Measure trained weights on the test set."""
    from lenet_lib.experiments import evaluate_weights
    from lenet_lib.training.device import choose_device

    options.no_folder_for_digits(dataset, data_dir)
    digits, metrics = evaluate_weights(target, dataset, data_dir, choose_device(device))
    typer.echo(f"{digits.title}, weights of {target}")
    typer.echo(metrics.summary())
