"""The figures of notebook 05: they hold the numbers that they are given."""

from __future__ import annotations

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch

from lenet_lib.data.label_errors import DISPUTED
from lenet_lib.evaluation import comparison
from lenet_lib.evaluation.robustness import CORRUPTIONS
from lenet_lib.plots import evidence as plots


@pytest.fixture
def table() -> pd.DataFrame:
    """Three recipes of five seeds: the second surely better than the first, the third not."""
    chance = np.random.default_rng(0)
    base = chance.normal(0.985, 0.002, 5)
    means = {
        "a": base,
        "b": base + 0.008 + chance.normal(0, 1e-4, 5),
        "c": base + 0.008 + chance.normal(0, 0.002, 5),
    }
    rows = [
        {"recipe": name, "seed": seed, "accuracy": value, "seconds": 10.0}
        for name, values in means.items()
        for seed, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


def test_every_figure_draws_what_it_is_given(table: pd.DataFrame) -> None:
    summary = comparison.summarise(table)
    labels = {name: f"variant {name}" for name in summary.index}
    figure = plots.variants(table, summary, labels)
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == list(labels.values())
    published = comparison.published_table()
    figure = plots.history(published, summary.reset_index(names="method"))
    assert len(figure.axes[0].get_yticklabels()) == len(published) + 3
    sizes = pd.concat([table.assign(train_images=n) for n in (100, 1000)])
    figure = plots.sample_size(sizes)
    assert [line.get_label() for line in figure.axes[0].lines if line.get_linestyle() == "-"] == [
        *"abc"
    ]
    figure = plots.cost(summary.assign(operations=[1e9, 1e10, 1e11]))
    for axes in figure.axes:
        assert [text.get_text() for text in axes.texts] == [*"abc"]
    rows = [
        (net, kind, strength, "px", 0.5)
        for net in "ab"
        for kind in CORRUPTIONS
        for strength in (0.0, 1.0)
    ]
    corrupted = pd.DataFrame(
        rows, columns=["network", "corruption", "strength", "unit", "accuracy"]
    )
    figure = plots.robustness(corrupted)
    seen = [axes for axes in figure.axes if axes.get_visible()]
    shown = [axes.get_title() or axes.get_title(loc="left") for axes in seen]
    assert shown == list(CORRUPTIONS)
    plt.close("all")


def test_names_of_near_points_do_not_overlap() -> None:
    points = {"early": (3.0, 0.42), "upper": (6.0, 0.421), "lower": (6.0, 0.406), "far": (1.0, 1.0)}
    summary = pd.DataFrame(points, index=["seconds", "error"]).T.assign(operations=1e12)
    axes = plots.cost(summary).axes[1]
    axes.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    plt.close("all")


def test_disputed_images_are_framed() -> None:
    index = [next(iter(DISPUTED)), 5]
    shared = pd.DataFrame({"runs": [3, 3], "prediction": [9, 1]}, index=index)
    figure = plots.always_misclassified(
        torch.zeros(10_000, 1, 28, 28, dtype=torch.uint8), [8] * 10_000, shared, DISPUTED
    )
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="center") for axes in shown] == ["8→9", "8→1"]
    widths = [axes.spines["left"].get_linewidth() for axes in shown]
    assert widths[0] > widths[1]
    plt.close("all")
