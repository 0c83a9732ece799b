"""What an installed package brings: enough to train and predict, a wheel that lacks nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from helpers.environment import borrowing_environment, uv
from helpers.paths import ROOT
from packaging.requirements import Requirement
from PIL import Image

from lenet_lib.errors import missing_extra

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MODULES = metadata.packages_distributions()


def normal(name: str) -> str:
    """Give the form in which names of distributions compare."""
    return re.sub(r"[-_.]+", "-", name).lower()


def with_what_they_need(needs: list[str]) -> set[str]:
    """Name the distributions that some requirements bring, themselves among them."""
    found: set[str] = set()
    todo = [(Requirement(text), "") for text in needs]
    while todo:
        need, of = todo.pop()
        if need.marker and not need.marker.evaluate({"extra": of}):
            continue
        name = normal(need.name)
        if name in found and not need.extras:
            continue
        found.add(name)
        try:
            requires = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        todo += [(Requirement(text), extra) for text in requires for extra in ("", *need.extras)]
    return found


def needs_of(extra: str) -> set[str]:
    """Name the distributions that an extra lists itself."""
    needs = {normal(Requirement(text).name) for text in PROJECT["optional-dependencies"][extra]}
    return needs - {PROJECT["name"]}


def modules_of(distributions: set[str]) -> set[str]:
    """Name what can be imported of them."""
    return {
        module for module, names in MODULES.items() if distributions & {normal(n) for n in names}
    }


BASE = modules_of(with_what_they_need(PROJECT["dependencies"]))
BLIND = """
import json, sys
from importlib.machinery import PathFinder

class Blind(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name.partition(".")[0] in absent else super().find_spec(name, path, target)

absent, commands = json.loads(sys.argv[1])
sys.meta_path[sys.meta_path.index(PathFinder)] = Blind
from lenet_lib.cli import main
for words in commands:
    sys.argv[1:] = words
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
"""


def lenet_without(
    absent: Iterable[str], *commands: Sequence[str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run `lenet` commands, one after the other, in a Python that lacks these modules."""
    return subprocess.run(
        [sys.executable, "-c", BLIND, json.dumps([list(absent), commands])],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_training_and_prediction_need_no_extra(tmp_path: Path) -> None:
    """As after `pip install .`: whatever only an extra brings is not there."""
    absent = set(MODULES) - BASE - {"lenet_lib"}
    assert {"pandas", "matplotlib", "nbformat", "jupyterlab", "pytest"} <= absent
    done = lenet_without(
        absent,
        ["predict", str(ROOT / "notebooks" / "example.jpg")],
        ["run", "--dataset", "digits", "--epochs", "1", "--out", "r"],
        ["evaluate", "r"],
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "example.jpg: 5" in done.stdout
    assert done.stdout.count("Confusion Matrix...") == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "extra"),
    [(("report", str(ROOT / "notebooks" / "01-dataset.ipynb")), "report"),
     (("study", "--recipe", "fast", "--dataset", "digits", "--quiet"), "study"),
     (("export", "--onnx", "lenet.onnx"), "onnx")],
)  # fmt: skip
def test_a_command_without_its_extra_says_which(
    words: tuple[str, ...], extra: str, tmp_path: Path
) -> None:
    done = lenet_without(modules_of(needs_of(extra)), words, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: This needs the packages of the extra "), done.stderr
    assert f'pip install "lenet-report[{extra}]"' in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("extra", ["report", "study", "lab", "onnx"])
def test_every_package_of_an_extra_is_known_by_its_module(extra: str) -> None:
    for need in needs_of(extra):
        told = [missing_extra(ModuleNotFoundError(name=name)) for name in modules_of({need})]
        assert any(f"[{extra}]" in str(mistake) for mistake in told), need


def test_a_module_of_no_extra_is_no_users_mistake() -> None:
    assert missing_extra(ModuleNotFoundError(name="lenet_lib.nothing")) is None


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the sdist and the wheel that was built of it; made of a copy of the clone."""
    folder = tmp_path_factory.mktemp("built")
    clone = folder / "clone"
    shutil.copytree(ROOT / "lenet_lib", clone / "lenet_lib")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, clone)
    uv("build", "--no-build-isolation", "--python", sys.executable, "--out-dir", folder, clone)
    shutil.rmtree(clone)
    return folder


@pytest.mark.slow
def test_the_wheel_brings_every_file_of_the_package(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("lenet_lib/")}
    files = {path for path in (ROOT / "lenet_lib").rglob("*") if path.is_file()}
    wanted = {path.relative_to(ROOT).as_posix() for path in files if path.suffix != ".pyc"}
    assert packed == wanted


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["*.whl", "*.tar.gz"])
def test_an_installed_package_predicts(built: Path, kind: str, tmp_path: Path) -> None:
    """In an environment of its own, which borrows this one's packages, and outside the clone."""
    (package,) = built.glob(kind)
    home = tmp_path / "environment"
    programs = borrowing_environment(home)
    uv("pip", "install", "--no-deps", "--no-build-isolation", "--python", home, package)
    with Image.open(ROOT / "notebooks" / "example.jpg") as photo:
        photo.save(tmp_path / "photo.png")
    here: dict[str, Any] = {
        "cwd": tmp_path,
        "capture_output": True,
        "text": True,
        "env": dict(os.environ),
    }
    here["env"].pop("PYTHONPATH", None)
    done = subprocess.run([programs / "lenet", "predict", "photo.png"], **here)
    assert done.stdout.startswith("photo.png: 5"), done.stderr
    where = "import lenet_lib; print(lenet_lib.__file__)"
    done = subprocess.run([programs / "python", "-c", where], **here)
    assert Path(done.stdout).is_relative_to(home)
