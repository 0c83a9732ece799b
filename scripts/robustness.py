"""Accuracy on corrupted test images, ours and MNIST-C's, of the weights that `lenet study` kept.

Each number is the mean over all seeds of a recipe that the folder holds; all networks are tested on
the very same corrupted images. ``seconds`` is what the whole table took.

    python scripts/robustness.py reference best robust --weights build/study
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import pandas as pd
import torch
import typer
from torch import nn

from lenet_lib import data, files
from lenet_lib.cli import run_script
from lenet_lib.errors import LenetError
from lenet_lib.evaluation.mnist_c import mnist_c_accuracy
from lenet_lib.evaluation.robustness import corruption_accuracy
from lenet_lib.models import load_weights
from lenet_lib.training.device import describe

RESULTS = Path("results")


def mean_over_seeds(table: pd.DataFrame, kinds: list[str]) -> pd.DataFrame:
    """Average over the networks of a recipe, which are called ``<recipe>/<file>``."""
    table["network"] = table["network"].str.partition("/")[0]
    groups = table.groupby(["network", *kinds], sort=False)["accuracy"]
    means = groups.agg(["mean", "size"]).round(6).reset_index()
    return means.rename(columns={"mean": "accuracy", "size": "seeds"})


def main(
    recipes: Annotated[list[str], typer.Argument(help="Recipes with LeNets in the folder.")],
    weights: Annotated[Path, typer.Option(help="The folder.")] = Path("build/study"),
) -> None:
    """Write results/robustness.csv and results/mnist_c.csv."""
    networks: dict[str, nn.Module] = {}
    try:
        for recipe in recipes:
            paths = sorted(weights.glob(f"{recipe}-LeNet-*-seed*.safetensors"))
            if not paths:
                raise LenetError(
                    f"{weights} holds no weights of {recipe}; `lenet study --recipe {recipe} "
                    f"--weights {weights}` makes them."
                )
            networks |= {f"{recipe}/{path.name}": load_weights(path) for path in paths}
        test = data.load("mnist").test
    except LenetError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from None
    for name, measure, kinds in (
        ("robustness.csv", corruption_accuracy, ["corruption", "strength", "unit"]),
        ("mnist_c.csv", mnist_c_accuracy, ["corruption"]),
    ):
        start = time.perf_counter()
        table = mean_over_seeds(measure(networks, test), kinds)
        facts = {"seconds": round(time.perf_counter() - start), **describe(torch.device("cpu"))}
        table = table.assign(**facts)
        files.write(RESULTS / name, table.to_csv(index=False, lineterminator="\n"))
        print(table.pivot(index=kinds, columns="network", values="accuracy").to_string())


if __name__ == "__main__":
    run_script(main)
