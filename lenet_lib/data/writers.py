"""Who wrote each digit, and how the writers differ."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenet_lib.data.download import read_writers

STUDENT_SERIES = 4
"""NIST's series (``hsf_4``) written by high-school students; the others are Census employees'."""


@dataclass(frozen=True)
class Writers:
    """Who wrote each digit: ``series`` and ``writer`` (NIST's numbers), int64 N each."""

    series: NDArray[np.int64]
    writer: NDArray[np.int64]

    @property
    def student(self) -> NDArray[np.bool_]:
        """True where a high-school student wrote the digit, False for a Census employee; bool N."""
        return np.equal(self.series, STUDENT_SERIES)


def load_writers(data_dir: str | Path | None = None, *, train: bool = True) -> Writers | None:
    """Tell who wrote each MNIST digit, in order, by QMNIST's label file (Yadav & Bottou 2019).

    The file is looked for beside MNIST (``QMNIST/raw``), then downloaded into ``data/``; None where
    it is neither on disk nor to be had. ``data_dir`` is that of :func:`lenet_lib.data.load`;
    without ``train`` the 10,000 test digits are meant.

    Raises:
        LenetError: The file on disk is damaged.
    """
    table = read_writers(data_dir, train=train)
    return None if table is None else Writers(series=table[:, 1], writer=table[:, 2])


def writer_effect(
    values: NDArray[np.float64],
    labels: NDArray[np.int64],
    writer: NDArray[np.int64],
    *,
    each: int = 0,
) -> dict[int, float]:
    """Tell how each writer differs from all others who write the same digits.

    Args:
        values: Something measured of each image, float64 N.
        labels, writer: Digit and writer of each image, int64 N each.
        each: Leave out writers with fewer than so many examples of any digit that occurs.

    Returns:
        Writer → mean of the value's difference from its digit's mean, in the value's unit.
    """
    import pandas as pd

    digits = pd.DataFrame({"value": values, "label": labels, "writer": writer})
    rest = digits["value"] - digits.groupby("label")["value"].transform("mean")
    enough = (pd.crosstab(digits["writer"], digits["label"]) >= each).all(axis=1)
    effects = rest.groupby(digits["writer"]).mean()[enough]
    return dict(zip(effects.index.tolist(), effects.tolist(), strict=True))


def examples(
    labels: NDArray[np.int64], writer: NDArray[np.int64], name: int, *, each: int = 2
) -> NDArray[np.int64]:
    """Give the positions of one writer's first digits: 0 to 9, then 0 to 9 again, and so on."""
    mine = [np.flatnonzero((writer == name) & (labels == digit))[:each] for digit in range(10)]
    return np.stack(mine, 1).ravel()
