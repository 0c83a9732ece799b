"""Runs of a second each, on scikit-learn's digits."""

from __future__ import annotations

from dataclasses import replace

from lenet_lib.experiments.record import Job
from lenet_lib.training import RECIPES, Recipe

TINY = replace(RECIPES["fast"], epochs=2)


def jobs(seeds: int, recipe: Recipe = TINY) -> list[Job]:
    """A few runs of a second each."""
    return [Job(recipe, seed, "digits") for seed in range(seeds)]
