"""The ledger follows from the tables, and README and notebooks from the ledger."""

from __future__ import annotations

import re
import runpy
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


def test_every_percentage_of_the_readmes_results_is_in_the_ledger(
    entries: list[Any],
) -> None:
    block = text_of("README.md").split("<!-- results -->")[1].split("<!-- /results -->")[0]
    found = re.findall(r"[\d.]+(?:–[\d.]+)?%", block)
    known = " ".join(f"{entry.shown} {entry.interval}" for entry in entries)
    assert len(found) > 3
    assert not [number for number in found if number not in known and number != "95%"]


def test_every_entry_names_a_table_and_the_commit_of_its_rows(entries: list[Any]) -> None:
    for entry in entries:
        assert (ROOT / "results" / entry.table).is_file()
        assert re.fullmatch(r"[0-9a-f]{7}", LEDGER["MADE"][entry.table])


def test_the_assignments_recipe_is_compared_with_ours(entries: list[Any]) -> None:
    numbers = [entry.number for entry in entries]
    assert "`best` less `reference`, points" in numbers
    assert "`fast` less `reference`, points" in numbers
