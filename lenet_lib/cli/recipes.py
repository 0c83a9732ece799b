"""``lenet recipes``: the named training settings."""

from __future__ import annotations


def recipes_command() -> None:
    """List the recipes: what each is, what it reaches and what it takes."""
