"""What several tests share: MNIST where it is at hand, and small stand-ins where it is not."""

from __future__ import annotations

import os

import pytest
import torch

from lenet_lib import data
from lenet_lib.data import download


@pytest.fixture(scope="session")
def mnist() -> data.Dataset:
    """The real MNIST, or a skip where it is neither on disk nor to be had."""
    try:
        return data.load("mnist")
    except download.DownloadError as error:
        if os.environ.get("CI") and os.environ.get("LENET_DATA"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def digits() -> data.Dataset:
    """scikit-learn's digits: always there, and small."""
    return data.load("digits")


@pytest.fixture(scope="session")
def few(digits: data.Dataset) -> data.Images:
    """300 digits: enough to train on for a moment."""
    return digits.train[:300]


@pytest.fixture(autouse=True)
def one_seed() -> None:
    """No test depends on the tests before it."""
    torch.manual_seed(0)
