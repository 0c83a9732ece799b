"""The networks: every shape and count of the assignment's table, and those of 1998."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from safetensors.torch import save_file
from torch import nn

from lenet_lib.errors import LenetError
from lenet_lib.models import (
    C3_TABLE,
    PARAMETERS,
    LeNet,
    LeNet5,
    digit_codes,
    load_weights,
    save_weights,
    weights_facts,
)
from lenet_lib.models.vgg import SmallVGG

SHAPES = [
    ("conv1", (6, 30, 30), 60),
    ("pool", (6, 15, 15), 0),
    ("conv2", (16, 11, 11), 2_416),
    ("pool", (16, 5, 5), 0),
    ("fc1", (120,), 48_120),
    ("bn1", (120,), 240),
    ("fc2", (84,), 10_164),
    ("bn2", (84,), 168),
    ("fc3", (10,), 850),
]


def test_lenet_has_the_shapes_and_counts_of_the_table() -> None:
    model, seen = LeNet().eval(), []
    for name, module in model.named_children():
        module.register_forward_hook(
            lambda m, _, y, name=name: seen.append(
                (name, tuple(y.shape[1:]), sum(p.numel() for p in m.parameters()))
            )
        )
    model(torch.zeros(2, 1, 28, 28))
    assert seen == SHAPES
    assert sum(p.numel() for p in model.parameters()) == PARAMETERS == 62_018


def test_relu_after_pooling_is_the_same_function() -> None:
    model, x = LeNet().eval(), torch.rand(64, 1, 28, 28)
    y = F.max_pool2d(F.relu(model.conv1(x)), 2)
    y = F.max_pool2d(F.relu(model.conv2(y)), 2).flatten(1)
    y = F.relu(model.bn2(model.fc2(F.relu(model.bn1(model.fc1(y))))))
    assert torch.equal(model(x), model.fc3(y))


def test_lenet5_has_the_counts_of_the_paper() -> None:
    model = LeNet5()
    sizes = {
        name: sum(p.numel() for p in module.parameters())
        for name, module in model.named_children()
        if not isinstance(module, type(model.squash))
    }
    assert sizes == {"c1": 156, "s2": 12, "c3": 1_516, "s4": 32, "c5": 48_120, "f6": 10_164}
    assert sum(sizes.values()) == 60_000
    assert model.connections() == {
        "C1": 122_304,
        "S2": 5_880,
        "C3": 151_600,
        "S4": 2_000,
        "C5": 48_120,
        "F6": 10_164,
        "Output": 840,
    }
    assert sum(model.connections().values()) == 340_908


def test_lenet5_connections_are_those_it_computes() -> None:
    """Count multiplications and bias additions of the convolutions from the shapes they make."""
    model, counted = LeNet5().eval(), {"C1": 0, "C3": 0, "C5": 0}

    def count(layer: str, conv: nn.Conv2d, y: torch.Tensor) -> None:
        counted[layer] += y[0].numel() * (conv.weight[0].numel() + 1)

    for layer, convs in {"C1": [model.c1], "C3": model.c3.convs, "C5": [model.c5]}.items():
        for conv in convs:
            conv.register_forward_hook(lambda m, _, y, layer=layer: count(layer, m, y))
    assert model(torch.rand(3, 1, 28, 28)).shape == (3, 10)
    assert counted == {layer: model.connections()[layer] for layer in counted}


def test_c3_sees_the_maps_of_table_one() -> None:
    assert [len(maps) for maps in C3_TABLE] == [3] * 6 + [4] * 9 + [6]
    seen = [sum(source in maps for maps in C3_TABLE) for source in range(6)]
    assert seen == [10] * 6
    model = LeNet5().eval()
    x = torch.rand(1, 6, 14, 14)
    moved = x.clone()
    moved[:, 5] += 1  # C3's first map sees 0, 1, 2 alone
    changed = (model.c3(x) != model.c3(moved)).flatten(2).any(-1)[0]
    assert changed.tolist() == [5 in maps for maps in C3_TABLE]


def test_rbf_outputs_are_distances_to_the_codes() -> None:
    codes = digit_codes()
    assert codes.shape == (10, 84)
    assert set(codes.unique().tolist()) == {-1.0, 1.0}
    assert ((codes[:, None] != codes).sum(-1) + 84 * torch.eye(10) >= 7).all()
    model = LeNet5().eval()
    features: list[torch.Tensor] = []
    model.f6.register_forward_hook(lambda m, i, y: features.append(y))
    logits = model(torch.rand(5, 1, 28, 28))
    f6 = 1.7159 * torch.tanh(features[0] * 2 / 3)
    expected = -((f6[:, None] - codes) ** 2).sum(-1)
    torch.testing.assert_close(logits, expected)


@pytest.mark.parametrize("network", [LeNet, LeNet5, SmallVGG])
def test_weights_survive_the_disk(network: type[nn.Module], tmp_path: Path) -> None:
    model, path, x = network().eval(), tmp_path / "w.safetensors", torch.rand(4, 1, 28, 28)
    save_weights(model, path, recipe="fast", seed=3)
    loaded = load_weights(path)
    assert type(loaded) is network
    assert torch.equal(loaded(x), model(x))
    assert weights_facts(path) == {"network": network.__name__, "recipe": "fast", "seed": 3}
    content = path.read_bytes()
    save_weights(model, path, seed=3, recipe="fast")
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_bad_weights_are_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    with pytest.raises(LenetError, match="no weights at"):
        load_weights(path)
    torch.save({"a": torch.zeros(1)}, path)  # a pickle under a false name
    with pytest.raises(LenetError, match="no readable safetensors"):
        load_weights(path)
    save_file({"a": torch.zeros(1)}, path)
    with pytest.raises(LenetError, match="does not hold the weights of LeNet"):
        load_weights(path)
    model = LeNet()
    model.fc3.bias.data[0] = torch.nan
    save_weights(model, path)
    with pytest.raises(LenetError, match="NaN or infinity"):
        load_weights(path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(LenetError, match="no readable safetensors"):
        load_weights(path)


def test_training_computes_the_same_function_and_gradients() -> None:
    torch.manual_seed(0)
    images = torch.rand(32, 1, 28, 28)
    gradients = []
    for whole in (False, True):
        torch.manual_seed(1)
        model = LeNet().train()
        if whole:  # without the shortcut of training
            model._pooled_conv1 = lambda x, m=model: m.pool(m.conv1(x))  # type: ignore[method-assign]
        logits = model(images)
        logits.square().sum().backward()
        gradients.append([logits, *(p.grad for p in model.parameters())])
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-3)
