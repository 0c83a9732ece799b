"""Where the digits come from: find, check, load and split them, as whole tensors."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lenet_lib.data.download import (
    FILES,
    DownloadError,
    raw_folder,
    read_checked,
    torchvision_class,
)
from lenet_lib.data.sources import TITLES, TORCHVISION_CLASSES
from lenet_lib.data.writers import Writers
from lenet_lib.errors import LenetError, LenetWarning


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
    """A data set: its name, the names of its ten classes, and its training and test part.

    ``digest`` tells what one's own pictures are; those of known name need none.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    train: Images
    test: Images
    digest: str = ""


@dataclass(frozen=True)
class Split:
    """Training and validation parts, their positions in the training set, and how they were cut."""

    train: Images
    validation: Images
    train_index: NDArray[np.int64]
    validation_index: NDArray[np.int64]
    writer_disjoint: bool


DIGIT_NAMES = tuple("0123456789")


def scale(images: Tensor) -> Tensor:
    """Turn pixels into what every network here is fed.

    Args:
        images: Whole numbers 0–255, which are divided by 255, or floats 0–1, which are left as they
            are; any shape.

    Returns:
        float32 0–1, same shape.

    Raises:
        LenetError: Values beyond these ranges, or NaN: what they are meant to be can't be told.
    """
    if images.dtype == torch.uint8:
        return images.float() / 255
    most = 1 if images.is_floating_point() else 255
    if images.dtype == torch.bool or not bool(((images >= 0) & (images <= most)).all()):
        raise LenetError(
            f"Pixels must be whole numbers from 0 to 255 or floats from 0 to 1; these are "
            f"{str(images.dtype).removeprefix('torch.')} from {images.min()} to {images.max()}."
        )
    return images.float() / most


def load(name: str = "mnist", data_dir: str | Path | None = None) -> Dataset:
    """Load a data set from disk, downloading it into the repository's ``data/`` if need be.

    Args:
        name: ``mnist``, ``fashion-mnist``, ``kmnist`` or ``digits`` (scikit-learn's, always at
            hand).
        data_dir: Folder in torchvision's layout (``MNIST/raw/train-images-idx3-ubyte``, … or the
            same files with ``.gz``). Without it, ``$LENET_DATA``, then ``data/``. A folder that is
            named must hold the data; a relative name counts from the working folder.

    Raises:
        LenetError: An unknown name, a folder without the files, a damaged file, or a failed
            download (:class:`lenet_lib.data.download.DownloadError`).
    """
    if name == "digits":
        return _sklearn_digits()
    if name not in TORCHVISION_CLASSES:
        raise LenetError(f"There is no data set {name!r}; choose one of {', '.join(TITLES)}.")
    folder = raw_folder(name, data_dir)
    parts = [read_checked(folder / file, name) for file in FILES]
    classes = DIGIT_NAMES if name == "mnist" else tuple(torchvision_class(name).classes)
    return Dataset(name, TITLES[name], classes, _images(*parts[:2]), _images(*parts[2:]))


def load_or_stand_in(
    name: str = "mnist", data_dir: str | Path | None = None
) -> tuple[Dataset, str]:
    """Load a data set; where MNIST can't be had at all, scikit-learn's digits stand in.

    Returns:
        The data set, and the banner that must be printed above all that follows from it: empty
        unless it is a stand-in.

    Raises:
        LenetError: As for :func:`load`; only a failed download of MNIST itself is made up for.
    """
    try:
        return load(name, data_dir), ""
    except DownloadError as error:
        if name != "mnist":
            raise
        line = "!" * 88
        banner = (
            f"{line}\n!!  THIS IS NOT MNIST.\n!!  {error}\n!!  scikit-learn's 1,797 small digits "
            f"stand in: the numbers below say nothing about MNIST.\n{line}\n"
        )
        return load("digits"), banner


def split_by_writer(train: Images, who: Writers | None, *, seed: int = 0) -> Split:
    """Set a validation part aside whose writers wrote nothing in the training part.

    A sixth of the students and of the Census employees is drawn (each wrote all ten digits about
    equally often). Without writers the tail of the training set is taken, and a warning says so.

    Args:
        who: Its writers (see :func:`~lenet_lib.data.writers.load_writers`), or None.
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
        held_out = np.arange(count - round(count / 6), count)
    else:
        shuffle = GroupShuffleSplit(1, test_size=1 / 6, random_state=seed)
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
