"""``lenet recipes``: the named training settings."""

from __future__ import annotations

import typer

from lenet_lib.training import REACHED, RECIPES


def recipes_command() -> None:
    """List the recipes, what they reach and what they take."""
    typer.echo(
        f"{'recipe':24}{'network':10}{'epochs':>6}{'accuracy':>10}{'runs':>6}{'training':>10}"
    )
    for recipe in RECIPES.values():
        line = f"{recipe.name:24}{recipe.network:10}{recipe.epochs:>6}"
        if reached := REACHED.get(recipe.name):
            seconds = "–" if reached.seconds is None else f"{reached.seconds:,} s"
            line += f"{reached.accuracy:>9.2f}%{reached.runs:>6}{seconds:>10}"
        typer.echo(line)
    typer.echo(
        "\nMeans over runs on MNIST: accuracy on its test set, seconds on one core of a CPU\n"
        "(a dash where no run had a core to itself)."
    )
