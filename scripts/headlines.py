"""The headline numbers of README and notebooks, each computed from a table in ``results/``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from lenet_lib.evaluation.comparison import compare_recipes, peeking_gain, shared_mistakes
from lenet_lib.evaluation.statistics import RUNS, mcnemar, mean_interval
from lenet_lib.training import LADDER

RESULTS = Path(__file__).resolve().parents[1] / "results"

README, CHAPTER = "README.md", "notebooks/05-evidence.ipynb"
TRAINING, EVALUATION = "notebooks/03-training.ipynb", "notebooks/04-evaluation.ipynb"
QUICK = ("reference", "fast", "sprint")
"""What the benchmark times; the README has their ten seeds beside it."""


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


def accuracies() -> Iterator[Entry]:
    """Give the mean accuracy and loss of every recipe of the study."""
    runs = study()
    places: dict[str, tuple[str, ...]] = dict.fromkeys(("robust", *QUICK), (README,))
    places["best"] = README, CHAPTER
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
        places=(EVALUATION,),
    )
    best = 100 * runs[runs.recipe == "best"].accuracy
    yield Entry(
        "accuracies of the single runs of `best`",
        f"{best.min():.2f}% and {best.max():.2f}%",
        "study.csv",
        "python scripts/distil_on_gpu.py --recipe best",
        interval="(least and greatest)",
        **about(runs[runs.recipe == "best"]),
        places=(CHAPTER,),
    )


def network_of_1998() -> Iterator[Entry]:
    """Give the errors of LeNet-5, by its paper's loss and by others."""
    runs = read("study.csv").query("network == 'LeNet5'")
    for name, own in runs.groupby("recipe"):
        command = f"lenet study --recipe {name} --network LeNet5 --seeds {len(own)}"
        facts: Any = {"table": "study.csv", "command": command, **about(own), "places": (CHAPTER,)}
        what = f"of LeNet-5 of 1998, recipe `{name}`"
        if name == "lenet5":
            yield Entry(f"error {what}", **mean(100 * (1 - own.accuracy), 2, 2, "%"), **facts)
        elif name == "one-cycle":
            yield Entry(f"errors {what}", " and ".join(map(str, own.errors)), **facts)
        else:
            facts["command"] = "git checkout eaea9b7~; lenet study --recipe lenet5 --seeds 5"
            yield Entry(f"mean errors {what}", f"{own.errors.mean():.0f}", **facts)


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
    pair = ("affine-recalibrated", "elastic-recalibrated")
    row = compare_recipes(study(), [pair]).iloc[0]
    yield Entry(
        f"`{row.after}` less `{row.before}`, points",
        f"{row.difference:+.3f}",
        "study.csv",
        f"lenet study --recipe {row.before} --recipe {row.after} --seeds {RUNS}",
        interval=f"({row.low:+.3f} to {row.high:+.3f}; permutation p = {row.permutation:.2f}, "
        "alone: not claimed)",
        **about(study().query("recipe in @pair")),
        places=(CHAPTER,),
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
        shown = f"{own.images_per_second.mean():,.0f}"
        yield Entry(f"images per second of {what}", shown, **both)
    facts |= about(runs)
    means = runs.groupby("recipe")[["seconds", "images_per_second"]].mean()
    times, pace = means.seconds["reference"] / means.seconds, means.images_per_second
    yield Entry("time of `fast` / usual", f"1/{times['fast']:.1f}", **facts, places=(README,))
    yield Entry("time of `sprint` / usual", f"1/{times['sprint']:.1f}", **facts)
    ratio = f"{pace['fast'] / pace['reference']:.1f}×"
    yield Entry("images per second, `fast` / usual", ratio, **facts, places=(README,))


def growth() -> Iterator[Entry]:
    """Give the cost at the largest number of images, and what memory that took; single runs."""
    table = read("scale.csv")
    facts: Any = {"table": "scale.csv", "command": "python benchmarks/scale.py"}
    for task, doing in (("train", "training on"), ("read", "reading")):
        own = table[table.task == task].pivot(index="images", columns="pipeline")
        count, last = f"{own.index[-1]:,}", own.iloc[-1]
        facts["machine"] = machine(table[table.task == task])
        places: Any = {"places": (TRAINING,)} if task == "read" else {}
        for name, what in (("ours", "this report's program"), ("usual", "the usual one")):
            head = f"{doing} {count} images, {what}"
            yield Entry(f"{head}: seconds", f"{last.seconds[name]:.1f}", **facts)
            yield Entry(f"{head}: most memory, MB", f"{last.peak_mb[name]:,.0f}", **facts, **places)
        if task == "read":
            speed = last.images_per_second
            head = f"reading {count} images: a second"
            yield Entry(head, f"{speed.ours:,.0f}", **facts, **places)
            yield Entry(f"{head}, times the usual", f"{speed.ours / speed.usual:.1f}", **facts)


def errors_that_remain() -> Iterator[Entry]:
    """Give what the ten networks of `robust` misread, and how two networks differ."""
    table = read("study-mistakes.csv").query("network == 'LeNet' and train_images == 60000")
    own = table[table.recipe == "robust"]
    shared, count = shared_mistakes(own), own.seed.nunique()
    facts: Any = {"table": "study-mistakes.csv", "places": (CHAPTER,)}
    facts["command"] = "python scripts/distil_on_gpu.py --recipe robust"
    facts |= about(study().query("recipe == 'robust'"))
    head = f"images misread by the {count} networks of `robust`"
    yield Entry(f"{head}: by any", str(len(shared)), **facts)
    yield Entry(f"{head}: by all", str((shared.runs == count).sum()), **facts)
    first = table[table.seed == 0].groupby("recipe")["index"].agg(set)
    one, other, _ = mcnemar(first["reference"], first["best"])
    yield Entry(
        "images that only `reference`, and only `best`, misreads (seed 0)",
        f"{one} and {other}",
        "study-mistakes.csv",
        "lenet study --recipe reference --recipe best --seeds 1",
        **about(study().query("recipe in ['reference', 'best'] and seed == 0")),
    )


def robustness() -> Iterator[Entry]:
    """Give the mean accuracies on corrupted images; the minutes are those of a whole table."""
    command = "python scripts/robustness.py reference best robust"
    table, fifteen = read("robustness.csv"), read("mnist_c.csv").query("corruption != 'identity'")
    for network in table.network.unique():
        own = table[table.network == network]
        facts: Any = {"table": "robustness.csv", "command": command, **of_networks(own)}
        for kind in ("noise", "blur", "contrast", "shift"):
            accuracy = own[own.corruption == kind].accuracy.mean()
            what = f"over strengths of {kind}, the clean images included"
            yield Entry(f"mean accuracy of `{network}` {what}", f"{accuracy:.2f}", **facts)
        noisy = own.query("corruption == 'noise' and strength == 0.3").accuracy.item()
        name = f"accuracy of `{network}` under noise of 0.3"
        yield Entry(name, f"{noisy:.1%}", **facts, places=(EVALUATION,))
        own = fifteen[fifteen.network == network]
        yield Entry(
            f"mean accuracy of `{network}` over MNIST-C's fifteen corruptions",
            f"{own.accuracy.mean():.1%}",
            *("mnist_c.csv", command),
            **of_networks(own),
            places=(CHAPTER,),
        )


def of_networks(rows: pd.DataFrame) -> dict[str, Any]:
    """Say how many networks rows are the mean of, and what the whole table cost and was made on."""
    seconds = rows.seconds.iloc[0]
    return {"runs": rows.seeds.iloc[0], "minutes": seconds / 60, "machine": machine(rows)}


def peeking() -> Iterator[Entry]:
    """Give what choosing the epoch on the test set would add."""
    table = read("peeking.csv")
    for name, row in peeking_gain(table).iterrows():
        own = table[table.recipe == name]
        yield Entry(
            f"what the best epoch on the test set adds to `{name}`, points",
            f"{row.gain:.3f}",
            *("peeking.csv", "python scripts/peeking.py"),
            interval=f"({row.low:.3f} to {row.high:.3f})",
            runs=int(row.runs),
            minutes=own.seconds.sum() / 60,
            machine=machine(own),
        )


def students() -> Iterator[Entry]:
    """Give what a student costs on a processor, without its teachers."""
    for name, own in read("student.csv").groupby("recipe"):
        yield Entry(
            f"minutes of one student of `{name}`, without the teachers",
            f"{own.minutes.item():.0f}",
            *("student.csv", "python benchmarks/student.py"),
            minutes=own.minutes.item() * own.measured.item() / own.epochs.item(),
            machine=machine(own),
            places=(CHAPTER,),
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
            **about(runs[runs.network == row.after]),
        )
    errors = runs.groupby("network").accuracy.mean().rsub(1)
    yield Entry(
        "errors of `MLP` / errors of LeNet, recipe `one-cycle`",
        f"{errors['MLP'] / errors['LeNet']:.1f}",
        "ablations.csv",
        "lenet study --recipe one-cycle --network MLP --out results/ablations.csv",
        **about(runs[runs.network == "MLP"]),
        places=(CHAPTER,),
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
    told: Any = {"runs": trials, "places": (CHAPTER,)}
    yield Entry("trials on validation", f"{trials:,}", "search.csv", command, **told)
    yield Entry("faults tried", faults, "torture.csv", "make torture", places=(README,))


KINDS = (
    *(accuracies, network_of_1998, differences, errors_that_remain, speed, growth, robustness),
    *(peeking, networks, sample_size, students, counts),
)


def entries() -> list[Entry]:
    """Give all headline numbers, in the order of the table."""
    return [entry for kind in KINDS for entry in kind()]
