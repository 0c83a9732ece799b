"""Notebook files: read, checked for being finished, and tidied with nbconvert's preprocessors."""

from __future__ import annotations

import copy
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbconvert.filters import strip_ansi
from nbconvert.preprocessors import CoalesceStreamsPreprocessor, TagRemovePreprocessor
from nbformat import NotebookNode

from lenet_lib.errors import LenetError, LenetWarning

# A tick of tqdm, pip or Keras: a percentage or a fraction beside a bar.
PROGRESS = re.compile(r"\d+%\|.*\||\|\s*\d+/\d+\s*\[|^\s*\d+/\d+ [\[━█]")


@dataclass(frozen=True)
class Notebook:
    """One notebook, ready to become a chapter: its name, its folder and its tidied cells."""

    name: str
    folder: Path
    cells: list[NotebookNode]
    language: str = "python"


def read_notebook(path: Path) -> Notebook:
    """Read a notebook file and make sure that it is finished."""
    try:
        node = nbformat.read(path, as_version=4)
    except FileNotFoundError as error:
        raise LenetError(f"There is no notebook {path}.") from error
    except Exception as error:  # nbformat lets through whatever its JSON and schema steps raise
        raise LenetError(
            f"{path} cannot be read as a notebook: it is damaged or no notebook."
        ) from error
    return prepare(node, path.stem, path.parent)


def prepare(node: NotebookNode, name: str, folder: Path) -> Notebook:
    """Check an open notebook, and tidy a copy of it.

    Parameters
    ----------
    node
        The notebook as nbformat reads it; it is not changed.
    name
        Its file name without the ending: what links from other notebooks call it.
    folder
        Where it lies: relative pictures are looked for from here.
    """
    node = copy.deepcopy(node)
    _check(node, name)
    try:
        language = str(node.metadata.language_info.name)
    except AttributeError:
        language = "python"
    tags = TagRemovePreprocessor(
        remove_cell_tags={"remove-cell"},
        remove_input_tags={"hide-input"},
        remove_all_outputs_tags={"hide-output"},
    )
    node, _ = tags.preprocess(node, {})
    node, _ = CoalesceStreamsPreprocessor().preprocess(node, {})
    for cell in node.cells:
        if cell.cell_type == "code":
            cell.outputs = [kept for output in cell.outputs if (kept := _tidy(output))]
    return Notebook(name, folder.resolve(), node.cells, language)


def source_hidden(cell: NotebookNode) -> bool:
    """Whether a tag, or JupyterLab's collapsed input, hides the cell's source."""
    metadata = cell.metadata
    removed = metadata.get("transient", {}).get("remove_source", False)
    return bool(removed or metadata.get("jupyter", {}).get("source_hidden", False))


def _check(node: NotebookNode, name: str) -> None:
    """Refuse a notebook that stopped with an error or was never run."""
    if not node.cells:
        raise LenetError(f"The notebook {name} is empty.")
    code = [
        (number, cell)
        for number, cell in enumerate(node.cells, start=1)
        if cell.cell_type == "code" and cell.source.strip() and not _tags(cell) & {"remove-cell"}
    ]
    for number, cell in code:
        for output in cell.outputs:
            if output.output_type == "error" and "raises-exception" not in _tags(cell):
                raise LenetError(
                    f"The notebook {name} stopped at cell {number} with {output.ename}: "
                    f"{strip_ansi(output.evalue)[:200]}. Mend it and run the notebook again, or "
                    "tag the cell raises-exception when the error is meant."
                )
    waiting = [number for number, cell in code if _never_ran(cell)]
    if code and len(waiting) == len(code):
        raise LenetError(
            f"The notebook {name} was not run yet: run all its cells and save it, then report."
        )
    if waiting:
        cells = ", ".join(map(str, waiting))
        message = f"The notebook {name} has cells that were never run: {cells}."
        warnings.warn(message, LenetWarning, stacklevel=2)


def _never_ran(cell: NotebookNode) -> bool:
    return cell.execution_count is None and not cell.outputs


def _tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def _tidy(output: NotebookNode) -> NotebookNode | None:
    """Return a stream as a terminal would leave it, without progress bars; others as they are."""
    if output.output_type != "stream":
        return output
    lines = (
        line.rsplit("\r", 1)[-1]
        for line in strip_ansi(output.text).replace("\r\n", "\n").split("\n")
    )
    kept = [line.rstrip() for line in lines if not PROGRESS.search(line)]
    output.text = "\n".join(kept).strip("\n")
    return output if output.text else None
