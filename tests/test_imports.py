"""The order of the folders, which import-linter holds in `make lint`: each contract can fail."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.paths import ROOT

BROKEN = [
    # from below
    ("errors", "files"),
    ("files", "data"),
    ("data", "cli"),
    ("models", "experiments"),
    ("training", "evaluation"),
    ("evaluation", "plots"),
    ("photo", "notebook"),
    # from beside
    ("experiments", "report"),
    ("photo", "plots"),
    ("plots", "photo"),  # but for plots/photos.py
    ("report", "photo"),
    ("notebook", "cli"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Hold the package that lies in a folder to the contracts."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package and its contracts, to break."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "lenet_lib", folder / "lenet_lib")
    return folder


def test_the_order_of_the_folders_holds(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


def test_every_import_against_the_order_is_found(copy: Path) -> None:
    """Even one inside a function, which no start of the program would meet."""
    before: dict[Path, str] = {}
    wrong = []
    for folder, wanted in BROKEN:
        inside = sorted((copy / "lenet_lib" / folder).glob("[!_]*.py"))
        path = inside[0] if inside else copy / "lenet_lib" / f"{folder}.py"
        source = path.read_text(encoding="utf-8")
        before.setdefault(path, source)
        path.write_text(f"{source}\n\ndef late():\n    import lenet_lib.{wanted}\n", "utf-8")
        module = ".".join(path.relative_to(copy).with_suffix("").parts)
        wrong.append(f"{module} -> lenet_lib.{wanted} ")
    done = lint(copy)
    for path, source in before.items():
        path.write_text(source, encoding="utf-8")
    assert done.returncode == 1, done.stdout
    assert [line for line in wrong if line not in done.stdout] == []


def test_a_folder_that_has_no_place_in_the_order_is_found(copy: Path) -> None:
    new = copy / "lenet_lib" / "tools.py"
    new.touch()
    done = lint(copy)
    new.unlink()
    assert done.returncode == 1
    assert "tools" in done.stdout


def test_what_a_folder_offers_is_its_own() -> None:
    """The stubs, from which lazy_loader imports and which import-linter does not read."""
    for stub in (ROOT / "lenet_lib").rglob("*.pyi"):
        sources = re.findall(r"^\s*(?:from|import) (\S+)", stub.read_text("utf-8"), re.MULTILINE)
        assert sources
        assert all(re.fullmatch(r"\.\w+", source) for source in sources), stub


def test_no_submodule_is_shadowed_by_what_its_folder_names() -> None:
    """Or ``import lenet_lib.cli.run`` would give a function."""
    shadowed = []
    for init in (ROOT / "lenet_lib").rglob("__init__.py*"):
        inside = {path.stem for path in init.parent.iterdir()}
        for node in ast.parse(init.read_text("utf-8")).body:
            names = [alias.asname or alias.name for alias in getattr(node, "names", ())]
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names = [node.name]
            elif isinstance(node, ast.Assign):
                names = [ast.unparse(target) for target in node.targets]
            shadowed += [f"{init.parent.name}.{name}" for name in names if name in inside]
    assert shadowed == []
