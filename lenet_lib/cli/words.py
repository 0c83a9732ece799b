"""What the sub-commands say: before the work, when it is interrupted, when a word is wrong."""

from __future__ import annotations

import difflib
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lenet_lib.errors import LenetWarning

if TYPE_CHECKING:
    import torch

    from lenet_lib.data import Dataset
    from lenet_lib.experiments import Job


class Interrupted(Exception):  # noqa: N818 (no error: the user wanted it)
    """Ctrl-C; the message says how to go on."""


@contextmanager
def interruptible(way_on: str) -> Iterator[None]:
    """Say on Ctrl-C what becomes of the work."""
    try:
        yield
    except KeyboardInterrupt:
        start = "\n" if sys.stderr.isatty() else ""  # below the progress bar
        raise Interrupted(f"{start}Interrupted; {way_on}") from None


@contextmanager
def warnings_in_words() -> Iterator[None]:
    """Say each warning of ours in a line, without its place in the code."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", LenetWarning)
        yield
    for warning in caught:
        if issubclass(warning.category, LenetWarning):
            typer.echo(f"Warning: {warning.message}", err=True)


def introduction(job: Job, digits: Dataset, place: torch.device) -> str:
    """Show the network, and the settings of a run."""
    from lenet_lib.models import NETWORKS
    from lenet_lib.models.summary import torchinfo_table

    recipe = job.recipe
    values = recipe.settings() | {"teacher": recipe.teacher and recipe.teacher.name}
    return (
        f"{torchinfo_table(NETWORKS[recipe.network]())}\n"
        f"Data: {digits.title}, {len(digits.train):,} images to train on, {len(digits.test):,} to "
        f"test on\nRecipe: {', '.join(f'{name} {value}' for name, value in values.items())}\n"
        f"Seed {job.seed}, device {place}\n"
    )


def what_was_there(state: str, folder: Path) -> str:
    """Say what becomes of the run that a folder holds."""
    if state == "outdated":
        return f"The run in {folder} was made by other code: it starts over.\n"
    done = "is finished: its weights are used" if state == "finished" else "goes on"
    return f"The run in {folder} {done} (--no-resume starts it over).\n"


def wrong_words(error: typer.TyperException) -> str:
    """Say what is wrong with a command line, and which of the possible words comes near."""
    said = error.format_message().replace("Value error, ", "").strip()
    word: str = getattr(error, "option_name", "")
    if short := [name for name in _options(error) if _initials(name) == word.strip("-")]:
        return f"{error.message}; did you mean {short[0]!r}?"
    if options := getattr(error, "possibilities", None):
        near = difflib.get_close_matches(word, options, 1, cutoff=0)
        return f"{error.message}; did you mean {near[0]!r}?"
    choices = re.fullmatch(r".*?'(?P<word>[^']*)' is not one of (?P<all>.*)", said)
    if choices:
        words = re.findall(r"'([^']*)'", choices["all"])
        if near := difflib.get_close_matches(choices["word"], words, 1):
            return f"{said.rstrip('.')}; did you mean {near[0]!r}?"
    return said


def _options(error: typer.TyperException) -> list[str]:
    """List the long options of the command that an error is about."""
    context = getattr(error, "ctx", None)
    return [name for option in context.command.params for name in option.opts] if context else []


def _initials(option: str) -> str:
    """Shorten an option as people do.

    >>> _initials("--learning-rate")
    'lr'
    """
    return "".join(part[0] for part in option.strip("-").split("-"))
