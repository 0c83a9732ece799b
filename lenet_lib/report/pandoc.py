"""Pandoc as a parser of many small texts at once, and as the writer of Typst."""

from __future__ import annotations

import errno
import json
import platform
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pypandoc

from lenet_lib.errors import LenetError

Node = dict[str, Any]

# What code hosts and JupyterLab read, and nothing that could smuggle in another format.
MARKDOWN = "gfm+tex_math_dollars+smart-gfm_auto_identifiers-yaml_metadata_block-emoji"
HTML = "html-native_divs-native_spans-auto_identifiers"
TYPST = "typst"

TIME_LIMIT = 120.0


def read_many(texts: Iterable[str], source: str) -> dict[str, list[Node]]:
    """Parse many texts with one call; what one text leaves open cannot swallow the next.

    Parameters
    ----------
    texts
        The texts; equal ones are parsed once.
    source
        Pandoc's name of their format.

    Returns
    -------
    dict
        The pandoc blocks of each text.
    """
    unique = list(dict.fromkeys(texts))
    if not unique:
        return {}
    mark = secrets.token_hex(16)  # no text can know it, so none can end another's turn
    with tempfile.TemporaryDirectory(prefix="lenet-report-") as name:
        folder = Path(name)
        (folder / "mark").write_text(mark, encoding="utf-8")
        files: list[str] = []
        for number, text in enumerate(unique):
            (folder / f"text-{number}").write_text(text, encoding="utf-8")
            files += [f"text-{number}", "mark"]
        arguments = ["--file-scope", "--from", source, "--to", "json", *files]
        blocks = json.loads(_run(arguments, folder=folder))["blocks"]
    return dict(zip(unique, _split(blocks, mark), strict=True))


def write_typst(blocks: list[Node]) -> str:
    """Write pandoc blocks as Typst."""
    document = {"pandoc-api-version": [1, 23, 1, 1], "meta": {}, "blocks": blocks}
    arguments = ["--from", "json", "--to", TYPST, "--wrap", "preserve"]
    return _run(arguments, json.dumps(document))


def _split(blocks: list[Node], mark: str) -> list[list[Node]]:
    parts: list[list[Node]] = [[]]
    for node in blocks:
        if node["t"] in {"Para", "Plain"} and node["c"] == [{"t": "Str", "c": mark}]:
            parts.append([])
        else:
            parts[-1].append(node)
    return parts[:-1]


def _run(arguments: list[str], text: str = "", folder: Path | None = None) -> str:
    """Run pandoc in its sandbox: it reads the files named and nothing else."""
    command = [find_pandoc(), "--sandbox", "--quiet", *arguments]
    try:
        done = subprocess.run(
            command,
            input=text.encode(),
            capture_output=True,
            cwd=folder,
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise LenetError(
            f"Pandoc was still busy with the notebooks' text after {TIME_LIMIT:.0f} seconds."
        ) from error
    except OSError as error:
        raise LenetError(_cannot_run(error)) from error
    if done.returncode:
        raise LenetError(f"Pandoc could not convert the notebooks: {done.stderr.decode()[-500:]}")
    return done.stdout.decode("utf-8", errors="replace")


@cache
def find_pandoc() -> str:
    """Find pandoc: the wheel's, but on an Arm Mac, whose wheel holds an Intel one, the system's."""
    system = shutil.which("pandoc")
    if _arm_mac() and system:
        return system
    bundled = Path(pypandoc.__file__).parent / "files" / "pandoc"
    for path in (bundled, bundled.with_suffix(".exe")):
        if path.is_file():
            return str(path)
    if system:
        return system
    raise LenetError("There is no pandoc: install the Python package pypandoc_binary.")


def _arm_mac() -> bool:
    return platform.system() == "Darwin" and platform.machine() == "arm64"


def _cannot_run(error: OSError) -> str:
    """Say why pandoc does not start; on an Arm Mac it is the Intel program in the wheel."""
    wrong_processor = error.errno in {errno.ENOEXEC, getattr(errno, "EBADARCH", 86)}
    if wrong_processor and _arm_mac():
        return (
            "The pandoc in the package pypandoc_binary is made for Intel Macs: install a native "
            "one (brew install pandoc), or Rosetta (softwareupdate --install-rosetta)."
        )
    return f"Pandoc does not start: {error}."
