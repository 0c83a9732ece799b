"""A run is a folder: settings, history, checkpoint while training, weights, metrics."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from filelock import FileLock, Timeout

from lenet_lib import files
from lenet_lib.data import Dataset
from lenet_lib.errors import LenetError
from lenet_lib.evaluation.metrics import Metrics
from lenet_lib.experiments.record import Job, Record, metrics_of
from lenet_lib.models import load_weights, read_metadata, save_weights
from lenet_lib.training import Distortion, Fit, Recipe, code_digest


@dataclass(frozen=True)
class Run:
    """The files of one run."""

    folder: Path

    @classmethod
    def of(cls, job: Job) -> Run:
        """Give a run its usual place, ``runs/<dataset>-<recipe>-seed<k>``."""
        return cls(Path("runs") / f"{job.dataset}-{job.recipe.name}-seed{job.seed}")

    @property
    def weights(self) -> Path:
        """The trained weights; they exist once training is over."""
        return self.folder / "weights.safetensors"

    @property
    def checkpoint(self) -> Path:
        """What training goes on from; gone once it is over."""
        return self.folder / "checkpoint.pt"

    def _start_over(self) -> None:
        for name in ("weights.safetensors", "metrics.json", "history.csv", "checkpoint.pt"):
            (self.folder / name).unlink(missing_ok=True)

    def config(self) -> dict[str, Any]:
        """Read the settings: ``dataset``, ``recipe`` (a dictionary), ``seed`` and ``code``.

        ``code`` is the digest of the code of the network and of the training; the folders of old
        versions lack it.

        Raises:
            LenetError: The folder holds no run.
        """
        path = self.folder / "config.json"
        try:
            config: dict[str, Any] = json.loads(path.read_bytes())
            if not {"dataset", "recipe", "seed"} <= config.keys():
                raise ValueError
        except (OSError, ValueError, AttributeError):
            raise LenetError(
                f"{self.folder} holds no run (no readable {path.name}); `lenet train` makes one."
            ) from None
        return config

    def history(self) -> list[dict[str, float]]:
        """Read what happened in each epoch."""
        path = self.folder / "history.csv"
        try:
            with path.open(encoding="utf-8", newline="") as table:
                rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(table)]
            if not all("seconds" in row for row in rows):
                raise ValueError
        except (OSError, AttributeError, TypeError, ValueError):
            raise LenetError(
                f"{path} is no readable history; train again with --no-resume."
            ) from None
        return rows

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes out of the folder; the system lets go of it when this one dies.

        Raises:
            LenetError: Another process works in the folder, or it can't be written to.
        """
        lock = FileLock(self.folder / ".lock")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
            for part in self.folder.glob("*.part"):  # left behind by a kill
                part.unlink()
        except Timeout:
            raise LenetError(
                f"Another process works in {self.folder}; wait for it, or name another folder "
                f"with --out."
            ) from None
        except OSError as error:
            raise LenetError(
                f"{self.folder} can't be written ({error.strerror}); free the place or choose "
                f"another."
            ) from None
        try:
            yield
        finally:
            lock.release()

    def state(self) -> Literal["new", "begun", "finished"]:
        """Say how far the run is."""
        if self.weights.is_file():
            return "finished"
        return "begun" if self.checkpoint.is_file() else "new"

    def prepare(
        self, job: Job, *, resume: bool = True, pictures: str = ""
    ) -> Literal["new", "begun", "finished", "outdated"]:
        """Claim the folder for a run, or check that it is this very run's.

        ``pictures`` is the digest of a data set of one's own, which may change under its name.

        Returns:
            How far the run is. ``outdated``: it was, but the code of its network or of the training
            was another or is not known, so it starts over; weights that were there are now called
            ``weights-old.safetensors``.

        Raises:
            LenetError: The folder belongs to a run with other settings.
        """
        settings = {"dataset": job.dataset, "recipe": job.recipe.settings(), "seed": job.seed}
        if pictures:
            settings["pictures"] = pictures
        code, path = code_digest(job.recipe), self.folder / "config.json"
        state: Literal["new", "begun", "finished", "outdated"] = self.state()
        # Weights first, for a run without them is not taken for a finished one; the new settings
        # last, for they say that what else is there follows from them.
        if not resume:
            self._start_over()
            state = "new"
        elif state != "new" or path.exists():
            old = self.config()
            if any(old.get(name) != value for name, value in settings.items()):
                raise LenetError(
                    f"{self.folder} holds a run with other settings or pictures; name another "
                    f"folder with --out, or start over with --no-resume."
                )
            if state != "new" and old.get("code") != code:
                if state == "finished":
                    self.weights.replace(self.folder / "weights-old.safetensors")
                self._start_over()
                state = "outdated"
        files.write(path, _json({**settings, "code": code}))
        return state

    def train(self, job: Job, dataset: Dataset, device: torch.device, *, progress: bool) -> Fit:
        """Train from where the run stands; a finished one is just loaded."""
        if self.state() == "finished":
            self.checkpoint.unlink(missing_ok=True)  # a kill may have come before this
            return Fit(load_weights(self.weights), self.history())
        fitted = job.train(dataset, device, checkpoint=self.checkpoint, progress=progress)
        table = io.StringIO()
        writer = csv.DictWriter(table, fieldnames=list(fitted.history[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(fitted.history)
        files.write(self.folder / "history.csv", table.getvalue())
        # Last of all, for the weights are the sign that training is over.
        facts = {"dataset": job.dataset, "recipe": job.recipe.name, "seed": job.seed}
        save_weights(fitted.model, self.weights, **facts)
        self.checkpoint.unlink(missing_ok=True)
        return fitted

    def test(self, job: Job, fitted: Fit, dataset: Dataset, device: torch.device) -> Record:
        """Read the test set once and write ``metrics.json``."""
        record = job.test(fitted, dataset, device)
        files.write(self.folder / "metrics.json", _json(record.as_json()))
        return record

    def finished_job(self) -> Job:
        """Tell what the folder's weights are the result of.

        Raises:
            LenetError: The folder holds no run, or that of other code: a network would be put
                together from these weights that never was trained.
        """
        config = self.config()
        recipe = _recipe(config["recipe"])
        if recipe is None or config.get("code") != code_digest(recipe):
            raise LenetError(
                f"{self.folder} was trained by other code of the network or of the training; "
                f"`lenet train --no-resume` trains it anew, `lenet evaluate {self.weights}` tests "
                f"the old weights, unless it was the network's."
            )
        return Job(recipe, config["seed"], config["dataset"])


def trained_on(target: Path) -> str:
    """Name the data set that a run's folder or a file of weights was made for."""
    if target.is_dir():
        return Run(target).finished_job().dataset
    load_weights(target)  # says what is wrong with them
    return str(read_metadata(target).get("dataset", "mnist"))


def evaluate_weights(target: Path, digits: Dataset, device: torch.device) -> Metrics:
    """Test a run's folder or a file of weights on a data set.

    A run that is tested on its own data set gets its ``metrics.json`` anew.
    """
    if not target.is_dir():
        return metrics_of(load_weights(target), digits, device)
    run = Run(target)
    job, model = run.finished_job(), load_weights(run.weights)
    own = (job.dataset, run.config().get("pictures", "")) == (digits.name, digits.digest)
    if not own:
        return metrics_of(model, digits, device)
    with run.lock():
        return run.test(job, Fit(model, run.history()), digits, device).metrics


def _recipe(settings: Any) -> Recipe | None:
    """Rebuild a recipe from its settings; None if they are another version's."""
    try:
        parts = {
            "distortion": settings["distortion"] and Distortion(**settings["distortion"]),
            "teacher": settings["teacher"] and _recipe(settings["teacher"]),
        }
        return Recipe(**settings | parts)
    except (LenetError, LookupError, TypeError, ValueError):
        return None


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
