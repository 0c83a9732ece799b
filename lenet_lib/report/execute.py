"""Execute notebooks in place or as copies: ``python -m lenet_lib.report.execute``."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from lenet_lib import files
from lenet_lib.errors import LenetError


def execute(notebook: Path, target: Path, *, timeout: int = 600) -> float:
    """Execute a notebook in its own folder and write it, with its outputs, to ``target``.

    Parameters
    ----------
    notebook
        The notebook; it is not changed unless it is also the target.
    target
        Where the executed notebook goes; written only when all cells have run.
    timeout
        Seconds that one cell may take.

    Returns
    -------
    float
        Seconds taken.

    Raises
    ------
    LenetError
        The file is no notebook, or a cell failed; the message names the cell's error.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    start = time.perf_counter()
    try:
        book = nbformat.read(notebook, as_version=4)
    except (OSError, ValueError) as error:
        raise LenetError(f"{notebook} is no readable notebook ({error}).") from None
    client = NotebookClient(
        book,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # not that others here may listen
        timeout=timeout,
        kernel_name="python3",
        record_timing=False,  # times would differ in every commit
        resources={"metadata": {"path": str(notebook.parent)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise LenetError(f"{notebook}: a cell failed: {error.ename}: {error.evalue}") from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise LenetError(f"{notebook}: a cell did not end: {error}") from None
    # The kernel reports the machine's Python version; the committed file shall not depend on it.
    book.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    files.write(target, nbformat.writes(book) + "\n")
    return time.perf_counter() - start


def stand_in() -> str | None:
    """Name the data set that must stand in for MNIST here, or None where MNIST can be had."""
    from lenet_lib.data import load
    from lenet_lib.data.download import DownloadError

    try:
        load("mnist")
    except DownloadError as error:
        line = "!" * 88
        print(f"{line}\n!!  THIS REPORT IS NOT ABOUT MNIST.\n!!  {error}\n{line}", flush=True)
        return "digits"
    return None


def main(
    notebooks: Annotated[list[Path], typer.Argument(help="Notebooks to execute.")],
    output: Annotated[
        Path | None, typer.Option(help="Folder for the executed copies.  [in place]")
    ] = None,
    figures: Annotated[
        Path | None, typer.Option(help="Folder for the figures' print versions.")
    ] = None,
) -> None:
    """Execute notebooks, a progress line for each."""
    if figures:
        os.environ["LENET_FIGURES"] = str(figures.resolve())
    if output and (other := stand_in()):
        os.environ["LENET_DATASET"] = other
    try:
        for number, notebook in enumerate(notebooks, start=1):
            print(f"[{number}/{len(notebooks)}] {notebook} … ", end="", flush=True)
            seconds = execute(notebook, output / notebook.name if output else notebook)
            print(f"{seconds:.0f} s", flush=True)
    except LenetError as error:
        print(f"\nError: {error}", file=sys.stderr)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
