"""What one student of the recipes with teachers costs on one core, without the teachers.

Teachers and their answers are made once for the students of all seeds, and what a student is told
does not change how long it learns. So one LeNet, trained for one epoch, stands in for them here;
all else is the recipe's own. What counts is the processor's time, with the stand-in's in it: an
upper bound, which no other program on the machine can lengthen much.

    python benchmarks/student.py                        # three quarters of an hour
    python benchmarks/student.py --recipe best --epochs 10 --out build/student.csv
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import pandas as pd
import torch
import typer

from lenet_lib import data, files
from lenet_lib.cli import run_script
from lenet_lib.training import Recipe, fit, get_recipe
from lenet_lib.training.device import describe

CPU = torch.device("cpu")
STAND_IN = replace(get_recipe("one-cycle"), name="stand-in", epochs=1)


def student(name: str, epochs: int | None) -> Recipe:
    """Look up a recipe with teachers and give it one that costs next to nothing."""
    return replace(get_recipe(name, epochs=epochs), teacher=STAND_IN, teachers=1)


def main(
    recipe: Annotated[list[str] | None, typer.Option(help="One with teachers; repeat it.")] = None,
    epochs: Annotated[int | None, typer.Option(help="Passes over the data.")] = None,
    out: Annotated[Path, typer.Option(help="The table.")] = Path("results/student.csv"),
) -> None:
    """Train one student of each recipe and write what that took."""
    torch.set_num_threads(1)
    train, rows = data.load("mnist").train, []
    for name in recipe or ["best", "robust"]:
        start = time.process_time()
        passes = len(fit(student(name, epochs), train, device=CPU, progress=True).history)
        seconds = round(time.process_time() - start, 1)
        rows.append({"recipe": name, "epochs": passes, "seconds": seconds, **describe(CPU)})
        print(f"{name}: {passes} epochs in {seconds / 60:.1f} minutes")
    out.parent.mkdir(parents=True, exist_ok=True)
    files.write(out, pd.DataFrame(rows).to_csv(index=False, lineterminator="\n"))


if __name__ == "__main__":
    run_script(main)
