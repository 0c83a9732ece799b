"""Many runs, seeds × recipes, in parallel here or on a cluster: one tidy table.

Each result is written as its run ends, so whoever interrupts a study loses the runs under way at
most; the same command does what is missing. The table is sorted, so the same studies give the same
rows in the same order, whichever run ended first.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from filelock import FileLock
from tqdm import tqdm

from lenet_lib import files
from lenet_lib.data import Dataset, load
from lenet_lib.errors import LenetError, LenetWarning
from lenet_lib.experiments.record import KEY, Job, Record
from lenet_lib.models import save_weights
from lenet_lib.training import code_digest, get_recipe, stretch, with_network
from lenet_lib.training.recipe import Network

MISTAKES = [*KEY, "index", "predicted"]
"""The columns of the table of errors."""


def run_one(job: Job, data_dir: Path | None = None) -> Record:
    """Do one run on the CPU with one thread.

    One thread, because several runs share the cores: two runs side by side end sooner than two
    runs after another with two threads each.
    """
    torch.set_num_threads(1)
    dataset, device = load(job.dataset, data_dir), torch.device("cpu")
    return job.test(job.train(dataset, device), dataset, device)


@dataclass(frozen=True)
class Tables:
    """The files of a study: one row a run, and beside it one row an error.

    With the errors every prediction is known, for all others are right.
    """

    path: Path

    @property
    def mistakes(self) -> Path:
        """Where the errors are: ``<name>-mistakes.csv``."""
        return self.path.with_name(f"{self.path.stem}-mistakes.csv")

    def keys(self) -> set[tuple[Any, ...]]:
        """Tell which runs are done; the rows of old tables have no ``settings``."""
        return set(_read(self.path, KEY)[KEY].itertuples(index=False, name=None))

    def add(self, record: Record) -> None:
        """Write a run into both tables; nobody ever sees half of one.

        The table of runs comes last: a run that is in it is whole.
        """
        with FileLock(f"{self.path}.lock"):
            if tuple(record.key.values()) in self.keys():
                return  # another study was sooner
            wrong = _read(self.mistakes, MISTAKES)
            stale = (wrong[KEY] == pd.Series(record.key)).all(axis=1)  # a kill came in between
            new = [(*record.key.values(), *mistake) for mistake in record.mistakes]
            _write(self.mistakes, wrong[~stale], pd.DataFrame(new, columns=MISTAKES), MISTAKES)
            _write(self.path, _read(self.path, KEY), pd.DataFrame([record.row()]), KEY)


def _write(path: Path, table: pd.DataFrame, new: pd.DataFrame, order: list[str]) -> None:
    """Add rows to a table and write it in order; empty tables have no say in the columns' types."""
    table = pd.concat([part for part in (table, new) if len(part)] or [new], ignore_index=True)
    table = table.sort_values(order, kind="stable")
    files.write(path, table.to_csv(index=False, lineterminator="\n"))


def _read(path: Path, columns: list[str]) -> pd.DataFrame:
    if not path.exists():
        return pd.DataFrame(columns=columns)
    try:
        # Twelve hexadecimal digits are no number, though 123456789012 and 1234567890e1 look so;
        # threads are whole numbers, though some runs had none.
        table = pd.read_csv(path, dtype={"settings": "str", "code": "str", "threads": "Int64"})
    except (ValueError, OSError) as error:
        raise LenetError(f"{path} is no table of a study ({error}); name another file.") from None
    if "settings" not in table:  # an old table
        table["settings"] = ""
    if missing := [name for name in columns if name not in table]:
        raise LenetError(
            f"{path} is no table of a study: it has no column {missing[0]!r}. Name another file."
        )
    return table.fillna({"settings": ""})


def plan(
    recipes: Sequence[str],
    seeds: int,
    dataset: str = "mnist",
    *,
    epochs: int | None = None,
    network: Network | None = None,
    sizes: Sequence[int] | None = None,
) -> list[Job]:
    """List the jobs of a study.

    Args:
        seeds: How many of each: 0, 1, and so on.
        sizes: Train on so many images only, with epochs to fit if none are given; by default on
            all.
    """
    jobs: list[Job] = []
    for name, images in product(recipes, [*sizes] if sizes else [None]):
        recipe = get_recipe(name, epochs=epochs)
        recipe = with_network(recipe, network) if network else recipe
        if images is not None and epochs is None:
            recipe = stretch(recipe, images)
        jobs += [Job(recipe, seed, dataset, images) for seed in range(seeds)]
    return jobs


def study(
    jobs: Iterable[Job],
    out: Path,
    *,
    data_dir: Path | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    weights: Path | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Do the runs that a table lacks.

    Args:
        out: The table, a CSV file; the errors go to ``<name>-mistakes.csv`` beside it.
        data_dir: Where the data are; also on the cluster's machines.
        workers: Processes at a time; by default as many as there are cores, or as the cluster
            offers.
        scheduler: The address of Dask's; without it processes on this machine do the work.
        weights: Folder for each run's weights, ``<recipe>-<network>-<images>-seed<k>.safetensors``,
            with the digest of settings that are not the recipe's own; by default none are kept.

    Returns:
        The whole table; a warning says how many of these runs it had of other code.

    Raises:
        LenetError: The file is no such table, or nobody answers at the scheduler's address.
    """
    import joblib

    tables, jobs = Tables(out), list(jobs)
    done, loaded = tables.keys(), {job.dataset: load(job.dataset, data_dir) for job in jobs}
    todo = [job for job in jobs if not _is_done(job, loaded[job.dataset], done)]
    for job in todo:
        if (job.train_images or 0) > (count := len(loaded[job.dataset].train)):
            raise LenetError(
                f"{job.dataset} has {count:,} training images, not {job.train_images:,}."
            )
    bar = tqdm(total=len(jobs), unit="run", disable=not progress)
    with _cluster(scheduler) if scheduler else nullcontext(), bar:
        bar.update(len(jobs) - len(todo))
        parallel = joblib.Parallel(n_jobs=workers or -1, return_as="generator_unordered")
        records = parallel(joblib.delayed(run_one)(job, data_dir) for job in todo)
        with closing(records), _quiet_end():
            for record in records:
                if weights is not None:
                    _keep(record, weights)
                tables.add(record)
                bar.set_postfix_str(f"{record.key['recipe']}: {record.metrics.accuracy:.2%}")
                bar.update()
    table = _read(out, KEY)
    _warn_of_other_code(table, [(job, loaded[job.dataset]) for job in jobs], out)
    return table


def _warn_of_other_code(table: pd.DataFrame, jobs: list[tuple[Job, Dataset]], out: Path) -> None:
    """Say how many of the runs asked for were made by other code, or by code that is not known."""
    now = {recipe: code_digest(recipe) for recipe in {job.recipe for job, _ in jobs}}
    keys = table[KEY].itertuples(index=False, name=None)
    made_by = dict(zip(keys, table.get("code", pd.Series(dtype="str")), strict=False))
    old = 0
    for job, dataset in jobs:
        key = tuple(job.key(dataset).values())
        old += made_by.get(key, made_by.get((*key[:-1], ""))) != now[job.recipe]
    if old:
        warnings.warn(
            f"{old} of these {len(jobs)} runs in {out} were made by other code of the network or "
            f"of the training, or nobody knows by which; to do them anew, name another table.",
            LenetWarning,
            stacklevel=3,
        )


@contextmanager
def _quiet_end() -> Iterator[None]:
    """End this machine's workers at once if the study ends early, and without their complaints."""
    from joblib.externals.loky import get_reusable_executor

    try:
        yield
    except BaseException:
        warnings.filterwarnings("ignore", message=".*tasks which were still being processed")
        get_reusable_executor().shutdown(wait=True, kill_workers=True)
        raise


def _is_done(job: Job, dataset: Dataset, done: set[tuple[Any, ...]]) -> bool:
    """Look a run up; a row without ``settings`` counts for its recipe as that is."""
    key = tuple(job.key(dataset).values())
    return key in done or (job.usual and (*key[:-1], "") in done)


def _keep(record: Record, folder: Path) -> None:
    facts = {name: record.key[name] for name in ("dataset", "recipe", "seed")}
    name = "{recipe}-{network}-{train_images}-seed{seed}".format_map(record.key)
    own = "" if record.job.usual else f"-{record.key['settings']}"
    save_weights(record.fitted.model, folder / f"{name}{own}.safetensors", **facts)


@contextmanager
def _cluster(scheduler: str) -> Iterator[None]:
    """Let joblib run its tasks on Dask's workers; one whose worker dies is done again."""
    import joblib

    try:
        from distributed import Client
    except ImportError as error:
        raise LenetError(
            f'Dask is not installed whole ({error}): pip install "lenet-report[study]".'
        ) from None
    try:
        client = Client(scheduler)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise LenetError(
            f"No Dask scheduler answers at {scheduler!r} ({error}); start one with `dask "
            "scheduler`, and workers with `dask worker ADDRESS`."
        ) from None
    with client, joblib.parallel_config(backend="dask"):
        yield
