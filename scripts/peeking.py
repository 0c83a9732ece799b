"""What choosing the epoch on the test set would buy: the test error after *every* epoch.

No result of this report is chosen this way: the last epoch counts. The table is to show by how much
a "best epoch on the test set" flatters. Each run is written as it ends, and done runs are kept.

    python scripts/peeking.py                 # results/peeking.csv: two recipes, twenty seeds each
    python scripts/peeking.py --recipe affine --seeds 3 --out build/peeking.csv
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pandas as pd
import torch
import typer
from filelock import FileLock

from lenet_lib import data, files
from lenet_lib.cli import run_script
from lenet_lib.training import get_recipe
from lenet_lib.training.device import describe
from lenet_lib.training.loop import fit

EPOCH = ["dataset", "recipe", "seed", "epoch"]
"""What tells one row from another."""


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path) if path.exists() else pd.DataFrame(columns=EPOCH)


def one_run(dataset: data.Dataset, name: str, seed: int, epochs: int | None) -> pd.DataFrame:
    """Train once, with the test set looked at after each epoch; one row an epoch.

    Seconds are of training, without the looks.
    """
    recipe = get_recipe(name, epochs=epochs)
    cpu = torch.device("cpu")
    history = fit(recipe, dataset.train, seed=seed, device=cpu, validation=dataset.test).history
    images = len(dataset.test)
    rows = [
        {
            "dataset": dataset.name,
            "recipe": name,
            "seed": seed,
            "epoch": int(row["epoch"]),
            "test_errors": round((1 - row["validation_accuracy"]) * images),
            "test_images": images,
            "test_loss": round(row["validation_loss"], 6),
            "seconds": round(row["seconds"], 2),
            **describe(cpu),
        }
        for row in history
    ]
    return pd.DataFrame(rows)


def main(
    recipe: Annotated[list[str] | None, typer.Option(help="A recipe; repeat it.")] = None,
    seeds: Annotated[int, typer.Option(help="Seeds 0, 1, … of each.")] = 20,
    epochs: Annotated[int | None, typer.Option(help="Passes over the data.")] = None,
    dataset: Annotated[str, typer.Option(help="What to train and test on.")] = "mnist",
    out: Annotated[Path, typer.Option(help="The table.")] = Path("results/peeking.csv"),
) -> None:
    """Do the runs that the table lacks."""
    torch.set_num_threads(1)
    loaded = data.load(dataset)
    out.parent.mkdir(parents=True, exist_ok=True)
    for seed in range(seeds):
        for name in recipe or ["reference", "one-cycle"]:
            done = read(out)[EPOCH[:3]].itertuples(index=False, name=None)
            if (dataset, name, seed) in set(done):
                continue
            run = one_run(loaded, name, seed, epochs)
            with FileLock(f"{out}.lock"):  # another process may have added a run meanwhile
                table = pd.concat([read(out), run], ignore_index=True) if out.exists() else run
                table = table.drop_duplicates(EPOCH).sort_values(EPOCH)
                files.write(out, table.to_csv(index=False, lineterminator="\n"))
            best, last = run["test_errors"].min(), run["test_errors"].iloc[-1]
            print(f"{name} seed {seed}: {last} errors at the end, {best} at best", flush=True)


if __name__ == "__main__":
    run_script(main)
