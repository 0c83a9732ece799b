"""The networks that can be trained, by name."""

from __future__ import annotations

from torch import nn

from lenet_lib.models.ablations import ABLATIONS
from lenet_lib.models.lenet import LeNet
from lenet_lib.models.lenet5 import LeNet5
from lenet_lib.models.vgg import SmallVGG

NETWORKS: dict[str, type[nn.Module]] = {
    "LeNet": LeNet,
    "LeNet5": LeNet5,
    "SmallVGG": SmallVGG,
    **ABLATIONS,
}
"""Name → class; each is built without arguments and fed with float32 N×1×28×28, 0–1."""
