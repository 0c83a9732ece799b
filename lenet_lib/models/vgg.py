"""A deeper network, from which ``LeNet`` can learn."""

from __future__ import annotations

from torch import nn


class SmallVGG(nn.Sequential):
    """Seven 3×3 convolutions in the manner of Simonyan & Zisserman 2015, 109,658 parameters.

    Input float32 N×1×28×28, pixels 0 (paper) to 1 (ink); output logits, float32 N×10.
    Each convolution is followed by batch normalisation and ReLU, the last maps by their means (Lin,
    Chen & Yan 2014).
    """

    maps = ((16, 16), (32, 32), (64, 64, 64))
    """Output maps of the convolutions at 28×28, 14×14 and 7×7."""

    def __init__(self) -> None:
        super().__init__()
        inputs, number = 1, 0
        for stage, widths in enumerate(self.maps):
            if stage:
                self.add_module(f"pool{stage}", nn.MaxPool2d(2))
            for outputs in widths:
                number += 1
                conv = nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False)
                self.add_module(f"conv{number}", conv)
                self.add_module(f"bn{number}", nn.BatchNorm2d(outputs))
                self.add_module(f"relu{number}", nn.ReLU(inplace=True))
                inputs = outputs
        self.add_module("mean", nn.AvgPool2d(7))
        self.add_module("flatten", nn.Flatten())
        self.add_module("fc", nn.Linear(inputs, 10))
