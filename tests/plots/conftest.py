"""Every test here draws in the report's style, off screen, and closes what it drew."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import pytest

from lenet_lib.plots import use_style


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    with plt.rc_context():
        plt.switch_backend("Agg")
        use_style()
        yield
        plt.close("all")
