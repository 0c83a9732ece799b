"""The tables of studies: each run once and whole, whichever version wrote the others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from helpers.paths import ROOT
from helpers.studies import jobs

from lenet_lib.data import load
from lenet_lib.errors import LenetError, LenetWarning
from lenet_lib.experiments.record import KEY, Job, Record
from lenet_lib.experiments.study import MISTAKES, Tables, _is_done, plan, study
from lenet_lib.training import RECIPES, with_network


def test_two_writers_lose_nothing(tmp_path: Path, record: Record) -> None:
    tables = Tables(tmp_path / "t.csv")
    tables.add(record)
    tables.add(record)
    assert len(pd.read_csv(tmp_path / "t.csv")) == 1
    assert len(pd.read_csv(tmp_path / "t-mistakes.csv")) == record.metrics.errors


def no_run(job: Job, data_dir: Path | None = None) -> None:
    raise AssertionError(f"{job} is done anew")


@pytest.fixture
def old(done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table as old versions wrote it, of one run of `fast` and one of another network."""
    monkeypatch.setattr("lenet_lib.experiments.study.run_one", no_run)
    table = pd.read_csv(done / "t.csv").drop(columns=["settings", "code", "lenet_lib"]).head(2)
    wrong = pd.read_csv(done / "t-mistakes.csv").drop(columns="settings")
    table["epochs"] = wrong["epochs"] = RECIPES["fast"].epochs
    table["network"] = ["LeNet", "LeNet5"]
    table.to_csv(tmp_path / "t.csv", index=False)
    wrong[wrong.seed < 2].to_csv(tmp_path / "t-mistakes.csv", index=False)
    return tmp_path / "t.csv"


def test_rows_of_an_old_table_count_for_the_recipe_as_it_is(old: Path) -> None:
    before = old.read_bytes()
    fast = RECIPES["fast"]
    kept = [Job(fast, 0, "digits"), Job(with_network(fast, "LeNet5"), 1, "digits")]
    with pytest.warns(LenetWarning, match="2 of these 2 runs in .* other code .* nobody knows"):
        assert len(study(kept, old, workers=1, progress=False)) == 2
    assert old.read_bytes() == before
    for other in (Job(replace(fast, weight_decay=0.1), 0, "digits"), Job(fast, 1, "digits")):
        with pytest.raises(AssertionError, match="done anew"):
            study([other], old, workers=1, progress=False)


def test_an_old_table_takes_new_rows(old: Path, record: Record) -> None:
    Tables(old).add(record)
    table, wrong = (pd.read_csv(old.with_name(name)) for name in ("t.csv", "t-mistakes.csv"))
    assert list(table.settings.isna()) == [False, True, True]  # epochs 2, then 3
    assert table.settings[0] == record.key["settings"]
    assert wrong.settings.notna().sum() == record.metrics.errors
    with pytest.warns(LenetWarning, match="1 of these 1 runs"):
        assert len(study([Job(RECIPES["fast"], 0, "digits")], old, workers=1, progress=False)) == 3


def test_runs_of_edited_code_are_told_from_new_ones(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are kept, for they may have taken days, but not as if today's code had made them."""
    monkeypatch.setattr("lenet_lib.experiments.study.run_one", no_run)
    Tables(tmp_path / "t.csv").add(record)
    study([record.job], tmp_path / "t.csv", workers=1, progress=False)  # a warning would fail
    monkeypatch.setattr("lenet_lib.experiments.study.code_digest", lambda _: "0123456789ab")
    with pytest.warns(LenetWarning, match="1 of these 1 runs in .* made by other code"):
        study([record.job], tmp_path / "t.csv", workers=1, progress=False)


def test_the_committed_table_is_complete() -> None:
    """Nothing of `make study` is trained again because its rows have no digest of the settings."""
    path, digits = ROOT / "results" / "study.csv", load("digits")
    table, done = pd.read_csv(path), Tables(path).keys()
    for row in table[table.recipe.isin(RECIPES)].itertuples():
        (job,) = plan([str(row.recipe)], 1, network=str(row.network))
        assert _is_done(replace(job, seed=int(row.seed), train_images=60_000), digits, done), row


@pytest.mark.parametrize("digest", ["123456789012", "1234567890e1", "000000000000"])
def test_a_digest_that_looks_like_a_number_is_none(
    tmp_path: Path, digest: str, record: Record
) -> None:
    tables = Tables(tmp_path / "t.csv")
    for seed in range(2):
        key = {**record.key, "seed": seed, "settings": digest}
        tables.add(replace(record, key=key, code=digest))
        assert tuple(key.values()) in tables.keys()  # noqa: SIM118 (no mapping)
    assert f",{digest},{digest}," in (tmp_path / "t.csv").read_text(encoding="utf-8")


def test_threads_stay_whole_numbers_beside_a_run_without_them(
    tmp_path: Path, record: Record
) -> None:
    """A row made elsewhere has none; to write one more run changes no other row of the file."""
    path = tmp_path / "t.csv"
    tables = Tables(path)
    tables.add(record)
    head, first = path.read_text(encoding="utf-8").splitlines()
    bare = first.split(",")
    bare[head.split(",").index("threads")] = ""
    bare[head.split(",").index("seed")] = "7"
    path.write_text("\n".join([head, first, ",".join(bare), ""]), encoding="utf-8")
    tables.add(replace(record, key={**record.key, "seed": 9}))
    assert path.read_text(encoding="utf-8").splitlines()[:3] == [head, first, ",".join(bare)]


def test_a_run_without_an_error_is_a_run(tmp_path: Path, record: Record) -> None:
    perfect = replace(record, metrics=replace(record.metrics, errors=0, accuracy=1.0), mistakes=[])
    tables = Tables(tmp_path / "t.csv")
    tables.add(perfect)
    assert list(pd.read_csv(tables.mistakes)) == MISTAKES
    tables.add(replace(record, key={**record.key, "seed": 7}))
    assert list(pd.read_csv(tmp_path / "t.csv").errors) == [0, record.metrics.errors]
    wrong = pd.read_csv(tables.mistakes)
    assert list(wrong) == [*KEY, "index", "predicted"]
    assert (wrong.seed == 7).all()
    assert len(wrong) == record.metrics.errors


def test_what_a_kill_left_of_a_run_is_replaced(tmp_path: Path, record: Record) -> None:
    """The errors were written, the run was not."""
    tables = Tables(tmp_path / "t.csv")
    tables.add(record)
    whole = tables.mistakes.read_bytes()
    tables.path.unlink()
    tables.add(record)
    assert tables.mistakes.read_bytes() == whole


def test_a_file_that_is_no_study_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(LenetError, match="no table of a study"):
        study(jobs(1), path, progress=False)
    assert path.read_text() == "a,b\n1,2\n"
