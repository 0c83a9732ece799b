"""The headline numbers of README and notebooks, each computed from a table in ``results/``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import measurements
import pandas as pd
from headline import CHAPTER, EVALUATION, README, Entry, about, machine, mean, read, study

from lenet_lib.evaluation.comparison import compare_recipes, shared_mistakes
from lenet_lib.evaluation.statistics import RUNS, mcnemar
from lenet_lib.training import LADDER

QUICK = ("reference", "fast", "sprint")
"""What the benchmark times; the README has their ten seeds beside it."""


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


KINDS = (
    *(accuracies, network_of_1998, differences, errors_that_remain),
    *(measurements.speed, measurements.growth, measurements.robustness, measurements.peeking),
    *(networks, sample_size, measurements.students, measurements.counts),
)


def entries() -> list[Entry]:
    """Give all headline numbers, in the order of the table."""
    return [entry for kind in KINDS for entry in kind()]
