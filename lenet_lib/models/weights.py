"""Weights as files: written and read as safetensors, which hold numbers and no code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from lenet_lib import files
from lenet_lib.errors import LenetError
from lenet_lib.models.lenet import LeNet
from lenet_lib.models.lenet5 import LeNet5
from lenet_lib.models.vgg import SmallVGG

NETWORKS: Mapping[str, type[nn.Module]] = {
    "LeNet": LeNet,
    "LeNet5": LeNet5,
    "SmallVGG": SmallVGG,
}

WEIGHTS = Path(__file__).parents[1] / "weights" / "lenet-mnist.safetensors"
"""The committed weights of the report's network."""


def save_weights(model: nn.Module, path: Path, **facts: object) -> None:
    """Write a network's weights as safetensors, with facts about their making as metadata."""
    from safetensors.torch import save

    # One key alone: safetensors writes several in random order, and equal runs equal files.
    metadata = {"lenet": json.dumps({"network": type(model).__name__, **facts}, sort_keys=True)}
    state = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    files.write(path, save(state, metadata))


def load_weights(path: str | Path = WEIGHTS) -> nn.Module:
    """Build the network that a safetensors file holds, in evaluation mode, on the CPU.

    Raises
    ------
    LenetError
        The file is missing, no safetensors, of another network, or holds NaN or infinity.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            name = str(_facts(file).get("network", "LeNet"))
            state = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 (no mapping)
    except FileNotFoundError:
        raise LenetError(f"There are no weights at {path}; `lenet train` makes some.") from None
    except (SafetensorError, OSError, ValueError) as error:
        raise LenetError(f"{path} is no readable safetensors file ({error}).") from None
    if name not in NETWORKS:
        raise LenetError(f"{path} holds weights of an unknown network, {name!r}.")
    model = NETWORKS[name]()
    try:
        model.load_state_dict(state)
    except RuntimeError:
        raise LenetError(
            f"{path} does not hold the weights of {name}: other names or shapes."
        ) from None
    if not is_finite(model):  # as loaded: a double may be finite and yet too large for a float
        raise LenetError(f"{path} holds NaN or infinity; train again.")
    return model.eval()


def is_finite(model: nn.Module) -> bool:
    """Tell whether all of a network's weights and buffers are numbers."""
    return all(bool(tensor.isfinite().all()) for tensor in model.state_dict().values())


def weights_facts(path: str | Path = WEIGHTS) -> dict[str, object]:
    """Read what :func:`save_weights` was told of the making of these weights."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        return _facts(file)


def _facts(file: Any) -> dict[str, object]:
    facts = json.loads((file.metadata() or {}).get("lenet", "{}"))
    if not isinstance(facts, dict):
        raise ValueError("its metadata are no table of facts")
    return facts
