"""`lenet evaluate`: a folder or a file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from helpers.cli import SMALL, lenet


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A finished run, and what it printed."""
    here = tmp_path_factory.mktemp("run")
    result = lenet("run", *SMALL, "--epochs", "1", cwd=here)
    assert result.returncode == 0, result.stderr
    return here / "runs" / "digits-fast-1epochs-seed0", result.stdout


def test_evaluate_takes_a_run_or_weights(finished: tuple[Path, str]) -> None:
    folder, output = finished
    for target in (folder, folder / "weights.safetensors"):
        result = lenet("evaluate", target, cwd=folder)
        assert result.returncode == 0, result.stderr
        assert result.stdout[result.stdout.index("Test Loss") :].strip() in output


def test_a_run_on_its_own_data_gets_its_metrics_anew(finished: tuple[Path, str]) -> None:
    path = finished[0] / "metrics.json"
    before = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    assert lenet("evaluate", finished[0], cwd=finished[0]).returncode == 0
    assert json.loads(path.read_text(encoding="utf-8")) == before


def test_a_folder_of_an_old_version_is_refused(finished: tuple[Path, str], tmp_path: Path) -> None:
    """It does not say which code trained it; its weights alone are tested if one asks for them."""
    shutil.copytree(finished[0], tmp_path / "r")
    path = tmp_path / "r" / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    del config["code"]
    path.write_text(json.dumps(config), encoding="utf-8")
    result = lenet("evaluate", "r", cwd=tmp_path)
    assert result.returncode == 1
    assert "r was trained by other code" in result.stderr
    assert lenet("evaluate", "r/weights.safetensors", cwd=tmp_path).returncode == 0
