"""What README, --help, CITATION.cff, CHANGELOG and the tables of results say is so."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer
import yaml
from helpers.paths import ROOT

from lenet_lib.cli import app

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(?:sh|powershell)\n(.*?)^```", DOCUMENTS, re.MULTILINE | re.DOTALL)
COMMANDS = sorted(
    {
        part.strip()
        for block in BLOCKS
        for line in block.splitlines()
        for part in re.split(r"&&|;", line.split("  #")[0])
        if part.strip()
    }
    | set(re.findall(r"`((?:make|lenet|python) [^`<…]*)`", DOCUMENTS))
)
GROUP: Any = typer.main.get_command(app)
PERMISSIVE = set(
    "MIT MIT-0 MIT-CMU BSD BSD-2-Clause BSD-3-Clause 0BSD Apache-2.0 ISC PSF-2.0 Zlib CC0-1.0 "  # noqa: SIM905
    "BSL-1.0 OFL-1.1 MPL-2.0".split()
)


def parse(words: list[str]) -> None:
    """Let the real command line take these words, and stop before the work."""
    try:
        context = GROUP.make_context("lenet", words)
        name, command, rest = GROUP.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        assert command is not None
        command.make_context(name, rest, parent=context)
    except typer.Exit as end:  # --help has done its work
        assert end.exit_code == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_in_the_documents_is_one(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine").mkdir()  # the reader's own pictures
    monkeypatch.chdir(tmp_path)
    program, *words = shlex.split(command.replace("\\", "/"))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    if program == "lenet":
        parse(words)
    elif words[:1] == ["run.py"]:
        parse(["run", *words[1:]])
    elif program == "make":
        target, *settings = words
        assert re.search(rf"^{target}:.*## ", makefile, re.MULTILINE)
        assert all(word.split("=")[0] in makefile for word in settings)
    elif words[:2] == ["-m", "lenet_lib.cli"]:
        parse(words[2:])
    elif program.startswith("py") and words[0] == "-m":
        module = words[1].replace(".", "/")
        known = {"venv", "pytest", "jupyterlab"}
        assert words[1] in known or (ROOT / f"{module}.py").is_file()
    elif program == "python":
        assert (ROOT / words[0]).is_file()
        source = (ROOT / words[0]).read_text(encoding="utf-8")
        assert all(f'"{word}"' in source for word in words if word.startswith("--"))
    elif program in {"pip", "conda"}:
        named = [word for word in words if word.endswith((".txt", ".yml"))]
        own = re.fullmatch(r"\.(?:\[([\w,]+)\])?", words[-1])
        assert named or own or words == ["activate", "lenet-report"]
        assert not own or set((own[1] or "lab").split(",")) <= set(PROJECT["optional-dependencies"])
        assert all((ROOT / name).is_file() for name in named)
    elif program in {"ruff", "lint-imports", "mypy"}:
        assert f"$(BIN)/{' '.join([program, *words[:1]])}" in makefile
    elif program.startswith("$env:"):
        assert f"{program.removeprefix('$env:')}{''.join(words)} " in makefile
    elif program in {"uv", "nbdime"}:  # of others: that they are named is all that we can hold
        assert words
    else:
        assert program in {"source", "."} or program.endswith("Activate.ps1"), command


def test_every_place_in_the_documents_is_there() -> None:
    made = ("build/", "runs/", "data/", "seen/")  # by commands
    places = set(re.findall(r"`([\w.-]+/[\w./-]*)`", DOCUMENTS))
    assert "lenet_lib/plots/style.py" in places
    for place in places:
        assert place.startswith(made) or (ROOT / place).exists(), place


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
@pytest.mark.parametrize("target", ["report", "site", "study", "benchmark", "lock"])
def test_every_command_of_make_is_one(target: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=True
    )
    here = ".venv/bin/"
    lines = [line[len(here) :] for line in done.stdout.splitlines() if line.startswith(here)]
    assert lines
    for line in lines:
        program, *words = shlex.split(line)
        if program == "lenet":
            parse([word.replace("build/notebooks", "notebooks") for word in words])
        elif program == "python" and not words[0].startswith("-"):
            assert (ROOT / words[0]).is_file(), words[0]


def lenet_blocks(word: str) -> str:
    """Give the README's block of `lenet` commands with a subcommand."""
    blocks = [str(block) for block in BLOCKS]
    return next(block for block in blocks if block.lstrip().startswith(f"lenet {word}"))


def run_as_written(block: str, cwd: Path) -> str:
    """Run a block with the shell, where `lenet` is that of this environment."""
    shell = f'lenet() {{ "{sys.executable}" -m lenet_lib.cli "$@"; }}\nset -e\n{block}'
    result = subprocess.run(["bash", "-c", shell], cwd=cwd, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="the block is for a Unix shell")
def test_the_readmes_photos_are_read(tmp_path: Path) -> None:
    shutil.copy(ROOT / "notebooks" / "example.jpg", tmp_path / "photo.jpg")
    shutil.copy(ROOT / "notebooks" / "example.jpg", tmp_path / "other.png")
    out = run_as_written(lenet_blocks("predict"), tmp_path)
    assert out.count("photo.jpg") >= 3
    assert list((tmp_path / "seen").iterdir())


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="the block is for a Unix shell")
def test_the_readmes_reports_are_made(tmp_path: Path) -> None:
    for name in ("notebooks", "figures"):
        (tmp_path / name).symlink_to(ROOT / name)
    run_as_written(lenet_blocks("report"), tmp_path)
    for pdf in ("build/report.pdf", "evaluation.pdf"):
        assert (tmp_path / pdf).read_bytes().startswith(b"%PDF")


def test_version_agrees() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == PROJECT["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## .*{re.escape(PROJECT['version'])}", changelog, re.MULTILINE)


def test_every_table_of_results_is_in_the_readme() -> None:
    for table in (ROOT / "results").glob("*.csv"):
        assert f"`{table.name}`" in README


def test_the_readme_counts_the_faults_that_were_tried() -> None:
    tried = pd.read_csv(ROOT / "results" / "torture.csv").tried.sum()
    assert f"{tried:,} faults tried, nothing lost" in " ".join(README.split())


def test_every_pinned_package_has_a_licence_that_fits() -> None:
    """Permissive, or copyleft by the file (MPL), or of what only stands beside ours."""
    listed = pd.read_csv(ROOT / "results" / "licences.csv", dtype=str)
    pins = runpy.run_path(str(ROOT / "scripts" / "licences.py"))["pins"]()
    assert dict(zip(listed.package, listed.version, strict=True)) == pins
    for row in listed.itertuples():
        alternatives = str(row.licence).split(" OR ")
        parts = [re.split(r" AND | WITH LLVM-exception", each) for each in alternatives]
        fits = any(all(p.strip() in {*PERMISSIVE, ""} for p in each) for each in parts)
        beside = str(row.package).startswith(("nvidia-", "cuda-"))
        assert fits or beside, f"{row.package}: {row.licence}"
