"""Reading digits: the function, its confidence, and the words of the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.paths import ROOT
from helpers.pictures import HOSTILE, WRITTEN, draw, saved
from helpers.synthetic import photograph
from joblib import Parallel, delayed
from PIL import Image
from sklearn.metrics import roc_auc_score
from typer.testing import CliRunner

import lenet_lib
from lenet_lib import data
from lenet_lib.cli import app
from lenet_lib.errors import LenetError
from lenet_lib.models import LeNet, load_weights, read_metadata, save_weights
from lenet_lib.photo import out_of_distribution
from lenet_lib.photo.classifier import Reader, Reading, predict


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    path = tmp_path / "seven.png"
    path.write_bytes(saved(draw(WRITTEN[7])))
    return path


@pytest.fixture
def images(mnist: data.Dataset) -> np.ndarray:
    return mnist.test.images[:1000, 0].numpy()


# --- the function ---------------------------------------------------------------------------------


def test_the_committed_weights_say_their_temperature() -> None:
    temperature = read_metadata()["temperature"]
    assert isinstance(temperature, float)
    assert 0.2 < temperature < 5
    assert Reader().temperature == temperature


def test_one_picture(seven: Path) -> None:
    reading = predict(seven)
    assert reading.digit == 7
    assert 0.5 < reading.confidence <= 1
    assert reading.runner_up != 7
    assert 0 <= reading.runner_up_confidence <= 1 - reading.confidence + 1e-9
    assert predict(str(seven)) == predict(seven.read_bytes()) == reading
    assert predict(np.asarray(Image.open(seven))) == reading
    assert [r.digit for r in predict([seven, seven])] == [7, 7]
    assert lenet_lib.predict(seven) == reading
    assert predict([]) == []


def test_prepared_images(images: np.ndarray, mnist: data.Dataset) -> None:
    readings = predict(images)
    assert isinstance(readings, list)
    right = sum(r.digit == y for r, y in zip(readings, mnist.test.labels.tolist(), strict=False))
    assert right >= 980
    assert predict(images[:, None]) == readings
    # Five images may take another matrix kernel than a thousand: the same but for rounding.
    for few in (images[:5] / 255, torch.from_numpy(images[:5].copy())):
        for again, reading in zip(predict(few), readings[:5], strict=True):  # type: ignore[call-overload]
            assert again.digit == reading.digit
            assert again.confidence == pytest.approx(reading.confidence, abs=1e-5)
    assert predict(np.zeros((0, 28, 28), np.uint8)) == []


def test_one_prepared_image_is_one_reading(images: np.ndarray) -> None:
    assert predict(images[0]) == predict(images[:1])[0]  # type: ignore[index]


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros(5),
        np.zeros((2, 3, 4, 5)),
        np.zeros((30, 30, 4), np.uint8),
        np.full((40, 40), np.nan),
        np.full((40, 40), -1),
        np.full((40, 40), 300),
        np.full((40, 40), "7"),
        np.array(3),
    ],
)
def test_pixels_that_are_no_picture(pixels: np.ndarray) -> None:
    with pytest.raises(LenetError, match="Pixels"):
        predict(pixels)


def test_the_temperature_changes_confidence_and_no_digit(
    tmp_path: Path, images: np.ndarray
) -> None:
    path = tmp_path / "warm.safetensors"
    save_weights(load_weights(), path, dataset="mnist", temperature=3.0)
    cold, warm = Reader().read(images), Reader(path).read(images)
    assert [r.digit for r in cold] == [r.digit for r in warm]
    assert np.mean([r.confidence for r in warm]) < np.mean([r.confidence for r in cold]) - 0.02
    model = load_weights()
    with torch.inference_mode():
        logits = model(torch.from_numpy(images[:10]).float()[:, None] / 255)
    expected = torch.softmax(logits.double() / 3, 1).amax(1)
    assert [r.confidence for r in warm[:10]] == pytest.approx(expected.tolist(), abs=1e-6)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"dataset": "fashion-mnist"}, "fashion-mnist"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": 0}, "temperature"),
    ],
)
def test_weights_that_do_not_fit(tmp_path: Path, facts: dict[str, object], words: str) -> None:
    path = tmp_path / "weights.safetensors"
    save_weights(LeNet(), path, **facts)
    with pytest.raises(LenetError, match=words):
        Reader(path)


def test_importing_is_light() -> None:
    code = "import lenet_lib.photo.classifier, lenet_lib.cli.predict, sys; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert not {"torch", "numpy", "scipy", "skimage", "PIL"} & set(out.stdout.split()), out.stderr


# --- confidence -----------------------------------------------------------------------------------


def confidence_in_a_photo(k: int, digit: np.ndarray | None) -> float:
    """Photograph a digit, or what is none, and say how sure its reading is; refused: not at all."""
    rng = np.random.default_rng([3, k])
    content, _ = photograph(
        out_of_distribution.draw(rng) if digit is None else digit, rng, (240, 320)
    )
    try:
        return predict(content).confidence
    except LenetError:
        return 0.0


@pytest.mark.slow
def test_what_is_no_digit_comes_out_unsure(mnist: data.Dataset) -> None:
    """AUROC of the confidence, digits against letters, shapes and scribbles in the same photos."""
    drawn = [mnist.test.images[k, 0].numpy() if k % 2 else None for k in range(120)]
    jobs = (delayed(confidence_in_a_photo)(k, digit) for k, digit in enumerate(drawn))
    sure: list[float] = Parallel(n_jobs=2)(jobs)
    score = roc_auc_score([digit is not None for digit in drawn], sure)
    print(f"AUROC {score:.3f}, {sure.count(0.0)} refused")
    assert score > 0.85


# --- the command line -----------------------------------------------------------------------------


def run(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["predict", *(str(word) for word in words)])
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
    reading = predict(seven)
    assert good == {
        "file": str(seven),
        "digit": 7,
        "confidence": reading.confidence,
        "runner_up": reading.runner_up,
        "runner_up_confidence": reading.runner_up_confidence,
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


def test_readings_print_well() -> None:
    assert str(Reading(7, 0.984, 1, 0.0123)) == "7 (98.4 %), else 1 (1.2 %)"
