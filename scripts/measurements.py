"""The headline numbers that are measurements: speed, growth, robustness, peeking, cost, counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from headline import CHAPTER, EVALUATION, README, TRAINING, Entry, about, machine, mean, read

from lenet_lib.evaluation.comparison import peeking_gain


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


def counts() -> Iterator[Entry]:
    """Give how much was tried."""
    trials, faults = len(read("search.csv")), f"{read('torture.csv').tried.sum():,}"
    command = "python scripts/try_recipe.py RECIPE --set NAME=VALUE"
    told: Any = {"runs": trials, "places": (CHAPTER,)}
    yield Entry("trials on validation", f"{trials:,}", "search.csv", command, **told)
    yield Entry("faults tried", faults, "torture.csv", "make torture", places=(README,))
