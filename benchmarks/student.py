"""What one student of the recipes with teachers costs a core, without the teachers.

Teachers and their answers are made once for the students of all seeds, and what a student is told
does not change how long it learns. So one LeNet, trained for one epoch, stands in for them here;
all else is the recipe's own. Epochs are alike, so a tenth of them is measured. What counts is the
processor's time, with the stand-in's in it: no other program on the machine lengthens it much.

    python benchmarks/student.py                        # five minutes
    python benchmarks/student.py --recipe robust --out build/robust.csv
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
from lenet_lib.training import fit, get_recipe
from lenet_lib.training.device import describe

CPU = torch.device("cpu")


def main(
    recipe: Annotated[str, typer.Option(help="One with teachers.")] = "best",
    out: Annotated[Path, typer.Option(help="The table.")] = Path("results/student.csv"),
) -> None:
    """Train a student for a tenth of its epochs and write what all of them would take."""
    torch.set_num_threads(1)
    train, epochs = data.load("mnist").train, get_recipe(recipe).epochs
    stand_in = replace(get_recipe("one-cycle"), name="stand-in", epochs=1)
    short = replace(get_recipe(recipe, epochs=epochs // 10), teacher=stand_in, teachers=1)
    start = time.process_time()
    fit(short, train, device=CPU, progress=True)
    seconds = time.process_time() - start
    minutes = round(seconds / short.epochs * epochs / 60, 1)
    print(f"{recipe}: {minutes} minutes for {epochs} epochs")
    cost = {"recipe": recipe, "epochs": epochs, "measured": short.epochs, "minutes": minutes}
    out.parent.mkdir(parents=True, exist_ok=True)
    table = pd.DataFrame([cost | describe(CPU)])
    files.write(out, table.to_csv(index=False, lineterminator="\n"))


if __name__ == "__main__":
    run_script(main)
