"""Notebook files: read, checked for being finished, and stripped of what their tags hide."""

from __future__ import annotations

import copy
import json
import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from lenet_lib.errors import LenetError, LenetWarning
from lenet_lib.report.settings import Settings

BOOK_ONLY = {"full-only", "solutions"}
"""Tags of cells that the coursework edition leaves out; they are shown everywhere else."""
WIDGETS = "application/vnd.jupyter.widget-state+json"
NEEDED: dict[str, dict[str, Any]] = {
    "stream": {"name": "stdout", "text": ""},
    "error": {"ename": "", "evalue": "", "traceback": []},
}
"""What an output must have, with what stands for it where it is missing; others have ``data``."""
ANSI = re.compile(r"\x1b\[.*?[@-~]")
"""What changes a terminal's colours."""
FRONT_MATTER = re.compile(r"---\s*\n(.*\n)?---\s*", re.DOTALL)
"""A first raw cell such as Quarto's and Jupytext's; of its YAML, the title is for the reader."""
TITLE = re.compile(r"""^title:\s*(["']?)(\S.*?)\1\s*$""", re.MULTILINE)


@dataclass(frozen=True)
class Notebook:
    """One notebook, ready to become a chapter; each cell's ``metadata.number`` counts from 1."""

    name: str
    folder: Path
    cells: list[NotebookNode]
    language: str
    dataset: str
    title: str
    widgets: dict[str, Any]


def read_notebook(path: Path, settings: Settings) -> Notebook:
    """Read a notebook file and make sure that it is finished."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nbformat's, of identifiers that nobody sees
            text = json.dumps(_completed(json.loads(path.read_text(encoding="utf-8-sig"))))
            node = nbformat.reads(text, as_version=4)
    except FileNotFoundError as error:
        raise LenetError(f"There is no notebook {path}.") from error
    except Exception as error:  # nbformat lets through whatever its JSON and schema steps raise
        raise LenetError(
            f"{path} cannot be read as a notebook: it is damaged or no notebook."
        ) from error
    return prepare(node, path.stem, path.parent, settings)


def prepare(node: NotebookNode, name: str, folder: Path, settings: Settings) -> Notebook:
    """Check an open notebook, and tidy a copy of it, without what its tags leave out.

    Links from other notebooks call it by its name; its folder is where its pictures are looked for.
    """
    try:
        return _prepared(nbformat.from_dict(copy.deepcopy(node)), name, folder, settings)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise LenetError(
            f"The notebook {name} is not as the notebook format wants it ({error}): open it in "
            "JupyterLab, delete what is broken there, and save it."
        ) from error


def _prepared(node: NotebookNode, name: str, folder: Path, settings: Settings) -> Notebook:
    if not node.cells:
        raise LenetError(f"The notebook {name} is empty.")
    for number, cell in enumerate(node.cells, start=1):
        _tidy(cell)
        cell.metadata["number"] = number
    title = _take_title(node)
    verbs = ["remove"] if settings.full else ["remove", "hide"]
    gone = {f"{verb}-cell" for verb in verbs} | (set() if settings.full else BOOK_ONLY)
    node.cells = [cell for cell in node.cells if not gone & _tags(cell)]
    _check(node, name, allow_errors=settings.allow_errors)
    for cell in node.cells:
        if cell.cell_type != "code":
            continue
        folded = _table(cell.metadata, "jupyter").get("source_hidden", False) and not settings.full
        if folded or not settings.code or {f"{verb}-input" for verb in verbs} & _tags(cell):
            cell.source = ""
        if {f"{verb}-output" for verb in verbs} & _tags(cell):
            cell.outputs = []
    language, kernel = (_table(node.metadata, key) for key in ("language_info", "kernelspec"))
    dataset = str(_table(node.metadata, "lenet").get("dataset", ""))
    if settings.dataset and dataset not in ("", settings.dataset):
        _name_in_captions(node, dataset, settings.dataset)
    return Notebook(
        name,
        folder.resolve(),
        node.cells,
        language=str(language.get("name") or kernel.get("language") or "python"),
        dataset=dataset,
        title=title,
        widgets=_table(_table(_table(node.metadata, "widgets"), WIDGETS), "state"),
    )


def _name_in_captions(node: NotebookNode, dataset: str, usual: str) -> None:
    """Name the data set of a trial at each table, but for one that says itself whose it is."""
    for cell in node.cells:
        for output in cell.get("outputs", ()):
            words = _table(output.get("metadata", {}), "text/html")
            caption = str(words.get("caption") or "")
            if caption and usual.casefold() not in caption.casefold():
                words["caption"] = f"{caption} On “{dataset}”."


def _completed(data: Any) -> Any:
    """Give a notebook's JSON the metadata without which nbformat does not read it."""
    for part in (data, *data.get("cells", ())):
        part["metadata"] = part.get("metadata") or {}
    return data


def _table(metadata: dict[str, Any], key: str) -> dict[str, Any]:
    """Return a table within metadata; an empty one for whatever else stands there."""
    value = metadata.get(key)
    return value if isinstance(value, dict) else {}


def _tidy(cell: NotebookNode) -> None:
    """Make sure of what the other steps rely on: a source, a list of tags, whole outputs."""
    cell.source = cell.get("source") or ""
    tags = cell.metadata.get("tags") or []
    cell.metadata["tags"] = [tags] if isinstance(tags, str) else list(tags)
    if cell.cell_type != "code":
        return
    cell.setdefault("execution_count", None)
    cell.outputs = [output for output in cell.get("outputs") or [] if "output_type" in output]
    for output in cell.outputs:
        for key, stand_in in NEEDED.get(output.output_type, {"data": {}, "metadata": {}}).items():
            if not isinstance(output.get(key), type(stand_in)):
                output[key] = copy.copy(stand_in)
    cell.outputs = _merged(cell.outputs)


def _merged(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join what a cell wrote to one stream in pieces."""
    merged: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and merged and merged[-1].get("name") == output.name:
            merged[-1].text += output.text
        else:
            merged.append(output)
    return merged


def _take_title(node: NotebookNode) -> str:
    """Return the title that stands in a notebook's metadata, or in its front matter."""
    first = node.cells[0]
    if first.cell_type == "raw" and (front := FRONT_MATTER.fullmatch(first.source.strip())):
        del node.cells[0]
        if title := TITLE.search(front[1] or ""):
            return title[2]
    return str(node.metadata.get("title") or "")


def _check(node: NotebookNode, name: str, *, allow_errors: bool) -> None:
    """Refuse a notebook that stopped with an error or was never run."""
    code = [cell for cell in node.cells if cell.cell_type == "code" and cell.source.strip()]
    for cell in code:
        meant = allow_errors or "raises-exception" in _tags(cell)
        for output in cell.outputs:
            if output.output_type == "error" and not meant:
                error = f"{output.ename}: {ANSI.sub('', output.evalue)[:200]}"
                raise LenetError(
                    f"The notebook {name} stopped at cell {cell.metadata.number} with {error}. "
                    "Mend it and run it again; where the error is meant, tag the cell "
                    "raises-exception or say --allow-errors."
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
    return set(cell.metadata["tags"])
