"""The networks, what is known of their layers, and how their weights are kept."""

from lenet_lib.models.inference import predict_logits, softmax
from lenet_lib.models.lenet import PARAMETERS, LeNet
from lenet_lib.models.lenet5 import C3_TABLE, LeNet5, digit_codes
from lenet_lib.models.vgg import SmallVGG
from lenet_lib.models.weights import (
    NETWORKS,
    WEIGHTS,
    is_finite,
    load_weights,
    save_weights,
    weights_facts,
)

__all__ = [
    "C3_TABLE",
    "NETWORKS",
    "PARAMETERS",
    "WEIGHTS",
    "LeNet",
    "LeNet5",
    "SmallVGG",
    "digit_codes",
    "is_finite",
    "load_weights",
    "predict_logits",
    "save_weights",
    "softmax",
    "weights_facts",
]
