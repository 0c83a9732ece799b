"""ONNX files: onnxruntime reads in them what torch reads in the weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from helpers.cli import lenet

from lenet_lib import data
from lenet_lib.models import LeNet, export, load_weights, predict_logits, read_metadata

pytestmark = pytest.mark.slow


def session(file: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The released weights, exported as a user does it."""
    file = tmp_path_factory.mktemp("onnx") / "new folder" / "lenet.onnx"
    result = lenet("export", "--onnx", file, cwd=file.parents[1])
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"{file}: ")
    assert [path.name for path in file.parent.iterdir()] == ["lenet.onnx"]
    return file


def test_logits_are_torchs_on_test_digits(released: Path, mnist: data.Dataset) -> None:
    images = mnist.test.images[:1000]
    theirs = session(released).run(["logits"], {"images": images.numpy().astype(np.float32) / 255})
    ours = predict_logits(load_weights(), images)
    np.testing.assert_allclose(theirs[0], ours.numpy(), rtol=0, atol=1e-4)


def test_the_file_says_what_it_is_and_nothing_of_this_machine(released: Path) -> None:
    facts = session(released).get_modelmeta().custom_metadata_map["lenet"]
    assert json.loads(facts) == read_metadata()
    content = released.read_bytes()
    assert not [word for word in (b".py", b"site-packages") if word in content]


def test_a_state_dict_is_exported_too(tmp_path: Path) -> None:
    model = LeNet().eval()
    torch.save(model.state_dict(), tmp_path / "mine.pth")
    result = lenet("export", "--onnx", "mine.onnx", "--weights", "mine.pth", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    image = torch.rand(1, 1, 28, 28)
    (logits,) = session(tmp_path / "mine.onnx").run(None, {"images": image.numpy()})
    np.testing.assert_allclose(logits, model(image).detach().numpy(), rtol=0, atol=1e-4)


def test_another_name_than_onnx_is_refused(tmp_path: Path) -> None:
    result = lenet("export", "--onnx", "lenet.pdf", cwd=tmp_path)
    assert result.returncode == 2
    assert "must end in .onnx" in result.stderr
    assert not list(tmp_path.iterdir())


def test_what_disagrees_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "TOLERANCE", 0.0)
    result = lenet("export", "--onnx", "lenet.onnx", cwd=tmp_path)
    assert result.returncode == 1
    assert "logits differ from torch's by" in result.stderr
    assert not list(tmp_path.iterdir())
