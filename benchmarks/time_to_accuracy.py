"""How much sooner `fast` and `sprint` reach the reference's accuracy than the usual pipeline.

The usual pipeline is ``benchmarks/usual_pipeline.py``. The programs alternate, seed by seed,
each in a process of its own (what ours sets in a process must not help the other), so that a noisy
machine is noisy for both; the ratio is what counts, not the seconds. Seconds count from before the
files are read until the last step of training; images per second, in the loop of steps alone.

    python benchmarks/time_to_accuracy.py               # results/time_to_accuracy.csv
    python benchmarks/time_to_accuracy.py --seeds 1 --reference-epochs 2 --out /tmp/try.csv
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import torch
import typer

from lenet_lib import data, files
from lenet_lib.cli import run_script
from lenet_lib.data import download
from lenet_lib.evaluation.metrics import evaluate
from lenet_lib.training import RECIPES, fit
from lenet_lib.training.device import computes_in_bfloat16, describe

CPU = torch.device("cpu")


def ours(recipe: str, seed: int) -> dict[str, Any]:
    """Train with a recipe, reading and checking the files included, then test."""
    start = time.perf_counter()
    mnist = data.load("mnist")
    fitted = fit(RECIPES[recipe], mnist.train, seed=seed, device=CPU)
    seconds = time.perf_counter() - start
    accuracy = evaluate(fitted.model, mnist.test.images, mnist.test.labels).accuracy
    return {
        "seconds": seconds,
        "loop_seconds": fitted.seconds,
        "images": len(mnist.train),
        "accuracy": accuracy,
    }


def in_a_process(*command: object) -> dict[str, Any]:
    """Run a program that prints one line of JSON, and read it."""
    words = [sys.executable, *map(str, command)]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def main(
    seeds: Annotated[int, typer.Option(help="Runs of each of ours.")] = 5,
    reference_seeds: Annotated[int, typer.Option(help="Runs of the usual pipeline.")] = 3,
    reference_epochs: Annotated[int, typer.Option(help="Epochs of the usual pipeline.")] = 20,
    only: Annotated[str | None, typer.Option(help="Do RECIPE:SEED alone, print JSON.")] = None,
    out: Annotated[Path, typer.Option(help="Where the table goes.")] = Path(
        "results/time_to_accuracy.csv"
    ),
) -> None:
    """Run both programs in turn and print the table and the ratio."""
    if only is not None:
        recipe, _, number = only.partition(":")
        print(json.dumps(ours(recipe, int(number))))
        return
    data.load("mnist")  # finds or fetches the files, for both
    root = download.raw_folder("mnist").parents[1]
    usual = (Path(__file__).with_name("usual_pipeline.py"), root, "--epochs", reference_epochs)
    rows = []
    for seed in range(seeds):
        programs: dict[str, tuple[int, tuple[object, ...]]] = {
            "reference": (reference_epochs, (*usual, "--seed", seed)),
        } | {
            name: (RECIPES[name].epochs, (__file__, "--only", f"{name}:{seed}"))
            for name in ("fast", "sprint")
        }
        for name, (epochs, command) in programs.items():
            if name == "reference" and seed >= reference_seeds:
                continue
            result = in_a_process(*command)
            rows.append(
                {
                    "pipeline": name,
                    "seed": seed,
                    "epochs": epochs,
                    "accuracy": result["accuracy"],
                    "train_seconds": round(result["seconds"], 2),
                    "images_per_second": round(epochs * result["images"] / result["loop_seconds"]),
                    **describe(CPU),
                    "bfloat16": computes_in_bfloat16(CPU),
                }
            )
            print(
                f"{name:9} seed {seed}: {result['accuracy']:.2%} in {result['seconds']:.1f} s",
                flush=True,
            )
    table = pd.DataFrame(rows)
    files.write(out, table.to_csv(index=False, lineterminator="\n"))
    mean = table.groupby("pipeline")[["accuracy", "train_seconds", "images_per_second"]].mean()
    print(mean.to_string())
    for name in ("fast", "sprint"):
        ratio = mean.loc["reference"] / mean.loc[name]
        print(
            f"{name}: time 1/{ratio.train_seconds:.1f}, images per second "
            f"{1 / ratio.images_per_second:.1f}×"
        )


if __name__ == "__main__":
    run_script(main)
