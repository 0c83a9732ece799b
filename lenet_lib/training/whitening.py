"""A first convolution that is computed from the training images, and stays as it is.

Neighbouring pixels are nearly equal, so that what tells patches apart is spread unevenly over them.
Kernels that whiten them (the principal components of the patches, each divided by its standard
deviation) give all of it the same weight from the first step on; each comes with both signs, since
ReLU drops half of what one says. Little is left to be learned there, and without it a step takes
about two thirds of the time: no gradient flows into the first convolution, nor through the second.

Source: K. Jordan, *94% on CIFAR-10 in 3.29 seconds on a single GPU*, 2024,
doi:10.48550/arXiv.2404.00498, section 3.2, where D. Page's earlier work on it is named.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F  # noqa: N812 (the field's name for it)
from torch import nn

from lenet_lib.data import Images, scale
from lenet_lib.errors import LenetError

IMAGES = 2_000
"""The first so many training images are looked at: two million patches say as much as more."""


@torch.no_grad()
def whiten(model: nn.Module, train: Images) -> None:
    """Set the first convolution of a network to whitening kernels, and exclude it from training.

    Args:
        model: Its first convolution has one input channel. Of its maps, half show the strongest
            components, the others the same with the sign turned; maps beyond twice a kernel's
            pixels keep their random start.

    Raises:
        LenetError: The network has no convolution.
    """
    conv = next((part for part in model.modules() if isinstance(part, nn.Conv2d)), None)
    if conv is None:
        raise LenetError(
            f"Whitening is for a first convolution, and {type(model).__name__} has none; choose a "
            f"recipe without it."
        )
    padding = conv.padding if isinstance(conv.padding, tuple) else 0
    images = scale(train.images[:IMAGES].to(conv.weight.device))
    patches = F.unfold(images, conv.kernel_size, padding=padding).transpose(1, 2).flatten(0, 1)
    patches = patches[patches.any(1)].double()  # paper alone says nothing
    centred = patches - patches.sum(0) / max(1, len(patches))
    variances, components = torch.linalg.eigh(centred.T @ centred / max(1, len(patches)))
    kernels = (components / variances.clamp(min=1e-6).sqrt()).T.flip(0)
    # An eigenvector's sign is the library's whim; this product has one for odd and even kernels.
    kernels *= (kernels @ torch.arange(kernels.shape[1]).to(kernels).square()).sign()[:, None]
    pairs = min(conv.out_channels // 2, len(kernels))
    chosen = kernels[:pairs].view(pairs, *conv.weight.shape[1:])
    conv.weight[: 2 * pairs] = torch.cat([chosen, -chosen])
    if conv.bias is not None:
        conv.bias.zero_()
    conv.requires_grad_(False)
