from __future__ import annotations

import re

import torch
from helpers.facts import LAYERS
from torch import nn

from lenet_lib.models import LeNet, LeNet5, SmallVGG
from lenet_lib.models.summary import (
    activations,
    layers,
    top_activating_patches,
    torchinfo_table,
)


def test_the_layers_are_those_of_the_assignment() -> None:
    found = {step.name: (step.kind, step.size, step.parameters) for step in layers(LeNet())}
    assert found == LAYERS and list(found) == list(LAYERS)
    assert sum(layer.parameters for layer in layers(LeNet())) == 62_018


def test_torchinfo_prints_the_assignments_thirteen_rows_and_its_totals() -> None:
    text = torchinfo_table(LeNet())
    row = r"(\w+) \(\w+\) +\[1, ([\d, ]+)\] +([\d,]+|--) "
    rows = [match.groups() for match in re.finditer(row, text)]
    shown = [
        (kind, shape.replace(", ", "×"), int(count.replace(",", "").replace("--", "0")))
        for kind, shape, count in rows
        if kind not in ("LeNet", "Sequential")
    ]
    assert len(shown) == 13 and shown == list(LAYERS.values())
    for line in ("Total params: 62,018", "Input size (MB): 0.00", "Params size (MB): 0.25"):
        assert line in text
    assert re.search(r"Forward/backward pass size \(MB\): 0\.\d\d\n", text)
    assert re.search(r"Estimated Total Size \(MB\): 0\.\d\d\n", text)
    assert "Units." not in text and max(map(len, text.splitlines())) < 100


def test_a_changed_block_names_what_is_in_it() -> None:
    model = LeNet()
    model.conv1[1] = nn.Tanh()
    names = [step.name for step in layers(model)]
    assert names[:5] == ["conv1", "tanh1", "pool1", "conv2", "relu1"]


def test_multiply_adds_are_those_of_the_1998_paper() -> None:
    network = LeNet5()
    found = {layer.name: layer for layer in layers(network, padding=2)}
    connections = network.connections()
    for name, uses in {"c1": 28 * 28, "c3": 10 * 10, "c5": 1}.items():  # a bias is a connection
        layer = found[name]
        assert layer.multiply_adds + layer.biases * uses == connections[name.upper()]
    assert found["c5"].field == 32 and sum(layer.parameters for layer in found.values()) == 60_000


def test_the_teacher_halves_its_maps_twice_and_ends_in_their_means() -> None:
    found = {layer.name: layer for layer in layers(SmallVGG())}
    sizes = ["16×28×28"] * 2 + ["32×14×14"] * 2 + ["64×7×7"] * 3
    assert [found[f"conv{number}"].size for number in range(1, 8)] == sizes
    assert found["conv3"].multiply_adds == 14 * 14 * 32 * 16 * 9
    assert found["mean"].size == "64×1×1" and found["fc"].size == "10"
    assert sum(layer.parameters for layer in found.values()) == 109_658


def test_a_unit_depends_on_its_receptive_field_and_on_nothing_else() -> None:
    model = LeNet()
    first, second = model.conv1[0], model.conv2[0]
    for module in (first, second):
        nn.init.ones_(module.weight)
    pool = nn.AvgPool2d(2)  # the maximum would hide three of its four inputs
    image = torch.ones(1, 1, 28, 28, requires_grad=True)
    maps = pool(second(pool(first(image))))
    for place in (1, 2, 3):
        (gradient,) = torch.autograd.grad(maps[0, 0, place, place], image, retain_graph=True)
        rows = gradient[0, 0].any(1).nonzero().flatten()
        layer = next(step for step in layers(model) if step.name == "pool2")
        top = layer.start + place * layer.jump
        assert rows.tolist() == list(range(max(top, 0), min(top + layer.field, 28)))


def test_activations_end_in_the_logits_and_leave_the_mode_alone() -> None:
    model = LeNet().train()
    image = torch.randint(0, 256, (1, 28, 28), dtype=torch.uint8)
    steps = activations(model, image)
    assert model.training and not model.conv1[0]._forward_hooks
    torch.testing.assert_close(steps["fc3"], model.eval()(image[None] / 255)[0])


def test_top_activating_patches_excite_their_map_as_much_as_they_say() -> None:
    model = LeNet().eval()
    images = torch.zeros(20, 1, 28, 28, dtype=torch.uint8)
    images[:, :, 6:22, 6:22] = torch.randint(0, 256, (20, 1, 16, 16), dtype=torch.uint8)
    patches, value = top_activating_patches(model, images, "conv2", count=3)
    assert patches.shape == (16, 3, 12, 12) and (value[:, :-1] >= value[:, 1:]).all()
    # A field of 12 around a unit far from the border; conv1 sees paper beyond it as in the image.
    sheet = torch.zeros(1, 1, 28, 28, dtype=torch.uint8)
    start = -2 + 2 * 5
    sheet[0, 0, start : start + 12, start : start + 12] = patches[4, 0]
    assert torch.isclose(activations(model, sheet[0])["conv2"][4, 5, 5], value[4, 0], atol=1e-5)
