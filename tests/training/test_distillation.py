"""Distillation: students learn from a committee, which is made once, and can be interrupted."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from helpers.training import CPU, SMALL, same
from tqdm import tqdm

from lenet_lib.data import Images
from lenet_lib.models import predict_logits
from lenet_lib.training import RECIPES
from lenet_lib.training.device import precision, repeatable
from lenet_lib.training.distillation import SoftTargets
from lenet_lib.training.loop import _Training, fit

STUDENT = dataclasses.replace(
    SMALL,
    epochs=5,
    teacher=SMALL,
    teachers=2,
    teacher_temperature=2.0,
    cached_augmentations=2,
    mixed_precision=False,
)
DISTORTED = dataclasses.replace(STUDENT, distortion=RECIPES["affine"].distortion)


@pytest.fixture(scope="module")
def committee(few: Images) -> list[torch.nn.Module]:
    return [fit(SMALL, few, seed=seed, device=CPU).model for seed in range(2)]


def targets(recipe, few: Images, committee, folder: Path | None = None) -> SoftTargets:
    return SoftTargets(recipe, few, committee, precision(SMALL.mixed_precision, CPU), folder)


def test_a_student_learns_from_its_teachers_alone(few: Images, committee) -> None:
    """Labels that are all wrong change nothing but the accuracy that is shown."""
    wrong = Images(few.images, (few.labels + 1) % 10)
    runs = []
    for images in (few, wrong):
        with repeatable(0):
            run = _Training(STUDENT, images, 0, targets(STUDENT, images, committee))
            run.epoch(0, tqdm(disable=True))
        runs.append(run)
    assert same(runs[0].model, runs[1].model)
    assert runs[0].history[0]["train_accuracy"] != runs[1].history[0]["train_accuracy"]


def test_the_distilled_loss_is_the_cross_entropy_of_softened_outputs(
    few: Images, committee
) -> None:
    once = dataclasses.replace(
        STUDENT, batch_size=len(few), optimizer="adam", schedule="constant", weight_decay=0.0
    )
    with repeatable(0):
        run = _Training(once, few, 0, targets(once, few, committee))
        own = run.model.train()(few.images.float() / 255).detach()
        run.epoch(0, tqdm(disable=True))
    mean = sum(predict_logits(model, few.images) for model in committee) / len(committee)
    soft_targets = (mean / 2).softmax(1)
    expected = -(soft_targets * (own / 2).log_softmax(1)).sum(1).mean()
    # The committee's logits are kept in half precision, and may be computed in bfloat16.
    assert run.history[0]["train_loss"] == pytest.approx(expected.item(), rel=1e-2)


def test_a_committee_reads_each_copy_once_and_its_student_the_same_images(
    few: Images, committee
) -> None:
    asked: list[torch.Tensor] = []
    hook = committee[0].register_forward_hook(lambda _, inputs, __: asked.append(inputs[0].clone()))
    table = targets(DISTORTED, few, committee)
    seen: list[torch.Tensor] = []
    with repeatable(0):
        run = _Training(DISTORTED, few, 0, table)
        run.network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].clone()))
        for epoch in range(DISTORTED.epochs):
            run.epoch(epoch, tqdm(disable=True))
    hook.remove()
    copies = torch.cat(asked).chunk(2)  # in the order in which they were asked for
    assert len(copies[0]) == len(few) and not torch.equal(*copies)
    first = torch.cat(seen[: run.steps]).sum((1, 2, 3)).sort().values
    assert torch.allclose(first, copies[0].sum((1, 2, 3)).sort().values)


def test_all_students_share_the_copies_and_each_has_its_own_order(few: Images, committee) -> None:
    many = dataclasses.replace(DISTORTED, cached_augmentations=40)
    table = targets(many, few, committee)
    orders = [[table.order(seed, epoch) for epoch in range(80)] for seed in (0, 1)]
    assert all(sorted(order[:40]) == sorted(order[40:]) == [*range(40)] for order in orders)
    assert orders[0] != orders[1] and orders[0][:40] != orders[0][40:]
    assert torch.equal(table.images(3), targets(many, few, committee).images(3))
    assert not torch.equal(table.images(3), table.images(4))


def test_a_student_sees_corrupted_images_and_its_teachers_do_not(few: Images, committee) -> None:
    corrupted = dataclasses.replace(DISTORTED, corruption=0.5)
    table = targets(corrupted, few, committee)
    with repeatable(0):
        run, seen = _Training(corrupted, few, 0, table), []
        run.network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].clone()))
        run.epoch(0, tqdm(disable=True))
    copy = table.order(0, 0)
    clean = targets(DISTORTED, few, committee).images(copy)
    assert torch.equal(table.images(copy), clean)
    assert torch.equal(table.known[copy], targets(DISTORTED, few, committee).logits(copy, clean))
    known = {image.numpy().tobytes() for image in clean.float() / 255}
    strange = [image.numpy().tobytes() not in known for image in torch.cat(seen)]
    assert 0.3 < sum(strange) / len(strange) <= 0.5


def test_answers_are_kept_in_the_folder_and_a_damaged_one_is_asked_for_again(
    few: Images, committee, tmp_path: Path
) -> None:
    table = targets(DISTORTED, few, committee, tmp_path)
    images = table.images(1)
    logits = table.logits(1, images)
    (kept,) = tmp_path.iterdir()
    assert torch.equal(targets(DISTORTED, few, [], tmp_path).logits(1, images), logits)
    kept.write_bytes(kept.read_bytes()[:100])
    assert torch.equal(targets(DISTORTED, few, committee, tmp_path).logits(1, images), logits)


@pytest.mark.slow
def test_a_folder_serves_other_seeds_and_not_other_images(
    few: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[str] = []
    initialise = _Training.__init__

    def counted(self, recipe, *rest) -> None:
        trained.append(recipe.name)
        initialise(self, recipe, *rest)

    monkeypatch.setattr(_Training, "__init__", counted)
    student = dataclasses.replace(STUDENT, name="student", epochs=1)
    alone = fit(student, few, seed=1, device=CPU)
    assert trained == [SMALL.name, SMALL.name, "student"]
    trained.clear()
    for seed in (0, 1):
        fitted = fit(student, few, seed=seed, device=CPU, teachers=tmp_path)
    assert trained == [SMALL.name, SMALL.name, "student", "student"]
    assert same(fitted.model, alone.model)
    trained.clear()
    fit(student, few[: len(few) // 2], device=CPU, teachers=tmp_path)
    assert trained == [SMALL.name, SMALL.name, "student"]


@pytest.mark.slow
@pytest.mark.parametrize("stop", [("SmallVGG", 1, 3), ("LeNet", 0, 2), ("LeNet", 3, 1)])
def test_a_student_is_resumed_in_its_teachers_training_and_in_its_own(
    few: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: tuple[str, int, int]
) -> None:
    deep = dataclasses.replace(SMALL, network="SmallVGG")
    recipe = dataclasses.replace(
        STUDENT, teacher=deep, teachers=1, distortion=RECIPES["elastic"].distortion
    )
    expected = fit(recipe, few, seed=2, device=CPU)
    batches = _Training._batches

    def interrupted(self: _Training, epoch: int):
        for number, index in enumerate(batches(self, epoch)):
            if (self.recipe.network, epoch, number) == stop and hasattr(self, "model"):
                raise KeyboardInterrupt
            yield index

    file, teachers = tmp_path / "checkpoint.pt", tmp_path / "teachers"
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(_Training, "_batches", interrupted)
        fit(recipe, few, seed=2, device=CPU, checkpoint=file, teachers=teachers)
    assert bool([*teachers.rglob("seed0.pt")]) == (stop[0] == "SmallVGG")
    assert file.exists() == (stop[0] == "LeNet" and stop[1] > 0)
    resumed = fit(recipe, few, seed=2, device=CPU, checkpoint=file, teachers=teachers)
    assert same(resumed.model, expected.model)
    assert not [*teachers.rglob("*.pt")]


def test_the_committees_seconds_are_not_the_students(
    few: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They serve all students, and are counted apart."""
    now = [0.0]
    monkeypatch.setattr("lenet_lib.training.loop.time.perf_counter", lambda: now[0])
    ask = SoftTargets._ask

    def slow(self: SoftTargets, images: torch.Tensor) -> torch.Tensor:
        now[0] += 1000
        return ask(self, images)

    monkeypatch.setattr(SoftTargets, "_ask", slow)
    assert fit(STUDENT, few, device=CPU).seconds < 1
    assert now[0] == 1000 * STUDENT.cached_augmentations
