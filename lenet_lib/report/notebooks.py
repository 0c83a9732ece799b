"""Notebook files: read, checked for being finished, and stripped of what their tags hide."""

from __future__ import annotations

import copy
import warnings
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbconvert.filters import strip_ansi
from nbconvert.preprocessors import CoalesceStreamsPreprocessor, TagRemovePreprocessor
from nbformat import NotebookNode

from lenet_lib.errors import LenetError, LenetWarning
from lenet_lib.report.settings import Settings

BOOK_ONLY = {"full-only", "solutions"}
"""Tags of cells that the coursework edition leaves out; they are shown everywhere else."""


@dataclass(frozen=True)
class Notebook:
    """One notebook, ready to become a chapter; each cell's ``metadata.number`` counts from 1."""

    name: str
    folder: Path
    cells: list[NotebookNode]
    language: str
    dataset: str


def read_notebook(path: Path, settings: Settings) -> Notebook:
    """Read a notebook file and make sure that it is finished."""
    try:
        node = nbformat.read(path, as_version=4)
    except FileNotFoundError as error:
        raise LenetError(f"There is no notebook {path}.") from error
    except Exception as error:  # nbformat lets through whatever its JSON and schema steps raise
        raise LenetError(
            f"{path} cannot be read as a notebook: it is damaged or no notebook."
        ) from error
    return prepare(node, path.stem, path.parent, settings)


def prepare(node: NotebookNode, name: str, folder: Path, settings: Settings) -> Notebook:
    """Check an open notebook, and tidy a copy of it.

    Parameters
    ----------
    node
        The notebook as nbformat reads it; it is not changed.
    name
        Its file name without the ending: what links from other notebooks call it.
    folder
        Where it lies: relative pictures are looked for from here.
    settings
        Whether what tags fold away (``hide-…``, ``full-only``, ``solutions``) is printed too, and
        code, and errors; what they remove (``remove-…``) never is.
    """
    try:
        return _prepared(copy.deepcopy(node), name, folder, settings)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise LenetError(
            f"The notebook {name} is not as the notebook format wants it ({error}): open it in "
            "JupyterLab, delete what is broken there, and save it."
        ) from error


def _prepared(node: NotebookNode, name: str, folder: Path, settings: Settings) -> Notebook:
    if not node.cells:
        raise LenetError(f"The notebook {name} is empty.")
    for number, cell in enumerate(node.cells, start=1):
        cell.metadata["number"] = number
    verbs = ["remove"] if settings.full else ["remove", "hide"]
    gone = {f"{verb}-cell" for verb in verbs} | (set() if settings.full else BOOK_ONLY)
    node.cells = [cell for cell in node.cells if not gone & _tags(cell)]
    _check(node, name, allow_errors=settings.allow_errors)
    tags = TagRemovePreprocessor(
        remove_input_tags={f"{verb}-input" for verb in verbs},
        remove_all_outputs_tags={f"{verb}-output" for verb in verbs},
    )
    node, _ = tags.preprocess(node, {})
    node, _ = CoalesceStreamsPreprocessor().preprocess(node, {})
    for cell in node.cells:
        removed = cell.metadata.get("transient", {}).get("remove_source", False)
        folded = cell.metadata.get("jupyter", {}).get("source_hidden", False) and not settings.full
        if cell.cell_type == "code" and (removed or folded or not settings.code):
            cell.source = ""
    language = str(node.metadata.get("language_info", {}).get("name", "python"))
    dataset = str(node.metadata.get("lenet", {}).get("dataset", ""))
    return Notebook(name, folder.resolve(), node.cells, language, dataset)


def _check(node: NotebookNode, name: str, *, allow_errors: bool) -> None:
    """Refuse a notebook that stopped with an error or was never run."""
    code = [cell for cell in node.cells if cell.cell_type == "code" and cell.source.strip()]
    for cell in code:
        meant = allow_errors or "raises-exception" in _tags(cell)
        for output in cell.outputs:
            if output.output_type == "error" and not meant:
                raise LenetError(
                    f"The notebook {name} stopped at cell {cell.metadata.number} with "
                    f"{output.ename}: {strip_ansi(output.evalue)[:200]}. Mend it and run it again; "
                    "where the error is meant, tag the cell raises-exception or say --allow-errors."
                )
    waiting = [
        cell.metadata.number for cell in code if cell.execution_count is None and not cell.outputs
    ]
    if code and len(waiting) == len(code):
        raise LenetError(
            f"The notebook {name} was not run yet: run all its cells and save it, then report."
        )
    if waiting:
        cells = ", ".join(map(str, waiting))
        message = f"The notebook {name} has cells that were never run: {cells}."
        warnings.warn(message, LenetWarning, stacklevel=2)


def _tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))
