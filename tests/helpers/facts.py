"""What the assignment says of its network; its results, image by image as far as they are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lenet_lib.data.assignment import CONFUSION

LAYERS = {
    "conv1": ("Conv2d", "6×30×30", 60),
    "relu1": ("ReLU", "6×30×30", 0),
    "pool1": ("MaxPool2d", "6×15×15", 0),
    "conv2": ("Conv2d", "16×11×11", 2_416),
    "relu2": ("ReLU", "16×11×11", 0),
    "pool2": ("MaxPool2d", "16×5×5", 0),
    "fc1": ("Linear", "120", 48_120),
    "bn1": ("BatchNorm1d", "120", 240),
    "relu3": ("ReLU", "120", 0),
    "fc2": ("Linear", "84", 10_164),
    "bn2": ("BatchNorm1d", "84", 168),
    "relu4": ("ReLU", "84", 0),
    "fc3": ("Linear", "10", 850),
}
"""Its table of the network: layer → kind, output shape, parameters. The names are this report's."""


def labels_and_predictions() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Unroll the assignment's confusion matrix into 10,000 pairs."""
    y, y_pred = np.indices((10, 10)).reshape(2, -1).repeat(CONFUSION.ravel(), axis=1)
    return y, y_pred
