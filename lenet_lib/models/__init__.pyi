"""The networks, what is known of their layers, and how their weights are kept."""

from .inference import predict_logits as predict_logits, softmax as softmax
from .lenet import LeNet as LeNet
from .lenet5 import C3_TABLE as C3_TABLE, LeNet5 as LeNet5, digit_codes as digit_codes
from .networks import NETWORKS as NETWORKS
from .vgg import SmallVGG as SmallVGG
from .weights import (
    WEIGHTS as WEIGHTS,
    is_finite as is_finite,
    load_weights as load_weights,
    read_metadata as read_metadata,
    save_weights as save_weights,
)
