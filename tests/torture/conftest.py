"""How many faults of each kind are tried: a few in `make test`, all in `make torture`."""

from __future__ import annotations

import csv
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

FULL = bool(os.environ.get("LENET_TORTURE"))
RESULTS = Path(__file__).resolve().parents[2] / "results" / "torture.csv"
COUNTS: Counter[str] = Counter()


class Faults:
    """Gives the faults of one kind and counts those that the program has withstood."""

    def __init__(self) -> None:
        self.random = random.Random(None if FULL else 0)

    def tried(self, kind: str) -> None:
        """Count a fault, once what followed it has been checked."""
        COUNTS[kind] += 1

    def times(self, all_of_them: int, sample: int) -> Iterator[int]:
        """Number the faults to try."""
        return iter(range(all_of_them if FULL else sample))


@pytest.fixture
def faults() -> Faults:
    return Faults()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: pytest.ExitCode
) -> None:
    """Print the counts; a full run without a failure leaves them in results/."""
    if not COUNTS:
        return
    terminalreporter.section("torture")
    for kind, count in sorted(COUNTS.items()):
        terminalreporter.line(f"{count:5d}  {kind}")
    outcome = "nothing lost" if exitstatus == 0 else "and the failures above"
    terminalreporter.line(f"{sum(COUNTS.values()):,} faults tried, {outcome}")
    if FULL and exitstatus == 0 and not terminalreporter.config.option.keyword:
        with RESULTS.open("w", encoding="utf-8", newline="") as table:
            writer = csv.writer(table, lineterminator="\n")
            writer.writerow(("fault", "tried"))
            writer.writerows(sorted(COUNTS.items()))
