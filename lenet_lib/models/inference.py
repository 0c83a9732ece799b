"""From images to logits and probabilities."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lenet_lib.data import scale


def predict_logits(model: nn.Module, images: Tensor, batch_size: int = 1000) -> Tensor:
    """Run a network over images in evaluation mode.

    Args:
        model: A network fed with float32 N×1×28×28 in 0–1.
        images: uint8 N×1×28×28, on the model's device.
        batch_size: Images at a time; changes nothing but the memory used.

    Returns:
        Logits, float32 N×10, on the CPU.
    """
    training = model.training
    model.eval()
    with torch.inference_mode():
        parts = [model(scale(batch)).float().cpu() for batch in torch.split(images, batch_size)]
    model.train(training)
    return torch.cat(parts).clone()


def softmax(logits: Tensor, temperature: float = 1.0) -> NDArray[np.float64]:
    """Turn logits N×10 into probabilities, float64 N×10; a temperature above 1 softens them."""
    return torch.softmax(logits.double() / temperature, dim=1).numpy()
