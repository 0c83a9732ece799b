"""A file from which an interrupted run goes on."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from lenet_lib import files
from lenet_lib.errors import LenetError

_BROKEN = (
    *(AttributeError, EOFError, LookupError, OSError, RuntimeError, TypeError, ValueError),
    pickle.UnpicklingError,
)
"""What torch raises over a file that is no checkpoint, depending on where it is damaged."""


def save(
    path: Path, run: Mapping[str, Any], parts: Mapping[str, Any], history: list[dict[str, float]]
) -> None:
    """Write all that the next epochs depend on.

    Args:
        path: The file; it is replaced whole or not at all.
        run: What tells this run from others: numbers, strings, dictionaries and lists of them.
        parts: Name → what is trained or counts steps, and has a state dict.
        history: What has happened so far, one dictionary an epoch.
    """
    states = {name: part.state_dict() for name, part in parts.items()}
    buffer = io.BytesIO()
    torch.save({**run, **states, "history": history}, buffer)
    files.write(path, buffer.getvalue())


def restore(path: Path, run: Mapping[str, Any], parts: Mapping[str, Any]) -> list[dict[str, float]]:
    """Load the parts from :func:`save`'s file and give the history.

    Raises:
        LenetError: The file is damaged, or of another run: other settings, seed, code or version.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        if {name: state.get(name) for name in run} != run:
            raise LenetError(
                f"{path} belongs to a run with another recipe, seed or code; choose another folder "
                f"or start over with --no-resume."
            )
        for name, part in parts.items():
            part.load_state_dict(state[name])
        history: list[dict[str, float]] = state["history"]
    except _BROKEN as error:
        raise LenetError(
            f"{path} is no usable checkpoint ({type(error).__name__}); start over with --no-resume."
        ) from None
    return history
