"""The ledger follows from the tables, and README and notebooks from the ledger."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
from typing import Any

import pytest
from helpers.paths import ROOT

from lenet_lib import prose

pytestmark = pytest.mark.slow  # the statistics of all tables are computed

LEDGER = runpy.run_path(str(ROOT / "scripts" / "ledger.py"))


@pytest.fixture(scope="module")
def entries() -> list[Any]:
    return LEDGER["entries"]()


def text_of(place: str) -> str:
    """Read a README, or a notebook without its marks; a space before % is no difference."""
    text = (ROOT / place).read_text(encoding="utf-8").replace(" %", "%")
    return prose.plain(text) if place.endswith(".ipynb") else text


def test_the_ledger_is_what_the_tables_make() -> None:
    assert LEDGER["current"]() == text_of("results/README.md"), "run python scripts/ledger.py"


def test_a_headline_number_stands_where_the_ledger_says(entries: list[Any]) -> None:
    texts = {place: text_of(place) for entry in entries for place in entry.places}
    assert len(texts) > 2
    lacking = [
        (place, e.shown) for e in entries for place in e.places if e.shown not in texts[place]
    ]
    assert lacking == []


def test_every_number_of_the_readmes_results_is_in_the_ledger(entries: list[Any]) -> None:
    block = text_of("README.md").split("<!-- results -->")[1].split("<!-- /results -->")[0]
    pattern = r"[\d.]+(?:–[\d.]+)?%|[\d.]+ s\b|\d+,\d+|1/[\d.]+|[\d.]+×|[+-]0\.\d+"
    found = re.findall(pattern, block)
    known = " ".join(f"{entry.shown} {entry.interval}" for entry in entries)
    assert len(found) > 20
    assert not [number for number in found if number not in known and number != "95%"]


def test_every_entry_names_a_table_and_the_commit_of_its_rows(entries: list[Any]) -> None:
    for entry in entries:
        assert (ROOT / "results" / entry.table).is_file()
        assert re.fullmatch(r"[0-9a-f]{7}", LEDGER["MADE"][entry.table])


def test_every_table_that_a_notebook_reads_is_in_the_ledger() -> None:
    ledger = text_of("results/README.md")
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        for table in LEDGER["tables_of"](notebook):
            assert f"`{table}` (`{LEDGER['MADE'][table]}`)" in ledger
    assert "scale.csv" in LEDGER["tables_of"](ROOT / "notebooks" / "03-training.ipynb")


def test_what_a_notebook_puts_first_stands_there() -> None:
    for place, text in LEDGER["HEADLINES"].items():
        cells = json.loads((ROOT / place).read_text(encoding="utf-8"))["cells"]
        prose_of = [prose.plain("".join(cell["source"])).replace("**", "") for cell in cells]
        assert text in " ".join(" ".join(prose_of).split())


@pytest.mark.parametrize("table", LEDGER["MADE"])
def test_the_commit_has_the_table_as_it_is(table: str) -> None:
    name = f"{LEDGER['MADE'][table]}:results/{table}"
    there = subprocess.run(["git", "show", name], cwd=ROOT, capture_output=True, text=True)
    if there.returncode:
        pytest.skip("the history is not here")
    assert there.stdout == (ROOT / "results" / table).read_text(encoding="utf-8"), name


def test_the_assignments_recipe_is_compared_with_ours(entries: list[Any]) -> None:
    numbers = [entry.number for entry in entries]
    assert "`best` less `reference`, points" in numbers
    assert "`fast` less `reference`, points" in numbers
