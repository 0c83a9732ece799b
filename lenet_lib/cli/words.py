"""A wrong command line in one sentence, with what may have been meant."""

from __future__ import annotations

import difflib
import re
from typing import Any

import typer

UsageError: Any = typer.BadParameter.__mro__[1]
"""What Typer raises over any wrong command line; it has no public name."""


def wrong_words(error: Any) -> str:
    """Say what is wrong with a command line, and which of the possible words comes near."""
    said = str(error.format_message()).replace("Value error, ", "").strip()
    said = re.sub(r" \(Possible options: ([^,)]+).*\)", r"; did you mean '\1'?", said)
    choices = re.fullmatch(r"(?P<start>.*?'(?P<word>[^']*)' is not one of )(?P<all>.*)", said)
    if choices and (near := difflib.get_close_matches(choices["word"], _words(choices["all"]), 1)):
        return f"{said.rstrip('.')}; did you mean {near[0]!r}?"
    return said


def _words(listed: str) -> list[str]:
    return re.findall(r"'([^']*)'", listed)
