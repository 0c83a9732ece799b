"""Reading digits: the function, and what its confidence means."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.paths import ROOT
from helpers.pictures import WRITTEN, draw, saved
from PIL import Image
from sklearn.metrics import roc_auc_score

import lenet_lib
from lenet_lib import data
from lenet_lib.errors import LenetError
from lenet_lib.models import LeNet, load_weights, read_metadata, save_weights
from lenet_lib.photo import Classifier, Prediction, out_of_distribution, predict
from lenet_lib.photo.verifier import NONE, opinions


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
    assert Classifier().temperature == temperature


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
    picture = predict(images[0])  # found, cut out and centred anew
    assert picture.digit == predict(images[:1])[0].digit  # type: ignore[index]
    assert picture.confidence > 0.9


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


def test_the_temperature_changes_confidence(tmp_path: Path, images: np.ndarray) -> None:
    """And the digit only where LeNet is so unsure that the verifier's vote decides."""
    path = tmp_path / "warm.safetensors"
    save_weights(load_weights(), path, dataset="mnist", temperature=3.0)
    cold, warm = Classifier().read(images), Classifier(path).read(images)
    other = [c for c, w in zip(cold, warm, strict=True) if c.digit != w.digit]
    assert len(other) <= len(cold) / 200
    assert all(r.confidence < 0.7 for r in other)
    assert np.mean([r.confidence for r in warm]) < np.mean([r.confidence for r in cold]) - 0.02
    model = load_weights()
    with torch.inference_mode():
        logits = model(torch.from_numpy(images[:10]).float()[:, None] / 255)
    expected = torch.softmax(logits.double() / 3, 1).numpy()
    expected *= opinions(images[:10])[:, :NONE] ** 2
    assert [r.confidence for r in warm[:10]] == pytest.approx(expected.max(1).tolist(), abs=1e-6)


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
        Classifier(path)


def test_importing_is_light() -> None:
    code = "import lenet_lib.photo.classifier, lenet_lib.cli.predict, sys; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert not {"torch", "numpy", "scipy", "skimage", "PIL"} & set(out.stdout.split()), out.stderr


def test_a_plain_state_dict_is_read(tmp_path: Path, images: np.ndarray) -> None:
    path = tmp_path / "model.pth"
    torch.save(load_weights().state_dict(), path)
    assert Classifier(path).temperature == 1
    pairs = zip(Classifier(path).read(images), Classifier().read(images), strict=True)
    unsure = [calibrated for raw, calibrated in pairs if raw.digit != calibrated.digit]
    assert len(unsure) <= len(images) / 200
    assert all(calibrated.confidence < 0.7 for calibrated in unsure)


def test_predictions_print_well() -> None:
    assert str(Prediction(7, 0.984, 1, 0.0123)) == "7 (98.4%), else 1 (1.2%)"
    assert str(Prediction(7, 0.3, 1, 0.1)).endswith("perhaps no digit")
    assert str(Prediction(7, 0.9996, 1, 0.0004)) == "7 (>99.9%), else 1 (<0.1%)"


# --- confidence -----------------------------------------------------------------------------------


def test_high_confidence_is_right_and_digits_keep_theirs(mnist: data.Dataset) -> None:
    rows = Classifier().probabilities(mnist.test.images[::4])
    right = rows.argmax(1) == mnist.test.labels[::4].numpy()
    assert right.mean() > 0.99
    assert right[rows.max(1) > 0.99].mean() >= 0.995
    assert (rows.max(1) > 0.9).mean() > 0.9
    assert (rows.sum(1) <= 1 + 1e-9).all()


def test_what_is_no_digit_is_doubted(mnist: data.Dataset) -> None:
    """AUROC of the confidence, test digits against drawings of every kind; seeds not trained on."""
    digits = Classifier().probabilities(mnist.test.images[:300]).max(1)
    for kind in out_of_distribution.SIGNS:
        drawn = out_of_distribution.prepared(kind, 40, seed=5)
        confidence = Classifier().probabilities(drawn).max(1)
        truth = np.arange(340) < 300
        assert roc_auc_score(truth, np.r_[digits, confidence]) > 0.95, kind
        assert np.mean(confidence < 0.5) > 0.7, kind
