"""The files of the data sets: where they are, whether they are sound, how they get here."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import socket
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet_lib.data.idx import IdxError, read_idx
from lenet_lib.data.sources import TITLES, TORCHVISION_CLASSES
from lenet_lib.errors import LenetError

SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
"""SHA-256 of MNIST's four raw files."""

FILES = tuple(SHA256)
SHAPES = dict(zip(FILES, [(60_000, 28, 28), (60_000,), (10_000, 28, 28), (10_000,)], strict=True))

WRITER_FILES = {
    True: ("qmnist-train-labels-idx2-int.gz", "0058f8dd561b90ffdd0f734c6a30e5e4"),
    False: ("qmnist-test-labels-idx2-int.gz", "5b5b05890a5e13444e108efe57b788aa"),
}
"""QMNIST's label file and its MD5, for the training part (True) and the test part (False)."""


class DownloadError(LenetError):
    """The data set is nowhere on this machine and could not be downloaded."""


def raw_folder(name: str, data_dir: str | Path | None = None) -> Path:
    """Find the folder with a data set's four raw files, downloading them if none was named.

    Each file may be there as it is or packed as it is downloaded, with ``.gz`` after its name.

    Raises:
        LenetError: A named folder lacks the files, or none was named and the download failed.
    """
    inside = Path(TORCHVISION_CLASSES[name], "raw")
    named = _named_folder(data_dir)
    folder = (named or default_data_dir()) / inside
    missing = [file for file in FILES if not os.path.lexists(_present(folder / file))]
    if missing and named:
        option = "--data-dir" if data_dir else "$LENET_DATA"
        raise LenetError(
            f"No {TITLES[name]} in the folder that {option} names: {folder / missing[0]} is "
            f"missing; name the folder that holds {inside.as_posix()}/, or name none and it is "
            f"downloaded."
        )
    if missing:
        _download(name, default_data_dir())
    return folder


def _named_folder(data_dir: str | Path | None) -> Path | None:
    """Give the folder that an option or the environment names, from the root on, or None."""
    named = data_dir or os.environ.get("LENET_DATA")
    # Unlike pathlib, os.path leaves the ~ of nobody's home as it is.
    return Path(os.path.expanduser(named)).absolute() if named else None  # noqa: PTH111


def _present(path: Path) -> Path:
    """Give a file's own path, or that of its packed form where there is only that."""
    packed = path.with_name(f"{path.name}.gz")
    return packed if os.path.lexists(packed) and not os.path.lexists(path) else path


def default_data_dir() -> Path:
    """Give the checkout's ``data/`` folder, or the working folder's for an installed package."""
    checkout = Path(__file__).resolve().parents[2]
    return (checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()) / "data"


def read_writers(data_dir: str | Path | None, *, train: bool) -> NDArray[np.int64] | None:
    """Read what :func:`~lenet_lib.data.load_writers` tells: QMNIST's label file, int64 N×8."""
    name, md5 = WRITER_FILES[train]
    places = [_named_folder(data_dir), _named_folder(None), default_data_dir()]
    paths = [place / "QMNIST" / "raw" / name for place in places if place]
    path = next((path for path in paths if os.path.lexists(path)), None)
    if path is None:
        path = paths[-1]
        try:
            _fetch(path, md5)
        except OSError:
            return None
    content = _read_bytes(path)
    if (found := hashlib.md5(content).hexdigest()) != md5:
        raise _damaged(path, f"MD5 {md5}, not {found}")
    table = read_idx(gzip.decompress(content))[: 60_000 if train else 10_000]
    return table.astype(np.int64)


def read_checked(path: Path, name: str) -> NDArray[np.generic]:
    """Read one raw file, packed or not, or say in one sentence what is wrong with it."""
    source = _present(path)
    content = _read_bytes(source)
    try:
        content = gzip.decompress(content) if source != path else content
        array = read_idx(content)
    except IdxError as error:
        raise _damaged(source, str(error)) from None
    except (OSError, EOFError, zlib.error):
        raise _damaged(source, "a whole gzip file") from None
    shape = SHAPES[path.name]
    if array.shape != shape or array.dtype != np.uint8:
        raise _damaged(source, f"uint8 of shape {shape}, not {array.dtype} {array.shape}")
    if name == "mnist" and (found := hashlib.sha256(content).hexdigest()) != SHA256[path.name]:
        raise _damaged(source, f"SHA-256 {SHA256[path.name]}, not {found}")
    if array.ndim == 1 and array.max() > 9:
        raise _damaged(source, f"labels from 0 to 9, not {array.max()}")
    return array


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise LenetError(
            f"{path} can't be read ({error.strerror}); mend that or delete it."
        ) from None


def _damaged(path: Path, expected: str) -> LenetError:
    return LenetError(
        f"{path} is damaged (expected {expected}); delete it and run again to download it, or put "
        f"a sound copy in its place."
    )


def torchvision_class(name: str) -> Any:
    """Give torchvision's class; imported only here, because a loaded file needs none of it."""
    from torchvision import datasets

    return getattr(datasets, TORCHVISION_CLASSES[name])


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Give a temporary folder on the same file system, so that a finished file is just renamed."""
    folder.mkdir(parents=True, exist_ok=True)
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(30)  # a silent server is a failed download, not a program that hangs
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".download-") as staging:
            yield Path(staging)
    finally:
        socket.setdefaulttimeout(before)


def _download(name: str, data_dir: Path) -> None:
    """Download with torchvision's loader and mirrors; files appear only when all are sound."""
    folder = TORCHVISION_CLASSES[name]
    try:
        with _staging(data_dir) as staging:
            torchvision_class(name)(staging, download=True)
            raw = staging / folder / "raw"
            for file in FILES:
                read_checked(raw / file, name)
            target = data_dir / folder / "raw"
            target.mkdir(parents=True, exist_ok=True)
            for file in FILES:
                (raw / file).replace(target / file)
    except (OSError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[-1] if str(error).strip() else type(error).__name__
        raise DownloadError(
            f"{TITLES[name]} is not on this machine and could not be downloaded ({reason}); put "
            f"its four raw files into {data_dir / folder / 'raw'} or name their folder "
            f"with --data-dir or $LENET_DATA."
        ) from None


def _fetch(path: Path, md5: str) -> None:
    """Download a QMNIST file, check its MD5 and rename it into place; OSError if that fails."""
    from torchvision.datasets import QMNIST
    from torchvision.datasets.utils import download_url

    addresses = [url for part in QMNIST.resources.values() for url, _ in part]
    url = next(url for url in addresses if url.endswith(path.name))
    with _staging(path.parent) as staging:
        try:
            download_url(url, str(staging), path.name, md5)
        except RuntimeError as error:  # torchvision's word for a wrong checksum
            raise OSError(str(error)) from None
        shutil.move(staging / path.name, path)
