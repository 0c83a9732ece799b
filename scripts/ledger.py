"""Write the ledger of headline numbers, `results/README.md`, from the tables beside it.

One row a number: its value with interval, how many runs, what they cost, the command that makes it
again, the machine, the commit, and where a reader meets it. A test holds the ledger to the tables,
and README and notebooks to the ledger.

    python scripts/ledger.py
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from headline import RESULTS  # noqa: E402
from headlines import entries  # noqa: E402

from lenet_lib import files  # noqa: E402
from lenet_lib.evaluation.statistics import RUNS  # noqa: E402

MADE = {
    "study.csv": "dcb1628",
    "study-mistakes.csv": "0f92748",
    "time_to_accuracy.csv": "8b0d094",
    "scale.csv": "dcb1628",
    "robustness.csv": "925d4ba",
    "mnist_c.csv": "925d4ba",
    "peeking.csv": "dba7021",
    "student.csv": "bff039d",
    "ablations.csv": "5f568c0",
    "sample-size.csv": "0d7220b",
    "search.csv": "e4ccb8f",
    "photo-steps.csv": "0f56b58",
    "torture.csv": "c48c0f2",
}
"""Table → a commit that has it as it is."""

HEAD = """# Where each headline number comes from

Written by `python scripts/ledger.py` from the tables in this folder; do not edit. An interval is a
95% t-interval of the mean **over seeds**, on the same 10,000 test images for all; what other images
would give is another question, which notebook 04 answers. A difference has Welch's interval, and is
called real only where a permutation test of {runs} runs a side or more says so, corrected by Holm's
method for the number of comparisons that are listed here. Minutes are those of all runs together,
one after another, estimated from the runs that had a core to themselves (a dash where a recipe has
none); those of `peeking.csv`, and of `robustness.csv` and `mnist_c.csv` as wholes, are of a machine
that had other work, too. These two need the weights that `make study` keeps. The commit is one
that has the table as it is now. A run that a table has is kept: with `--out again.csv`,
`lenet study` and `scripts/peeking.py` do it again.

| number | value | runs | minutes of all | command | table | commit | machine | stands in |
|---|---|---|---|---|---|---|---|---|
"""


HEADLINES = {
    "notebooks/04-evaluation.ipynb": "accuracy 99.61%, 95% interval over writers 99.46% to 99.74%",
}
"""Notebook → what it computes itself, from the released weights, and puts first."""


def tables_of(notebook: Path) -> list[str]:
    """Name the tables that a notebook reads."""
    found = re.findall(r'results\(\\?"([\w.-]+\.csv)', notebook.read_text(encoding="utf-8"))
    return sorted(set(found))


def notebooks() -> str:
    """Tell of each notebook from which tables its numbers come, and how to have them again."""
    lines = [
        "",
        "Every other number in a notebook's text is computed by its cells, from the data, the",
        "released weights or these tables; executing it computes them again, and its last cell",
        "says which sentence no longer holds.",
        "",
        "| notebook | command | tables (commit) | computed in it and put first |",
        "|---|---|---|---|",
    ]
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        place = f"notebooks/{notebook.name}"
        tables = [f"`{name}` (`{MADE[name]}`)" for name in tables_of(notebook)]
        command = f"`lenet execute {place}`"
        cells = [f"`{place}`", command, ", ".join(tables) or "–", HEADLINES.get(place, "–")]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def current() -> str:
    """Give the ledger as it should be."""
    lines = "\n".join(entry.line(MADE[entry.table]) for entry in entries())
    return HEAD.format(runs=RUNS) + lines + "\n" + notebooks()


if __name__ == "__main__":
    files.write(RESULTS / "README.md", current())
