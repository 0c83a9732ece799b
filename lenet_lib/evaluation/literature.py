"""What has been published on MNIST since 1998, each number with what it was measured on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lenet_lib.evaluation.metrics import wilson_interval

# year, source, method, error in % of the 10,000 test images, networks that vote, a note
_PUBLISHED = (
    (1998, "LeCun et al.", "linear classifier", 12.0, 1, ""),
    (1998, "LeCun et al.", "nearest neighbours", 5.0, 1, ""),
    (1998, "LeCun et al.", "LeNet-1", 1.7, 1, ""),
    (1998, "LeCun et al.", "LeNet-4", 1.1, 1, ""),
    (1998, "LeCun et al.", "LeNet-5", 0.95, 1, ""),
    (1998, "LeCun et al.", "LeNet-5, distortions", 0.8, 1, ""),
    (1998, "LeCun et al.", "boosted LeNet-4, distortions", 0.7, 3, ""),
    (2003, "Simard et al.", "convolutional net, affine", 0.6, 1, ""),
    (2003, "Simard et al.", "convolutional net, elastic", 0.4, 1, ""),
    (2011, "Cireşan et al.", "deep convolutional net", 0.35, 1, ""),
    (2012, "Cireşan et al.", "committee of 35 networks", 0.23, 35, ""),
    (2013, "Wan et al.", "DropConnect, five networks vote", 0.21, 5, ""),
    (2017, "Sabour et al.", "capsule network", 0.25, 1, "mean of three runs"),
    (2020, "An et al.", "ensemble of ensembles", 0.09, 9,
     "their published code keeps the epoch that is best on the test set"),
)  # fmt: skip


def published_table() -> pd.DataFrame:
    """List test errors on MNIST from 1998 to 2020, as their papers give them.

    Returns:
        ``year, source, method``; the ``error`` in % of the 10,000 test images; how many trained
        ``networks`` vote; a ``note``, what a reader has to know before comparing it; ``low`` and
        ``high``, the 95% Wilson interval over images, in %: how far the same system might be off on
        another 10,000.
    """
    columns = ["year", "source", "method", "error", "networks", "note"]
    table = pd.DataFrame(_PUBLISHED, columns=columns)
    counts = (100 * table["error"]).round().astype(int)
    table["low"], table["high"] = np.multiply(100, np.vectorize(wilson_interval)(counts, 10_000))
    return table
