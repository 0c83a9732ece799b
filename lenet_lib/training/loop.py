"""The training loop: deterministic, resumable, one pass of whole tensors per epoch."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, update_bn
from tqdm import tqdm

from lenet_lib.data import Images, scale
from lenet_lib.errors import LenetError
from lenet_lib.models import NETWORKS, is_finite, predict_logits
from lenet_lib.models.fast_conv import accelerate
from lenet_lib.training.augment import distort
from lenet_lib.training.checkpoint import restore, save
from lenet_lib.training.corruption import corrupt
from lenet_lib.training.device import choose_device, keep_freed_memory, precision, repeatable
from lenet_lib.training.distillation import SoftTargets, prepare_soft_targets
from lenet_lib.training.provenance import code_digest
from lenet_lib.training.recipe import Recipe
from lenet_lib.training.schedule import make_optimizer, make_schedule
from lenet_lib.training.temperature import fold_temperature
from lenet_lib.training.whitening import whiten


@dataclass
class Fit:
    """A trained network and what happened on the way, one dictionary per epoch."""

    model: nn.Module
    history: list[dict[str, float]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Training time in seconds, over all epochs and resumptions.

        Validation is not in it, nor are a committee's training and logits, which serve all seeds.
        """
        return sum(epoch["seconds"] for epoch in self.history)


def fit(
    recipe: Recipe,
    train: Images,
    *,
    seed: int = 0,
    device: torch.device | None = None,
    validation: Images | None = None,
    checkpoint: Path | None = None,
    teachers: Path | None = None,
    progress: bool = False,
) -> Fit:
    """Train a new network from a seed; the weights after the last epoch are the result.

    Same seed, machine and thread count give the same weights, bit for bit, also when the work was
    interrupted: all that is random in an epoch follows from the seed and the epoch's number.

    Args:
        seed: Decides the initial weights and the order of the images.
        device: Where to train; by default the accelerator if there is one.
        validation: Looked at after each epoch and reported in the history; decides nothing.
        checkpoint: File to go on from if it exists, rewritten after each epoch.
        teachers: Folder where a committee of teachers and its logits are kept, for this run if it
            is interrupted and for those of other seeds; without it they are made anew, in memory.

    Raises:
        LenetError: Unusable training data, a loss that is no longer finite, or a foreign
            checkpoint.
    """
    _check_trainable(train)
    device = device or choose_device()
    keep_freed_memory()
    targets = None
    if recipe.teacher is not None:
        train_teacher = partial(fit, device=device, progress=progress)
        targets = prepare_soft_targets(recipe, train, train_teacher, seed, device, teachers)
    with repeatable(seed):
        run = _Training(recipe, train.to(device), seed, targets)
        identity = {"recipe": recipe.settings(), "seed": seed, "code": code_digest(recipe)}
        if checkpoint is not None and checkpoint.is_file():
            run.history = restore(checkpoint, identity, run.parts)
        with tqdm(
            total=recipe.epochs * run.steps,
            initial=len(run.history) * run.steps,
            disable=not progress,
            unit="batch",
            desc=f"training {recipe.network}",
            mininterval=0.2 if sys.stderr.isatty() else 10,  # a log file needs no film
            bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}",
        ) as bar:
            for epoch in range(len(run.history), recipe.epochs):
                run.epoch(epoch, bar)
                if run.average is not None and epoch >= recipe.cycle_epochs:
                    run.average.update_parameters(run.model)
                if epoch == recipe.epochs - 1:
                    run.finish()
                if validation is not None:
                    run.history[-1] |= _validate(run.model, validation.to(device))
                if checkpoint is not None:
                    save(checkpoint, identity, run.parts, run.history)
    if not is_finite(run.model):  # the last step came after the last look at the loss
        raise LenetError(
            f"The trained weights are no longer finite; lower the learning rate "
            f"({recipe.learning_rate})."
        )
    return Fit(run.model.cpu().eval(), run.history)


def _check_trainable(train: Images) -> None:
    if len(train) < 2:
        raise LenetError(f"Training needs at least 2 images, not {len(train)}.")
    low, high = int(train.labels.min()), int(train.labels.max())
    if low < 0 or high > 9:
        raise LenetError(f"Labels must be 0 to 9; these go from {low} to {high}.")


class _Training:
    """The state of a run between two epochs: network, optimiser, schedule, history."""

    def __init__(
        self, recipe: Recipe, train: Images, seed: int, targets: SoftTargets | None = None
    ) -> None:
        self.recipe, self.train, self.seed, self.targets = recipe, train, seed, targets
        device = train.labels.device
        self.history: list[dict[str, float]] = []
        self.steps = len(list(self._batches(0)))
        # Channels last in memory: the CPU's convolution and pooling kernels are faster on it.
        layout: Any = {"device": device, "memory_format": torch.channels_last}
        self.model = NETWORKS[recipe.network]().to(**layout)
        if recipe.whitening:
            whiten(self.model, train)
        self.network = accelerate(self.model)  # the same weights, for the steps
        averages = recipe.cycle_epochs < recipe.epochs
        self.average = AveragedModel(self.model) if averages else None
        self.optimizer = make_optimizer(recipe, self.model)
        self.schedule = make_schedule(recipe, self.optimizer, self.steps)
        self.loss = nn.CrossEntropyLoss(label_smoothing=recipe.label_smoothing)
        self.precision = precision(recipe.mixed_precision, device)
        names = ("model", "average", "optimizer", "schedule")
        self.parts = {name: part for name in names if (part := getattr(self, name)) is not None}

    def epoch(self, epoch: int, bar: tqdm[Any]) -> None:
        """Train for one pass over the data and append it to the history."""
        start, rate = time.perf_counter(), self.optimizer.param_groups[0]["lr"]
        loss_sum, right = torch.zeros((2, 1), device=self.train.labels.device)
        seen = 0
        self.network.train()
        generator = torch.Generator(self.train.labels.device).manual_seed(self._epoch_seed(epoch))
        source, teacher_logits = self.train.images, None
        if self.targets is not None:  # distorted once for all seeds, and known to the teachers
            copy = self.targets.order(self.seed, epoch)
            source, asked = self.targets.images(copy), time.perf_counter()
            teacher_logits = self.targets.logits(copy, source)
            start += time.perf_counter() - asked
            source = self.targets.corrupted(copy, source)
        for number, index in enumerate(self._batches(epoch), start=1):
            images, labels = scale(source[index]), self.train.labels[index]
            if self.targets is None:
                images = self._augment(images, generator)
            with self.precision:
                logits = self.network(images).float()
            if teacher_logits is None:
                loss = self._supervised_loss(logits, labels)
            else:
                loss = self._distilled_loss(logits, teacher_logits[index].float())
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            if self.schedule is not None and epoch < self.recipe.cycle_epochs:
                self.schedule.step()
            # Summed on the device: asking for a number here would make an accelerator wait.
            loss_sum += loss.detach() * len(index)
            right += (logits.detach().argmax(1) == labels).sum()
            seen += len(index)
            bar.update()
            if number % 20 == 0 or number == self.steps:
                mean = loss_sum.item() / seen
                if not math.isfinite(mean):
                    raise LenetError(
                        f"The training loss is no longer finite in epoch {epoch + 1}; lower the "
                        f"learning rate ({self.recipe.learning_rate})."
                    )
                bar.set_postfix_str(
                    f"epoch {epoch + 1}/{self.recipe.epochs}, loss {mean:.4f}, "
                    f"accuracy {100 * right.item() / seen:.2f}%"
                )
        self.history.append(
            {
                "epoch": epoch + 1,
                "learning_rate": rate,
                "train_loss": loss_sum.item() / seen,
                "train_accuracy": right.item() / seen,
                "seconds": time.perf_counter() - start,
            }
        )

    def _augment(self, images: Tensor, generator: torch.Generator) -> Tensor:
        if self.recipe.distortion is not None:
            images = distort(images, generator, self.recipe.distortion)
        if self.recipe.corruption:
            images = corrupt(images, self.recipe.corruption, generator)
        return images

    def _supervised_loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Compare logits with labels; a constant may compete with them, as in LeNet-5's loss."""
        competitor = getattr(self.model, "competitor", None)
        if competitor is not None:
            logits = nn.functional.pad(logits, (0, 1), value=competitor)
        loss: Tensor = self.loss(logits, labels)
        return loss

    def _distilled_loss(self, logits: Tensor, teacher_logits: Tensor) -> Tensor:
        temperature = self.recipe.teacher_temperature
        loss: Tensor = self.loss(logits / temperature, (teacher_logits / temperature).softmax(1))
        return loss

    def finish(self) -> None:
        """Average weights, recalibrate batch normalisation and scale logits, as the recipe asks."""
        start = time.perf_counter()
        if self.average is not None:
            self.model.load_state_dict(self.average.module.state_dict())
        if self.recipe.recalibrate_bn:
            update_bn((scale(images) for images in self.train.images.split(1000)), self.network)
        self.model.requires_grad_(True)  # also what was excluded from this training
        if self.recipe.temperature_scaling:
            fold_temperature(self.model, self.train)
        self.history[-1]["seconds"] += time.perf_counter() - start

    def _epoch_seed(self, epoch: int) -> int:
        return self.seed * 10_007 + epoch

    def _batches(self, epoch: int) -> Iterator[Tensor]:
        """Shuffle the images' indices for an epoch and cut them into batches."""
        generator = torch.Generator().manual_seed(self._epoch_seed(epoch))
        order = torch.randperm(len(self.train), generator=generator)
        for index in torch.split(order.to(self.train.labels.device), self.recipe.batch_size):
            if len(index) > 1:  # batch normalisation needs two images to compare
                yield index


def _validate(model: nn.Module, validation: Images) -> dict[str, float]:
    logits, labels = predict_logits(model, validation.images), validation.labels.cpu()
    return {
        "validation_loss": nn.functional.cross_entropy(logits, labels).item(),
        "validation_accuracy": (logits.argmax(1) == labels).double().mean().item(),
    }
