"""Time what a reader of digits waits for: loading the network, one photo, a thousand images.

python benchmarks/reading.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import torch

import lenet_lib
from lenet_lib.data import load


def seconds(action: Callable[[], object], repeats: int = 5) -> float:
    """Give the shortest of some timings, the one that the machine disturbed least."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print the three times."""
    images = load("mnist").test.images[:1000].numpy()
    photo = Path(__file__).resolve().parents[1] / "notebooks/example.jpg"
    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}")
    first = seconds(lambda: lenet_lib.predict(images[:1]), repeats=1)
    print(f"first reading, with loading the network  {first:.3f} s")
    thousand = seconds(lambda: lenet_lib.predict(images))
    print(f"1,000 prepared images                    {thousand:.3f} s")
    one = seconds(lambda: lenet_lib.predict(photo))
    print(f"the example photo                        {one:.3f} s")


if __name__ == "__main__":
    main()
