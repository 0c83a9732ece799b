"""The words of ``lenet predict``."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from helpers.pictures import HOSTILE, WRITTEN, draw, saved
from PIL import Image
from typer.testing import CliRunner

from lenet_lib.cli import app
from lenet_lib.models import load_weights, save_weights
from lenet_lib.photo import predict


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    path = tmp_path / "seven.png"
    path.write_bytes(saved(draw(WRITTEN[7])))
    return path


def run(*words: object, stdin: bytes = b"") -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["predict", *(str(word) for word in words)], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def test_the_command(seven: Path) -> None:
    code, out, err = run(seven)
    assert (code, err) == (0, "")
    assert out == f"{seven}: {predict(seven)}\n"
    assert ": 7 (" in out


def test_the_command_with_other_weights(seven: Path, tmp_path: Path) -> None:
    path = tmp_path / "warm.safetensors"
    save_weights(load_weights(), path, dataset="mnist", temperature=5.0)
    code, out, _ = run("--json", "--weights", path, seven)
    assert code == 0
    (answer,) = json.loads(out)
    assert answer["digit"] == 7
    assert answer["confidence"] < predict(seven).confidence


def test_a_bad_file_costs_only_itself(seven: Path, tmp_path: Path) -> None:
    bad = []
    for name, (content, _) in HOSTILE.items():
        bad.append(tmp_path / name)
        bad[-1].write_bytes(content)
    code, out, err = run(seven, *bad, tmp_path / "none.jpg", seven)
    assert code == 1
    assert out.splitlines() == [f"{seven}: {predict(seven)}"] * 2
    lines = err.splitlines()
    assert len(lines) == len(bad) + 1
    assert all(line.startswith("Error: ") and line.endswith(".") for line in lines)
    assert all(path.name in line for path, line in zip(bad, lines, strict=False))


def test_json(seven: Path, tmp_path: Path) -> None:
    code, out, err = run("--json", seven, tmp_path / "none.jpg")
    assert code == 1
    good, bad = json.loads(out)
    prediction = predict(seven)
    assert good == {
        "file": str(seven),
        "digit": 7,
        "confidence": prediction.confidence,
        "runner_up": prediction.runner_up,
        "runner_up_confidence": prediction.runner_up_confidence,
    }
    assert set(bad) == {"file", "error"}
    assert bad["error"] in err


def test_show(seven: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    twin = other / seven.name
    twin.write_bytes(seven.read_bytes())
    monkeypatch.chdir(tmp_path)
    code, _, _ = run("--show", seven, twin)
    assert code == 0
    shown = sorted((tmp_path / "seen").iterdir())
    assert [path.name for path in shown] == ["seven.png-2.png", "seven.png.png"]
    with Image.open(shown[0]) as sheet:
        assert sheet.height == 280
        assert sheet.width > 3 * 280


def test_show_saves_what_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blank = tmp_path / "blank.png"
    blank.write_bytes(saved(Image.new("L", (200, 100), 255)))
    monkeypatch.chdir(tmp_path)
    code, _, err = run("--show", blank)
    assert code == 1
    assert "blank" in err
    with Image.open(tmp_path / "seen" / "blank.png.png") as sheet:
        assert sheet.size == (560, 280)


def test_standard_input(seven: Path) -> None:
    code, out, _ = run("-", stdin=seven.read_bytes())
    assert code == 0
    assert out == f"standard input: {predict(seven)}\n"


def test_a_folder_is_read_whole_and_as_csv(seven: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "bad.jpg").write_bytes(b"no picture")
    code, out, _ = run("--csv", tmp_path)
    assert code == 1
    bad, good = csv.DictReader(io.StringIO(out))
    assert (good["file"], good["digit"], good["error"]) == (str(seven), "7", "")
    assert float(good["confidence"]) == predict(seven).confidence
    assert "no picture" in bad["error"]
    (tmp_path / "empty").mkdir()
    result = CliRunner().invoke(app, ["predict", str(tmp_path / "empty")])
    assert "no picture in the folder" in str(result.exception)


def test_json_and_csv_contradict_each_other(seven: Path) -> None:
    assert run("--json", "--csv", seven)[0] == 2
