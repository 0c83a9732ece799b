"""What has been published on MNIST since 1998, each number with what it was measured on."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from lenet_lib.evaluation.metrics import wilson_interval


@dataclass(frozen=True)
class Published:
    """A published test error.

    Attributes:
        year, source, method: When, by whom, with what.
        error: In % of the 10,000 test images.
        networks: How many trained networks vote; 1 for a single one.
        note: What a reader has to know before comparing it.
    """

    year: int
    source: str
    method: str
    error: float
    networks: int = 1
    note: str = ""


PUBLISHED = (
    Published(1998, "LeCun et al.", "linear classifier", 12.0),
    Published(1998, "LeCun et al.", "nearest neighbours", 5.0),
    Published(1998, "LeCun et al.", "LeNet-1", 1.7),
    Published(1998, "LeCun et al.", "LeNet-4", 1.1),
    Published(1998, "LeCun et al.", "LeNet-5", 0.95),
    Published(1998, "LeCun et al.", "LeNet-5, distortions", 0.8),
    Published(1998, "LeCun et al.", "boosted LeNet-4, distortions", 0.7, networks=3),
    Published(2003, "Simard et al.", "convolutional net, affine", 0.6),
    Published(2003, "Simard et al.", "convolutional net, elastic", 0.4),
    Published(2011, "Cireşan et al.", "deep convolutional net", 0.35),
    Published(2012, "Cireşan et al.", "committee of 35 networks", 0.23, networks=35),
    Published(2013, "Wan et al.", "DropConnect, five networks vote", 0.21, networks=5),
    Published(2017, "Sabour et al.", "capsule network", 0.25, note="mean of three runs"),
    Published(
        2020,
        "An et al.",
        "ensemble of ensembles",
        0.09,
        networks=9,
        note="their published code keeps the epoch that is best on the test set",
    ),
)
"""Test errors on MNIST from 1998 to 2020, as their papers give them."""


def published_table() -> pd.DataFrame:
    """List :data:`PUBLISHED` with 95% Wilson intervals over the 10,000 images, in %.

    Returns:
        ``year, source, method, error, networks, note, low, high``. The interval is the one over
        images: how far the same system might be off on another 10,000.
    """
    table = pd.DataFrame(PUBLISHED)
    spans = [wilson_interval(round(100 * error), 10_000) for error in table["error"]]
    table["low"], table["high"] = ([100 * end for end in ends] for ends in zip(*spans, strict=True))
    return table
