"""Damaged data and weights: detected every time, never used."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given, strategies as st
from safetensors.torch import save_file

from lenet_lib import data
from lenet_lib.data import download
from lenet_lib.data.idx import DTYPES, IdxError, read_idx
from lenet_lib.errors import LenetError
from lenet_lib.models import LeNet, LeNet5, load_weights, save_weights

from .conftest import Faults

pytestmark = pytest.mark.slow


@pytest.fixture
def raw(tmp_path: Path, mnist: data.Dataset) -> Path:
    """MNIST's folder with links to the sound files, to be replaced one by one."""
    folder = tmp_path / "MNIST" / "raw"
    folder.mkdir(parents=True)
    for file in download.FILES:
        (folder / file).symlink_to(download.raw_folder("mnist") / file)
    return folder


def refused(raw: Path, file: str) -> None:
    """Read the file as `load` reads each of the four, and see that this very one is complained of.

    (`load` itself would read 47 sound megabytes first, hundreds of times.)
    """
    with pytest.raises(LenetError, match=file) as error:
        download.read_checked(raw / file, "mnist")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("file", download.FILES)
def test_truncated_and_flipped_files(raw: Path, file: str, faults: Faults) -> None:
    path = raw / file
    sound = path.read_bytes()
    path.unlink()
    for _ in faults.times(100, 5):
        path.write_bytes(sound[: faults.random.randrange(len(sound))])
        refused(raw, file)
        faults.tried("data file truncated")
    for _ in faults.times(100, 3):
        broken = bytearray(sound)
        broken[faults.random.randrange(len(sound))] ^= 1 << faults.random.randrange(8)
        path.write_bytes(broken)
        refused(raw, file)
        faults.tried("data file with a flipped bit")


@pytest.mark.parametrize("file", download.FILES)
def test_other_things_in_a_files_place(raw: Path, file: str, faults: Faults) -> None:
    path = raw / file
    for other in download.FILES:
        if other != file:
            path.unlink()
            path.symlink_to(download.raw_folder("mnist") / other)
            refused(raw, file)
            faults.tried("data file swapped with another")
    path.unlink()
    refused(raw, file)
    path.touch()
    refused(raw, file)
    path.unlink()
    path.symlink_to(path)
    refused(raw, file)
    path.unlink()
    path.mkdir()
    refused(raw, file)
    with pytest.raises(LenetError, match=file):
        data.load("mnist", raw.parents[1])
    for _ in range(4):
        faults.tried("data file missing, empty, a link to itself or a folder")


def test_damaged_writer_files(tmp_path: Path, faults: Faults) -> None:
    path = tmp_path / "QMNIST" / "raw" / download.WRITER_FILES[True][0]
    path.mkdir(parents=True)
    with pytest.raises(LenetError, match="can't be read"):
        data.load_writers(tmp_path)
    path.rmdir()
    path.symlink_to(path)
    with pytest.raises(LenetError, match="can't be read"):
        data.load_writers(tmp_path)
    faults.tried("writers' file is a folder")
    faults.tried("writers' file is a link to itself")


def test_a_folder_in_a_downloads_place_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: Faults
) -> None:
    """Nothing is downloaded over what lies in data/."""
    monkeypatch.delenv("LENET_DATA", raising=False)
    monkeypatch.setattr(download, "default_data_dir", lambda: tmp_path)
    for file in download.FILES:
        (tmp_path / "MNIST" / "raw" / file).mkdir(parents=True)
    with pytest.raises(LenetError, match="can't be read"):
        data.load("mnist")
    faults.tried("folder in a download's place")


@given(st.binary(max_size=200))
def test_any_bytes_are_an_array_or_refused(content: bytes) -> None:
    with contextlib.suppress(IdxError):
        read_idx(content)


@given(
    st.sampled_from(sorted(DTYPES)),
    st.lists(st.sampled_from([0, 1, 2, 2**31, 2**32 - 1]), max_size=255),
    st.binary(max_size=16),
)
def test_any_header_is_an_array_or_refused(kind: int, shape: list[int], body: bytes) -> None:
    sizes = b"".join(size.to_bytes(4, "big") for size in shape)
    try:
        array = read_idx(bytes([0, 0, kind, len(shape)]) + sizes + body)
    except IdxError:
        return
    assert array.shape == tuple(shape)


def nan(path: Path) -> None:
    model = LeNet()
    model.fc1[1].running_var[3] = torch.nan
    save_weights(model, path)


def overflowing(path: Path) -> None:
    state = LeNet().state_dict()
    first = next(iter(state))
    save_file({**state, first: torch.full_like(state[first], 1e300, dtype=torch.float64)}, path)


def another_network(path: Path) -> None:
    save_file({k: v.contiguous() for k, v in LeNet5().state_dict().items()}, path)


def unknown_network(path: Path) -> None:
    save_file(LeNet().state_dict(), path, metadata={"lenet": json.dumps({"network": "Evil"})})


def metadata(text: str) -> Callable[[Path], None]:
    return lambda path: save_file(LeNet().state_dict(), path, metadata={"lenet": text})


class Bomb:
    """A pickle that leaves a trace when it is opened."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.trace,))


def pickled(path: Path) -> None:
    torch.save(Bomb(path.with_name("exploded")), path)


BAD = {
    "NaN": nan,
    "too large": overflowing,
    "another network": another_network,
    "unknown network": unknown_network,
    "a pickle": pickled,
    "a folder": Path.mkdir,
    "nothing": Path.touch,
    "no JSON": metadata("{"),
    "a list": metadata("[]"),
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_bad_weights(tmp_path: Path, make: Callable[[Path], None], faults: Faults) -> None:
    path = tmp_path / "w.safetensors"
    make(path)
    with pytest.raises(LenetError, match=r"w\.safetensors") as error:
        load_weights(path)
    assert "\n" not in str(error.value)
    assert not path.with_name("exploded").exists()
    faults.tried("bad weights")


def test_truncated_weights(tmp_path: Path, faults: Faults) -> None:
    path = tmp_path / "w.safetensors"
    save_weights(LeNet(), path)
    sound = path.read_bytes()
    for _ in faults.times(100, 10):
        path.write_bytes(sound[: faults.random.randrange(len(sound))])
        with pytest.raises(LenetError, match="no readable safetensors"):
            load_weights(path)
        faults.tried("weights truncated")
    shutil.rmtree(tmp_path)
