"""Distillation: a trained network's soft targets in place of the labels.

Source: G. Hinton, O. Vinyals and J. Dean, *Distilling the knowledge in a neural network*, NIPS Deep
Learning Workshop 2015, doi:10.48550/arXiv.1503.02531.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Teacher:
    """A trained network's soft targets for every cached batch, computed when first asked for.

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
    def soft_targets(self, augmentation: int, batch: int, images: Tensor) -> Tensor:
        """Give the softened probabilities for a batch of images.

        Parameters
        ----------
        augmentation, batch
            The numbers under which the batch's soft targets are kept.
        images
            float32 N×1×28×28, 0–1.

        Returns
        -------
        Tensor
            float32 N×10, rows summing to 1.
        """
        key = (augmentation, batch)
        if key not in self.known:
            with self.precision:
                logits = self.model(images).float()
            self.known[key] = (logits / self.temperature).softmax(1)
        return self.known[key]
