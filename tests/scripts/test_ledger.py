"""The ledger follows from the tables, and README and notebooks from the ledger."""

from __future__ import annotations

import re
import runpy

import pytest
from helpers.paths import ROOT

from lenet_lib import prose

LEDGER = runpy.run_path(str(ROOT / "scripts" / "ledger.py"))
ENTRIES = LEDGER["entries"]()


def text_of(place: str) -> str:
    """Read a README, or a notebook without its marks; a space before % is no difference."""
    text = (ROOT / place).read_text(encoding="utf-8").replace(" %", "%")
    return prose.plain(text) if place.endswith(".ipynb") else text


@pytest.mark.slow
def test_the_ledger_is_what_the_tables_make() -> None:
    assert LEDGER["current"]() == text_of("results/README.md"), "run python scripts/ledger.py"


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.places], ids=lambda e: e.number)
def test_a_headline_number_stands_where_the_ledger_says(entry: object) -> None:
    for place in entry.places:  # type: ignore[attr-defined]
        assert entry.shown in text_of(place), f"{place} lacks {entry.shown}"  # type: ignore[attr-defined]


def test_every_percentage_of_the_readmes_results_is_in_the_ledger() -> None:
    block = text_of("README.md").split("<!-- results -->")[1].split("<!-- /results -->")[0]
    found = re.findall(r"[\d.]+(?:–[\d.]+)?%", block)
    known = " ".join(f"{entry.shown} {entry.interval}" for entry in ENTRIES)
    assert len(found) > 3
    assert not [number for number in found if number not in known and number != "95%"]


def test_every_entry_names_a_table_and_the_commit_of_its_rows() -> None:
    for entry in ENTRIES:
        assert (ROOT / "results" / entry.table).is_file()
        assert re.fullmatch(r"[0-9a-f]{7}", LEDGER["MADE"][entry.table])


def test_the_assignments_recipe_is_compared_with_ours() -> None:
    numbers = [entry.number for entry in ENTRIES]
    assert "`best` less `reference`, points" in numbers
    assert "`fast` less `reference`, points" in numbers
