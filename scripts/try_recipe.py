"""Try settings on the validation part, whose writers are not in the training part; log the trial.

The test set is not read. Each trial is a row of `results/search.csv`; the settings of the recipes
were chosen by these rows.

    python scripts/try_recipe.py best --set epochs=30 --set distortion.alpha=20 --seeds 1
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import torch
import typer

from lenet_lib import data, files
from lenet_lib.cli import run_script
from lenet_lib.training import Distortion, Recipe, fit, get_recipe

OUT = Path("results/search.csv")


def change(recipe: Recipe, settings: list[str]) -> Recipe:
    """Apply settings such as ``epochs=30`` or ``distortion.alpha=20`` to a recipe, all at once."""
    values: dict[str, Any] = {}
    bounds: dict[str, Any] = {}
    for setting in settings:
        name, _, text = setting.partition("=")
        inner = name.startswith("distortion.")
        (bounds if inner else values)[name.removeprefix("distortion.")] = _value(text)
    if bounds:
        values["distortion"] = replace(recipe.distortion or Distortion(0, 0, 0, 0, 0), **bounds)
    return replace(recipe, **values)


def _value(text: str) -> Any:
    """Read a number, true or false; anything else is a word."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def main(
    name: Annotated[str, typer.Argument(help="The recipe to start from.")],
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="A change, NAME=VALUE; repeat it.")
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", help="How many seeds.")] = 1,
    first: Annotated[int, typer.Option("--first", help="The first of them.")] = 0,
) -> None:
    """Train on the training part, measure on the validation part, append a row for each seed."""
    torch.set_num_threads(1)
    mnist, recipe = data.load("mnist"), change(get_recipe(name), setting or [])
    split = data.split_by_writer(mnist.train, data.load_writers())
    table = pd.read_csv(OUT) if OUT.exists() else pd.DataFrame()
    for seed in range(first, first + seeds):
        last = fit(recipe, split.train, seed=seed, validation=split.validation).history[-1]
        errors = round((1 - last["validation_accuracy"]) * len(split.validation))
        settings = asdict(recipe)
        bounds = settings.pop("distortion") or {}
        settings["teacher"] = recipe.teacher and recipe.teacher.name
        row = {
            **{key: value for key, value in settings.items() if key != "name"},
            **{f"distortion.{key}": value for key, value in bounds.items()},
            "seed": seed,
            "validation_errors": errors,
            "validation_images": len(split.validation),
            "validation_loss": round(last["validation_loss"], 4),
        }
        table = pd.concat([table, pd.DataFrame([row])], ignore_index=True)
        files.write(OUT, table.to_csv(index=False, lineterminator="\n"))
        print(f"seed {seed}: {errors} errors, loss {last['validation_loss']:.4f}")


if __name__ == "__main__":
    run_script(main)
