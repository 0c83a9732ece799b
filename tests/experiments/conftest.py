"""What the tests of studies share."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.studies import jobs

from lenet_lib.experiments.record import Record
from lenet_lib.experiments.study import run_one, study


@pytest.fixture(scope="session")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished study of three seeds, with the weights."""
    folder = tmp_path_factory.mktemp("study")
    study(jobs(3), folder / "t.csv", weights=folder / "weights", workers=1, progress=False)
    return folder


@pytest.fixture(scope="session")
def record() -> Record:
    """A run of a second that is in no table yet."""
    return run_one(jobs(1)[0])
