"""The files: whole and sound or not at all, on disk, packed or downloaded."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest
import torch

from lenet_lib import data
from lenet_lib.data import download
from lenet_lib.data.download import FILES
from lenet_lib.errors import LenetError


@pytest.fixture
def copy(tmp_path: Path, mnist: data.Dataset) -> Path:
    """A folder with MNIST's files that may be broken."""
    raw = download.raw_folder("mnist")
    shutil.copytree(raw, tmp_path / "MNIST" / "raw")
    return tmp_path


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
