"""The digits: facts about MNIST, its stand-in and its relatives, and how pixels are scaled."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.idx import idx

from lenet_lib import data
from lenet_lib.data import assignment, download
from lenet_lib.errors import LenetError

TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]


def test_mnist_is_what_the_report_says(mnist: data.Dataset) -> None:
    assert mnist.train.images.shape == (60_000, 1, 28, 28)
    assert mnist.test.images.shape == (10_000, 1, 28, 28)
    assert mnist.train.images.dtype == torch.uint8
    assert mnist.train.labels.dtype == torch.int64
    assert mnist.train.labels.bincount().tolist() == TRAIN_COUNTS
    assert mnist.test.labels.bincount().tolist() == assignment.CONFUSION.sum(1).tolist()
    pixels = data.scale(mnist.train.images).double()
    assert pixels.mean().item() == pytest.approx(0.1307, abs=5e-5)
    assert pixels.std().item() == pytest.approx(0.3081, abs=5e-5)


def test_whole_numbers_are_scaled_and_floats_are_not_scaled_again() -> None:
    pixels = torch.arange(256, dtype=torch.uint8).reshape(4, 64)
    scaled = data.scale(pixels)
    assert scaled.dtype == torch.float32 and scaled.shape == pixels.shape
    assert torch.equal(scaled, pixels.float() / 255)
    for same in (pixels.int(), pixels.long(), scaled, scaled.double()):
        again = data.scale(same)
        assert again.dtype == torch.float32 and torch.equal(again, scaled)
    assert data.scale(torch.zeros(0, 1, 28, 28)).shape == (0, 1, 28, 28)
    wrong = [pixels.float(), pixels.int() - 1, pixels.int() + 1, scaled - 0.1]
    for images in (*wrong, torch.tensor([0.5, math.nan]), torch.tensor([True])):
        with pytest.raises(LenetError, match=r"0 to 255 or floats from 0 to 1; these are \w+ from"):
            data.scale(images)


def test_only_mnist_has_a_stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LENET_DATA", raising=False)
    monkeypatch.setattr(download, "default_data_dir", lambda: tmp_path)

    def offline(name: str, data_dir: Path) -> None:
        raise download.DownloadError(f"{name} could not be downloaded")

    monkeypatch.setattr(download, "_download", offline)
    dataset, banner = data.load_or_stand_in()
    assert dataset.name == "digits"
    assert "THIS IS NOT MNIST" in banner
    assert "could not be downloaded" in banner
    with pytest.raises(download.DownloadError):
        data.load_or_stand_in("fashion-mnist")
    assert data.load_or_stand_in("digits")[1] == ""
    with pytest.raises(LenetError, match="--data-dir names"):  # what was named must be there
        data.load_or_stand_in("mnist", tmp_path)


def test_fashion_mnist_comes_through_the_same_door(tmp_path: Path) -> None:
    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for file, shape in download.SHAPES.items():
        (raw / file).write_bytes(idx(np.zeros(shape)))
    fashion = data.load("fashion-mnist", tmp_path)
    assert fashion.classes[0] == "T-shirt/top"
    assert fashion.train.images.shape == (60_000, 1, 28, 28)
    (raw / download.FILES[1]).write_bytes(idx(np.full(60_000, 17)))
    with pytest.raises(LenetError, match="labels from 0 to 9, not 17"):
        data.load("fashion-mnist", tmp_path)


def test_sklearns_digits_look_like_mnist(digits: data.Dataset) -> None:
    assert len(digits.train) + len(digits.test) == 1797
    assert digits.train.images.shape[1:] == (1, 28, 28)
    assert digits.train.images.dtype == torch.uint8
    assert digits.train.images[:, :, :4].sum() == 0
    assert digits.train.images.max() > 240
