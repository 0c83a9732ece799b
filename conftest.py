"""What pytest needs to know before it collects: where the data is, and how the cores are shared."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

if os.environ.get("LENET_DATA"):  # notebooks run in their own folder, where "../data" is another
    os.environ["LENET_DATA"] = str(Path(os.environ["LENET_DATA"]).resolve())
if "PYTEST_XDIST_WORKER" in os.environ:  # one of several processes, which have a core each
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@cache
def mnist_is_missing() -> str:
    """Say why MNIST can't be had, or nothing where it can."""
    from lenet_lib.data.download import DownloadError, raw_folder  # without torch

    try:
        raw_folder("mnist")
    except DownloadError as error:
        return str(error)
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Share what takes longest out first, a file at a time, so that no process ends long after."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        long = {item.path for item in items if takes_long(item)}
        items.sort(key=lambda item: item.path not in long)


def takes_long(item: pytest.Item) -> bool:
    """Tell whether it is a notebook's cell, or a test marked so."""
    marked = any(map(item.get_closest_marker, ("browser", "cluster", "slow")))
    return marked or item.path.suffix == ".ipynb"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave the notebooks out where their committed outputs can't come out again."""
    return True if collection_path.suffix == ".ipynb" and mnist_is_missing() else None


def pytest_terminal_summary(terminalreporter: object) -> None:
    """Say it where it can't be missed."""
    if mnist_is_missing():
        terminalreporter.section("NOT TESTED: the notebooks")  # type: ignore[attr-defined]
        terminalreporter.line(mnist_is_missing())  # type: ignore[attr-defined]
