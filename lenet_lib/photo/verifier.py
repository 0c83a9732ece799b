"""A second opinion: which digit an image shows, or that it shows none.

LeNet has ten outputs and no eleventh: shown a letter, it must name a digit. This small network has
one more output, *none of these*, and has been shown letters, scribbles and bad cuts beside digits
written with every pen (outlier exposure, Hendrycks et al. 2019; ``scripts/train_verifier.py``).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

NONE = 10
"""The class of what is no digit."""

WEIGHTS = Path(__file__).parents[1] / "weights" / "verifier.safetensors"


class Verifier(nn.Sequential):
    """Three convolutions and a linear layer, 105,803 parameters.

    Takes float32 N×1×28×28 in 0–1 and gives logits N×11.
    """

    def __init__(self) -> None:
        super().__init__(
            *_block(1, 32),  # 32×14×14
            *_block(32, 64),  # 64×7×7
            *_block(64, 128),  # 128×3×3
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(1152, 11),
        )


def _block(channels: int, features: int) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(channels, features, 3, padding=1)
    return convolution, nn.BatchNorm2d(features), nn.ReLU(), nn.MaxPool2d(2)


@cache
def load_verifier() -> Verifier:
    """Load the committed weights, once."""
    from safetensors.torch import load_file

    verifier = Verifier()
    verifier.load_state_dict(load_file(WEIGHTS))
    return verifier.eval()


def opinions(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Judge prepared images.

    Args:
        images: uint8 N×28×28, ink 255.

    Returns:
        float64 N×11: the probabilities of the ten digits and of none of these.
    """
    batch: Tensor = torch.from_numpy(np.ascontiguousarray(images)).reshape(-1, 1, 28, 28)
    with torch.inference_mode():
        return torch.softmax(load_verifier()(batch.float() / 255).double(), 1).numpy()
