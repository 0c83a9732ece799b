"""The command line, called as a person types it."""

from __future__ import annotations

import contextlib
import io
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from lenet_lib.cli import main

SMALL = ("--dataset", "digits", "--device", "cpu")
"""What makes a training take a second."""


@dataclass
class Result:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


def lenet(*words: str | Path, cwd: Path, data: str | None = None) -> Result:
    """Run `lenet` in this process: the same function that the command calls, only sooner.

    ``$LENET_DATA`` is ``data``, or nothing.
    """
    out, err, code = io.StringIO(), io.StringIO(), 0
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        patch.setenv("LENET_DATA", data or "")
        patch.setattr(sys, "argv", ["lenet", *map(str, words)])
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
    return Result(code, out.getvalue(), err.getvalue())
