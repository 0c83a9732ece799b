"""``lenet recipes``: the named training settings, and what the committed study says of them."""

from __future__ import annotations

import csv
from pathlib import Path
from statistics import mean

import typer

import lenet_lib
from lenet_lib.training import RECIPES

STUDY = Path(lenet_lib.__file__).resolve().parents[1] / "results" / "study.csv"
"""The table of all runs on MNIST; a package without its repository lacks it."""


def recipes_command() -> None:
    """List the recipes, what they reach and what they take."""
    table = STUDY.read_text(encoding="utf-8").splitlines() if STUDY.is_file() else []
    rows = list(csv.DictReader(table))
    typer.echo(
        f"{'recipe':24}{'network':10}{'epochs':>6}{'accuracy':>10}{'runs':>6}{'training':>10}"
    )
    for recipe in RECIPES.values():
        own = {"recipe": recipe.name, "network": recipe.network, "epochs": str(recipe.epochs)}
        runs = [row for row in rows if own.items() <= row.items()]
        accuracy = f"{mean(float(row['accuracy']) for row in runs):.2%}" if runs else "–"
        seconds = f"{mean(float(row['seconds']) for row in runs):,.0f} s" if runs else "–"
        typer.echo(
            f"{recipe.name:24}{recipe.network:10}{recipe.epochs:>6}"
            f"{accuracy:>10}{len(runs) or '–':>6}{seconds:>10}"
        )
    means = "Means over runs on MNIST: accuracy on its test set, seconds on one core of a CPU."
    typer.echo(f"\n{means if rows else 'What they reach is in results/study.csv of a clone.'}")
