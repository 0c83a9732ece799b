"""Distillation: what a trained network says of each image, in place of its label.

Source: G. Hinton, O. Vinyals and J. Dean, *Distilling the knowledge in a neural network*, NIPS Deep
Learning Workshop 2015, doi:10.48550/arXiv.1503.02531.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Teacher:
    """A trained network's probabilities for the batches of each copy, computed when first met.

    Parameters
    ----------
    model
        The network, in evaluation mode and on the device of the images.
    temperature
        What its logits are divided by before the softmax, above 0.
    precision
        The context in which it computes.
    """

    def __init__(self, model: nn.Module, temperature: float, precision: torch.autocast) -> None:
        self.model, self.temperature, self.precision = model, temperature, precision
        self.known: dict[tuple[int, int], Tensor] = {}

    @torch.no_grad()
    def probabilities(self, copy: int, batch: int, images: Tensor) -> Tensor:
        """Give float32 N×10 for the images of a copy's batch, softened by the temperature."""
        if (copy, batch) not in self.known:
            with self.precision:
                logits = self.model(images).float()
            self.known[copy, batch] = (logits / self.temperature).softmax(1)
        return self.known[copy, batch]
