"""Accuracy on corrupted test images of networks that `lenet study --weights` kept.

python scripts/robustness.py reference=build/study/reference-LeNet-60000-seed0.safetensors best=…
"""

from __future__ import annotations

import sys
from pathlib import Path

from lenet_lib import data, files
from lenet_lib.errors import LenetError
from lenet_lib.evaluation.robustness import corruption_accuracy
from lenet_lib.models import load_weights

OUT = Path("results/robustness.csv")


def main() -> None:
    """Measure the networks named NAME=FILE on the command line."""
    pairs = [word.partition("=") for word in sys.argv[1:]]
    if not pairs or not all(name and path for name, _, path in pairs):
        sys.exit("Name the networks: NAME=FILE.safetensors …")
    try:
        networks = {name: load_weights(path) for name, _, path in pairs}
        table = corruption_accuracy(networks, data.load("mnist").test)
    except LenetError as error:
        sys.exit(f"Error: {error}")
    files.write(OUT, table.to_csv(index=False, lineterminator="\n"))
    print(table.pivot(index=["corruption", "strength"], columns="network", values="accuracy"))


if __name__ == "__main__":
    main()
