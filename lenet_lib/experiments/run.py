"""A run is a folder: settings, history, checkpoint while training, weights, metrics."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock, Timeout
from torch import nn

import lenet_lib
from lenet_lib import files
from lenet_lib.data import Dataset
from lenet_lib.errors import LenetError
from lenet_lib.evaluation.metrics import Metrics, evaluate
from lenet_lib.models import load_weights, save_weights
from lenet_lib.training.device import describe
from lenet_lib.training.loop import fit, teacher_checkpoint
from lenet_lib.training.recipe import RECIPES, Recipe


def default_folder(dataset: str, recipe: Recipe, seed: int) -> Path:
    """Name a run's folder: ``runs/<dataset>-<recipe>-seed<k>``, and the epochs if not usual."""
    usual = RECIPES[recipe.name].epochs == recipe.epochs
    epochs = "" if usual else f"-{recipe.epochs}epochs"
    return Path("runs") / f"{dataset}-{recipe.name}{epochs}-seed{seed}"


@dataclass(frozen=True)
class Run:
    """The files of one run."""

    folder: Path

    @property
    def weights(self) -> Path:
        """The trained weights; they exist once training is over."""
        return self.folder / "weights.safetensors"

    @property
    def checkpoint(self) -> Path:
        """What training goes on from; gone once it is over."""
        return self.folder / "checkpoint.pt"

    @property
    def checkpoints(self) -> tuple[Path, Path]:
        """The run's own checkpoint and its teacher's."""
        return self.checkpoint, teacher_checkpoint(self.checkpoint)

    def _forget_checkpoints(self) -> None:
        for path in self.checkpoints:
            path.unlink(missing_ok=True)

    def config(self) -> dict[str, Any]:
        """Read the settings: ``dataset``, ``recipe`` (a dictionary) and ``seed``.

        Raises
        ------
        LenetError
            The folder holds no run.
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

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes out of the folder; the system lets go of it when this one dies.

        Raises
        ------
        LenetError
            Another process works in the folder, or it can't be written to.
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

    def state(self) -> str:
        """Say how far the run is: ``new``, ``begun`` or ``finished``."""
        if self.weights.is_file():
            return "finished"
        return "begun" if any(path.is_file() for path in self.checkpoints) else "new"

    def prepare(self, dataset: str, recipe: Recipe, seed: int, *, resume: bool = True) -> None:
        """Claim the folder for a run, or check that it is this very run's.

        Raises
        ------
        LenetError
            The folder belongs to a run with other settings.
        """
        config = {"dataset": dataset, "recipe": recipe.settings(), "seed": seed}
        if not resume:
            # The weights first, for a run without them is not taken for a finished one.
            for name in (self.weights.name, "metrics.json", "history.csv"):
                (self.folder / name).unlink(missing_ok=True)
            self._forget_checkpoints()
        elif (self.folder / "config.json").exists() and self.config() != config:
            raise LenetError(
                f"{self.folder} holds a run with other settings; name another folder with --out, "
                f"or start over with --no-resume."
            )
        files.write(self.folder / "config.json", _json(config))

    def train(
        self, dataset: Dataset, recipe: Recipe, seed: int, device: torch.device, *, progress: bool
    ) -> nn.Module:
        """Train from where the run stands; a finished one is just loaded."""
        if self.state() == "finished":
            self._forget_checkpoints()  # a kill may have come before this
            return load_weights(self.weights)
        fitted = fit(
            recipe,
            dataset.train,
            seed=seed,
            device=device,
            checkpoint=self.checkpoint,
            progress=progress,
        )
        table = io.StringIO()
        writer = csv.DictWriter(table, fieldnames=list(fitted.history[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(fitted.history)
        files.write(self.folder / "history.csv", table.getvalue())
        # Last of all, for the weights are the sign that training is over.
        facts = {"dataset": dataset.name, "recipe": recipe.name, "seed": seed}
        save_weights(fitted.model, self.weights, **facts)
        self._forget_checkpoints()
        return fitted.model

    def train_seconds(self) -> float:
        """Add up the seconds of all epochs."""
        path = self.folder / "history.csv"
        try:
            with path.open(encoding="utf-8", newline="") as table:
                return sum(float(row["seconds"]) for row in csv.DictReader(table))
        except (OSError, KeyError, TypeError, ValueError):
            raise LenetError(
                f"{path} is no readable history; train again with --no-resume."
            ) from None

    def evaluate(self, dataset: Dataset, model: nn.Module, device: torch.device) -> Metrics:
        """Read the test set once and write ``metrics.json``."""
        metrics = test(model, dataset, device)
        config = self.config()
        facts = {
            "dataset": config["dataset"],
            "recipe": config["recipe"]["name"],
            "seed": config["seed"],
            **metrics.as_json(),
            "train_seconds": self.train_seconds(),
            "lenet_lib": lenet_lib.__version__,
            **describe(device),
        }
        files.write(self.folder / "metrics.json", _json(facts))
        return metrics


def test(model: nn.Module, dataset: Dataset, device: torch.device) -> Metrics:
    """Measure a network on a data set's test part."""
    part = dataset.test.to(device)
    return evaluate(model.to(device), part.images, part.labels, classes=dataset.classes)


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
