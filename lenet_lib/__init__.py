"""LeNet on MNIST: the library behind the report's notebooks and its command line."""

import os

__version__ = "0.1.0"

# GNU OpenMP's threads spin for milliseconds while they wait for each other. On a machine that is
# busy with anything else that is up to ten times slower than to sleep soon, and no faster on an
# idle one. Read by torch's OpenMP when it starts, so it must stand before the first import of it.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
