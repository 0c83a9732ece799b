"""The words of ``lenet execute``."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from lenet_lib.cli import options
from lenet_lib.cli.words import Interrupted
from lenet_lib.errors import LenetError


def execute_command(
    notebooks: Annotated[
        list[Path],
        typer.Argument(help="Notebooks to execute; a folder stands for all in it, by name."),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for executed copies.  [in place]")
    ] = None,
    figures: Annotated[
        Path | None, typer.Option("--figures", help="Folder for the figures' print versions.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another value for a parameter."),
    ] = None,
) -> None:
    """Execute notebooks, in place or as copies.

    $LENET_DATASET names another data set for them. Copies go on with scikit-learn's digits where
    there is neither MNIST nor a way to download it.
    """
    parameters = dict(map(_parameter, settings or []))
    from lenet_lib.report.execute import check, execute

    paths = options.files_of(notebooks, lambda folder: sorted(folder.glob("*.ipynb")), "notebook")
    check(paths, parameters)
    dataset = os.environ.get("LENET_DATASET")
    if output and not dataset and "dataset" not in parameters:
        from lenet_lib.data import load_or_stand_in

        digits, banner = load_or_stand_in()
        if banner:
            typer.echo(banner)
            dataset = digits.name
    for number, path in enumerate(paths, start=1):
        typer.echo(f"[{number}/{len(paths)}] {path} … ", nl=False)
        target = output / path.name if output else path
        try:
            seconds = execute(path, target, parameters=parameters, dataset=dataset, figures=figures)
        except LenetError:
            typer.echo()
            raise
        except KeyboardInterrupt:
            typer.echo()
            raise Interrupted(f"Interrupted; {target} is as it was.") from None
        typer.echo(f"{seconds:.0f} s")


def _parameter(setting: str) -> tuple[str, Any]:
    """Read ``name=value``; the value is Python, or else a word.

    >>> _parameter("seed=3"), _parameter("dataset=kmnist")
    (('seed', 3), ('dataset', 'kmnist'))
    """
    name, equals, value = setting.partition("=")
    if not (equals and name.isidentifier()):
        raise typer.BadParameter(
            f"--set {setting}: a parameter is set as NAME=VALUE, such as seed=3."
        )
    try:
        return name, ast.literal_eval(value)
    except (SyntaxError, ValueError):
        return name, value
