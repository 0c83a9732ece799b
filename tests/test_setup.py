"""How an environment is made: by make, with another torch, in CI, in a container, on Binder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from helpers.environment import borrowing_environment
from helpers.paths import ROOT

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
ENVIRONMENT = {k: value for k, value in os.environ.items() if k not in {"TORCH", "PYTHON"}}


def make(folder: Path, *words: str) -> str:
    """Say what make would do in a folder."""
    command = ["make", "--dry-run", *words]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def installing(printed: str) -> str:
    """Find the line that installs the pins."""
    (line,) = [line for line in printed.splitlines() if line.endswith(" -r -")]
    return line


def shell(line: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=ENVIRONMENT | variables,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What make reads, in a folder with a difficult name."""
    folder = tmp_path / "Übung 手写 数字"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


@needs_make
def test_the_pins_are_installed_as_they_are(clone: Path) -> None:
    line = installing(make(clone, "setup"))
    assert line.startswith("cat requirements.txt | .venv/bin/python -m uv pip install ")
    assert "torch-backend" not in line


@needs_make
def test_torch_without_nvidia_leaves_all_other_pins(clone: Path) -> None:
    pins = installing(make(clone, "setup", "TORCH=cpu")).partition(" | ")[0]
    kept = set(shell(pins, clone).stdout.splitlines())
    left_out = set((clone / "requirements.txt").read_text(encoding="utf-8").splitlines()) - kept
    assert len(left_out) > 15
    assert all(re.match("nvidia-|cuda-|triton==", line) for line in left_out)
    assert not any(re.match("nvidia-|cuda-|triton==", line) for line in kept)


@needs_make
def test_torch_without_nvidia_is_a_question_that_uv_understands(clone: Path) -> None:
    """Up to the network: nobody is asked."""
    borrowing_environment(clone / ".venv")
    line = installing(make(clone, "install", "PYTHON=.venv/bin/python", "TORCH=cpu"))
    line = line.removesuffix("-r -") + "--dry-run -r -"
    done = shell(line, clone, UV_OFFLINE="1", UV_NO_CACHE="1")
    assert done.returncode == 1  # 2 for a wrong command line
    assert "the network was disabled" in done.stderr
    wrong = shell(line.replace("=cpu", "=gpu"), clone, UV_OFFLINE="1", UV_NO_CACHE="1")
    assert wrong.returncode == 2


@needs_make
def test_the_chosen_torch_is_remembered(clone: Path) -> None:
    (clone / ".venv").mkdir()
    built = clone / ".venv" / "built"
    built.write_text(f"cpu {clone}\n", encoding="utf-8")
    assert "uv pip" not in make(clone, "quick")
    assert "torch-backend" not in installing(make(clone, "quick", "TORCH=pinned"))
    built.write_text("cpu /where/it/was/before\n", encoding="utf-8")
    assert "--torch-backend=cpu" in installing(make(clone, "quick"))


def test_help_lists_every_target() -> None:
    assert set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE)) == TARGETS
    (phony,) = re.findall(r"^\.PHONY: (help .*)", MAKEFILE, re.MULTILINE)
    assert set(phony.split()) == TARGETS


@pytest.mark.parametrize(
    "file", [".ci/run", ".binder/postBuild", ".devcontainer/devcontainer.json"]
)
def test_what_calls_make_names_its_targets(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    called = re.findall(r"\bmake ([a-z]+)", text)
    assert called
    assert set(called) <= TARGETS
    if file.endswith(".json"):
        json.loads(text)
    else:
        assert os.access(ROOT / file, os.X_OK)


def test_the_workflow_runs_what_ci_runs() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8"))
    steps = workflow["jobs"]["test"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]


def test_a_commit_is_checked_as_in_ci_and_without_the_network() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    assert [hook["entry"] for hook in config["repos"][0]["hooks"]] == ["make lint"]


def test_notebooks_are_compared_by_their_cells() -> None:
    command = ["git", "check-attr", "diff", "merge", "--", "notebooks/01-dataset.ipynb"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    assert done.stdout.count(": jupyternotebook") == 2
