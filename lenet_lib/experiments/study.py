"""Many runs, seeds × recipes, in parallel here or on a cluster: one tidy table.

Each result is written as its run ends, so whoever interrupts a study loses the runs under way at
most; the same command does what is missing. The table is sorted, so the same studies give the same
rows in the same order, whichever run ended first.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import torch
from filelock import FileLock
from torch import nn
from tqdm import tqdm

from lenet_lib import files
from lenet_lib.data import Dataset, load
from lenet_lib.errors import LenetError
from lenet_lib.models import predict_logits, save_weights
from lenet_lib.training.device import describe
from lenet_lib.training.loop import fit
from lenet_lib.training.recipe import Recipe

KEY = ["dataset", "recipe", "network", "train_images", "epochs", "seed"]
"""The columns that tell one run from another."""


@dataclass(frozen=True)
class Job:
    """One run of a study.

    Attributes
    ----------
    recipe
        The settings, the network's name among them.
    seed
        Decides all that is random.
    dataset
        Name of the data set, as for :func:`lenet_lib.data.load`.
    train_images
        How many training images are used: the first ones after a shuffle that is the same for
        all runs of this seed. None means all.
    """

    recipe: Recipe
    seed: int
    dataset: str = "mnist"
    train_images: int | None = None

    def key(self, dataset: Dataset) -> dict[str, Any]:
        """Give the run's values of :data:`KEY`."""
        return {
            "dataset": self.dataset,
            "recipe": self.recipe.name,
            "network": self.recipe.network,
            "train_images": self.train_images or len(dataset.train),
            "epochs": self.recipe.epochs,
            "seed": self.seed,
        }


@dataclass(frozen=True)
class Outcome:
    """What a run leaves: its row of the table, its errors, its network."""

    row: dict[str, Any]
    mistakes: list[dict[str, Any]]
    model: nn.Module


def run_one(job: Job, data_dir: Path | None = None) -> Outcome:
    """Train with one thread, then read the test set once.

    One thread, because several runs share the cores: two runs side by side end sooner than two
    runs after another with two threads each.
    """
    torch.set_num_threads(1)
    dataset, device = load(job.dataset, data_dir), torch.device("cpu")
    train = dataset.train
    if job.train_images is not None:
        order = torch.randperm(len(train), generator=torch.Generator().manual_seed(job.seed))
        train = train[order[: job.train_images]]
    fitted = fit(job.recipe, train, seed=job.seed, device=device)
    logits, labels = predict_logits(fitted.model, dataset.test.images), dataset.test.labels
    predicted = logits.argmax(1)
    wrong = (predicted != labels).nonzero().flatten()
    key = job.key(dataset)
    row = {
        "recipe": job.recipe.name,
        "seed": job.seed,
        "accuracy": 1 - len(wrong) / len(labels),
        "loss": round(nn.functional.cross_entropy(logits.double(), labels).item(), 6),
        "errors": len(wrong),
        "seconds": round(fitted.seconds, 1),
        **key,
        **describe(device),
    }
    mistakes = [{**key, "index": int(i), "predicted": int(predicted[i])} for i in wrong]
    return Outcome(row, mistakes, fitted.model)


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
        """Tell which runs are done."""
        return set(_read(self.path, KEY)[KEY].itertuples(index=False, name=None))

    def add(self, outcome: Outcome) -> None:
        """Write a run into both tables; nobody ever sees half of one.

        The table of runs comes last: a run that is in it is whole.
        """
        with FileLock(f"{self.path}.lock"):
            if tuple(outcome.row[name] for name in KEY) in self.keys():
                return  # another study was sooner
            mistakes = _read(self.mistakes, KEY)
            for name in KEY:  # left behind by a kill between the two writes
                mistakes[f"_{name}"] = mistakes[name] == outcome.row[name]
            stale = mistakes[[f"_{name}" for name in KEY]].all(axis=1)
            mistakes = mistakes[~stale].drop(columns=[f"_{name}" for name in KEY])
            self._write(self.mistakes, mistakes, outcome.mistakes, [*KEY, "index"])
            self._write(self.path, _read(self.path, KEY), [outcome.row], KEY)

    def _write(
        self, path: Path, table: pd.DataFrame, rows: list[dict[str, Any]], order: list[str]
    ) -> None:
        new = pd.DataFrame(rows, columns=None if rows else list(table.columns))
        table = pd.concat([table, new], ignore_index=True) if len(table) else new
        table = table.sort_values(order, kind="stable")
        files.write(path, table.to_csv(index=False, lineterminator="\n"))


def _read(path: Path, columns: list[str]) -> pd.DataFrame:
    if not path.exists():
        return pd.DataFrame(columns=columns)
    try:
        table = pd.read_csv(path)
    except (ValueError, OSError) as error:
        raise LenetError(f"{path} is no table of a study ({error}); name another file.") from None
    if missing := [name for name in columns if name not in table]:
        raise LenetError(
            f"{path} is no table of a study: it has no column {missing[0]!r}. Name another file."
        )
    return table


def study(
    jobs: Iterable[Job],
    out: Path,
    *,
    data_dir: Path | None = None,
    workers: int | None = None,
    backend: Literal["loky", "dask"] = "loky",
    scheduler: str | None = None,
    weights: Path | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Do the runs that a table lacks.

    Parameters
    ----------
    jobs
        What is to be in the table.
    out
        The table, a CSV file; the errors go to ``<name>-mistakes.csv`` beside it.
    data_dir
        Where the data are; also on the cluster's machines.
    workers
        Processes at a time; by default as many as there are cores, or as the cluster offers.
    backend, scheduler
        ``loky`` for processes on this machine, or ``dask`` and the address of its scheduler.
    weights
        Folder for each run's weights, ``<recipe>-<network>-<train images>-seed<k>.safetensors``;
        by default none are kept.
    progress
        Show a progress bar on stderr.

    Returns
    -------
    DataFrame
        The whole table.

    Raises
    ------
    LenetError
        The file is no such table, or nobody answers at the scheduler's address.
    """
    import joblib

    tables, jobs = Tables(out), list(jobs)
    done, sizes = tables.keys(), {job.dataset: load(job.dataset, data_dir) for job in jobs}
    todo = [job for job in jobs if tuple(job.key(sizes[job.dataset]).values()) not in done]
    for job in todo:
        if (job.train_images or 0) > len(sizes[job.dataset].train):
            raise LenetError(
                f"{job.dataset} has {len(sizes[job.dataset].train):,} training images, not "
                f"{job.train_images:,}."
            )
    with (
        _backend(backend, scheduler),
        tqdm(total=len(jobs), unit="run", disable=not progress) as bar,
    ):
        bar.update(len(jobs) - len(todo))
        parallel = joblib.Parallel(n_jobs=workers or -1, return_as="generator_unordered")
        outcomes = parallel(joblib.delayed(run_one)(job, data_dir) for job in todo)
        with closing(outcomes), _quiet_end():
            for outcome in outcomes:
                if weights is not None:
                    _keep(outcome, weights)
                tables.add(outcome)
                bar.set_postfix_str(f"{outcome.row['recipe']}: {outcome.row['accuracy']:.2%}")
                bar.update()
    return _read(out, KEY)


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


def _keep(outcome: Outcome, folder: Path) -> None:
    row = outcome.row
    facts = {name: row[name] for name in ("dataset", "recipe", "seed")}
    name = "{recipe}-{network}-{train_images}-seed{seed}.safetensors".format_map(row)
    save_weights(outcome.model, folder / name, **facts)


def _backend(name: str, scheduler: str | None) -> AbstractContextManager[Any]:
    """Choose where joblib runs its tasks; on Dask a task whose worker dies is done again."""
    import joblib

    if name == "loky":
        return nullcontext()
    try:
        config: AbstractContextManager[Any] = joblib.parallel_config(
            backend="dask", scheduler_host=scheduler
        )
    except (OSError, ValueError, ImportError) as error:
        raise LenetError(
            f"No Dask scheduler answers at {scheduler!r} ({error}); start one with `dask "
            "scheduler`, and workers with `dask worker ADDRESS`."
        ) from None
    return config
