"""The command line: one file a sub-command, which imports torch and the like only when called."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

import lenet_lib
from lenet_lib.cli.evaluate import evaluate_command
from lenet_lib.cli.execute import execute_command
from lenet_lib.cli.export import export_command
from lenet_lib.cli.predict import predict_command
from lenet_lib.cli.recipes import recipes_command
from lenet_lib.cli.report import report_command
from lenet_lib.cli.run import run_command
from lenet_lib.cli.study import study_command
from lenet_lib.cli.words import Interrupted, wrong_words
from lenet_lib.errors import LenetError, missing_extra

PLAIN: dict[str, Any] = {
    "context_settings": {"help_option_names": ["-h", "--help"]},
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
}
app = typer.Typer(**PLAIN)
app.command("run")(run_command)
app.command("train", help="Train LeNet and save its weights, without the test set.")(run_command)
app.command("evaluate")(evaluate_command)
app.command("predict")(predict_command)
app.command("recipes")(recipes_command)
app.command("study")(study_command)
app.command("execute")(execute_command)
app.command("report")(report_command)
app.command("export")(export_command)


@app.callback(invoke_without_command=True)
def lenet(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Handwritten digit recognition with LeNet on MNIST."""
    if version:
        typer.echo(lenet_lib.__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


def main() -> None:
    """Run ``lenet``."""
    _run(app, "lenet")


def run_script(function: Callable[..., None]) -> None:
    """Run a function as a script, whose words are its parameters."""
    script = typer.Typer(add_completion=False, **PLAIN)
    script.command()(function)
    _run(script, Path(sys.argv[0]).name)


def _run(program: typer.Typer, name: str) -> None:
    """Run a program by the words on its command line.

    A user's mistake becomes one sentence on stderr and exit code 1, or 2 if it is in the words;
    Ctrl-C becomes one line and 130.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a locale without “–” is no reason to fail
            stream.reconfigure(errors="replace")
    try:
        code = program(prog_name=name, standalone_mode=False)
        said = "Interrupted." if code == 130 else ""
    except Interrupted as words:
        code, said = 130, str(words)
    except typer.TyperException as error:
        code, said = error.exit_code, f"Error: {wrong_words(error)}"
    except LenetError as error:
        code, said = 1, f"Error: {error}"
    except ModuleNotFoundError as error:
        if (mistake := missing_extra(error)) is None:
            raise
        code, said = 1, f"Error: {mistake}"
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        code, said = 1, f"Error: {place}{error.strerror or error}."
    if said:
        typer.echo(said, err=True)
    sys.exit(code)
