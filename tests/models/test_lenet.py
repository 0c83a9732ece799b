"""The networks: every shape and count of the assignment's table, and those of 1998."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from lenet_lib.data import Dataset
from lenet_lib.errors import LenetError
from lenet_lib.models import (
    C3_TABLE,
    NETWORKS,
    WEIGHTS,
    LeNet,
    LeNet5,
    SmallVGG,
    digit_codes,
    load_weights,
    predict_logits,
    read_metadata,
    save_weights,
)

# SHA-256 of the released values, and of the predictions on MNIST's test images, as first released.
VALUES = "6a4e585d9f1b5cd117e856718c98db0d29f60e268a8ef83e6369c75fca4cfe87"
PREDICTIONS = "368e7d8acb42dffeeab2734f0f0df980c5a02718b2fc78602942c02325342965"


class AssignmentsNet(nn.Module):
    """The assignment's own class, as its readers write it down."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(1, 6, 3, padding=2), nn.ReLU(), nn.MaxPool2d(2, 2))
        self.conv2 = nn.Sequential(nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2, 2))
        self.fc1 = nn.Sequential(nn.Linear(16 * 5 * 5, 120), nn.BatchNorm1d(120), nn.ReLU())
        self.fc2 = nn.Sequential(nn.Linear(120, 84), nn.BatchNorm1d(84), nn.ReLU())
        self.fc3 = nn.Linear(84, 10)

    def forward(self, x):
        x = self.conv2(self.conv1(x))
        return self.fc3(self.fc2(self.fc1(x.view(x.size(0), -1))))


def digest(*tensors: Tensor) -> str:
    content = hashlib.sha256()
    for tensor in tensors:
        content.update(tensor.contiguous().numpy().tobytes())
    return content.hexdigest()


def test_lenet_is_the_assignments_network() -> None:
    torch.manual_seed(3)
    ours = LeNet().eval()
    torch.manual_seed(3)
    theirs = AssignmentsNet().eval()
    assert sum(p.numel() for p in ours.parameters()) == 62_018
    assert str(ours) == str(theirs).replace("AssignmentsNet", "LeNet")
    assert all(torch.equal(theirs.state_dict()[k], v) for k, v in ours.state_dict().items())
    x = torch.rand(8, 1, 28, 28)
    assert torch.equal(ours(x), theirs(x))


def test_the_released_weights_are_what_they_were(mnist: Dataset) -> None:
    model = load_weights()
    assert digest(*model.state_dict().values()) == VALUES
    predicted = predict_logits(model, mnist.test.images).argmax(1)
    assert digest(predicted.to(torch.uint8)) == PREDICTIONS


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

    for layer, conv in {"C1": model.c1, "C5": model.c5}.items():
        conv.register_forward_hook(lambda m, _, y, layer=layer: count(layer, m, y))

    def count_c3(c3: nn.Module, _: object, y: torch.Tensor) -> None:
        for number, conv in enumerate(c3.convs):
            count("C3", conv, y[:, number])

    model.c3.register_forward_hook(count_c3)
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
    each = [conv(x[:, list(maps)]) for conv, maps in zip(model.c3.convs, C3_TABLE, strict=True)]
    torch.testing.assert_close(model.c3(x), torch.cat(each, dim=1))


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
    facts = read_metadata(path)
    assert len(facts.pop("answer")) == 10  # type: ignore[arg-type]
    assert facts == {"network": network.__name__, "recipe": "fast", "seed": 3}
    content = path.read_bytes()
    save_weights(model, path, seed=3, recipe="fast")
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


class Tanh(LeNet):
    """What becomes of LeNet when a student edits an activation function."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1[1] = nn.Tanh()


def test_weights_are_not_read_into_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names and shapes are the same, and the answers would be wrong without a word."""
    path = tmp_path / "w.safetensors"
    save_weights(LeNet().eval(), path)
    monkeypatch.setitem(NETWORKS, "LeNet", Tanh)
    for known in (path, WEIGHTS):
        with pytest.raises(LenetError, match="was trained with other code of LeNet"):
            load_weights(known)


def test_the_code_of_weights_is_known_by_what_it_computes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Rewritten(LeNet):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.fc3(self.fc2(self.fc1(self.conv2(self.conv1(x)).flatten(1))))

    monkeypatch.setitem(NETWORKS, "LeNet", Rewritten)
    assert type(load_weights()) is Rewritten


@pytest.mark.parametrize("answer", ["yes", [1.0], [[0.0] * 10] * 2, {}, [None] * 9])
def test_a_damaged_answer_is_one_sentence(tmp_path: Path, answer: object) -> None:
    path = tmp_path / "w.safetensors"
    facts = {"lenet": json.dumps({"network": "LeNet", "answer": answer})}
    save_file(LeNet().state_dict(), path, facts)
    with pytest.raises(LenetError, match="no readable safetensors"):
        load_weights(path)


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


@pytest.mark.parametrize("suffix", [".pth", ".pt"])
@pytest.mark.parametrize("wrapper", [None, "state_dict", "model"])
def test_a_state_dict_of_the_assignments_code_is_read(
    tmp_path: Path, suffix: str, wrapper: str | None
) -> None:
    theirs, path = AssignmentsNet().eval(), tmp_path / f"model{suffix}"
    state = theirs.state_dict()
    torch.save({wrapper: state, "epoch": 20} if wrapper else state, path)
    x = torch.rand(4, 1, 28, 28)
    assert torch.equal(load_weights(path)(x), theirs(x))
    assert read_metadata(path) == {}


def test_a_state_dict_says_by_names_and_shapes_which_network_it_is_of(tmp_path: Path) -> None:
    for network in (SmallVGG, NETWORKS["LeNet1x1"]):
        torch.save(network().state_dict(), tmp_path / "model.pth")
        assert type(load_weights(tmp_path / "model.pth")) is network


def test_whole_modules_and_other_objects_are_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "model.pth"
    torch.save(LeNet(), path)
    advice = r"save the state dict alone: torch.save\(model.state_dict\(\), \"model.pth\"\)"
    with pytest.raises(LenetError, match=f"whole pickled module.*{advice}"):
        load_weights(path)
    for content in ([1, 2], {"epoch": 3, "state_dict": 4}, torch.zeros(3)):
        torch.save(content, path)
        with pytest.raises(LenetError, match=f"holds no state dict; {advice}"):
            load_weights(path)
    torch.save({"conv1.0.weight": torch.zeros(6, 1, 3, 3)}, path)
    with pytest.raises(LenetError, match="does not hold the weights of LeNet"):
        load_weights(path)
    for damage in (b"", b"no archive", path.read_bytes()[:500]):
        path.write_bytes(damage)
        with pytest.raises(LenetError, match=r"model\.pth"):
            load_weights(path)
