"""A data set of one's own: pictures in folders that are called 0 to 9."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

import numpy as np
import torch

from lenet_lib.data import DIGIT_NAMES, Dataset, Images
from lenet_lib.data.sources import TITLES
from lenet_lib.errors import LenetError, LenetWarning
from lenet_lib.photo.picture import pictures_in
from lenet_lib.photo.steps import RefusedError, prepare

TEST_PART = 5
"""Of the pictures of each digit every fifth is kept for testing, unless there is a folder test/."""

LEAST = 2
"""Pictures to train on: batch normalisation takes the spread of several."""


def load_folder(path: str | Path) -> Dataset:
    """Make a data set of pictures in folders, each taken the way ``lenet predict`` takes it.

    Args:
        path: Holds the folders 0 to 9, each with pictures of that digit; or ``train/`` and
            ``test/``, each with such folders. Without these two every fifth picture of a digit, in
            the order of their names, is for testing. A digit may be missing.

    Returns:
        Images uint8 N×1×28×28, named after the folder. Pictures that show no digit are left out,
        and a warning (:class:`LenetWarning`) says how many and names the first.

    Raises:
        LenetError: There are no such folders, a picture can't be read, or there are too few.
    """
    root = Path(path)
    name = root.resolve().name
    if not root.is_dir():
        raise LenetError(f"{root} is no folder; give one that holds the folders 0 to 9.")
    if name in TITLES:
        raise LenetError(f"{root} is called like {TITLES[name]}, which it is not; rename it.")
    if (root / "train").is_dir() and (root / "test").is_dir():
        parts = [_labelled(root / "train"), _labelled(root / "test")]
    else:
        every, last = _labelled(root), TEST_PART - 1
        kept = [files[last::TEST_PART] for files in every]
        rest = [[file for k, file in enumerate(files) if k % TEST_PART != last] for files in every]
        parts = [rest, kept]
    left_out: list[str] = []
    train, test = (_read(part, left_out) for part in parts)
    for what, part, least in (("train on", train, LEAST), ("test with", test, 1)):
        if len(part) < least:
            raise LenetError(
                f"{root} has too few pictures of digits to {what} ({len(part)} of at least "
                f"{least}); a fifth of what the folders 0 to 9 hold is kept for testing, unless "
                f"there are train/ and test/ with such folders."
            )
    if left_out:
        more = f" and {len(left_out) - 1} others" if len(left_out) > 1 else ""
        warnings.warn(f"Left out: {left_out[0]}{more}.", LenetWarning, stacklevel=2)
    content = (tensor for part in (train, test) for tensor in (part.images, part.labels))
    digest = hashlib.sha256(b"".join(tensor.numpy().tobytes() for tensor in content)).hexdigest()
    return Dataset(name, f"the pictures in {name}/", DIGIT_NAMES, train, test, digest)


def _labelled(root: Path) -> list[list[Path]]:
    """List the pictures of each digit, in the order of their names."""
    if not any((root / name).is_dir() for name in DIGIT_NAMES):
        raise LenetError(
            f"{root} holds no folder that is called 0, 1, … or 9; put the pictures of each digit "
            f"into a folder of its name."
        )
    return [pictures_in(root / name) for name in DIGIT_NAMES]


def _read(part: list[list[Path]], left_out: list[str]) -> Images:
    images, labels = [], []
    for label, files in enumerate(part):
        for file in files:
            try:
                images.append(prepare(file))
            except RefusedError as error:
                left_out.append(str(error).rstrip("."))
            else:
                labels.append(label)
    pixels = np.stack(images) if images else np.empty((0, 28, 28), dtype=np.uint8)
    return Images(torch.from_numpy(pixels).unsqueeze(1), torch.tensor(labels, dtype=torch.int64))
