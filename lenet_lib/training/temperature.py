"""A temperature for the logits, fitted to labels, and folded into the last layer.

Label smoothing and weight decay keep logits small: such a network is right more often than it
claims, and its cross-entropy is larger than it need be. Dividing all logits by one number changes
no prediction and mends that; folded into the last layer it costs nothing when the network is used.

Source: C. Guo, G. Pleiss, Y. Sun and K. Weinberger, *On calibration of modern neural networks*,
ICML 2017.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from lenet_lib.data import Images
from lenet_lib.errors import LenetError
from lenet_lib.models import predict_logits

IMAGES = 10_000
"""Training images on which the folded temperature is fitted, at most."""


def fit_temperature(logits: Tensor, labels: Tensor) -> float:
    """Find the temperature that makes the labels likeliest.

    Args:
        logits: Float N×10.
        labels: True classes, int64 N.

    Returns:
        Between 0.05 and 20. Divide logits by it; no prediction changes, only its confidence.
    """
    from scipy.optimize import minimize_scalar

    exact = logits.double()

    def loss(log_temperature: float) -> float:
        return nn.functional.cross_entropy(exact / math.exp(log_temperature), labels).item()

    best = minimize_scalar(loss, bounds=(math.log(0.05), math.log(20)), method="bounded")
    return math.exp(best.x)


@torch.no_grad()
def fold_temperature(model: nn.Module, train: Images) -> float:
    """Divide a network's logits, in place, by the temperature that suits its training images.

    On images that it has learned a network is surer than on new ones, so this temperature is a
    little too low; but no image has to be held back for it.

    Args:
        model: A network whose last module is linear.
        train: Its training images; at most :data:`IMAGES` of them, evenly spaced, are looked at.

    Raises:
        LenetError: The last module is not linear.
    """
    last = list(model.modules())[-1]
    if not isinstance(last, nn.Linear):
        raise LenetError(
            f"A temperature can be folded into a linear last layer only, and that of "
            f"{type(model).__name__} is {type(last).__name__}; choose a recipe without it."
        )
    few = train[:: math.ceil(len(train) / IMAGES)]
    temperature = fit_temperature(predict_logits(model, few.images), few.labels.cpu())
    for parameter in last.parameters():
        parameter.div_(temperature)
    return temperature
