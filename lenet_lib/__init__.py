"""LeNet on MNIST: the library behind the report's notebooks and its command line."""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lenet_lib.photo.classifier import predict as predict

__version__ = "0.1.0"

# GNU OpenMP's threads spin for milliseconds while they wait for each other. On a machine that is
# busy with anything else that is up to ten times slower than to sleep soon, and no faster on an
# idle one. Read by torch's OpenMP when it starts, so it must stand before the first import of it.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")


def __getattr__(name: str) -> Any:
    """Import ``lenet_lib.predict`` when it is first asked for: ``import lenet_lib`` stays light."""
    if name == "predict":
        from lenet_lib.photo.classifier import predict

        return predict
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
