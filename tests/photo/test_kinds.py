"""The kinds of pictures that people give, each read often enough or refused."""

from __future__ import annotations

import os

import numpy as np
import pytest
from helpers import kinds
from joblib import Parallel, delayed

from lenet_lib import data
from lenet_lib.errors import LenetError
from lenet_lib.photo import RefusedError, predict

LEAST = {  # percent that must be right, of so many
    "MNIST's own 28×28": (98, 100),
    "28×28 taken as it is": (96, 50),
    "any pen, size and ground": (92, 40),
    "fills the frame": (95, 20),
    "cropped to its ink": (96, 50),
    "ballpoint": (90, 12),
    "ruled or squared": (90, 20),
    "dim, 12 megapixels": (50, 2),
    "screenshot": (95, 20),
    "transparent": (95, 20),
    "European 1 and 7": (95, 20),
    "blank": (95, 20),
    "several digits": (95, 20),
}
"""A floor below what ``scripts/photo_steps.py`` measures, for these few."""


def right(kind: str, k: int, images: np.ndarray, labels: list[int]) -> bool:
    """Make the k-th picture of a kind and read it; or refuse it, if that is right."""
    rng = np.random.default_rng([7, k])
    chosen = rng.integers(0, len(images), 3)
    if kind in kinds.REFUSED:
        try:
            predict(kinds.REFUSED[kind](images[chosen], rng))
        except RefusedError:
            return True
        return False
    digit, label = images[chosen[0]], labels[chosen[0]]
    if kind == "European 1 and 7":
        digit = kinds.european_digit(label := (1, 7)[k % 2], rng)
    try:
        return predict(kinds.READ[kind](digit, rng)).digit == label
    except LenetError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("kind", LEAST)
def test_a_kind_of_picture(kind: str, mnist: data.Dataset) -> None:
    """Made of test digits, by which no setting was chosen."""
    least, count = LEAST[kind]
    images, labels = mnist.test.images[:2000, 0].numpy(), mnist.test.labels[:2000].tolist()
    jobs = 1 if "PYTEST_XDIST_WORKER" in os.environ else 2  # there each core has its test
    made = Parallel(n_jobs=jobs)(delayed(right)(kind, k, images, labels) for k in range(count))
    share = 100 * np.mean(made)
    print(f"{kind}: {share:.1f}% of {count}; wrong: {np.flatnonzero(~np.array(made)).tolist()}")
    assert share >= least
