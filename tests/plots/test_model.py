"""Figures of what the network has learned: they show the values that they are given."""

from __future__ import annotations

import numpy as np
import torch
from helpers.figure_data import images, waves
from helpers.figures import words

from lenet_lib.plots import model


def test_the_label_stands_out_among_the_logits() -> None:
    logits = torch.arange(10.0)
    figure = model.layer_units({"fc1": torch.ones(120)}, logits, 4, tuple("0123456789"))
    bars = next(axes for axes in figure.axes if axes.get_ylabel() == "logit").patches
    assert [bar.get_height() for bar in bars] == logits.tolist()
    assert [bar.get_facecolor() == bars[4].get_facecolor() for bar in bars].index(True) == 4


def test_dead_units_are_counted() -> None:
    alive, dead = waves(900), torch.zeros(900)
    figure = model.activation_histograms({"bad": {"fc1": dead}, "good": {"fc1": alive}})
    texts = [axes.texts[0].get_text() for axes in figure.axes]
    assert texts == ["100% zero", "0% zero"]
    shares = [bar.get_height() for bar in figure.axes[1].patches]
    assert len(shares) == 40 and abs(sum(shares) - 100) < 1e-6


def test_occlusion_maps_are_in_percent() -> None:
    maps = waves(2, 28, 28).abs()
    figure = model.occlusion(images(2), maps, ["4 as 9", "7 as 2"])
    shown = [axes.images[0].get_array() for axes in figure.axes[2:4]]
    np.testing.assert_allclose(shown, 100 * maps)
    assert "(%)" in words(figure)
