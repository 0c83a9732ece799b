"""The style: fonts for every title."""

from __future__ import annotations

import io
import warnings

import matplotlib.pyplot as plt
import pytest


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_a_chinese_title_has_glyphs(weight: str, caplog: pytest.LogCaptureFixture) -> None:
    figure, axes = plt.subplots()
    axes.set_title("手写数字识别：→ 99.59%", weight=weight)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(io.BytesIO(), format="png")
    assert not caplog.records  # matplotlib's font finder logs what it doesn't find


def test_latin_text_looks_the_same_with_and_without_the_chinese_font() -> None:
    assert plt.rcParams["font.family"][0] == "DejaVu Sans"
