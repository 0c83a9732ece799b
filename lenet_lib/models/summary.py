"""What a network consists of: parameters, multiply-adds and receptive field, layer by layer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 (the field's name for it)
from torch import Tensor, nn

from lenet_lib.data import scale
from lenet_lib.models.lenet5 import PartialConv2d, Subsampling


@dataclass(frozen=True)
class Layer:
    """One step of a network.

    Attributes:
        name, kind: The module's name and its class. The first module of a block (an
            ``nn.Sequential``) is named as the block, the others by what they are and a count:
            ``conv1, relu1, pool1, conv2, …``. A number in brackets marks the second use of the same
            module.
        shape: Of its output for one image: maps, height, width; or units.
        weights, biases: Trainable parameters. Batch normalisation's scales count as weights, its
            shifts as biases.
        multiply_adds: Multiplications of an input with a weight for one image, each with its
            addition.
        kernel: Side of the window that a unit has on the maps before it; 0 without one.
        field: Side of the square of pixels that one of its units sees; 0 if that is the whole
            image.
        jump: Pixels from the square of one unit to that of the next; 0 if there is none.
        start: Row of the first unit's uppermost pixel; negative in the padding.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    weights: int
    biases: int
    multiply_adds: int
    kernel: int
    field: int
    jump: int
    start: int

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return self.weights + self.biases

    @property
    def size(self) -> str:
        """The output's shape in words, such as 6×30×30."""
        return "×".join(map(str, self.shape))


def torchinfo_table(model: nn.Module) -> str:
    """Give torchinfo's whole text on a network for one 1×28×28 image: layers, counts and sizes."""
    from torchinfo import summary

    columns, names = ("output_size", "num_params", "mult_adds"), ("var_names",)
    told = summary(
        model, (1, 1, 28, 28), col_names=columns, row_settings=names, col_width=16, verbose=0
    )
    # torchinfo 1.8 prints the unit's name in its own code, on Python 3.11 and later.
    return str(told).replace("Units.MEGABYTES", "M").replace("Units.GIGABYTES", "G")


def layers(model: nn.Module, *, padding: int = 0) -> list[Layer]:
    """List a network's layers in the order in which an image passes them.

    Args:
        model: A network fed with 1×28×28 images; its direct children are layers or blocks of
            layers.
        padding: Pixels that ``forward`` itself puts around the image before the first layer.
    """
    found, field, jump, start = [], 1, 1, -padding
    for name, module, output in _record(model, torch.zeros(1, 1, 28, 28)):
        kernel, stride, pad = _window(module)
        if output.ndim == 2 or not field:
            field, jump, start = 0, 0, 0
        else:
            field, start = field + (kernel - 1) * jump, start - pad * jump
            jump *= stride
        own = dict(module.named_parameters())
        biases = sum(p.numel() for key, p in own.items() if key.endswith("bias"))
        weights = sum(p.numel() for p in own.values()) - biases
        uses, window = (output[0, 0].numel(), kernel) if output.ndim == 4 else (1, 0)
        counts = weights, biases, weights * uses, window if window > 1 else 0
        kind, shape = type(module).__name__, tuple(output.shape[1:])
        found.append(Layer(name, kind, shape, *counts, field, jump, start))
    return found


def activations(model: nn.Module, image: Tensor) -> dict[str, Tensor]:
    """Give the output of every layer of a network in evaluation mode for one image, uint8 1×28×28.

    They are float32 without the batch dimension, by the layer's name as in :func:`layers`.
    """
    return {name: output[0] for name, _, output in _record(model, scale(image[None]))}


def top_activating_patches(
    model: nn.Module, images: Tensor, name: str, count: int = 8
) -> tuple[Tensor, Tensor]:
    """Find the pieces of images that excite each map of a layer most, one piece an image.

    Args:
        model: A network in evaluation mode.
        images: uint8 N×1×28×28.
        name: The layer, as in :func:`layers`; it must have maps.
        count: Pieces for each map.

    Returns:
        Pieces, uint8 maps×count×field×field, the strongest first; and how strongly they excite
        their map, float32 maps×count.
    """
    layer = next(step for step in layers(model) if step.name == name)
    width = layer.shape[-1]
    output = {step: value for step, _, value in _record(model, scale(images))}[name]
    best, place = output.flatten(2).max(2)
    value, which = best.topk(count, dim=0)
    margin = max(0, -layer.start) + layer.field
    padded = F.pad(images[:, 0], (margin, margin, margin, margin))
    windows = padded.unfold(1, layer.field, 1).unfold(2, layer.field, 1)
    where = place.gather(0, which).T
    top, left = (margin + layer.start + layer.jump * at for at in (where // width, where % width))
    return windows[which.T, top, left], value.T


def _record(model: nn.Module, x: Tensor) -> list[tuple[str, nn.Module, Tensor]]:
    """Run a network and list its layers' calls: name, module, output."""
    calls: list[tuple[str, nn.Module, Tensor]] = []
    hooks = []
    for name, module in _named_layers(model):

        def keep(module: nn.Module, _: object, output: Tensor, name: str = name) -> None:
            uses = 1 + sum(other is module for _, other, _ in calls)
            # A copy, for the next layer may write its own output over this one.
            calls.append((name if uses == 1 else f"{name} ({uses})", module, output.clone()))

        hooks.append(module.register_forward_hook(keep))
    training = model.training
    try:
        with torch.no_grad():
            model.eval()(x)
    finally:
        model.train(training)
        for hook in hooks:
            hook.remove()
    return calls


def _named_layers(model: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    short, counts = {"maxpool": "pool", "avgpool": "pool", "batchnorm": "bn"}, Counter[str]()
    for name, child in model.named_children():
        if type(child) is not nn.Sequential:
            yield name, child
            continue
        for place, module in enumerate(child):
            kind = re.sub(r"\dd$", "", type(module).__name__).lower()  # MaxPool2d → maxpool
            kind = short.get(kind, kind)
            counts[kind] += place > 0
            yield (f"{kind}{counts[kind]}" if place else name), module


def _window(module: nn.Module) -> tuple[int, int, int]:
    """Give kernel size, stride and padding of a module that works on maps; 1, 1, 0 otherwise."""
    match module:
        case nn.Conv2d():
            return int(module.kernel_size[0]), int(module.stride[0]), int(module.padding[0])
        case PartialConv2d():
            return _window(module.convs[0])
        case Subsampling():
            return 2, 2, 0
        case nn.MaxPool2d():
            return int(module.kernel_size), int(module.stride), int(module.padding)  # type: ignore[arg-type]
    return 1, 1, 0
