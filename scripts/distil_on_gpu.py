"""Train the ten students of recipe `best` side by side on one GPU: minutes in place of hours.

The recipe, its teachers, its distorted copies and the order of the images are the package's; only a
step is another: all students' weights stand in one array, so that ten networks, each too small for
a GPU, make one launch. A CPU gives the same networks one by one with `lenet study --recipe best`.

    python scripts/distil_on_gpu.py --out build/study          # weights, and a table of the runs
    python scripts/distil_on_gpu.py --recipe best --seeds 10 --out build/study

The rows of `best` in results/study.csv come from a draft of this script, on one NVIDIA H200.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import torch
import torch.nn.functional as F  # noqa: N812 (the field's name for it)
import typer
from torch import Tensor, nn
from torch.optim.swa_utils import update_bn
from tqdm import trange

from lenet_lib import data
from lenet_lib.cli import run_script
from lenet_lib.data import scale
from lenet_lib.experiments import Job
from lenet_lib.experiments.record import TEACHERS
from lenet_lib.experiments.study import Tables
from lenet_lib.models import LeNet, save_weights
from lenet_lib.models.fast_conv import SHIFTS
from lenet_lib.training import Fit, Recipe, fit, get_recipe
from lenet_lib.training.distillation import SoftTargets, prepare_soft_targets
from lenet_lib.training.schedule import trace_schedule

SHAPES = {name: weight.shape for name, weight in LeNet().named_parameters()}


class _LargestOfFour(torch.autograd.Function):
    """The maximum along the last dimension but one; a tie shares the gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        largest = x.amax(-2)
        ctx.save_for_backward(x, largest)
        return largest

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        x, largest = ctx.saved_tensors
        hit = x == largest.unsqueeze(-2)
        share = gradients[0] / hit.sum(-2, dtype=largest.dtype)
        return torch.where(hit, share.unsqueeze(-2), share.new_zeros(()))


def block(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Convolve, pool and rectify: S×B×H×W×C, S×O×C×k×k and S×O give S×B×h×w×O.

    Of patches of k+1 pixels at stride 2, as in :mod:`lenet_lib.models.fast_conv`.
    """
    students, batch = x.shape[:2]
    maps, channels, side = weight.shape[1], weight.shape[2], weight.shape[-1] + 1
    patches = x.unfold(2, side, 2).unfold(3, side, 2).permute(0, 1, 2, 3, 5, 6, 4)
    height, width = patches.shape[2:4]
    pieces = math.gcd(batch, 8)  # so that the kernels' gradients are shorter sums, side by side
    columns = patches.reshape(students * pieces, -1, side * side * channels)
    kernels = torch.stack([F.pad(weight, shift) for shift in SHIFTS], 1)
    kernels = kernels.permute(0, 4, 5, 3, 1, 2).reshape(students, 1, -1, 4 * maps)
    kernels = kernels.expand(-1, pieces, -1, -1).reshape(students * pieces, -1, 4 * maps)
    candidates = torch.bmm(columns, kernels).view(students, batch, height, width, 4, maps)
    largest: Tensor = _LargestOfFour.apply(candidates)
    return F.relu(largest + bias[:, None, None, None])


def linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Give each student its own linear layer: S×B×I to S×B×O."""
    return torch.baddbmm(bias[:, None], x, weight.transpose(1, 2))


def normalise(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Normalise by the batch, as batch normalisation does in training."""
    centred = x - x.mean(1, keepdim=True)
    scaled = centred * torch.rsqrt(centred.square().mean(1, keepdim=True) + 1e-5)
    return scaled * weight[:, None] + bias[:, None]


def forward(weights: Sequence[Tensor], x: Tensor) -> Tensor:
    """Compute the students' logits, S×B×10, in training mode.

    Args:
        weights: LeNet's, in the order of its parameters, each with a first dimension of S students.
        x: float S×B×28×28, 0–1.
    """
    conv1, b1, conv2, b2, fc1, c1, gain1, shift1, fc2, c2, gain2, shift2, fc3, c3 = weights
    x = block(block(F.pad(x, (2, 0, 2, 0))[..., None], conv1, b1), conv2, b2)
    x = x.permute(0, 1, 4, 2, 3).flatten(2)
    x = F.relu(normalise(linear(x, fc1, c1), gain1, shift1))
    x = F.relu(normalise(linear(x, fc2, c2), gain2, shift2))
    return linear(x, fc3, c3)


class Students:
    """Several students of one recipe and their optimiser, AdamW, in arrays of one row each."""

    def __init__(self, recipe: Recipe, seeds: Sequence[int], targets: SoftTargets) -> None:
        labels = targets.train.labels
        self.recipe, self.seeds, self.targets, self.device = recipe, seeds, targets, labels.device
        self.count = len(labels)
        rest = self.count % recipe.batch_size
        self.batches = [recipe.batch_size] * (self.count // recipe.batch_size)
        self.batches += [rest] if rest > 1 else []
        self.weights = torch.stack([_initial(seed) for seed in seeds]).to(self.device)
        self.mean, self.square, self.average = torch.zeros(3, *self.weights.shape).to(self.device)
        trace = torch.tensor(trace_schedule(recipe, len(self.batches)), dtype=torch.float64)
        steps = torch.arange(1, len(trace) + 1, dtype=torch.float64)
        beta = trace[:, 1]
        bias = torch.stack([1 - beta**steps, (1 - 0.999**steps).sqrt()])
        self.schedule = torch.cat([trace.T, bias]).T.float().to(self.device)
        self.at = torch.zeros(2, dtype=torch.long, device=self.device)  # step, place in the epoch
        self.order = torch.zeros(len(seeds), self.count, dtype=torch.long, device=self.device)
        self.copy = torch.zeros(len(seeds), 1, dtype=torch.long, device=self.device)
        self.graphs: dict[int, torch.cuda.CUDAGraph] = {}
        everything = [targets.images(copy) for copy in range(recipe.cached_augmentations)]
        numbered = [*enumerate(everything)]
        self.answers = torch.cat([targets.logits(*copy) for copy in numbered])
        self.images = torch.cat([targets.corrupted(*copy) for copy in numbered]).view(-1, 28, 28)

    def train(self) -> None:
        """Go through all epochs."""
        for epoch in trange(self.recipe.epochs, unit="epoch"):
            for row, seed in enumerate(self.seeds):
                generator = torch.Generator().manual_seed(seed * 10_007 + epoch)
                self.order[row] = torch.randperm(self.count, generator=generator)
                self.copy[row] = self.targets.order(seed, epoch) * self.count
            self.at[1] = 0
            for batch in self.batches:
                self._replay(batch)
            averaged = epoch - self.recipe.cycle_epochs
            if averaged >= 0:
                self.average += (self.weights - self.average) / (averaged + 1)
        if self.recipe.epochs > self.recipe.cycle_epochs:
            self.weights = self.average

    def _replay(self, batch: int) -> None:
        """Do a step; on a GPU it is recorded once and then launched as a whole."""
        if self.device.type != "cuda":
            self._step(batch)
            return
        if batch not in self.graphs:
            state = (self.weights, self.mean, self.square, self.at)
            before = [tensor.clone() for tensor in state]
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):  # a recording needs a rehearsal
                self._step(batch)
            torch.cuda.current_stream().wait_stream(side)
            self.graphs[batch] = torch.cuda.CUDAGraph()
            for tensor, value in zip(state, before, strict=True):
                tensor.copy_(value)
            with torch.cuda.graph(self.graphs[batch]):
                self._step(batch)
        self.graphs[batch].replay()

    def _step(self, batch: int) -> None:
        step, place = self.at
        columns = place + torch.arange(batch, device=self.device)
        index = (self.copy + self.order.index_select(1, columns)).flatten()
        shape = len(self.seeds), batch
        images = scale(self.images.index_select(0, index)).view(*shape, 28, 28)
        temperature = self.recipe.teacher_temperature
        answers = self.answers.index_select(0, index).float().view(*shape, 10)
        soft_targets = (answers / temperature).softmax(-1)
        weights = self.weights.detach().requires_grad_()
        logits = forward(_cut(weights), images)
        loss = -(soft_targets * (logits / temperature).log_softmax(-1)).sum(-1).mean(1)
        (gradient,) = torch.autograd.grad(loss.sum(), weights)
        rate, beta, bias1, bias2 = self.schedule.index_select(0, step[None])[0]
        self.weights.mul_(1 - rate * self.recipe.weight_decay)
        self.mean.mul_(beta).add_(gradient * (1 - beta))
        self.square.mul_(0.999).add_(0.001 * gradient.square())
        self.weights.sub_(rate / bias1 * self.mean / (self.square.sqrt() / bias2 + 1e-8))
        self.at[0] += 1
        self.at[1] += batch

    def models(self) -> list[nn.Module]:
        """Build the networks, batch normalisation recalibrated on the undistorted images."""
        networks: list[nn.Module] = []
        for row in self.weights:
            model = LeNet().to(self.device)
            state = dict(zip(SHAPES, (part[0] for part in _cut(row[None])), strict=True))
            model.load_state_dict(state, strict=False)
            update_bn((scale(part) for part in self.targets.train.images.split(1000)), model)
            networks.append(model.cpu().eval())
        return networks


def _initial(seed: int) -> Tensor:
    torch.manual_seed(seed)
    return torch.cat([weight.detach().flatten() for weight in LeNet().parameters()])


def _cut(weights: Tensor) -> list[Tensor]:
    sizes = [shape.numel() for shape in SHAPES.values()]
    parts = weights.split(sizes, dim=1)
    return [part.view(-1, *shape) for part, shape in zip(parts, SHAPES.values(), strict=True)]


def main(
    name: Annotated[str, typer.Option("--recipe", help="One with a teacher.")] = "best",
    seeds: Annotated[int, typer.Option(help="Students, of seeds 0, 1, …")] = 10,
    out: Annotated[Path, typer.Option(help="Folder for the weights and the table.")] = Path(
        "build/study"
    ),
    device: Annotated[str, typer.Option(help="Where to train.")] = "cuda",
) -> None:
    """Train the students, keep their weights, and read the test set once with each."""
    recipe, mnist, place = get_recipe(name), data.load("mnist"), torch.device(device)
    torch.backends.cuda.matmul.allow_tf32 = True
    train_teacher = partial(fit, device=place, progress=True)
    targets = prepare_soft_targets(recipe, mnist.train, train_teacher, 0, place, TEACHERS)
    students = Students(recipe, range(seeds), targets)
    students.train()
    tables = Tables(out / "study.csv")
    for seed, model in zip(students.seeds, students.models(), strict=True):
        job = Job(recipe, seed)
        # The time of one among ten at once is not that of a run: it is left blank.
        record = job.test(Fit(model, [{"seconds": math.nan}]), mnist, torch.device("cpu"))
        if place.type == "cuda":
            record.machine["device"] = torch.cuda.get_device_name(place)
        facts = {"dataset": "mnist", "recipe": name, "seed": seed}
        size = len(mnist.train)
        save_weights(model, out / f"{name}-LeNet-{size}-seed{seed}.safetensors", **facts)
        tables.add(record)
        print(f"seed {seed}: {record.metrics.errors} errors", flush=True)


if __name__ == "__main__":
    run_script(main)
