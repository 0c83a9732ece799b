"""Weights as files: written as safetensors, read from them or from a plain torch state dict."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from lenet_lib import files
from lenet_lib.errors import LenetError
from lenet_lib.models.inference import predict_logits
from lenet_lib.models.networks import NETWORKS

WEIGHTS = Path(__file__).parents[1] / "weights" / "lenet-mnist.safetensors"
"""The released weights: recipe ``robust``, seed 0, trained on MNIST."""

TORCH_SUFFIXES = (".pth", ".pt")
"""How the name of a state dict written by ``torch.save`` ends."""


def save_weights(model: nn.Module, path: Path, **metadata: object) -> None:
    """Write a network's weights as safetensors, with what is known of their making as metadata.

    With it goes the network's answer to a fixed image, by which :func:`load_weights` knows whether
    the code that weights are loaded into is that of the network which was trained.
    """
    from safetensors.torch import save

    known = {"network": type(model).__name__, **metadata, "answer": _answer(model)}
    # One key alone: safetensors writes several in random order, and equal runs equal files.
    facts = {"lenet": json.dumps(known, sort_keys=True)}
    state = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    files.write(path, save(state, facts))


def load_weights(path: str | Path = WEIGHTS) -> nn.Module:
    """Build the network that a file holds, in evaluation mode, on the CPU.

    Args:
        path: A ``.pth`` or ``.pt`` file with a state dict (alone, or under ``state_dict`` or
            ``model``), read without running any code in it; anything else is read as safetensors.

    Raises:
        LenetError: The file is missing, unreadable, of another network or of other code of it, or
            holds NaN or infinity.
    """
    path = Path(path)
    if not path.is_file():
        raise LenetError(f"There are no weights at {path}; `lenet train` makes some.")
    read = _read_state_dict if path.suffix in TORCH_SUFFIXES else _read_safetensors
    name, state, answer = read(path)
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
    if answer is not None and not np.allclose(_answer(model), answer, rtol=0.01, atol=0.01):
        raise LenetError(
            f"{path} was trained with other code of {name}, and with the code of today these "
            f"weights answer otherwise; train again, or take the change of the network back."
        )
    return model.eval()


def _answer(model: nn.Module) -> list[float]:
    """Give a network's logits, to three places, on stripes of all grey levels."""
    stripes = (torch.arange(784) % 29 / 28).reshape(1, 1, 28, 28)
    device = next(model.parameters()).device
    return [round(logit, 3) for logit in predict_logits(model, stripes.to(device))[0].tolist()]


def is_finite(model: nn.Module) -> bool:
    """Tell whether all of a network's weights and buffers are numbers."""
    return all(bool(tensor.isfinite().all()) for tensor in model.state_dict().values())


def read_metadata(path: str | Path = WEIGHTS) -> dict[str, object]:
    """Read what :func:`save_weights` was told of these weights' making; nothing of a state dict."""
    from safetensors import safe_open

    if Path(path).suffix in TORCH_SUFFIXES:
        return {}
    with safe_open(path, framework="pt") as file:
        return _metadata(file)


def _read_safetensors(path: Path) -> tuple[str, dict[str, Tensor], Any]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            facts, keys = _metadata(file), file.keys()
            name, answer = str(facts.get("network", "LeNet")), facts.get("answer")
            known = None if answer is None else np.array(answer, dtype=float).reshape(10)
            return name, {key: file.get_tensor(key) for key in keys}, known
    except (SafetensorError, OSError, TypeError, ValueError) as error:
        raise LenetError(f"{path} is no readable safetensors file ({error}).") from None


def _metadata(file: Any) -> dict[str, object]:
    metadata = json.loads((file.metadata() or {}).get("lenet", "{}"))
    if not isinstance(metadata, dict):
        raise ValueError("its metadata are no table of facts")
    return metadata


def _read_state_dict(path: Path) -> tuple[str, dict[str, Tensor], None]:
    """Read what ``torch.save`` wrote; the network is the first with these names and shapes."""
    advice = 'save the state dict alone: torch.save(model.state_dict(), "model.pth")'
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:  # names a class, which only running code could build
        raise LenetError(
            f"{path} holds a whole pickled module or other Python objects, which may run any code "
            f"and are not read; {advice}."
        ) from None
    except (EOFError, LookupError, OSError, RuntimeError, TypeError, ValueError):
        raise LenetError(f"{path} is no file that torch.save wrote, or is damaged.") from None
    for wrapper in ("state_dict", "model"):
        if isinstance(state, Mapping) and isinstance(state.get(wrapper), Mapping):
            state = state[wrapper]
    if not isinstance(state, Mapping) or not all(isinstance(v, Tensor) for v in state.values()):
        raise LenetError(f"{path} holds no state dict; {advice}.")
    shapes = _shapes(state)
    alike = (name for name, kind in NETWORKS.items() if shapes == _shapes(kind().state_dict()))
    return next(alike, "LeNet"), dict(state), None


def _shapes(state: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in state.items()}
