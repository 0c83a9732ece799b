"""Train the segmenter on made-up pictures: ``lenet_lib/weights/segmenter.safetensors``.

    python scripts/train_segmenter.py     # 18,000 pictures; an hour of two cores

Two threads add up in no fixed order, so that the weights come out as good, but not bit for bit.

At first it sees small pictures, shrunk or cut out, and then whole ones, in two cycles of the
learning rate. Digits are of MNIST's first 50,000 training images; its test set is not looked at.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from joblib import Parallel, delayed
from safetensors.torch import save
from torch import Tensor, nn

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from segmenter_examples import BEYOND, examples  # noqa: E402

from lenet_lib import files  # noqa: E402
from lenet_lib.cli import run_script  # noqa: E402
from lenet_lib.photo.segmenter import SIDE, WEIGHTS, Segmenter  # noqa: E402

SMALL_BATCH, WHOLE_BATCH = 32, 16
"""Pictures a step."""

CUTS = (128, 160, 192, 224, 256, 256, 256, 256)
"""Sides of what is cut out for a small picture, each as likely; half the time it is the whole."""

CYCLES = ((5e-3, 4000, 1500), (2e-3, 0, 1500))
"""Highest learning rate, steps on small pictures, and then on whole ones."""


def loss_of(logits: Tensor, masks: Tensor) -> Tensor:
    """Add the cross-entropy of the pixels to one minus Dice's overlap of each picture."""
    inside, ink = (masks != BEYOND).float(), (masks == 1).float()
    entropy = nn.functional.binary_cross_entropy_with_logits(logits, ink, weight=inside)
    seen = torch.sigmoid(logits) * inside
    both = (seen * ink).sum((1, 2))
    overlap = (2 * both + 50) / (seen.sum((1, 2)) + ink.sum((1, 2)) + 50)
    return entropy + 0.3 * (1 - overlap).mean()


def shrunk(pictures: Tensor, masks: Tensor, side: int) -> tuple[Tensor, Tensor]:
    """Shrink pictures and masks to a side; a large pixel is ink if any of it is."""
    if pictures.shape[-1] == side:
        return pictures, masks
    small = nn.functional.interpolate(pictures, size=side, mode="bilinear", antialias=True)
    ink = nn.functional.adaptive_max_pool2d((masks == 1).float()[:, None], side)[:, 0]
    beyond = nn.functional.adaptive_avg_pool2d((masks == BEYOND).float()[:, None], side)[:, 0]
    return small, torch.where(beyond > 0.4, BEYOND, ink.long())


def vary(rng: np.random.Generator, pictures: Tensor) -> Tensor:
    """Change the colours of pictures, 0–1."""
    if rng.random() < 0.5:
        pictures = pictures[:, torch.from_numpy(rng.permutation(3))]
    if rng.random() < 0.3:
        pictures = 1 - pictures
    powers = np.exp(rng.normal(0, 0.25, (len(pictures), 1, 1, 1)))
    return pictures.clamp(0, 1) ** torch.from_numpy(powers).float()


def make(count: int) -> tuple[Tensor, Tensor]:
    """Make pictures and masks: uint8 N×3×S×S and N×S×S."""
    parts = [min(1000, count - start) for start in range(0, count, 1000)]
    made = Parallel(n_jobs=2)(delayed(examples)(seed, part) for seed, part in enumerate(parts))
    pictures = torch.cat([torch.from_numpy(some).permute(0, 3, 1, 2) for some, _ in made])
    return pictures, torch.cat([torch.from_numpy(some) for _, some in made])


def batch(
    rng: np.random.Generator, pictures: Tensor, masks: Tensor, chosen: list[int], small: bool
) -> tuple[Tensor, Tensor]:
    """Give some pictures, float32 N×3×S×S in 0–1, and masks, turned, mirrored and coloured anew."""
    some, where = pictures[chosen], masks[chosen]
    if small:
        side = int(rng.choice(CUTS))
        top, left = rng.integers(0, SIDE - side + 1, 2)
        within = (..., slice(top, top + side), slice(left, left + side))
        some, where = shrunk(some[within].float(), where[within], SIDE // 2)
    turns = int(rng.integers(4))
    some, where = torch.rot90(some, turns, (2, 3)), torch.rot90(where, turns, (1, 2))
    if rng.random() < 0.5:
        some, where = some.flip(3), where.flip(2)
    return vary(rng, some.float() / 255), where


def train(pictures: Tensor, masks: Tensor, part: float = 1.0) -> Segmenter:
    """Fit the segmenter with AdamW in cycles, each of them ``part`` as long."""
    rng = np.random.default_rng(0)
    torch.manual_seed(0)
    segmenter = Segmenter().to(memory_format=torch.channels_last)
    order: list[int] = []
    for rate, *counts in CYCLES:
        small, whole = (round(part * count) for count in counts)
        optimizer = torch.optim.AdamW(segmenter.parameters(), lr=rate, weight_decay=0.01)
        cycle = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, rate, total_steps=small + whole, pct_start=0.15
        )
        total = 0.0
        for step in range(1, small + whole + 1):
            size = SMALL_BATCH if step <= small else WHOLE_BATCH
            while len(order) < size:
                order += rng.permutation(len(pictures)).tolist()
            chosen, order = order[:size], order[size:]
            some, where = batch(rng, pictures, masks, chosen, step <= small)
            with torch.autocast("cpu", torch.bfloat16):
                logits = segmenter(some.contiguous(memory_format=torch.channels_last))
            loss = loss_of(logits.float(), where)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            cycle.step()
            total += loss.item()
            if step % 100 == 0:
                print(f"step {step} of {small + whole}: loss {total / 100:.3f}", flush=True)
                total = 0.0
    return segmenter.eval()


def main(
    pictures: Annotated[int, typer.Option(min=32, help="Pictures to make.")] = 18_000,
    part: Annotated[float, typer.Option(min=0.001, max=1, help="Of the steps.")] = 1.0,
    out: Annotated[Path, typer.Option(help="The weights.")] = WEIGHTS,
) -> None:
    """Train the segmenter."""
    weights = train(*make(pictures), part).state_dict()
    files.write(out, save({name: value.contiguous() for name, value in weights.items()}))


if __name__ == "__main__":
    run_script(main)
