"""Every option of every command, used: the command ends well and does what the option says."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
import typer
from helpers.cli import lenet
from helpers.idx import idx
from helpers.paths import ROOT
from pypdf import PdfReader
from typer.core import TyperOption

from lenet_lib.cli import app
from lenet_lib.data import download
from lenet_lib.models import WEIGHTS

GROUP: Any = typer.main.get_command(app)


def changed(here: Path, said: str) -> None:
    """A run or training with its own settings, on the digits."""
    config = json.loads((here / "r" / "config.json").read_text(encoding="utf-8"))
    recipe = config["recipe"]
    assert (config["dataset"], config["seed"]) == ("digits", 5)
    assert recipe["name"].startswith("reference-2epochs")
    assert (recipe["epochs"], recipe["batch_size"]) == (2, 64)
    assert (recipe["optimizer"], recipe["learning_rate"]) == ("adamw", 0.01)
    assert "Data:" not in said


def of_the_folder(here: Path, said: str) -> None:
    """A run or training on the data set in the named folder; the old weights are gone."""
    config = json.loads((here / "r" / "config.json").read_text(encoding="utf-8"))
    assert config["dataset"] == "fashion-mnist"
    assert "40 images to train on" in said
    assert (here / "r" / "weights.safetensors").read_bytes() != b"old"


def evaluated(images: int) -> Callable[[Path, str], None]:
    def check(here: Path, said: str) -> None:
        matrix = said[said.index("Confusion Matrix") :].splitlines()[1:11]
        assert sum(int(count) for row in matrix for count in row.split()) == images

    return check


def four_runs(here: Path, said: str) -> None:
    table = pd.read_csv(here / "t.csv")
    assert set(zip(table.train_images, table.seed, strict=True)) == {
        (images, seed) for images in (100, 200) for seed in (0, 1)
    }
    assert set(table.network) == {"LeNet5"}
    assert set(table.epochs) == {1}
    assert len(list((here / "w").glob("fast-LeNet5-*.safetensors"))) == 4


def one_run(dataset: str) -> Callable[[Path, str], None]:
    def check(here: Path, said: str) -> None:
        assert pd.read_csv(here / "t.csv").dataset.tolist() == [dataset]

    return check


def answered(here: Path, said: str) -> None:
    assert json.loads(said)[0]["file"].endswith("example.jpg")


def exported(here: Path, said: str) -> None:
    assert (here / "x.onnx").stat().st_size > 4 * 62_018


def tabulated(here: Path, said: str) -> None:
    (row,) = csv.DictReader(said.splitlines())
    assert row["file"].endswith("example.jpg")
    assert (row["digit"], row["error"]) == ("5", "")


def shown(here: Path, said: str) -> None:
    assert [path.name for path in (here / "seen").iterdir()] == ["example.jpg.png"]


def whole(here: Path, said: str) -> None:
    text = "\n".join(page.extract_text() for page in PdfReader(here / "x.pdf").pages)
    assert "print(7)" in text


def titled(here: Path, said: str) -> None:
    text = "\n".join(page.extract_text() for page in PdfReader(here / "x.pdf").pages)
    for word in ("TheTitle", "TheCourse", "TheAuthor", "TheNumber", "2026", "TheAbstract"):
        assert word in text
    assert "print" not in text


def executed(here: Path, said: str) -> None:
    """A copy in another folder with another value, its picture for print in a third."""
    (_, cell, _) = nbformat.read(here / "o" / "p.ipynb", as_version=4).cells
    assert cell.outputs[0].text.strip() == "7"
    assert [path.name for path in (here / "f").iterdir()] == ["grey.png"]
    assert "[1/1] " in said


TRAINING = "--recipe reference --seed 5 --epochs 2 --learning-rate 0.01 --batch-size 64"
FOLDER = "--dataset fashion-mnist --data-dir DATA"
EXAMPLES: dict[str, Callable[[Path, str], None]] = {
    f"run {TRAINING} --optimizer adamw --dataset digits --device cpu --out r --quiet": changed,
    f"train {TRAINING} --optimizer adamw --dataset digits --device cpu --out r --quiet": changed,
    f"run {FOLDER} --device cpu --epochs 1 --out r --no-resume": of_the_folder,
    f"train {FOLDER} --device cpu --epochs 1 --out r --no-resume": of_the_folder,
    "evaluate WEIGHTS --dataset digits --device cpu": evaluated(360),
    f"evaluate WEIGHTS {FOLDER}": evaluated(20),
    "study --recipe fast --seeds 2 --epochs 1 --network LeNet5 --train-images 100 "
    "--train-images 200 --dataset digits --out t.csv --weights w --jobs 1 --quiet": four_runs,
    f"study --recipe fast --seeds 1 --epochs 1 {FOLDER} --jobs 1 --out t.csv": one_run(
        "fashion-mnist"
    ),
    "study --recipe fast --seeds 1 --epochs 1 --dataset digits --backend dask --scheduler ADDRESS "
    "--out t.csv": one_run("digits"),
    "execute PARAMETERS --output o --figures f --set seed=7": executed,
    "export --weights WEIGHTS --onnx x.onnx": exported,
    "predict PHOTO --json": answered,
    "predict PHOTO --csv": tabulated,
    "predict PHOTO --show --weights WEIGHTS": shown,
    "report NOTEBOOK --output x.pdf --full --allow-errors": whole,
    "report NOTEBOOK --output x.pdf --title TheTitle --course TheCourse --author TheAuthor "
    "--student-id TheNumber --date 2026-01-02 --abstract TheAbstract --no-code": titled,
}
"""A command line and what shows that it did what was asked; the capitals are places."""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path | str]]:
    """What the capitals stand for. The data set in DATA has 60 images, and so have all just now."""
    folder = tmp_path_factory.mktemp("places")
    raw = folder / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    chance = np.random.default_rng(0)
    shapes = {
        file: (40 if "train" in file else 20, *download.SHAPES[file][1:]) for file in download.FILES
    }
    for file, shape in shapes.items():
        (raw / file).write_bytes(idx(chance.integers(0, 10, shape)))
    printed = nbformat.v4.new_output("stream", text="7")
    cell = nbformat.v4.new_code_cell("print(7)", execution_count=1, outputs=[printed])
    book = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(book, folder / "n.ipynb")
    settings = nbformat.v4.new_code_cell("seed = 1", metadata={"tags": ["parameters"]})
    code = "from PIL import Image\nImage.new('L', (8, 8))"
    picture = nbformat.v4.new_code_cell(code, metadata={"figure": "grey"})
    cells = [settings, nbformat.v4.new_code_cell("print(seed)"), picture]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "p.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(download, "SHAPES", shapes)
        yield {
            "DATA": folder,
            "WEIGHTS": WEIGHTS,
            "PHOTO": ROOT / "notebooks" / "example.jpg",
            "NOTEBOOK": folder / "n.ipynb",
            "PARAMETERS": folder / "p.ipynb",
        }


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a Dask scheduler with a worker."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


@pytest.mark.slow
@pytest.mark.parametrize("line", EXAMPLES, ids=lambda line: line.replace("/", "")[:60])
def test_the_option_does_what_it_says(
    line: str, places: dict[str, Path | str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if "ADDRESS" in line:
        places = places | {"ADDRESS": request.getfixturevalue("scheduler")}
    if "--no-resume" in line:
        (tmp_path / "r").mkdir()
        (tmp_path / "r" / "weights.safetensors").write_bytes(b"old")
    result = lenet(*[places.get(word, word) for word in line.split()], cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    EXAMPLES[line](tmp_path, result.stdout)


def used(line: str) -> set[tuple[str, str]]:
    """Let the real command line say which options it takes these words for."""
    name, *words = line.split()
    with GROUP.make_context("lenet", [name]) as group:
        context = GROUP.commands[name].make_context(name, words, parent=group)
    return {
        (name, key)
        for key in context.params
        if "COMMANDLINE" in str(context.get_parameter_source(key))
    }


def test_no_option_is_without_an_example() -> None:
    options = {
        (name, option.name)
        for name, command in GROUP.commands.items()
        for option in command.params
        if isinstance(option, TyperOption)
    }
    assert options - set().union(*map(used, EXAMPLES)) == set()
