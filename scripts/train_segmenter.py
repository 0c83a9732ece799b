"""Train the segmenter on made-up pictures: ``lenet_lib/weights/segmenter.safetensors``.

    python scripts/train_segmenter.py     # nine minutes of one H200 and its 16 cores

Two cores without a GPU need a day; ``--part 0.05`` makes a poor one in an hour. A GPU adds
up in no fixed order, so that the weights come out as good, but not bit for bit.

Digits are of MNIST's first 50,000 training images; its test set is not looked at.
"""

from __future__ import annotations

import sys
from math import ceil
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

PICTURES, PART = 28_250, 250
"""Pictures to make, and how many of one seed."""

BATCH, STEPS, RATE = 64, 7_368, 4e-3
"""Pictures a step; steps; highest learning rate."""

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def loss_of(logits: Tensor, masks: Tensor) -> Tensor:
    """Add the cross-entropy of the pixels to one minus Dice's overlap of each picture."""
    inside, ink = (masks != BEYOND).float(), (masks == 1).float()
    entropy = nn.functional.binary_cross_entropy_with_logits(logits, ink, weight=inside)
    seen = torch.sigmoid(logits) * inside
    both = (seen * ink).sum((1, 2))
    overlap = (2 * both + 50) / (seen.sum((1, 2)) + ink.sum((1, 2)) + 50)
    return entropy + 0.3 * (1 - overlap).mean()


def make(count: int) -> tuple[Tensor, Tensor]:
    """Make pictures and masks, uint8 N×S×S×3 and N×S×S, by all cores."""
    pictures = torch.empty((count, SIDE, SIDE, 3), dtype=torch.uint8, device=DEVICE)
    masks = torch.empty((count, SIDE, SIDE), dtype=torch.uint8, device=DEVICE)
    starts = range(0, count, PART)
    jobs = (delayed(examples)(start // PART, min(PART, count - start)) for start in starts)
    made = Parallel(n_jobs=-1, return_as="generator")(jobs)
    for start, (some, where) in zip(starts, made, strict=True):
        pictures[start : start + PART] = torch.from_numpy(some)
        masks[start : start + PART] = torch.from_numpy(where)
    return pictures, masks


def vary(rng: np.random.Generator, pictures: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    """Turn, mirror and colour pictures, uint8 N×S×S×3, anew; float32 N×3×S×S in 0–1."""
    some, where = pictures.permute(0, 3, 1, 2).float() / 255, masks
    turns = int(rng.integers(4))
    some, where = torch.rot90(some, turns, (2, 3)), torch.rot90(where, turns, (1, 2))
    if rng.random() < 0.5:
        some, where = some.flip(3), where.flip(2)
    if rng.random() < 0.5:
        some = some[:, rng.permutation(3)]
    if rng.random() < 0.3:
        some = 1 - some
    powers = np.exp(rng.normal(0, 0.25, (len(some), 1, 1, 1)))
    return some ** torch.from_numpy(powers).float().to(some.device), where


def train(pictures: Tensor, masks: Tensor, steps: int = STEPS, batch: int = BATCH) -> Segmenter:
    """Fit the segmenter by AdamW in one cycle of the learning rate."""
    rng = np.random.default_rng(0)
    torch.manual_seed(0)
    segmenter = Segmenter().to(memory_format=torch.channels_last).to(DEVICE)
    optimizer = torch.optim.AdamW(segmenter.parameters(), lr=RATE, weight_decay=0.01)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.1)
    total = torch.zeros((), device=DEVICE)
    for step in range(1, steps + 1):
        chosen = torch.from_numpy(rng.integers(0, len(pictures), batch)).to(DEVICE)
        some, where = vary(rng, pictures[chosen], masks[chosen])
        with torch.autocast(DEVICE, torch.bfloat16):
            logits = segmenter(some.contiguous(memory_format=torch.channels_last))
        loss = loss_of(logits.float(), where)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        cycle.step()
        total += loss.detach()
        if step % 100 == 0:
            print(f"step {step} of {steps}: loss {total.item() / 100:.4f}", flush=True)
            total.zero_()
    segmenter.eval().cpu()
    return segmenter


def main(
    part: Annotated[float, typer.Option(min=0.001, max=1, help="Of pictures and steps.")] = 1.0,
    out: Annotated[Path, typer.Option(help="The weights.")] = WEIGHTS,
) -> None:
    """Train the segmenter."""
    segmenter = train(*make(ceil(part * PICTURES)), ceil(part * STEPS))
    weights = {name: value.contiguous() for name, value in segmenter.state_dict().items()}
    files.write(out, save(weights))


if __name__ == "__main__":
    run_script(main)
