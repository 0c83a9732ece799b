"""Fit a network's temperature: ``python scripts/fit_temperature.py`` (Guo et al. 2017).

The released network was trained on all training images, so none is left to fit a temperature on.
Its recipe is therefore repeated on the training part of the writer-disjoint split, the temperature
is fitted on the validation writers, and written into the facts of the weights' file.

That of the released weights comes from a twin of the search for their settings: four teachers and a
quarter of the images corrupted, as the recipe has it, but 128 epochs and weight decay 0.05, seed 20
(`results/search.csv`). Three twins of other seeds would have given 1.22 in place of 1.20.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lenet_lib.cli import run_script
from lenet_lib.models import WEIGHTS


def measure(weights: Path = WEIGHTS, twin: Path | None = None) -> float:
    """Find the temperature of a network's recipe, and write it into its file.

    Args:
        weights: A safetensors file whose facts name its recipe and seed, and which gains
            ``temperature``.
        twin: Weights that the same recipe made of the split's training part; trained now without
            it.

    Returns:
        The temperature: logits are divided by it.
    """
    from lenet_lib.data import load, load_writers, split_by_writer
    from lenet_lib.evaluation.calibration import fit_temperature
    from lenet_lib.models import load_weights, predict_logits, read_metadata, save_weights
    from lenet_lib.training import fit, get_recipe

    facts = read_metadata(weights)
    split = split_by_writer(load("mnist").train, load_writers())
    if twin:
        other = load_weights(twin)
    else:
        recipe = get_recipe(str(facts["recipe"]))
        other = fit(recipe, split.train, seed=int(str(facts["seed"])), progress=True).model
    held_out = predict_logits(other.cpu(), split.validation.images.cpu())
    temperature = round(fit_temperature(held_out, split.validation.labels.cpu()), 3)
    facts = {name: value for name, value in facts.items() if name != "network"}
    save_weights(load_weights(weights), weights, **facts | {"temperature": temperature})
    return temperature


def main(
    weights: Annotated[Path, typer.Argument(help="The weights to write it into.")] = WEIGHTS,
    twin: Annotated[
        Path | None, typer.Option(help="The same recipe's weights, trained on the split.")
    ] = None,
) -> None:
    """Fit the temperature on the validation writers."""
    typer.echo(f"{weights}: temperature {measure(weights, twin)}")


if __name__ == "__main__":
    run_script(main)
