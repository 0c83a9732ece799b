"""A finished run for those who look at what it left."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.cli import SMALL, lenet


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A finished run of the default command on the small digits, and what it printed."""
    here = tmp_path_factory.mktemp("run")
    result = lenet("run", *SMALL, "--seed", "3", cwd=here)
    assert result.returncode == 0, result.stderr
    return here / "runs" / "digits-fast-seed3", result.stdout
