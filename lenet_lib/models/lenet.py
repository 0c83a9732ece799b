"""``LeNet``, the report's network: 62,018 parameters."""

from __future__ import annotations

from typing import cast

import torch.nn.functional as F  # noqa: N812 (the field's name for it)
from torch import Tensor, nn

from lenet_lib.models.fast_conv import conv_max_pool2d

PARAMETERS = 62_018
"""Trainable parameters of :class:`LeNet`."""


class LeNet(nn.Module):
    """The report's LeNet: two convolutions, then three linear layers with batch normalisation.

    Input float32 N×1×28×28, pixels 0 (paper) to 1 (ink); output logits, float32 N×10.
    Pooling before ReLU gives the same values as ReLU before pooling, since both are monotone, and
    costs a quarter of the ReLU's work.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=3, padding=2)  # 6×30×30
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)  # 16×11×11
        self.pool = nn.MaxPool2d(2)  # 6×15×15, then 16×5×5
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.bn1 = nn.BatchNorm1d(120)
        self.fc2 = nn.Linear(120, 84)
        self.bn2 = nn.BatchNorm1d(84)
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Compute the logits."""
        x = F.relu(self._pooled_conv1(x))
        x = F.relu(self.pool(self.conv2(x)))
        x = F.relu(self.bn1(self.fc1(x.flatten(1))))
        x = F.relu(self.bn2(self.fc2(x)))
        return self.fc3(x)  # type: ignore[no-any-return]

    def _pooled_conv1(self, x: Tensor) -> Tensor:
        """Convolve and pool, N×6×15×15; for a training step on a CPU sooner and N×6×14×14.

        Of conv2's 11 rows and columns the second pooling drops the last, and the 10 it keeps see 14
        of the 15 before them: values and gradients are the same without the rest, up to rounding.
        """
        if not self.training or x.requires_grad or x.device.type != "cpu":
            return self.pool(self.conv1(x))  # type: ignore[no-any-return]
        padded, bias = F.pad(x, (2, 0, 2, 0)), cast(Tensor, self.conv1.bias)
        return conv_max_pool2d(padded, self.conv1.weight, bias)
