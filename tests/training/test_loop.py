"""Training: repeatable to the last bit, resumable after any interruption, honest about failure."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from helpers.training import CPU, SMALL, same
from torch import nn
from tqdm import tqdm

from lenet_lib.data import Dataset, Images
from lenet_lib.errors import LenetError
from lenet_lib.evaluation.metrics import evaluate
from lenet_lib.models import NETWORKS, LeNet, predict_logits
from lenet_lib.training import RECIPES, Fit, Recipe, device as machine, loop, with_network
from lenet_lib.training.device import repeatable
from lenet_lib.training.loop import _Training, fit

AVERAGED = dataclasses.replace(
    SMALL, epochs=4, recalibrate_bn=True, swa=0.5, swa_learning_rate=0.002
)


@pytest.mark.parametrize("recipe", [SMALL, dataclasses.replace(RECIPES["reference"], epochs=2)])
def test_same_seed_gives_the_same_weights(few: Images, recipe: Recipe) -> None:
    first = fit(recipe, few, seed=5, device=CPU)
    torch.rand(7)  # what happens between two runs must not matter
    assert same(first.model, fit(recipe, few, seed=5, device=CPU).model)
    assert not same(first.model, fit(recipe, few, seed=6, device=CPU).model)


def test_training_leaves_the_callers_random_state_alone(few: Images) -> None:
    before = torch.get_rng_state()
    fit(SMALL, few, device=CPU)
    assert torch.equal(before, torch.get_rng_state())
    assert not torch.are_deterministic_algorithms_enabled()


@pytest.fixture(scope="module")
def undisturbed(digits: Dataset) -> Callable[[Recipe], Fit]:
    """Train on what ``few`` is, without an interruption; the same recipe once for all."""
    few = digits.train[:300]
    return functools.cache(lambda recipe: fit(recipe, few, seed=2, device=CPU, validation=few[:50]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recipe", "stop"),
    [(SMALL, stop) for stop in [(0, 0), (0, 4), (1, 0), (1, 7), (2, 9)]] + [(AVERAGED, (3, 5))],
)
def test_resumed_weights_are_those_of_an_undisturbed_run(
    few: Images,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    undisturbed: Callable[[Recipe], Fit],
    recipe: Recipe,
    stop: tuple[int, int],
) -> None:
    """Ctrl-C in the middle of an epoch costs that epoch alone and changes nothing."""
    expected = undisturbed(recipe)
    batches = _Training._batches

    def interrupted(self: _Training, epoch: int):
        for number, index in enumerate(batches(self, epoch)):
            if (epoch, number) == stop and hasattr(self, "model"):
                raise KeyboardInterrupt
            yield index

    file = tmp_path / "checkpoint.pt"
    options = {"seed": 2, "device": CPU, "validation": few[:50], "checkpoint": file}
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(_Training, "_batches", interrupted)
        fit(recipe, few, **options)
    assert file.exists() == (stop[0] > 0)
    resumed = fit(recipe, few, **options)
    assert same(resumed.model, expected.model)
    losses = [[epoch["train_loss"] for epoch in f.history] for f in (resumed, expected)]
    assert losses[0] == losses[1]


def test_validation_is_reported_and_decides_nothing(digits: Dataset, few: Images) -> None:
    with_it = fit(SMALL, few, device=CPU, validation=digits.test)
    assert same(with_it.model, fit(SMALL, few, device=CPU).model)
    last = with_it.history[-1]
    metrics = evaluate(with_it.model, digits.test.images, digits.test.labels)
    assert last["validation_accuracy"] == pytest.approx(metrics.accuracy)
    assert last["validation_loss"] == pytest.approx(metrics.loss, rel=1e-5)


def test_history_says_what_happened(few: Images) -> None:
    history = fit(SMALL, few, device=CPU).history
    assert [epoch["epoch"] for epoch in history] == [1, 2, 3]
    assert history[-1]["train_loss"] < history[0]["train_loss"]
    assert history[0]["learning_rate"] == pytest.approx(SMALL.learning_rate / 25)  # one-cycle
    assert all(epoch["seconds"] > 0 for epoch in history)


@pytest.mark.slow
def test_training_learns_on_both_networks(digits: Dataset) -> None:
    recipe = dataclasses.replace(SMALL, epochs=8)
    for network in ("LeNet", "LeNet5"):
        own = with_network(recipe, network)
        model = fit(own, digits.train, device=CPU).model
        accuracy = evaluate(model, digits.test.images, digits.test.labels).accuracy
        assert accuracy > 0.9, network


class WideKernel(LeNet):
    """A 5×5 first convolution, as an exercise of notebook 02 asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1[0] = nn.Conv2d(1, 6, kernel_size=5, padding=2)


class Tanh(LeNet):
    """Another activation function."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1[1] = self.conv2[1] = nn.Tanh()


@pytest.mark.slow
@pytest.mark.parametrize("kind", [LeNet, WideKernel, Tanh])
def test_a_changed_network_is_trained_as_by_the_plain_step(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch, kind: type[nn.Module]
) -> None:
    """Same accuracy as without the shortcut; the same weights where it is not taken."""
    recipe = dataclasses.replace(SMALL, epochs=3, mixed_precision=False)
    monkeypatch.setitem(NETWORKS, "LeNet", kind)
    model = fit(recipe, digits.train, device=CPU).model
    monkeypatch.setattr(loop, "accelerate", lambda model: model)
    plain = fit(recipe, digits.train, device=CPU).model
    assert type(model) is type(plain) is kind
    results = [evaluate(m, digits.test.images, digits.test.labels) for m in (model, plain)]
    assert results[0].accuracy > 0.9
    assert results[0].accuracy == pytest.approx(results[1].accuracy, abs=0.02)
    assert same(model, plain) == (kind is not LeNet)


def test_lenet5_learns_by_the_loss_of_its_paper(few: Images) -> None:
    """Equation 9: the distance to the right code, plus log(e^-j + the sum of e^-distance)."""
    with repeatable(0):
        run = _Training(with_network(SMALL, "LeNet5"), few, 0)
    distances = 200 * torch.rand(5, 10)
    labels = torch.tensor([3, 1, 4, 1, 5])
    right = distances[torch.arange(5), labels]
    competing = (torch.exp(torch.tensor(-1.0)) + torch.exp(-distances).sum(1)).log()
    expected = (right + competing).mean()
    assert torch.allclose(run._supervised_loss(-distances, labels), expected)
    assert expected > 5 + nn.functional.cross_entropy(-distances, labels)


def test_the_last_batch_may_hold_one_image(few: Images) -> None:
    assert len(fit(SMALL, few[:33], device=CPU).history) == 3


@pytest.mark.parametrize(
    ("train", "message"),
    [
        (Images(torch.zeros(1, 1, 28, 28, dtype=torch.uint8), torch.zeros(1).long()), "2 images"),
        (Images(torch.zeros(4, 1, 28, 28, dtype=torch.uint8), torch.full((4,), 10)), "0 to 9"),
        (Images(torch.zeros(4, 1, 28, 28, dtype=torch.uint8), torch.full((4,), -1)), "0 to 9"),
    ],
)
def test_unusable_data_is_refused(train: Images, message: str) -> None:
    with pytest.raises(LenetError, match=message):
        fit(SMALL, train, device=CPU)


def test_divergence_is_an_error_not_a_result(few: Images) -> None:
    wild = dataclasses.replace(RECIPES["reference"], learning_rate=1e38, batch_size=32)
    with pytest.raises(LenetError, match=r"no longer finite.*lower the learning rate"):
        fit(wild, few, device=CPU)


def test_distortion_follows_the_seed_and_changes_the_result(few: Images) -> None:
    distorted = dataclasses.replace(SMALL, distortion=RECIPES["best"].distortion)
    first = fit(distorted, few, seed=1, device=CPU)
    assert same(first.model, fit(distorted, few, seed=1, device=CPU).model)
    assert not same(first.model, fit(SMALL, few, seed=1, device=CPU).model)


def test_recalibrated_statistics_are_those_of_the_undistorted_images(few: Images) -> None:
    """The weights stay; the first batch normalisation gets its inputs' own mean and variance."""
    distorted = dataclasses.replace(SMALL, distortion=RECIPES["best"].distortion)
    recalibrated = fit(dataclasses.replace(distorted, recalibrate_bn=True), few, device=CPU).model
    plain = fit(distorted, few, device=CPU).model
    for name, weights in plain.named_parameters():
        assert torch.equal(weights, recalibrated.get_parameter(name))
    seen = []
    recalibrated.fc1[1].register_forward_hook(lambda _, inputs, __: seen.append(inputs[0]))
    predict_logits(recalibrated, few.images)
    norm = recalibrated.fc1[1]
    torch.testing.assert_close(norm.running_mean, seen[0].mean(0), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(norm.running_var, seen[0].var(0), rtol=1e-3, atol=1e-4)
    assert not torch.allclose(plain.fc1[1].running_mean, seen[0].mean(0), rtol=1e-3)


def test_mixed_precision_is_used_where_the_processor_has_it(
    few: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = fit(dataclasses.replace(SMALL, mixed_precision=False), few, device=CPU)
    runs = {}
    for able in (False, True):
        monkeypatch.setattr(machine, "computes_in_bfloat16", lambda _, able=able: able)
        runs[able] = fit(SMALL, few, device=CPU)
    assert same(runs[False].model, plain.model)
    assert not same(runs[True].model, plain.model)
    losses = [run.history[-1]["train_loss"] for run in (plain, runs[True])]
    assert losses[1] == pytest.approx(losses[0], rel=0.05)
    assert all(p.dtype == torch.float32 for p in runs[True].model.parameters())


def test_the_last_epochs_weights_are_averaged(few: Images) -> None:
    """It is the mean of the last two of four epochs' ends, and has statistics of its own."""
    ends = []
    with repeatable(0):
        run = _Training(AVERAGED, few, 0)
        for epoch in range(AVERAGED.epochs):
            run.epoch(epoch, tqdm(disable=True))
            ends.append([weights.detach().clone() for weights in run.model.parameters()])
    model = fit(AVERAGED, few, seed=0, device=CPU).model
    for weights, *last in zip(model.parameters(), *ends[2:], strict=True):
        torch.testing.assert_close(weights.detach(), torch.stack(last).mean(0))
        assert not torch.equal(*last)
    seen = []
    model.fc1[1].register_forward_hook(lambda _, inputs, __: seen.append(inputs[0]))
    predict_logits(model, few.images)
    torch.testing.assert_close(model.fc1[1].running_mean, seen[0].mean(0), rtol=1e-4, atol=1e-4)


def test_a_single_epoch_is_trained_though_none_is_averaged(few: Images) -> None:
    one = dataclasses.replace(AVERAGED, epochs=1)
    model = fit(one, few, device=CPU).model
    with repeatable(0):
        untrained = _Training(one, few, 0).model
    assert not torch.equal(model.fc3.weight, untrained.fc3.weight)
