"""Train the verifier, and measure how it tells digits from what is none.

    python scripts/train_verifier.py            # makes lenet_lib/weights/verifier.safetensors too
    python scripts/train_verifier.py --measure  # only results/out-of-distribution.csv

It learns digits of MNIST's training set (the first 50,000) drawn with other pens and bent, European
ones and a typeface's, beside letters, scribbles, shadows, bad cuts and pairs; some as ragged as a
threshold leaves them. The table is made of the last 10,000 training digits and of typefaces that it
has not seen; MNIST's test set is not looked at.
A GPU and 16 cores take six minutes, two cores an hour. A GPU adds up in no fixed order, so that the
weights come out as good, but not bit for bit.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import torch
import typer
from joblib import Parallel, delayed
from sklearn.metrics import roc_auc_score
from torch import nn

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from verifier_examples import SHARES, examples  # noqa: E402

from lenet_lib import data, files  # noqa: E402
from lenet_lib.cli import run_script  # noqa: E402
from lenet_lib.models import load_weights, predict_logits, read_metadata, softmax  # noqa: E402
from lenet_lib.photo.verifier import NONE, WEIGHTS, Verifier, opinions  # noqa: E402

SEEDS, PART = range(1, 90), 5_000
"""Seeds of the training examples, and how many of each."""

HELD_OUT = (101, 2_500)
"""Seed and number of the examples that are measured; other digits, other typefaces."""

RAW, EPOCHS, BATCH, RATE = 50_000, 5, 256, 6e-3
"""Digits as MNIST has them that are added; passes; images a step; highest learning rate."""


DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def train(seeds: range = SEEDS, part: int = PART) -> Verifier:
    """Fit the verifier with cross-entropy, Adam and one cycle."""
    parts = Parallel(n_jobs=-1)(delayed(examples)(seed, part) for seed in seeds)
    digits = data.load("mnist").train[:RAW]
    images = torch.cat([*(torch.from_numpy(part[0])[:, None] for part in parts), digits.images])
    labels = torch.cat([*(torch.from_numpy(part[1]) for part in parts), digits.labels])
    images, labels = images.to(DEVICE), labels.to(DEVICE)
    torch.manual_seed(0)
    verifier = Verifier().to(DEVICE)
    steps = len(images) // BATCH
    optimizer = torch.optim.AdamW(verifier.parameters(), lr=RATE, weight_decay=0.01)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=EPOCHS * steps)
    for epoch in range(EPOCHS):
        order, total = torch.randperm(len(images)).to(DEVICE), torch.zeros((), device=DEVICE)
        for step in range(steps):
            chosen = order[step * BATCH : (step + 1) * BATCH]
            batch = images[chosen].float() / 255
            down, across = torch.randint(-1, 2, (2,)).tolist()
            batch = torch.roll(batch, (down, across), (2, 3))
            batch = batch * (1 - 0.3 * torch.rand(len(batch), 1, 1, 1, device=DEVICE))  # fainter
            if step % 3 == 0:
                batch = (batch + 0.05 * torch.randn_like(batch)).clamp(0, 1)
            loss = nn.functional.cross_entropy(verifier(batch), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            cycle.step()
            total += loss.detach()
        print(f"epoch {epoch + 1}: loss {total.item() / steps:.3f}", flush=True)
    return verifier.eval().cpu()


def measure() -> pd.DataFrame:
    """Compare four scores of what is a digit, by their AUROC on each kind of what is none."""
    images, labels, kinds = examples(*HELD_OUT)
    logits = predict_logits(load_weights(), torch.from_numpy(images).unsqueeze(1))
    temperature = read_metadata()["temperature"]
    assert isinstance(temperature, float)
    lenet, judged = softmax(logits, temperature), opinions(images)
    together = lenet * judged[:, :NONE] ** 2  # as Classifier.probabilities has it
    scores = {
        "auroc_softmax": lenet.max(1),
        "auroc_energy": torch.logsumexp(logits, 1).numpy(),  # Liu et al. 2020
        "auroc_verifier": 1 - judged[:, NONE],
        "auroc_both": together.max(1),
    }
    digit = labels < NONE
    rows = []
    for kind in ["all", *SHARES]:
        none = ~digit if kind == "all" else kinds == kind
        truth = np.repeat([1, 0], [digit.sum(), none.sum()])
        row = {"kind": kind, "n": int(none.sum())}
        for name, score in scores.items():
            row[name] = round(roc_auc_score(truth, np.r_[score[digit], score[none]]), 4)
        row["below_0.5"] = round(float((scores["auroc_both"][none] < 0.5).mean()), 4)
        row["above_0.9"] = round(float((scores["auroc_both"][none] > 0.9).mean()), 4)
        rows.append(row)
    kept = scores["auroc_both"][digit]
    right = together.argmax(1)[digit] == labels[digit]
    print(f"{digit.sum()} digits: {right.mean():.2%} right, {(kept < 0.5).mean():.2%} below 0.5")
    return pd.DataFrame(rows)


def main(
    measured: Annotated[bool, typer.Option("--measure", help="Only make the table.")] = False,
) -> None:
    """Train the verifier, and measure it."""
    if not measured:
        from safetensors.torch import save

        files.write(WEIGHTS, save(train().state_dict()))
    table = measure()
    print(table.to_string(index=False))
    files.write(ROOT / "results" / "out-of-distribution.csv", table.to_csv(index=False).encode())


if __name__ == "__main__":
    run_script(main)
