"""What the assignment's report published of its network and its one run, to compare with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DATASET = "mnist"
"""The data set of the assignment; its numbers say nothing of another."""

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

CONFUSION: NDArray[np.int64] = np.array(
    [
        [976, 0, 1, 0, 0, 0, 2, 1, 0, 0],
        [0, 1132, 0, 0, 0, 1, 0, 2, 0, 0],
        [1, 1, 1025, 0, 1, 0, 1, 3, 0, 0],
        [0, 1, 0, 1008, 0, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 978, 1, 1, 0, 0, 2],
        [2, 0, 0, 4, 0, 883, 1, 1, 0, 1],
        [4, 2, 0, 0, 2, 2, 948, 0, 0, 0],
        [0, 2, 6, 2, 1, 0, 0, 1012, 1, 4],
        [0, 0, 4, 3, 0, 0, 0, 1, 963, 3],
        [1, 0, 0, 0, 10, 3, 0, 1, 4, 990],
    ]
)
"""Counts on MNIST's 10,000 test images, int64 10×10, rows true, columns predicted."""
