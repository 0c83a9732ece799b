"""Execute notebooks in place or as copies; the words of it are ``lenet execute``.

After a notebook has run, the numbers in its prose are filled in with the values of this very run
(see :mod:`lenet_lib.prose`), each figure gets the caption and the alternative text that stand in
its cell's metadata, and its drawing for print goes to a file of that name.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from lenet_lib import files, prose
from lenet_lib.errors import LenetError
from lenet_lib.report import solutions

FACTS = ("figure", *prose.WORDS)
"""What of a cell's metadata goes to the outputs that show it."""

HIDING = {"hide-cell", "remove-cell", "hide-output"}
"""Tags of cells whose outputs are not printed; where sentences do not hold, the check is."""


def execute(
    notebook: Path,
    target: Path,
    *,
    parameters: Mapping[str, Any] | None = None,
    dataset: str | None = None,
    figures: Path | None = None,
    timeout: int = 600,
) -> float:
    """Execute a notebook in its own folder and write it, with its outputs, to ``target``.

    Args:
        notebook: The notebook; it is not changed unless it is also the target.
        target: Where the executed notebook goes; written only when all cells have run.
        parameters: Other values for names in its cell tagged ``parameters``.
        dataset: What it is about in place of MNIST, where it can be about another data set.
        figures: Folder for the drawings for print, ``<figure>.svg``.
        timeout: Seconds that one cell may take.

    Returns:
        Seconds taken.

    Raises:
        LenetError: The file is no notebook, has no such parameter, or a cell failed; the message
            names the cell's error.
    """
    start = time.perf_counter()
    book = _read(notebook)
    if dataset and "dataset" in parameters_of(book):
        parameters = {"dataset": dataset, **(parameters or {})}
    _set_parameters(book, parameters or {}, notebook)
    with tempfile.TemporaryDirectory(prefix="lenet-execute-") as folder:
        found = Path(folder) / "prose.json"
        environment = {**os.environ, "LENET_PROSE": str(found)}
        environment |= {"LENET_DATASET": dataset} if dataset else {}
        places = {"LENET_DATA": os.environ.get("LENET_DATA"), "LENET_FIGURES": figures}
        for name, place in places.items():  # absolute: the notebook runs in another folder
            environment |= {name: str(Path(place).resolve())} if place else {}
        _run(book, notebook, timeout, environment)
        told = json.loads(found.read_text(encoding="utf-8")) if found.exists() else {}
    _fill(book, told.get("values", {}), notebook)
    for cell in book.cells:
        _label(cell, figures)
        if told.get("notice") and "check_prose(" in cell.source:  # it lists what does not hold
            cell.metadata["tags"] = [t for t in cell.metadata.get("tags", []) if t not in HIDING]
    book.metadata = _as_jupyterlab_has_it()
    if told:
        book.metadata["lenet"] = told["parameters"]
    files.write(target, nbformat.writes(book) + "\n")
    return time.perf_counter() - start


def check(notebooks: Iterable[Path], parameters: Mapping[str, Any]) -> None:
    """Find what keeps notebooks from being executed before the first of them takes its minutes.

    Raises:
        LenetError: A file is no notebook, or has no such parameter.
    """
    for notebook in notebooks:
        _set_parameters(_read(notebook), parameters, notebook)


def _as_jupyterlab_has_it() -> NotebookNode:
    """Return what JupyterLab writes when a kernel starts: who opens a notebook has nothing to save.

    This holds for the Python that executed it: its version is among it.
    """
    from ipykernel.ipkernel import IPythonKernel
    from jupyter_client.kernelspec import get_kernel_spec

    spec = get_kernel_spec("python3")
    kernel = {"display_name": spec.display_name, "language": spec.language, "name": "python3"}
    metadata: NotebookNode = nbformat.from_dict(
        {"kernelspec": kernel, "language_info": IPythonKernel.language_info}
    )
    return metadata


def _read(notebook: Path) -> Any:
    try:
        return nbformat.read(notebook, as_version=4)
    except FileNotFoundError:
        raise LenetError(f"There is no notebook {notebook}.") from None
    except (OSError, ValueError) as error:
        raise LenetError(f"{notebook} is no readable notebook ({error}).") from None


def parameters_of(book: NotebookNode) -> dict[str, Any]:
    """Map the names that a notebook's parameters cell sets to that cell."""
    return {
        name: cell
        for cell in book.cells
        if "parameters" in cell.metadata.get("tags", [])
        for name in re.findall(r"^(\w+) = ", cell.source, re.MULTILINE)
    }


def _set_parameters(book: NotebookNode, parameters: Mapping[str, Any], notebook: Path) -> None:
    """Change lines ``name = …`` of the parameters cell; a comment behind one stays."""
    cells = parameters_of(book)
    for name, value in parameters.items():
        if name not in cells:
            known = f"; it has {', '.join(cells)}" if cells else ""
            raise LenetError(f"{notebook} has no parameter {name!r}{known}.")
        line = re.compile(rf"^{name} = [^#\n]*?(?=\s*(?:#|$))", re.MULTILINE)
        before, after = line.split(cells[name].source, maxsplit=1)
        cells[name].source = f"{before}{name} = {value!r}{after}"


def _run(book: NotebookNode, notebook: Path, timeout: int, environment: dict[str, str]) -> None:
    """Run all cells of an open notebook in a new kernel."""
    client = NotebookClient(
        book,
        extra_arguments=["--IPKernelApp.log_level=CRITICAL"],  # not that a kernel was stopped
        timeout=timeout,
        kernel_name="python3",
        shutdown_kernel="immediate",
        record_timing=False,  # times would differ in every commit
        resources={"metadata": {"path": str(notebook.parent)}},
    )
    try:
        # Not client.execute: it takes Ctrl-C, ends the kernel under the running cell, and fails.
        with client.setup_kernel(env=environment):
            for index, cell in enumerate(book.cells):
                client.execute_cell(cell, index, client.code_cells_executed + 1)
            client.set_widgets_metadata()
    except KeyboardInterrupt:
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # of the cell that never ended
        raise
    except CellExecutionError as error:
        raise LenetError(f"{notebook}: a cell failed: {error.ename}: {error.evalue}") from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise LenetError(f"{notebook}: a cell did not end: {error}") from None


def _fill(book: NotebookNode, values: Mapping[str, str], notebook: Path) -> None:
    """Write values into Markdown, captions and alternative texts, and solutions to their page."""
    script = solutions.script_of(notebook)
    try:
        for cell in book.cells:
            if cell.cell_type == "markdown":
                cell.source = prose.fill(cell.source, values)
                if "solutions" in cell.metadata.get("tags", []):
                    cell.source = solutions.page(script.read_text(encoding="utf-8"))
            for key in prose.WORDS:
                if key in cell.metadata:
                    cell.metadata[key] = prose.fill(cell.metadata[key], values)
    except KeyError as error:
        raise LenetError(
            f"{notebook}: nobody has computed `{error.args[0]}` for the text; end the notebook "
            f"with notebook.check_prose({notebook.name!r})."
        ) from None
    except OSError as error:
        raise LenetError(f"{notebook}: its solutions can't be read: {error}.") from None


def _label(cell: NotebookNode, figures: Path | None) -> None:
    """Give outputs the words of their cell's metadata, and move drawings for print to files."""
    facts = {key: cell.metadata[key] for key in FACTS if key in cell.metadata}
    facts |= {key: prose.plain(facts[key]) for key in prose.WORDS if key in facts}
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        kind = "image/png" if "image/png" in data else "text/html"
        if facts and kind in data:
            output.metadata.setdefault(kind, {}).update(facts)
        if not figures or kind != "image/png":
            continue
        name, svg = output.metadata.get(kind, {}).get("figure"), data.pop("image/svg+xml", "")
        if name and svg:
            files.write(figures / f"{name}.svg", svg)
        elif name:  # a picture that is no drawing
            files.write(figures / f"{name}.png", base64.b64decode(data[kind]))
