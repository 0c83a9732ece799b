"""One headline number of README and notebooks, and what every one of them is told with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from lenet_lib.evaluation.statistics import mean_interval

RESULTS = Path(__file__).resolve().parents[1] / "results"

README, CHAPTER = "README.md", "notebooks/05-evidence.ipynb"
TRAINING, EVALUATION = "notebooks/03-training.ipynb", "notebooks/04-evaluation.ipynb"


@dataclass(frozen=True)
class Entry:
    """One headline number; ``shown`` is how it is printed in the ``places`` where it stands."""

    number: str
    shown: str
    table: str
    command: str
    interval: str = ""
    runs: int = 1
    minutes: float = 0
    machine: str = "–"
    places: tuple[str, ...] = ()

    def line(self, commit: str) -> str:
        """Give the row of the Markdown table; a commit has the table as it is."""
        cost = f"{self.minutes:,.0f}" if self.minutes >= 1 else f"{self.minutes:.1g}"
        cells = [
            *(self.number, f"{self.shown} {self.interval}".strip(), str(self.runs)),
            *(cost if self.minutes else "–", f"`{self.command}`", f"`{self.table}`"),
            *(f"`{commit}`", self.machine, ", ".join(self.places) or "–"),
        ]
        return f"| {' | '.join(cells)} |"


def read(name: str) -> pd.DataFrame:
    return pd.read_csv(RESULTS / name)


def study() -> pd.DataFrame:
    """Read the runs of LeNet."""
    return read("study.csv").query("network == 'LeNet'")


def machine(runs: pd.DataFrame) -> str:
    """Say what runs were made on; a table may hold runs of several machines."""
    told = []
    for _, first in runs.drop_duplicates(["device", "torch"]).iterrows():
        threads = "one thread" if first.threads == 1 else f"{first.threads} threads"
        how = threads if first.device == "cpu" else f"{first.device}, many runs at once"
        told.append(f"{first.machine}, {how}, torch {first.torch}")
    return "; ".join(told)


def minutes(runs: pd.DataFrame) -> float:
    """Estimate the minutes of all runs, from those timed; 0 where a recipe has none."""
    seconds = runs.groupby("recipe").seconds
    whole: float = (seconds.mean() * seconds.size()).sum(skipna=False) / 60
    return 0 if math.isnan(whole) else whole


def about(runs: pd.DataFrame) -> dict[str, Any]:
    """Say how many runs there are, what they cost, and what they were made on."""
    return {"runs": len(runs), "minutes": minutes(runs), "machine": machine(runs)}


def mean(values: pd.Series, places: int, ends: int, unit: str = "") -> dict[str, Any]:
    """Give the mean and its interval, with so many decimal places."""
    value, low, high = mean_interval(values)
    interval = f"({low:.{ends}f}–{high:.{ends}f}{unit})"
    return {"shown": f"{value:.{places}f}{unit}", "interval": interval}
