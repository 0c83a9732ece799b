"""Distillation: a student learns from its teacher, asks once a batch, can be interrupted."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from helpers.training import CPU, SMALL, same
from tqdm import tqdm

from lenet_lib.data import Images
from lenet_lib.models import predict_logits
from lenet_lib.training import RECIPES, loop
from lenet_lib.training.device import repeatable
from lenet_lib.training.loop import Fit, _Training, fit, teacher_checkpoint

STUDENT = dataclasses.replace(
    SMALL,
    epochs=5,
    teacher=SMALL,
    teacher_temperature=2.0,
    cached_augmentations=2,
    mixed_precision=False,
)


def test_a_student_learns_from_its_teacher_alone(few: Images) -> None:
    """Labels that are all wrong change nothing but the accuracy that is shown."""
    teacher = fit(SMALL, few, device=CPU).model
    wrong = Images(few.images, (few.labels + 1) % 10)
    runs = []
    for images in (few, wrong):
        with repeatable(0):
            run = _Training(STUDENT, images, 0, teacher)
            run.epoch(0, tqdm(disable=True))
        runs.append(run)
    assert same(runs[0].model, runs[1].model)
    assert runs[0].history[0]["train_accuracy"] != runs[1].history[0]["train_accuracy"]


def test_the_distilled_loss_is_the_cross_entropy_of_softened_outputs(few: Images) -> None:
    teacher = fit(SMALL, few, device=CPU).model
    once = dataclasses.replace(STUDENT, batch_size=len(few), optimizer="adam", schedule="constant")
    with repeatable(0):
        run = _Training(once, few, 0, teacher)
        own = run.model.train()(few.images.float() / 255).detach()
        run.epoch(0, tqdm(disable=True))
    soft_targets = (predict_logits(teacher, few.images) / 2).softmax(1)
    expected = -(soft_targets * (own / 2).log_softmax(1)).sum(1).mean()
    assert run.history[0]["train_loss"] == pytest.approx(expected.item(), rel=1e-4)


def test_a_teacher_reads_each_cached_batch_once(few: Images) -> None:
    teacher, asked = fit(SMALL, few, device=CPU).model, []
    teacher.register_forward_hook(lambda _, inputs, __: asked.append(inputs[0].clone()))
    distorted = dataclasses.replace(STUDENT, distortion=RECIPES["affine"].distortion)
    with repeatable(0):
        run = _Training(distorted, few, 0, teacher)
        for epoch in range(distorted.epochs):
            run.epoch(epoch, tqdm(disable=True))
    assert len(asked) == distorted.cached_augmentations * run.steps
    assert not any(torch.equal(asked[0], other) for other in asked[1:])
    seeds = [run._epoch_seed(epoch) for epoch in range(distorted.epochs)]
    assert seeds[:2] * 2 + seeds[:1] == seeds
    assert not {*seeds} & {*range(SMALL.epochs)}  # its own training had those


@pytest.mark.slow
@pytest.mark.parametrize("stop", [("SmallVGG", 1, 3), ("LeNet", 0, 2), ("LeNet", 3, 1)])
def test_a_student_is_resumed_in_its_teachers_training_and_in_its_own(
    few: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: tuple[str, int, int]
) -> None:
    deep = dataclasses.replace(SMALL, network="SmallVGG")
    recipe = dataclasses.replace(STUDENT, teacher=deep, distortion=RECIPES["elastic"].distortion)
    expected = fit(recipe, few, seed=2, device=CPU)
    batches = _Training._batches

    def interrupted(self: _Training, epoch: int):
        for number, index in enumerate(batches(self, epoch)):
            if (self.recipe.network, epoch, number) == stop and hasattr(self, "model"):
                raise KeyboardInterrupt
            yield index

    file = tmp_path / "checkpoint.pt"
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(_Training, "_batches", interrupted)
        fit(recipe, few, seed=2, device=CPU, checkpoint=file)
    assert teacher_checkpoint(file).exists()
    assert file.exists() == (stop[0] == "LeNet" and stop[1] > 0)
    resumed = fit(recipe, few, seed=2, device=CPU, checkpoint=file)
    assert same(resumed.model, expected.model)
    assert type(resumed.model) is type(fit(SMALL, few, device=CPU).model)


def test_the_teachers_seconds_count_once(few: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    teacher = Fit(fit(SMALL, few, device=CPU).model, [{"seconds": 1000.0}])
    monkeypatch.setattr(loop, "fit", lambda *_, **__: teacher)
    student = fit(STUDENT, few, device=CPU)
    assert student.history[0]["seconds"] > 1000 > student.seconds - 1000
