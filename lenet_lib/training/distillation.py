"""Distillation: what a committee of trained networks says of distorted images, for students.

Committee, distorted copies and soft targets depend on the recipe and the images alone, not on the
student's seed: they are made once and shared by all students. A student sees the very image that
the committee saw (Beyer et al. 2022).

Sources: G. Hinton, O. Vinyals and J. Dean, *Distilling the knowledge in a neural network*, NIPS
Deep Learning Workshop 2015, doi:10.48550/arXiv.1503.02531; L. Beyer, X. Zhai, A. Royer,
L. Markeeva, R. Anil and A. Kolesnikov, *Knowledge distillation: a good teacher is patient and
consistent*, CVPR 2022, doi:10.1109/CVPR52688.2022.01065.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from filelock import FileLock
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from lenet_lib import files
from lenet_lib.data import Images, scale
from lenet_lib.models import load_weights, save_weights
from lenet_lib.training.augment import distort
from lenet_lib.training.corruption import corrupt
from lenet_lib.training.device import precision
from lenet_lib.training.provenance import code_digest
from lenet_lib.training.recipe import Recipe

if TYPE_CHECKING:
    from lenet_lib.training.loop import Fit

CHUNK = 20_000
"""Images that are distorted at a time; another number draws other distortions."""


class SoftTargets:
    """The distorted copies of the training images, and the committee's logits on each of them.

    Args:
        recipe: The student's, with a teacher.
        train: The training images, on the device that works.
        committee: Trained networks in evaluation mode, on the same device.
        precision: The context in which they compute.
        folder: Where logits are kept for other students, and under which name; None keeps them in
            memory.
    """

    def __init__(
        self,
        recipe: Recipe,
        train: Images,
        committee: Sequence[nn.Module],
        precision: torch.autocast,
        folder: Path | None = None,
    ) -> None:
        self.recipe, self.train, self.committee = recipe, train, committee
        self.precision, self.folder = precision, folder
        self.known: dict[int, Tensor] = {}

    def order(self, seed: int, epoch: int) -> int:
        """Tell which copy a student goes through in an epoch: all of them, shuffled, then again."""
        cycle, place = divmod(epoch, self.recipe.cached_augmentations)
        generator = torch.Generator().manual_seed(seed * 10_007 + 5_000_000 + cycle)
        copies = torch.randperm(self.recipe.cached_augmentations, generator=generator)
        return int(copies[place])

    def images(self, copy: int) -> Tensor:
        """Distort all training images, as a copy's number says: uint8 N×1×28×28."""
        images, distortion = self.train.images, self.recipe.distortion
        if distortion is None:
            return images
        generator = torch.Generator(images.device).manual_seed(1_000_003 + copy)
        return _pixels(distort(scale(part), generator, distortion) for part in images.split(CHUNK))

    def corrupted(self, copy: int, images: Tensor) -> Tensor:
        """Corrupt a share of a copy's images for the student, as the recipe says; uint8 too."""
        if not self.recipe.corruption:
            return images
        generator = torch.Generator(images.device).manual_seed(7_000_003 + copy)
        share, chunks = self.recipe.corruption, images.split(CHUNK)
        return _pixels(corrupt(scale(part), share, generator) for part in chunks)

    def logits(self, copy: int, images: Tensor) -> Tensor:
        """Give the committee's mean logits on a copy, float16 N×10; it is asked once for each."""
        if copy in self.known:
            return self.known[copy]
        path = self.folder and self.folder / f"copy{copy:03d}.safetensors"
        logits = _read(path) if path else None
        if logits is None:
            logits = self._ask(images)
            if path:
                files.write(path, save({"logits": logits.cpu()}))
        if not path:
            self.known[copy] = logits
        return logits.to(images.device)

    @torch.no_grad()
    def _ask(self, images: Tensor) -> Tensor:
        parts = []
        for part in images.split(1000):
            with self.precision:
                answers = [model(scale(part)).float() for model in self.committee]
            parts.append(torch.stack(answers).mean(0).half())
        return torch.cat(parts)


def _pixels(parts: Iterable[Tensor]) -> Tensor:
    """Turn float images 0–1 into uint8, a quarter of the memory."""
    return torch.cat([(255 * part).round().to(torch.uint8) for part in parts])


def _read(path: Path) -> Tensor | None:
    """Read what another student has kept; None if there is nothing, or nothing whole."""
    try:
        return load(path.read_bytes())["logits"]
    except (OSError, SafetensorError, KeyError):
        return None


def images_digest(train: Images) -> str:
    """Give 12 hexadecimal digits of labelled images, in their order."""
    content = hashlib.sha256(train.images.cpu().numpy().tobytes())
    content.update(train.labels.cpu().numpy().tobytes())
    return content.hexdigest()[:12]


def prepare_soft_targets(
    recipe: Recipe,
    train: Images,
    fit: Callable[..., Fit],
    seed: int,
    device: torch.device,
    folder: Path | None = None,
) -> SoftTargets:
    """Train a recipe's teachers, or find them in a folder, for a student of some seed.

    ``fit`` trains one: :func:`lenet_lib.training.fit`, which stands on this module. The other
    arguments are its own, ``folder`` its ``teachers``.
    """
    teacher = recipe.teacher
    assert teacher is not None
    if folder is not None:  # named after all that decides what the committee says
        facts = (teacher.digest(), code_digest(teacher), images_digest(train), device)
        folder = folder / f"{teacher.name}-{_digest(facts)}"
    committee: dict[int, nn.Module] = {}
    for number in range(recipe.teachers):
        member = (seed + number) % recipe.teachers  # runs side by side begin with different ones
        committee[member] = _trained(teacher, train, fit, member, folder)
    layout: Any = {"device": device, "memory_format": torch.channels_last}
    models = [committee[member].to(**layout) for member in sorted(committee)]
    if folder is not None:
        folder = folder / _digest((recipe.teachers, recipe.distortion, CHUNK))
    context = precision(teacher.mixed_precision, device)
    return SoftTargets(recipe, train.to(device), models, context, folder)


def _trained(
    teacher: Recipe, train: Images, fit: Callable[..., Fit], seed: int, folder: Path | None
) -> nn.Module:
    """Train one member of the committee; other processes that want the same one wait for it."""
    if folder is None:
        return fit(teacher, train, seed=seed, checkpoint=None).model
    weights, checkpoint = folder / f"seed{seed}.safetensors", folder / f"seed{seed}.pt"
    with FileLock(f"{weights}.lock"):  # which makes the folder
        if not weights.exists():
            model = fit(teacher, train, seed=seed, checkpoint=checkpoint).model
            save_weights(model, weights, recipe=teacher.name, seed=seed)
            checkpoint.unlink(missing_ok=True)
        return load_weights(weights)


def _digest(facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]
