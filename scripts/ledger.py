"""Write the ledger of headline numbers, `results/README.md`, from the tables beside it.

One row a number: its value with interval, how many runs, what they cost, the command that makes it
again, the machine, the commit, and where a reader meets it. A test holds the ledger to the tables,
and README and notebooks to the ledger.

    python scripts/ledger.py
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from lenet_lib import files
from lenet_lib.evaluation.comparison import compare_recipes, peeking_gain
from lenet_lib.evaluation.statistics import RUNS, mean_interval
from lenet_lib.training import LADDER

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "results"

README, CHAPTER = "README.md", "notebooks/05-evidence.ipynb"

MADE = {
    "study.csv": "dcb1628",
    "time_to_accuracy.csv": "8b0d094",
    "robustness.csv": "836228c",
    "mnist_c.csv": "836228c",
    "peeking.csv": "eaea9b7",
    "ablations.csv": "eaea9b7",
    "sample-size.csv": "0349974",
    "search.csv": "eaea9b7",
    "torture.csv": "c48c0f2",
}
"""Table → the commit that brought its rows; later ones renamed a recipe in it at most."""

HEAD = """# Where each headline number comes from

Written by `python scripts/ledger.py` from the tables in this folder; do not edit. An interval is a
95% t-interval of the mean **over seeds**, always on the same 10,000 test images; what other images
would give is another question, which notebook 04 answers. A difference has Welch's interval, and is
called real only where a permutation test of {runs} runs a side or more says so, corrected by Holm's
method for the number of comparisons that are listed here. Minutes are those of all runs together,
one after another, estimated from the runs that had a core to themselves (a dash where a recipe has
none); `robustness.csv` needs the weights that `make study` keeps.

| number | value | runs | minutes of all | command | table | commit | machine | stands in |
|---|---|---|---|---|---|---|---|---|
"""


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

    def line(self) -> str:
        """Give the row of the Markdown table."""
        cost = f"{self.minutes:,.0f}" if self.minutes >= 1 else f"{self.minutes:.1g}"
        cells = [
            *(self.number, f"{self.shown} {self.interval}".strip(), str(self.runs)),
            *(cost if self.minutes else "–", f"`{self.command}`", f"`{self.table}`"),
            *(f"`{MADE[self.table]}`", self.machine, ", ".join(self.places) or "–"),
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


def accuracies() -> Iterator[Entry]:
    """Give the mean accuracy and loss of every recipe of the study."""
    runs, places = study(), {"best": (README, CHAPTER), "robust": (README,)}
    for name in dict.fromkeys(("fast", *LADDER, *runs.recipe)):
        own = runs[runs.recipe == name]
        command = f"lenet study --recipe {name} --seeds {len(own)}"
        if (own.device != "cpu").all():
            command = f"python scripts/distil_on_gpu.py --recipe {name}"
        facts: Any = {"table": "study.csv", "command": command, **about(own)}
        accuracy = mean(100 * own.accuracy, 3, 2, "%")
        yield Entry(f"accuracy of `{name}`", **accuracy, **facts, places=places.get(name, ()))
        yield Entry(f"loss of `{name}`", **mean(own.loss, 4, 4), **facts)
    released = runs[(runs.recipe == "robust") & (runs.seed == 0)]
    yield Entry(
        "accuracy of the released model, `robust` seed 0",
        f"{released.accuracy.item():.2%}",
        "study.csv",
        "python scripts/distil_on_gpu.py --recipe robust",
        interval=f"({released.errors.item()} errors)",
        machine=machine(released),
        places=("notebooks/04-evaluation.ipynb",),
    )


def differences() -> Iterator[Entry]:
    """Compare the assignment's recipe with ours, and each variant with the one before it."""
    ours = [("reference", name) for name in ("fast", "best", "robust")]
    row: Any
    for row in compare_recipes(
        study(), [*ours, *pairwise(LADDER), ("best", "robust")]
    ).itertuples():
        verdict = "real" if row.significant else "not claimed"
        if min(row.n_before, row.n_after) < RUNS:
            verdict = f"not claimed, fewer than {RUNS} runs a side"
        span = f"{row.low:+.3f} to {row.high:+.3f}"
        yield Entry(
            f"`{row.after}` less `{row.before}`, points",
            f"{row.difference:+.3f}",
            "study.csv",
            f"lenet study --recipe {row.before} --recipe {row.after} --seeds {RUNS}",
            interval=f"({span}; permutation and Holm p = {row.holm:.2g}: {verdict})",
            **about(study().query("recipe in [@row.before, @row.after]")),
        )


def speed() -> Iterator[Entry]:
    """Give what the benchmark found."""
    names = {"pipeline": "recipe", "train_seconds": "seconds"}
    runs = read("time_to_accuracy.csv").rename(columns=names)
    facts: Any = {"table": "time_to_accuracy.csv", "command": "make benchmark"}
    for pipeline, what in (
        ("reference", "the usual pipeline"),
        ("fast", "`fast`, in the benchmark"),
        ("sprint", "`sprint`, in the benchmark"),
    ):
        own = runs[runs.recipe == pipeline]
        both = {**facts, **about(own), "places": (README,)}
        yield Entry(f"accuracy of {what}", **mean(100 * own.accuracy, 2, 2, "%"), **both)
        yield Entry(f"seconds of {what}", f"{own.seconds.mean():.1f} s", **both)
    facts |= about(runs)
    means = runs.groupby("recipe")[["seconds", "images_per_second"]].mean()
    times, pace = means.seconds["reference"] / means.seconds, means.images_per_second
    yield Entry("time of `fast` / usual", f"1/{times['fast']:.1f}", **facts, places=(README,))
    yield Entry("time of `sprint` / usual", f"1/{times['sprint']:.1f}", **facts)
    ratio = f"{pace['fast'] / pace['reference']:.1f}×"
    yield Entry("images per second, `fast` / usual", ratio, **facts, places=(README,))


def robustness() -> Iterator[Entry]:
    """Give the mean accuracies on corrupted images."""
    command = "python scripts/robustness.py reference best robust"
    table, fifteen = read("robustness.csv"), read("mnist_c.csv").query("corruption != 'identity'")
    for network in table.network.unique():
        for kind in ("noise", "blur", "contrast"):
            own = table[(table.network == network) & (table.corruption == kind)]
            yield Entry(
                f"mean accuracy of `{network}` over strengths of {kind}, the clean images included",
                f"{own.accuracy.mean():.2f}",
                *("robustness.csv", command),
                runs=int(own.seeds.iloc[0]),
            )
        own = fifteen[fifteen.network == network]
        yield Entry(
            f"mean accuracy of `{network}` over MNIST-C's fifteen corruptions",
            f"{own.accuracy.mean():.1%}",
            *("mnist_c.csv", command),
            runs=int(own.seeds.iloc[0]),
            places=(CHAPTER,),
        )


def peeking() -> Iterator[Entry]:
    """Give what choosing the epoch on the test set would add."""
    for name, row in peeking_gain(read("peeking.csv")).iterrows():
        yield Entry(
            f"what the best epoch on the test set adds to `{name}`, points",
            f"{row.gain:.3f}",
            *("peeking.csv", "python scripts/peeking.py"),
            interval=f"({row.low:.3f} to {row.high:.3f})",
            runs=int(row.runs),
        )


def networks() -> Iterator[Entry]:
    """Compare other networks with LeNet, trained alike."""
    runs = pd.concat([read("study.csv"), read("ablations.csv")])
    runs = runs[(runs.recipe == "one-cycle") & (runs.train_images == 60_000)]
    others = [name for name in runs.network.unique() if name not in ("LeNet", "LeNet5")]
    row: Any
    for row in compare_recipes(
        runs, [("LeNet", name) for name in others], by="network"
    ).itertuples():
        yield Entry(
            f"`{row.after}` less LeNet, recipe `one-cycle`, points",
            f"{row.difference:+.2f}",
            "ablations.csv",
            f"lenet study --recipe one-cycle --network {row.after} --out results/ablations.csv",
            interval=f"({row.low:+.2f} to {row.high:+.2f}; Holm p = {row.holm:.2g})",
            runs=row.n_after,
        )


def sample_size() -> Iterator[Entry]:
    """Give the accuracies from the fewest images."""
    table = read("sample-size.csv")
    count = table.train_images.min()
    for name, own in table[table.train_images == count].groupby("recipe"):
        accuracy = mean(100 * own.accuracy, 2, 2, "%")
        facts = {"table": "sample-size.csv", "command": "make study", **about(own)}
        yield Entry(f"accuracy of `{name}` from {count} images", **accuracy, **facts)


def counts() -> Iterator[Entry]:
    """Give how much was tried."""
    trials, faults = len(read("search.csv")), f"{read('torture.csv').tried.sum():,}"
    command = "python scripts/try_recipe.py RECIPE --set NAME=VALUE"
    yield Entry("trials on validation", f"{trials:,}", "search.csv", command, runs=trials)
    yield Entry("faults tried", faults, "torture.csv", "make torture", places=(README,))


KINDS = (accuracies, differences, speed, robustness, peeking, networks, sample_size, counts)


def entries() -> list[Entry]:
    """Give all headline numbers, in the order of the table."""
    return [entry for kind in KINDS for entry in kind()]


def current() -> str:
    """Give the ledger as it should be."""
    return HEAD.format(runs=RUNS) + "\n".join(entry.line() for entry in entries()) + "\n"


if __name__ == "__main__":
    files.write(RESULTS / "README.md", current())
