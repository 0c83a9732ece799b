"""``lenet train --dataset FOLDER``: training and testing on one's own pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.cli import lenet
from helpers.pictures import HOSTILE, WRITTEN, draw, saved

ONCE = ("--epochs", "1", "--device", "cpu", "--quiet")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Five pictures each of two digits, of which one each is for testing."""
    for digit, what in ((7, 7), (4, "4, in two strokes")):
        folder = tmp_path / "mine" / str(digit)
        folder.mkdir(parents=True)
        for k in range(5):
            picture = draw(WRITTEN[what], size=(240, 180), zoom=1, at=(70 + 5 * k, 40))  # type: ignore[index]
            (folder / f"{k}.png").write_bytes(saved(picture))
    return tmp_path / "mine"


@pytest.mark.slow
def test_train_and_evaluate(mine: Path, tmp_path: Path) -> None:
    trained = lenet("train", "--dataset", "mine", *ONCE, cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    run = tmp_path / "runs" / "mine-fast-1epochs-seed0"
    assert (run / "weights.safetensors").is_file()
    tested = lenet("evaluate", run, "--dataset", mine, "--device", "cpu", cwd=tmp_path)
    assert tested.stdout.startswith(f"the pictures in mine/, weights of {run}")
    metrics = json.loads((run / "metrics.json").read_text())
    assert (metrics["dataset"], metrics["images"], metrics["train_images"]) == ("mine", 2, 8)
    again = lenet("run", "--dataset", mine, *ONCE[:-1], cwd=tmp_path)
    assert "is finished: its weights are used" in again.stdout
    assert "Data: the pictures in mine/, 8 images to train on, 2 to test on" in again.stdout


def test_new_pictures_are_another_run(mine: Path, tmp_path: Path) -> None:
    assert lenet("train", "--dataset", "mine", *ONCE, cwd=tmp_path).returncode == 0
    (mine / "4" / "4.png").unlink()
    (mine / "7" / "4.png").rename(mine / "7" / "0.5.png")  # another one is for testing
    again = lenet("train", "--dataset", "mine", *ONCE, cwd=tmp_path)
    assert again.returncode == 1
    assert "other settings or pictures" in again.stderr


def test_weights_that_learned_a_folder_ask_where_it_is(mine: Path, tmp_path: Path) -> None:
    assert lenet("train", "--dataset", mine, "--out", "r", *ONCE, cwd=tmp_path).returncode == 0
    for target in ("r", "r/weights.safetensors"):
        asked = lenet("evaluate", target, "--device", "cpu", cwd=tmp_path)
        assert asked.returncode == 1
        assert asked.stderr.strip().endswith(
            f"{target} was trained on a folder of pictures called mine; say where it is, or on "
            f"what else to test: --dataset FOLDER."
        )


@pytest.mark.parametrize("command", ["train", "run"])
@pytest.mark.parametrize(
    ("made", "words"),
    [
        ((), "holds no folder that is called 0, 1, … or 9"),
        (("4/notes.txt",), "too few pictures of digits to train on (0 of at least 2)"),
        (("cat/1.png",), "holds no folder that is called"),
        (
            ("train/4/1.png", "test/4/1.png"),
            "too few pictures of digits to train on (1 of at least 2)",
        ),
        (("4/1.png", "7/1.png"), "too few pictures of digits to test with (0 of at least 1)"),
        (("4/cut.jpg",), "is damaged or cut off"),
    ],
)
def test_folders_that_do_not_do(
    command: str, made: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    for name in made:
        path = tmp_path / "mine" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        sound = saved(draw(WRITTEN["4, in two strokes"], size=(200, 150), zoom=1, at=(50, 20)))
        path.write_bytes(HOSTILE["cut.jpg"][0] if name.endswith("cut.jpg") else sound)
    result = lenet(command, "--dataset", "mine", *ONCE, cwd=tmp_path)
    assert result.returncode == 1
    assert result.stderr.startswith("Error: ")
    assert words in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "runs").exists()


def test_a_folder_called_like_a_data_set(mine: Path, tmp_path: Path) -> None:
    mine.rename(tmp_path / "kmnist")
    result = lenet("train", "--dataset", "./kmnist", *ONCE, cwd=tmp_path)
    assert (result.returncode, "rename it" in result.stderr) == (1, True)


def test_a_folder_has_its_data_with_it(mine: Path, tmp_path: Path) -> None:
    result = lenet("train", "--dataset", mine, "--data-dir", ".", *ONCE, cwd=tmp_path)
    assert result.returncode == 2
    assert "--data-dir is not for a folder" in result.stderr


def test_what_is_left_out_is_said_in_one_line(mine: Path, tmp_path: Path) -> None:
    (mine / "7" / "0.png").write_bytes(saved(draw([])))
    result = lenet("train", "--dataset", mine, *ONCE, cwd=tmp_path)
    assert result.returncode == 0
    (said,) = result.stderr.strip().splitlines()
    assert said.startswith(f"Warning: Left out: No ink stands out in {mine / '7' / '0.png'}")
