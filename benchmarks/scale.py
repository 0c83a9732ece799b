"""How time and memory grow with the work, ours beside the usual pipeline's, in one run.

Training: three epochs on 1,000 to 60,000 images. Reading: 1,000 to 1,000,000 prepared digits from a
file, a thousand at a time, whose memory must not grow with them. Every measurement is a process of
its own, and the two programs take turns.

    python benchmarks/scale.py                  # to a million, in five minutes
    python benchmarks/scale.py --most 10000 --out /tmp/try.csv
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Annotated, Any

import numpy as np
import pandas as pd
import torch
import typer
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import ToTensor

from lenet_lib import data, files
from lenet_lib.data import download
from lenet_lib.models import load_weights, predict_logits
from lenet_lib.training import RECIPES, fit
from lenet_lib.training.device import describe

CPU = torch.device("cpu")
TRAIN = (1_000, 3_000, 10_000, 30_000, 60_000)
READ = (1_000, 10_000, 100_000, 1_000_000)
SIZE = 28 * 28
EPOCHS = RECIPES["fast"].epochs
BATCH = 1_000
app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)


class Pixels(Dataset[torch.Tensor]):
    """Digits of a file, one at a time: what a data loader is usually given."""

    def __init__(self, file: Path, count: int) -> None:
        self.images = np.memmap(file, np.uint8, "r", shape=(count, 28, 28))

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> torch.Tensor:
        tensor: torch.Tensor = ToTensor()(np.array(self.images[index]))
        return tensor


def report(seconds: float) -> None:
    """Print the seconds and the most memory that this process had, in MB."""
    memory = getrusage(RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    print(json.dumps({"seconds": round(seconds, 3), "peak_mb": round(memory)}))


@app.command("train")
def train_ours(images: int) -> None:
    """Train on the first images, with recipe `fast`."""
    start = time.perf_counter()
    fit(RECIPES["fast"], data.load("mnist").train[:images], device=CPU)
    report(time.perf_counter() - start)


@app.command("read")
def read_ours(file: Path, count: int) -> None:
    """Read digits with the package."""
    model = load_weights()
    start = time.perf_counter()
    with file.open("rb") as pixels:
        for _ in range(count // BATCH):
            images = np.fromfile(pixels, np.uint8, BATCH * SIZE).reshape(-1, 1, 28, 28)
            predict_logits(model, torch.from_numpy(images)).argmax(1)
    report(time.perf_counter() - start)


@app.command("read-usual")
def read_usual(file: Path, count: int) -> None:
    """Read digits with a data loader, image by image."""
    model = load_weights()
    start = time.perf_counter()
    with torch.no_grad():
        for images in DataLoader(Pixels(file, count), batch_size=BATCH):
            model(images).argmax(1)
    report(time.perf_counter() - start)


def measure(*command: object) -> dict[str, float]:
    """Run a program that ends with a line of JSON; its seconds, and its megabytes if it says."""
    words = [sys.executable, *map(str, command)]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


@app.command("compare")
def compare(
    most: Annotated[
        int, typer.Option("--most", help="Leave larger numbers of images out.")
    ] = 1_000_000,
    out: Annotated[Path, typer.Option(help="Where the table goes.")] = Path("results/scale.csv"),
) -> None:
    """Measure both programs at all sizes and write the table."""
    digits, rows = data.load("mnist"), []
    root, here = download.raw_folder("mnist").parents[1], Path(__file__)
    usual = (here.with_name("usual_pipeline.py"), root, "--epochs", EPOCHS, "--images")

    def add(task: str, pipeline: str, images: int, *command: object) -> None:
        found = measure(*command)
        row: dict[str, Any] = {"task": task, "pipeline": pipeline, "images": images}
        passes = EPOCHS if task == "train" else 1
        speed = round(passes * images / found["seconds"])
        cost = {"seconds": round(found["seconds"], 3), "peak_mb": round(found["peak_mb"])}
        rows.append({**row, **cost, "images_per_second": speed, **describe(CPU)})
        print(f"{task:6}{pipeline:7}{images:>10,}{found['seconds']:>9.2f} s{speed:>9,}/s")

    for images in [size for size in TRAIN if size <= most]:
        add("train", "ours", images, here, "train", images)
        add("train", "usual", images, *usual, images)
    with tempfile.TemporaryDirectory() as folder:
        file, pixels = Path(folder) / "digits.bin", digits.test.images.numpy().tobytes()
        with file.open("wb") as target:  # the test digits, again and again
            for _ in range(-(-min(most, max(READ)) * SIZE // len(pixels))):
                target.write(pixels)
        for images in [size for size in READ if size <= most]:
            add("read", "ours", images, here, "read", file, images)
            add("read", "usual", images, here, "read-usual", file, images)
    table = pd.DataFrame(rows)
    files.write(out, table.to_csv(index=False, lineterminator="\n"))


if __name__ == "__main__":
    words = sys.argv[1:]
    parts = {command.name for command in app.registered_commands}
    app(words if words and words[0] in parts else ["compare", *words])
