"""``lenet recipes``: the named training settings."""

from __future__ import annotations


def recipes_command() -> None:
    """List the recipes, what they reach and what they take."""
