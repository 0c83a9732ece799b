"""Notebooks to a PDF: `lenet report --full` against nbconvert's HTML printed by Chromium.

Each side is started anew for each round, as a command is; the two take turns, so that a busy
machine slows both. The fastest round counts. Run from the checkout; writes
``results/report-benchmark.csv``.
"""

from __future__ import annotations

import csv
import io
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import typer
from pypdf import PdfReader

from lenet_lib import files
from lenet_lib.cli import run_script

NOTEBOOKS = sorted(Path("notebooks").glob("*.ipynb"))
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")


def lenet(folder: Path) -> list[Path]:
    output = folder / "report.pdf"
    command = [sys.executable, "-m", "lenet_lib.cli", "report", "--full", "-o", str(output)]
    subprocess.run(command, check=True, capture_output=True)
    return [output]


def browser(folder: Path) -> list[Path]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        raise SystemExit("No Chromium is installed.")
    convert = ["-m", "nbconvert", "--to", "html", "--output-dir", str(folder)]
    subprocess.run([sys.executable, *convert, *NOTEBOOKS], check=True, capture_output=True)
    for page in sorted(folder.glob("*.html")):
        flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile"]
        target = f"--print-to-pdf={page.with_suffix('.pdf')}"
        subprocess.run([program, *flags, target, page.as_uri()], check=True, capture_output=True)
    return sorted(folder.glob("*.pdf"))


def measure(how: str) -> dict[str, float]:
    """Run one side in a process of its own, which knows its children's largest memory."""
    done = subprocess.run(
        [sys.executable, __file__, "--side", how], check=True, capture_output=True, text=True
    )
    seconds, memory, pages, size = map(float, done.stdout.split())
    return {"seconds": seconds, "memory": memory, "pages": pages, "bytes": size}


def side(how: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        made = {"lenet report": lenet, "nbconvert and Chromium": browser}[how](Path(folder))
        seconds = time.perf_counter() - start
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
        pages = sum(len(PdfReader(path).pages) for path in made)
        print(seconds, memory, pages, sum(path.stat().st_size for path in made))


def main(rounds: int = 3, side_of: str = typer.Option("", "--side", hidden=True)) -> None:
    """Time both ways and write the table."""
    if side_of:
        side(side_of)
        return
    ways = ("lenet report", "nbconvert and Chromium")
    runs = {way: [measure(way) for _ in range(1)] for way in ways}
    for _ in range(rounds - 1):
        for way in ways:
            runs[way].append(measure(way))
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["way", "rounds", "seconds", "median_seconds", "ratio", "MB", "pages", "bytes"])
    fastest = {way: min(run["seconds"] for run in runs[way]) for way in ways}
    for way in ways:
        middle = statistics.median(run["seconds"] for run in runs[way])
        last = runs[way][-1]
        times = [f"{fastest[way]:.2f}", f"{middle:.2f}", f"{fastest[way] / fastest[ways[0]]:.1f}"]
        rest = [f"{last['memory'] / 1e6:.0f}", f"{last['pages']:.0f}", f"{last['bytes']:.0f}"]
        writer.writerow([way, rounds, *times, *rest])
    print(table.getvalue(), f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    files.write(Path("results/report-benchmark.csv"), table.getvalue())


if __name__ == "__main__":
    run_script(main)
