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

ROBUSTNESS = "python scripts/robustness.py reference best robust"

MADE = {
    "study.csv": "eaea9b7",
    "time_to_accuracy.csv": "8b0d094",
    "robustness.csv": "836228c",
    "mnist_c.csv": "836228c",
    "peeking.csv": "eaea9b7",
    "ablations.csv": "eaea9b7",
    "sample-size.csv": "0349974",
    "search.csv": "eaea9b7",
    "torture.csv": "56aac45",
}
"""Table → the commit that brought its rows; later ones renamed a recipe in it at most."""

PLACES = {
    "best": ("README.md", "notebooks/05-evidence.ipynb"),
    "robust": ("README.md",),
}
"""Recipe → where its mean accuracy stands."""

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
    """One headline number; ``shown`` is how it is printed where it stands."""

    number: str
    shown: str
    interval: str
    runs: int
    minutes: float
    command: str
    table: str
    machine: str
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


def accuracies() -> Iterator[Entry]:
    """Give the mean accuracy and loss of every recipe of the study."""
    study = read("study.csv")
    study = study[study.network == "LeNet"]
    for name in dict.fromkeys(("fast", *LADDER, *study.recipe)):
        own = study[study.recipe == name]
        command = f"lenet study --recipe {name} --seeds {len(own)}"
        if (own.device != "cpu").all():
            command = f"python scripts/distil_on_gpu.py --recipe {name}"
        facts = (len(own), minutes(own), command, "study.csv", machine(own))
        mean, low, high = mean_interval(100 * own.accuracy)
        places = PLACES.get(name, ())
        yield Entry(
            f"accuracy of `{name}`", f"{mean:.3f}%", f"({low:.2f}–{high:.2f}%)", *facts, places
        )
        mean, low, high = mean_interval(own.loss)
        yield Entry(f"loss of `{name}`", f"{mean:.4f}", f"({low:.4f}–{high:.4f})", *facts)
    released = study[(study.recipe == "robust") & (study.seed == 0)]
    yield Entry(
        "accuracy of the released model, `robust` seed 0",
        f"{released.accuracy.item():.2%}",
        f"({released.errors.item()} errors)",
        *(1, 0, "python scripts/distil_on_gpu.py --recipe robust", "study.csv"),
        machine(released),
        ("notebooks/04-evaluation.ipynb",),
    )


def differences() -> Iterator[Entry]:
    """Compare the assignment's recipe with ours, and each variant with the one before it."""
    study = read("study.csv")
    study = study[study.network == "LeNet"]
    ours = [("reference", name) for name in ("fast", "best", "robust")]
    pairs = [*ours, *pairwise(LADDER), ("best", "robust")]
    row: Any
    for row in compare_recipes(study, pairs).itertuples():
        both = study[study.recipe.isin([row.before, row.after])]
        verdict = "real" if row.significant else "not claimed"
        if min(row.n_before, row.n_after) < RUNS:
            verdict = f"not claimed, fewer than {RUNS} runs a side"
        span = f"{row.low:+.3f} to {row.high:+.3f}"
        yield Entry(
            f"`{row.after}` less `{row.before}`, points",
            f"{row.difference:+.3f}",
            f"({span}; permutation and Holm p = {row.holm:.2g}: {verdict})",
            len(both),
            minutes(both),
            f"lenet study --recipe {row.before} --recipe {row.after} --seeds {RUNS}",
            "study.csv",
            machine(both),
        )


def speed() -> Iterator[Entry]:
    """Give what the benchmark found."""
    runs, table = read("time_to_accuracy.csv"), "time_to_accuracy.csv"
    readme = ("README.md",)
    for pipeline, what in (
        ("reference", "the usual pipeline"),
        ("fast", "`fast`, in the benchmark"),
        ("sprint", "`sprint`, in the benchmark"),
    ):
        own = runs[runs.pipeline == pipeline]
        facts = (len(own), own.train_seconds.sum() / 60, "make benchmark", table, machine(own))
        mean, low, high = mean_interval(100 * own.accuracy)
        interval = f"({low:.2f}–{high:.2f}%)"
        yield Entry(f"accuracy of {what}", f"{mean:.2f}%", interval, *facts, readme)
        yield Entry(f"seconds of {what}", f"{own.train_seconds.mean():.1f} s", "", *facts, readme)
    means = runs.groupby("pipeline")[["train_seconds", "images_per_second"]].mean()
    ratio = means.loc["reference"] / means.loc["fast"]
    facts = (len(runs), runs.train_seconds.sum() / 60, "make benchmark", table, machine(runs))
    yield Entry("time of `fast` / usual", f"1/{ratio.train_seconds:.1f}", "", *facts, readme)
    sprint = means.train_seconds["reference"] / means.train_seconds["sprint"]
    yield Entry("time of `sprint` / usual", f"1/{sprint:.1f}", "", *facts)
    yield Entry(
        "images per second, `fast` / usual",
        f"{1 / ratio.images_per_second:.1f}×",
        "",
        *facts,
        readme,
    )


def others() -> Iterator[Entry]:
    """Give the counts and means of the remaining tables."""
    robust = read("robustness.csv")
    fifteen = read("mnist_c.csv")
    for network in robust.network.unique():
        for kind in ("noise", "blur", "contrast"):
            own = robust[(robust.network == network) & (robust.corruption == kind)]
            yield Entry(
                f"mean accuracy of `{network}` over strengths of {kind}, the clean images included",
                f"{own.accuracy.mean():.2f}",
                "",
                *(int(own.seeds.iloc[0]), 0, ROBUSTNESS, "robustness.csv", "–"),
            )
        own = fifteen[(fifteen.network == network) & (fifteen.corruption != "identity")]
        yield Entry(
            f"mean accuracy of `{network}` over MNIST-C's fifteen corruptions",
            f"{own.accuracy.mean():.1%}",
            "",
            *(int(own.seeds.iloc[0]), 0, ROBUSTNESS, "mnist_c.csv", "–"),
            ("notebooks/05-evidence.ipynb",),
        )
    peeking = peeking_gain(read("peeking.csv"))
    for name, row in peeking.iterrows():
        yield Entry(
            f"what the best epoch on the test set adds to `{name}`, points",
            f"{row.gain:.3f}",
            f"({row.low:.3f} to {row.high:.3f})",
            *(int(row.runs), 0, "python scripts/peeking.py", "peeking.csv", "–"),
        )
    networks = pd.concat([read("study.csv"), read("ablations.csv")])
    networks = networks[(networks.recipe == "one-cycle") & (networks.train_images == 60_000)]
    others = [name for name in networks.network.unique() if name not in ("LeNet", "LeNet5")]
    apart = compare_recipes(networks, [("LeNet", name) for name in others], by="network")
    pair: Any
    for pair in apart.itertuples():
        yield Entry(
            f"`{pair.after}` less LeNet, recipe `one-cycle`, points",
            f"{pair.difference:+.2f}",
            f"({pair.low:+.2f} to {pair.high:+.2f}; Holm p = {pair.holm:.2g})",
            *(pair.n_after, 0),
            f"lenet study --recipe one-cycle --network {pair.after} --out results/ablations.csv",
            *("ablations.csv", "–"),
        )
    size = read("sample-size.csv")
    few = size[size.train_images == size.train_images.min()]
    for name, own in few.groupby("recipe"):
        mean, low, high = mean_interval(100 * own.accuracy)
        yield Entry(
            f"accuracy of `{name}` from {own.train_images.iloc[0]} images",
            f"{mean:.2f}%",
            f"({low:.2f}–{high:.2f}%)",
            *(len(own), minutes(own), "make study", "sample-size.csv", machine(own)),
        )
    trials = read("search.csv")
    command = "python scripts/try_recipe.py RECIPE --set NAME=VALUE"
    yield Entry(
        "trials on validation", f"{len(trials):,}", "", len(trials), 0, command, "search.csv", "–"
    )
    tried = f"{read('torture.csv').tried.sum():,}"
    yield Entry(
        *("faults tried", tried, "", 1, 0, "make torture", "torture.csv", "–", ("README.md",))
    )


def current() -> str:
    """Give the ledger as it should be."""
    entries = [*accuracies(), *differences(), *speed(), *others()]
    return HEAD.format(runs=RUNS) + "\n".join(entry.line() for entry in entries) + "\n"


if __name__ == "__main__":
    files.write(RESULTS / "README.md", current())
