"""Write the result table of the README from `results/time_to_accuracy.csv`.

python benchmarks/readme_table.py
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from lenet_lib.intervals import mean_interval

ROOT = Path(__file__).resolve().parents[1]
MARKS = re.compile(r"(<!-- results -->\n).*(<!-- /results -->)", re.DOTALL)


def table(runs: pd.DataFrame) -> str:
    """Give the Markdown table and the line on the machine under it."""
    lines = [
        "| pipeline | runs | test accuracy, mean (95 % t-interval) | training time | images/s |",
        "|---|---|---|---|---|",
    ]
    names = {
        "reference": "the usual one: `DataLoader`, recipe `reference`, {} epochs",
        "fast": "this report's, recipe `fast`, {} epochs",
    }
    for name, text in names.items():
        own = runs[runs.pipeline == name]
        mean, low, high = (100 * value for value in mean_interval(own.accuracy))
        lines.append(
            f"| {text.format(own.epochs.iloc[0])} | {len(own)} | "
            f"{mean:.2f} % ({low:.2f}–{high:.2f} %) | {own.train_seconds.mean():.1f} s | "
            f"{own.images_per_second.mean():,.0f} |"
        )
    mean = runs.groupby("pipeline")[["train_seconds", "images_per_second"]].mean()
    ratio = mean.loc["reference"] / mean.loc["fast"]
    made = runs.iloc[0]
    return "\n".join(
        [
            *lines,
            "",
            f"Time 1/{ratio.train_seconds:.1f}, "
            f"images per second {1 / ratio.images_per_second:.1f}×: "
            f"{made.threads} threads on {made.machine}, Python {made.python}, torch {made.torch}; "
            "remade by `make benchmark`.",
            "",
        ]
    )


def current() -> str:
    """Give the README as it should be."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    content = table(pd.read_csv(ROOT / "results" / "time_to_accuracy.csv"))
    return MARKS.sub(lambda found: found[1] + content + found[2], text)


if __name__ == "__main__":
    content = current()
    (ROOT / "README.md").write_text(content, encoding="utf-8")
