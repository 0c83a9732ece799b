"""Accuracy on corrupted test images, ours and MNIST-C's, of networks that `lenet study` kept.

python scripts/robustness.py reference=build/study/reference-LeNet-60000-seed0.safetensors best=…
"""

from __future__ import annotations

import sys
from pathlib import Path

from lenet_lib import data, files
from lenet_lib.errors import LenetError
from lenet_lib.evaluation.mnist_c import mnist_c_accuracy
from lenet_lib.evaluation.robustness import corruption_accuracy
from lenet_lib.models import load_weights

OUT, MNIST_C = Path("results/robustness.csv"), Path("results/mnist_c.csv")


def main() -> None:
    """Measure the networks named NAME=FILE on the command line."""
    pairs = [word.partition("=") for word in sys.argv[1:]]
    if not pairs or not all(name and path for name, _, path in pairs):
        sys.exit("Name the networks: NAME=FILE.safetensors …")
    try:
        networks = {name: load_weights(path) for name, _, path in pairs}
        test = data.load("mnist").test
        table = corruption_accuracy(networks, test)
        fifteen = mnist_c_accuracy(networks, test)
    except LenetError as error:
        sys.exit(f"Error: {error}")
    files.write(OUT, table.to_csv(index=False, lineterminator="\n"))
    files.write(MNIST_C, fifteen.to_csv(index=False, lineterminator="\n"))
    print(table.pivot(index=["corruption", "strength"], columns="network", values="accuracy"))
    print(fifteen.pivot(index="corruption", columns="network", values="accuracy"))


if __name__ == "__main__":
    main()
