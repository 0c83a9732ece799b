"""Every figure: drawn, as wide as the page, readable; those that carry the report look as ever."""

from __future__ import annotations

import inspect
import pkgutil
import warnings
from importlib import import_module
from pathlib import Path

import pytest
from helpers.figure_samples import SAMPLES
from helpers.figures import BASELINE, assert_like_baseline, texts

from lenet_lib import plots
from lenet_lib.plots import COLUMN

COMPARED = {
    "architecture.architecture",
    "architecture.receptive_fields",
    "dataset.intensities",
    "embeddings.tsne two",
    "evaluation.confusion_matrix",
    "evaluation.misclassified",
    "evaluation.reliability",
    "evidence.variants",
    "evidence.history",
    "evidence.robustness",
    "model.feature_maps",
    "training.compare_learning_curves",
    "training.peeking",
    "writers.file_order",
}


def public_plots() -> set[str]:
    """Find the functions that return a Figure; what photos draws is tested with the photos."""
    names = {module.name for module in pkgutil.iter_modules(plots.__path__)} - {"photos"}
    modules = {name: import_module(f"lenet_lib.plots.{name}") for name in names}
    return {
        f"{name}.{function}"
        for name, module in modules.items()
        for function, value in inspect.getmembers(module, inspect.isfunction)
        if value.__module__ == module.__name__
        and not function.startswith("_")
        and inspect.signature(value).return_annotation == "Figure"
    }


def test_every_figure_has_a_sample() -> None:
    assert public_plots() == {name.split()[0] for name in SAMPLES}


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
def test_a_figure_is_as_wide_as_the_page_readable_and_as_it_was(name: str, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a missing glyph warns, as does a layout that has no room
        figure = SAMPLES[name]()
        figure.draw_without_rendering()
    assert figure.get_figwidth() == COLUMN
    assert texts(figure)
    assert [text.get_text() for text in texts(figure) if text.get_fontsize() < 7] == []
    if name in COMPARED:
        assert_like_baseline(figure, name.replace(" ", "-"), tmp_path)


def test_baselines_are_small_and_all_compared() -> None:
    files = {path.stem: path.stat().st_size for path in BASELINE.glob("*.png")}
    assert set(files) == {name.replace(" ", "-") for name in COMPARED}
    assert max(files.values()) < 40_000
