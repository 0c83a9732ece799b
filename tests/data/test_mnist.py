"""The digits: facts about MNIST, integrity of the files, the writer-disjoint split."""

from __future__ import annotations

import gzip
import math
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from helpers.idx import idx

from lenet_lib import data
from lenet_lib.data import assignment, download
from lenet_lib.data.download import FILES
from lenet_lib.data.idx import IdxError, read_idx
from lenet_lib.errors import LenetError, LenetWarning

TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]


@pytest.fixture
def copy(tmp_path: Path, mnist: data.Dataset) -> Path:
    """A folder with MNIST's files that may be broken."""
    raw = download.raw_folder("mnist")
    shutil.copytree(raw, tmp_path / "MNIST" / "raw")
    return tmp_path


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


def test_writers_are_who_qmnist_says(mnist: data.Dataset) -> None:
    train, test = data.load_writers(), data.load_writers(train=False)
    if train is None or test is None:
        pytest.skip("QMNIST's label files are not at hand")
    assert len(set(train.writer)) == 539
    assert len(set(train.writer[train.student])) == 250
    assert train.student.sum() == 29_050
    assert len(set(test.writer)) == 297
    assert len(set(test.writer[test.student])) == 249
    assert not set(train.writer) & set(test.writer)
    assert test.student[:5000].all()
    assert test.student[5000:].sum() == 1


def test_no_writer_is_on_both_sides_of_the_split(mnist: data.Dataset) -> None:
    who = data.load_writers()
    if who is None:
        pytest.skip("QMNIST's label file is not at hand")
    split = data.split_by_writer(mnist.train, who)
    assert split.writer_disjoint
    assert not set(who.writer[split.train_index]) & set(who.writer[split.validation_index])
    assert len(split.train) + len(split.validation) == 60_000
    assert 9_000 < len(split.validation) < 11_000
    assert torch.equal(mnist.train.labels[split.validation_index], split.validation.labels)
    shares = split.validation.labels.bincount() / mnist.train.labels.bincount()
    assert shares.max() - shares.min() < 0.02
    again = data.split_by_writer(mnist.train, who)
    assert np.array_equal(split.validation_index, again.validation_index)
    other = data.split_by_writer(mnist.train, who, seed=1)
    assert not np.array_equal(split.validation_index, other.validation_index)


def test_without_writers_the_tail_is_taken_and_said(few: data.Images) -> None:
    with pytest.warns(LenetWarning, match="writers of the digits are unknown"):
        split = data.split_by_writer(few, None)
    assert not split.writer_disjoint
    assert split.validation_index.tolist() == list(range(250, 300))


def test_a_random_split_would_share_writers(mnist: data.Dataset) -> None:
    who = data.load_writers()
    if who is None:
        pytest.skip("QMNIST's label file is not at hand")
    drawn = np.random.default_rng(0).permutation(60_000)[:10_000]
    rest = np.setdiff1d(np.arange(60_000), drawn)
    assert len(set(who.writer[drawn]) & set(who.writer[rest])) > 500


@pytest.mark.parametrize("file", download.FILES)
def test_a_truncated_file_is_never_loaded(copy: Path, file: str) -> None:
    path = copy / "MNIST" / "raw" / file
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(LenetError, match=rf"{file} is damaged .expected .* bytes, not .*delete it"):
        data.load("mnist", copy)


@pytest.mark.parametrize("file", download.FILES)
def test_a_flipped_bit_is_noticed(copy: Path, file: str) -> None:
    path = copy / "MNIST" / "raw" / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(LenetError, match=f"{file} is damaged .expected SHA-256"):
        data.load("mnist", copy)


def test_swapped_files_are_noticed(copy: Path) -> None:
    raw = copy / "MNIST" / "raw"
    shutil.copy(raw / "t10k-images-idx3-ubyte", raw / "train-images-idx3-ubyte")
    with pytest.raises(LenetError, match="expected uint8 of shape"):
        data.load("mnist", copy)


def test_a_named_folder_must_hold_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LenetError, match=r"--data-dir names.*missing"):
        data.load("mnist", tmp_path)
    monkeypatch.setenv("LENET_DATA", str(tmp_path))
    with pytest.raises(LenetError, match=r"LENET_DATA names.*missing") as error:
        data.load("mnist")
    assert not isinstance(error.value, download.DownloadError)


def test_a_relative_folder_counts_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the message says which folder that is, from the root on."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LENET_DATA", "../elsewhere")
    with pytest.raises(LenetError) as error:
        data.load("mnist")
    assert str(tmp_path / "../elsewhere" / "MNIST" / "raw" / download.FILES[0]) in str(error.value)


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory, mnist: data.Dataset) -> Path:
    """MNIST's files as they are downloaded, packed."""
    folder = tmp_path_factory.mktemp("downloads")
    for file in download.FILES:
        content = (download.raw_folder("mnist") / file).read_bytes()
        (folder / f"{file}.gz").write_bytes(gzip.compress(content, 1))
    return folder


@pytest.fixture
def packed(tmp_path: Path, downloads: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A ``data/`` that holds MNIST only as it is downloaded, packed; gives the files' folder."""
    raw = shutil.copytree(downloads, tmp_path / "MNIST" / "raw")
    monkeypatch.delenv("LENET_DATA", raising=False)
    monkeypatch.setattr(download, "default_data_dir", lambda: tmp_path)

    def no_network(*_: object) -> None:
        raise AssertionError("it asked the network")

    monkeypatch.setattr(download, "_download", no_network)
    return raw


def test_packed_files_are_read_without_the_network(packed: Path, mnist: data.Dataset) -> None:
    for folder in (None, packed.parents[1]):
        loaded = data.load("mnist", folder)
        assert torch.equal(loaded.test.images, mnist.test.images)
        assert torch.equal(loaded.train.labels, mnist.train.labels)
    assert len(list(packed.iterdir())) == 4


@pytest.mark.parametrize("harm", ["truncated", "no gzip", "changed", "swapped"])
def test_a_damaged_packed_file_is_refused(packed: Path, harm: str) -> None:
    path = packed / "t10k-labels-idx1-ubyte.gz"
    content = path.read_bytes()
    labels = bytearray(gzip.decompress(content))
    labels[-1] ^= 1
    path.write_bytes(
        {
            "truncated": content[:-9],
            "no gzip": b"nothing",
            "changed": gzip.compress(labels),
            "swapped": (packed / "train-labels-idx1-ubyte.gz").read_bytes(),
        }[harm]
    )
    with pytest.raises(LenetError, match=rf"{path.name} is damaged .expected"):
        data.load("mnist")


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


def test_a_download_appears_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mnist: data.Dataset
) -> None:
    """A loader that breaks off half-way leaves nothing; one that ends leaves four sound files."""
    calls = []

    class MNIST:
        def __init__(self, root: Path, download: bool) -> None:
            calls.append(root)
            raw = Path(root) / "MNIST" / "raw"
            raw.mkdir(parents=True)
            for file in FILES[: 2 if len(calls) == 1 else 4]:
                shutil.copy(source / file, raw / file)
            if len(calls) == 1:
                raise RuntimeError("Error downloading t10k-images")

    source = download.raw_folder("mnist")
    monkeypatch.delenv("LENET_DATA", raising=False)
    monkeypatch.setattr(download, "default_data_dir", lambda: tmp_path)
    monkeypatch.setattr("torchvision.datasets.MNIST", MNIST)
    with pytest.raises(download.DownloadError, match="Error downloading t10k-images"):
        data.load("mnist")
    assert not list(tmp_path.rglob("*ubyte"))
    assert not list(tmp_path.glob(".download-*"))
    assert len(data.load("mnist").train) == 60_000
    assert not list(tmp_path.glob(".download-*"))
    data.load("mnist")
    assert len(calls) == 2  # the third time the files are there


def test_a_damaged_writer_file_is_an_error(tmp_path: Path) -> None:
    raw = tmp_path / "QMNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "qmnist-train-labels-idx2-int.gz").write_bytes(gzip.compress(b"nothing"))
    with pytest.raises(LenetError, match=r"is damaged .expected MD5"):
        data.load_writers(tmp_path)


def test_sklearns_digits_look_like_mnist(digits: data.Dataset) -> None:
    assert len(digits.train) + len(digits.test) == 1797
    assert digits.train.images.shape[1:] == (1, 28, 28)
    assert digits.train.images.dtype == torch.uint8
    assert digits.train.images[:, :, :4].sum() == 0
    assert digits.train.images.max() > 240


def test_read_idx_reads_what_the_format_allows() -> None:
    header = bytes([0, 0, 0x0C, 2]) + struct.pack(">II", 2, 3)
    array = read_idx(header + np.arange(6, dtype=">i4").tobytes())
    assert array.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert array.dtype == np.int32


@pytest.mark.parametrize(
    "content", [b"", b"\0\0", b"abcd", bytes([0, 0, 7, 1]), bytes([0, 0, 8, 2, 0])]
)
def test_read_idx_refuses_other_files(content: bytes) -> None:
    with pytest.raises(IdxError):
        read_idx(content)
