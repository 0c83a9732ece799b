"""Where the digits come from: find, check, load and split them, as whole tensors."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import socket
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lenet_lib.errors import LenetError, LenetWarning
from lenet_lib.idx import IdxError, read_idx

PIXEL_MEAN, PIXEL_STD = 0.1307, 0.3081
"""Mean and standard deviation of MNIST's training pixels, scaled to 0–1."""

SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
"""SHA-256 of MNIST's four raw files."""

FILES = tuple(SHA256)
SHAPES = dict(zip(FILES, [(60_000, 28, 28), (60_000,), (10_000, 28, 28), (10_000,)], strict=True))

STUDENT_SERIES = 4
"""NIST's series (``hsf_4``) written by high-school students; the others are Census employees'."""


@dataclass(frozen=True)
class Images:
    """Labelled images: ``images`` uint8 N×1×28×28 (0 paper, 255 ink), ``labels`` int64 N (0–9)."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: Tensor | slice) -> Images:
        return Images(self.images[index], self.labels[index])

    def to(self, device: torch.device | str) -> Images:
        """Move both tensors to a device."""
        return Images(self.images.to(device), self.labels.to(device))


@dataclass(frozen=True)
class Dataset:
    """A data set: its name, the names of its ten classes, and its training and test part."""

    name: str
    title: str
    classes: tuple[str, ...]
    train: Images
    test: Images


@dataclass(frozen=True)
class Writers:
    """Who wrote each digit: ``series`` and ``writer`` (NIST's numbers), int64 N each."""

    series: NDArray[np.int64]
    writer: NDArray[np.int64]

    @property
    def student(self) -> NDArray[np.bool_]:
        """True where a high-school student wrote the digit, False for a Census employee; bool N."""
        return np.equal(self.series, STUDENT_SERIES)


@dataclass(frozen=True)
class Split:
    """Training and validation parts, their positions in the training set, and how they were cut."""

    train: Images
    validation: Images
    train_index: NDArray[np.int64]
    validation_index: NDArray[np.int64]
    writer_disjoint: bool


DIGIT_NAMES = tuple("0123456789")
TITLES = {
    "mnist": "MNIST",
    "fashion-mnist": "Fashion-MNIST",
    "kmnist": "KMNIST",
    "digits": "scikit-learn's digits",
}
TORCHVISION_CLASSES = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "kmnist": "KMNIST"}
"""torchvision's class for each data set, which also names its folder."""

WRITER_FILES = {
    True: ("qmnist-train-labels-idx2-int.gz", "0058f8dd561b90ffdd0f734c6a30e5e4"),
    False: ("qmnist-test-labels-idx2-int.gz", "5b5b05890a5e13444e108efe57b788aa"),
}
"""QMNIST's label file and its MD5, for the training part (True) and the test part (False)."""


def scale(images: Tensor) -> Tensor:
    """Turn pixels into what every network here is fed: uint8 0–255 → float32 0–1, same shape."""
    return images.float() / 255


def load(name: str = "mnist", data_dir: str | Path | None = None) -> Dataset:
    """Load a data set from disk, downloading it into the repository's ``data/`` if need be.

    Parameters
    ----------
    name
        ``mnist``, ``fashion-mnist``, ``kmnist`` or ``digits`` (scikit-learn's, always at hand).
    data_dir
        Folder in torchvision's layout (``MNIST/raw/train-images-idx3-ubyte``, …). Without it,
        ``$LENET_DATA``, then ``data/``. A folder that is named must hold the data.

    Raises
    ------
    LenetError
        An unknown name, a folder without the files, a damaged file, or a failed download
        (:class:`DownloadError`).
    """
    if name == "digits":
        return _sklearn_digits()
    if name not in TORCHVISION_CLASSES:
        raise LenetError(f"There is no data set {name!r}; choose one of {', '.join(TITLES)}.")
    folder = raw_folder(name, data_dir)
    parts = [_read_checked(folder / file, name) for file in FILES]
    classes = DIGIT_NAMES if name == "mnist" else tuple(_torchvision(name).classes)
    return Dataset(name, TITLES[name], classes, _images(*parts[:2]), _images(*parts[2:]))


class DownloadError(LenetError):
    """The data set is nowhere on this machine and could not be downloaded."""


def raw_folder(name: str, data_dir: str | Path | None = None) -> Path:
    """Find the folder with a data set's four raw files, downloading them if none was named.

    Raises
    ------
    LenetError
        A named folder lacks the files, or none was named and the download failed.
    """
    inside = Path(TORCHVISION_CLASSES[name], "raw")
    if named := data_dir or os.environ.get("LENET_DATA"):
        option = "--data-dir" if data_dir else "$LENET_DATA"
        # Unlike pathlib, os.path leaves the ~ of nobody's home as it is.
        folder = Path(os.path.expanduser(named)) / inside  # noqa: PTH111
        missing = [file for file in FILES if not os.path.lexists(folder / file)]
        if missing:
            raise LenetError(
                f"No {TITLES[name]} in the folder that {option} names: {folder / missing[0]} is "
                f"missing; name the folder that holds {inside.as_posix()}/, or name none and it "
                f"is downloaded."
            )
        return folder
    folder = default_data_dir() / inside
    if not all(os.path.lexists(folder / file) for file in FILES):
        _download(name, default_data_dir())
    return folder


def default_data_dir() -> Path:
    """Give the checkout's ``data/`` folder, or the working folder's for an installed package."""
    checkout = Path(__file__).resolve().parents[1]
    return (checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()) / "data"


def writers(data_dir: str | Path | None = None, *, train: bool = True) -> Writers | None:
    """Tell who wrote each MNIST digit, from QMNIST's label file (Yadav & Bottou 2019).

    The digits are in MNIST's order. The file is looked for beside MNIST (``QMNIST/raw``), then
    downloaded into ``data/``.

    Parameters
    ----------
    data_dir
        As for :func:`load`.
    train
        The 60,000 training digits, else the 10,000 test digits.

    Returns
    -------
    Writers or None
        None when the file is neither on disk nor to be had.

    Raises
    ------
    LenetError
        The file on disk is damaged.
    """
    name, md5 = WRITER_FILES[train]
    places = [data_dir, os.environ.get("LENET_DATA"), default_data_dir()]
    paths = [Path(place) / "QMNIST" / "raw" / name for place in places if place]
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
    table = read_idx(gzip.decompress(content))[: 60_000 if train else 10_000].astype(np.int64)
    return Writers(series=table[:, 1], writer=table[:, 2])


def split_by_writer(
    train: Images, who: Writers | None, *, fraction: float = 1 / 6, seed: int = 0
) -> Split:
    """Set a validation part aside whose writers wrote nothing in the training part.

    The same fraction of the students and of the Census employees is drawn (each wrote all ten
    digits about equally often). Without writers the tail of the training set is taken, and a
    warning says so.

    Parameters
    ----------
    train
        The training set, N images.
    who
        Its writers (see :func:`writers`), or None.
    fraction
        Part of the writers that is set aside, 0–1; about as large a part of the images.
    seed
        Chooses the writers.
    """
    from sklearn.model_selection import GroupShuffleSplit

    count = len(train)
    if who is None:
        warnings.warn(
            "The writers of the digits are unknown (no QMNIST label file): the validation part is "
            "the tail of the training set, and may share writers with it.",
            LenetWarning,
            stacklevel=2,
        )
        held_out = np.arange(count - round(count * fraction), count)
    else:
        shuffle = GroupShuffleSplit(1, test_size=fraction, random_state=seed)
        halves = [np.flatnonzero(who.student), np.flatnonzero(~who.student)]
        drawn = [half[next(shuffle.split(half, groups=who.writer[half]))[1]] for half in halves]
        held_out = np.sort(np.concatenate(drawn))
    fit = np.setdiff1d(np.arange(count), held_out)
    return Split(
        train[torch.from_numpy(fit)],
        train[torch.from_numpy(held_out)],
        fit,
        held_out,
        writer_disjoint=who is not None,
    )


def _images(images: NDArray[np.generic], labels: NDArray[np.generic]) -> Images:
    return Images(torch.from_numpy(images).unsqueeze(1), torch.from_numpy(labels).long())


def _read_checked(path: Path, name: str) -> NDArray[np.generic]:
    """Read one raw file, or say in one sentence what is wrong with it."""
    content = _read_bytes(path)
    try:
        array = read_idx(content)
    except IdxError as error:
        raise _damaged(path, str(error)) from None
    if array.shape != SHAPES[path.name] or array.dtype != np.uint8:
        raise _damaged(path, f"uint8 of shape {SHAPES[path.name]}, not {array.dtype} {array.shape}")
    if name == "mnist" and (found := hashlib.sha256(content).hexdigest()) != SHA256[path.name]:
        raise _damaged(path, f"SHA-256 {SHA256[path.name]}, not {found}")
    if array.ndim == 1 and array.max() > 9:
        raise _damaged(path, f"labels from 0 to 9, not {array.max()}")
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


def _torchvision(name: str) -> Any:
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
            _torchvision(name)(staging, download=True)
            raw = staging / folder / "raw"
            for file in FILES:
                _read_checked(raw / file, name)
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


def _sklearn_digits() -> Dataset:
    """Upscale scikit-learn's 1,797 digits from 8×8 to 20×20 and frame them in 28×28, as MNIST does.

    The last 360 (a fifth) are the test part: the files are in the order of their collection.
    """
    from sklearn.datasets import load_digits

    bunch = load_digits()
    small = torch.from_numpy(bunch.images).float().unsqueeze(1) * (255 / 16)
    large = torch.nn.functional.interpolate(small, size=20, mode="bilinear", align_corners=False)
    images = torch.nn.functional.pad(large, (4, 4, 4, 4)).round().to(torch.uint8)
    every = Images(images, torch.from_numpy(bunch.target).long())
    train, test = every[: len(every) - 360], every[len(every) - 360 :]
    return Dataset("digits", TITLES["digits"], DIGIT_NAMES, train, test)
