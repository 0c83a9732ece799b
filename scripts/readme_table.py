"""Write the result table of the README from `time_to_accuracy.csv` and `study.csv` in `results/`.

python scripts/readme_table.py
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from lenet_lib.evaluation.statistics import mean_interval

ROOT = Path(__file__).resolve().parents[1]
MARKS = re.compile(r"(<!-- results -->\n).*(<!-- /results -->)", re.DOTALL)


def table(runs: pd.DataFrame, study: pd.DataFrame) -> str:
    """Give the Markdown table and the lines on the machine under it."""
    lines = [
        "| pipeline | runs | test accuracy, mean (95% t-interval) | training time | images/s |",
        "|---|---|---|---|---|",
    ]
    names = {
        "reference": "the usual one: `DataLoader`, recipe `reference`, {} epochs",
        "fast": "this report's, recipe `fast`, {} epochs",
        "sprint": "recipe `sprint`, {} epochs",
    }
    for name, text in names.items():
        own = runs[runs.pipeline == name]
        mean, low, high = (100 * value for value in mean_interval(own.accuracy))
        lines.append(
            f"| {text.format(own.epochs.iloc[0])} | {len(own)} | "
            f"{mean:.2f}% ({low:.2f}–{high:.2f}%) | {own.train_seconds.mean():.1f} s | "
            f"{own.images_per_second.mean():,.0f} |"
        )
    taught = {
        "best": "this report's, recipe `best`: {} epochs, four teachers",
        "robust": "recipe `robust`, the released model's: the same, with corrupted images",
    }
    for name, text in taught.items():
        own = study[(study.recipe == name) & (study.network == "LeNet")]
        mean, low, high = (100 * value for value in mean_interval(own.accuracy))
        lines.append(
            f"| {text.format(own.epochs.iloc[0])} | {len(own)} | **{mean:.3f}%** "
            f"({low:.2f}–{high:.2f}%) | on a GPU | – |"
        )
    ten = []
    for name in names:
        own = study[(study.recipe == name) & (study.network == "LeNet")]
        mean, low, high = (100 * value for value in mean_interval(own.accuracy))
        ten.append(f"`{name}` {mean:.3f}% ({low:.2f}–{high:.2f}%)")
    means = runs.groupby("pipeline")[["train_seconds", "images_per_second"]].mean()
    ratio = means.loc["reference"] / means.loc["fast"]
    made = runs.iloc[0]
    return "\n".join(
        [
            *lines,
            "",
            f"`fast` against the usual one: time 1/{ratio.train_seconds:.1f}, "
            f"images per second {1 / ratio.images_per_second:.1f}×. Time counts from before the "
            "files are read to the last step, images per second in the loop of steps alone: "
            f"{made.threads} threads on "
            f"{made.machine} {'with' if made.bfloat16 else 'without'} instructions for bfloat16, "
            f"Python {made.python}, torch {made.torch}; remade by `make benchmark`, the last two "
            "lines by `make study` or `python scripts/distil_on_gpu.py`. Over ten seeds each, in "
            f"`results/study.csv`: {', '.join(ten)}.",
            "",
        ]
    )


def current() -> str:
    """Give the README as it should be."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = ("time_to_accuracy.csv", "study.csv")
    content = table(*(pd.read_csv(ROOT / "results" / name) for name in names))
    return MARKS.sub(lambda found: found[1] + content + found[2], text)


if __name__ == "__main__":
    content = current()
    (ROOT / "README.md").write_text(content, encoding="utf-8")
