"""Ablations: ``LeNet`` with one idea taken out or exchanged, to measure what it is worth.

All are fed and read like ``LeNet`` (float32 N×1×28×28, 0–1 → logits N×10) and trained by the same
recipe, whose settings were chosen for ``LeNet`` and are not chosen anew for them.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from lenet_lib.models.lenet import LeNet


class MLP(nn.Sequential):
    """No convolution: a multilayer perceptron of as many parameters, 62,114 for 62,018.

    784 pixels, 72 and 64 hidden units, 10 outputs; batch normalisation and ReLU as in ``LeNet``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.flatten = nn.Flatten()
        self.fc1 = nn.Sequential(nn.Linear(28 * 28, 72), nn.BatchNorm1d(72), nn.ReLU())
        self.fc2 = nn.Sequential(nn.Linear(72, 64), nn.BatchNorm1d(64), nn.ReLU())
        self.fc3 = nn.Linear(64, 10)


class LeNetNoBatchNorm(LeNet):
    """No batch normalisation, 61,610 parameters."""

    def __init__(self) -> None:
        super().__init__()
        del self.fc1[1], self.fc2[1]


class LeNetDropout(LeNet):
    """Dropout with probability 0.5 in place of batch normalisation (Srivastava et al. 2014)."""

    def __init__(self) -> None:
        super().__init__()
        # Before ReLU, which is the same as after it: ReLU keeps zeros and commutes with the factor.
        self.fc1[1], self.fc2[1] = nn.Dropout(0.5), nn.Dropout(0.5)


class _Smooth(LeNet):
    """Another activation function in place of ReLU, and average pooling, as in 1998."""

    activation: type[nn.Module]

    def __init__(self) -> None:
        super().__init__()
        for block in (self.conv1, self.conv2):
            block[1], block[2] = self.activation(), nn.AvgPool2d(2)
        for block in (self.fc1, self.fc2):
            block[2] = self.activation()


class LeNetSigmoid(_Smooth):
    """Sigmoid and average pooling, as textbooks show LeNet; batch normalisation stays."""

    activation = nn.Sigmoid


class LeNetTanh(_Smooth):
    """Tanh and average pooling, nearer to 1998; batch normalisation stays."""

    activation = nn.Tanh


class LeNetQuarter(LeNet):
    """A quarter of the channels (6 → 2, rounded up, and 16 → 4), so 23,766 parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1[0] = nn.Conv2d(1, 2, kernel_size=3, padding=2)
        self.conv2[0] = nn.Conv2d(2, 4, kernel_size=5)
        self.fc1[0] = nn.Linear(4 * 5 * 5, 120)


class LeNet1x1(LeNet):
    """1×1 kernels in place of the first layer's 3×3: it no longer sees a pixel's neighbours."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1[0] = nn.Conv2d(1, 6, kernel_size=1)  # 6×28×28, pooled 6×14×14


ABLATIONS: Mapping[str, type[nn.Module]] = {
    network.__name__: network
    for network in [
        *(MLP, LeNetNoBatchNorm, LeNetDropout, LeNetSigmoid, LeNetTanh, LeNetQuarter, LeNet1x1)
    ]
}
"""By name, as ``lenet study --network`` takes them."""
