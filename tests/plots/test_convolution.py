"""A convolution before the reader's eyes: the numbers drawn are those computed."""

from __future__ import annotations

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure

from lenet_lib.plots import convolution


def texts(figure: Figure) -> list[list[str]]:
    return [[text.get_text() for text in axes.texts] for axes in figure.axes]


def test_patch_kernel_and_product_are_written_out() -> None:
    image = torch.arange(28 * 28).reshape(28, 28) % 256.0
    kernel = torch.tensor([[-1.0, 0.0], [0.0, 2.0]])
    figure = convolution.patch_by_hand(image, kernel, top=1, left=2)
    whole, patch, weights, product = texts(figure)
    assert whole == []
    assert patch == ["30", "31", "58", "59", "×"]
    assert weights == ["−1", "0", "0", "2", "="]
    assert product == ["−30", "0", "0", "118", ""]
    assert figure.axes[-1].get_xlabel() == "sum 88"
    frame = figure.axes[0].patches[-1]
    assert frame.get_xy() == (1.5, 0.5)
    plt.close(figure)


def test_each_map_has_its_own_scale_around_0() -> None:
    maps = {"one": torch.tensor([[-3.0, 1.0]]), "two": torch.tensor([[0.5, 0.0]])}
    figure = convolution.responses(torch.zeros(28, 28), maps)
    shown = {axes.get_title(loc="center"): axes.images[0].get_clim() for axes in figure.axes[:3]}
    assert shown == {"image": (0, 255), "one": (-3, 3), "two": (-0.5, 0.5)}
    plt.close(figure)
