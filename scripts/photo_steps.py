"""Say what each step from a picture to 28×28 is good for: ``results/photo-steps.csv``.

    python scripts/photo_steps.py              # on MNIST's training digits, where steps are chosen
    python scripts/photo_steps.py --test       # on its test digits, to report
    python scripts/photo_steps.py --count 50   # of each kind; 200 take 15 minutes of two cores

A row is a kind of picture and a variant of the pipeline, with the share that is read rightly (of
blank pages and of several digits: that is refused), the share refused, and milliseconds of one core
each. ``../shared/cases/photos`` is tried too where it is at hand.
"""

from __future__ import annotations

import csv
import io
import sys
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import pandas as pd
import typer
from joblib import Parallel, delayed
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.filters import threshold_otsu

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from helpers import kinds  # noqa: E402

from lenet_lib import data, files  # noqa: E402
from lenet_lib.cli import run_script  # noqa: E402
from lenet_lib.errors import LenetError  # noqa: E402
from lenet_lib.photo import explain  # noqa: E402
from lenet_lib.photo.classifier import default_classifier  # noqa: E402
from lenet_lib.photo.finds import Options  # noqa: E402

CASES = ROOT.parent / "shared" / "cases" / "photos"
Picture = tuple[bytes, int]


def twenty_lines(content: bytes) -> int:
    """Read a digit in the obvious way, by LeNet alone."""
    from lenet_lib.models import load_weights, predict_logits

    grey = np.asarray(Image.open(io.BytesIO(content)).convert("L"), dtype=float)
    dark = grey <= threshold_otsu(grey)
    border = np.concatenate([dark[0], dark[-1], dark[:, 0], dark[:, -1]])
    labels, _ = ndimage.label(~dark if border.mean() > 0.5 else dark, np.ones((3, 3)))
    mask = labels == np.bincount(labels.ravel())[1:].argmax() + 1
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    cut = Image.fromarray(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    zoom = 20 / max(cut.size)
    size = (max(1, round(cut.width * zoom)), max(1, round(cut.height * zoom)))
    small = np.asarray(cut.convert("L").resize(size, Image.Resampling.BOX))
    row, column = ndimage.center_of_mass(small)
    top, left = (
        int(np.clip(round(14 - centre), 0, 28 - side))
        for centre, side in zip((row, column), small.shape, strict=True)
    )
    digit = np.zeros((28, 28), dtype=np.uint8)
    digit[top : top + small.shape[0], left : left + small.shape[1]] = small
    import torch

    images = torch.from_numpy(digit)[None, None]
    return int(predict_logits(load_weights(), images).argmax())


def ours(content: bytes, options: Options) -> int:
    """Read a digit by the package."""
    steps = explain(content, options)
    return int(default_classifier().probabilities(steps.digit[None]).argmax())


VARIANTS: dict[str, Options | None] = {
    "twenty lines": None,
    "without the segmenter": Options(segmenter=False),
    "the segmenter alone": Options(border=False),
    "without widening": Options(widening=False),
    "the largest piece only": Options(candidates=1),
    "without nearby pieces": Options(nearby=False),
    "without certainty": Options(certainty=False),
    "all steps": Options(),
}


def make(
    kind: str, count: int, seed: int, images: NDArray[np.uint8], labels: list[int]
) -> list[Picture]:
    """Make pictures of a kind."""
    made: list[Picture] = []
    for k in range(count):
        rng = np.random.default_rng([seed, len(kind), k])
        chosen = rng.integers(0, len(images), 3)
        digit, label = images[chosen[0]], labels[chosen[0]]
        if kind == "European 1 and 7":
            digit = kinds.european_digit(label := (1, 7)[k % 2], rng)
        if kind in kinds.REFUSED:
            made.append((kinds.REFUSED[kind](images[chosen], rng), -1))
        else:
            made.append((kinds.READ[kind](digit, rng), label))
    return made


def measure(kind: str, variant: str, pictures: list[Picture]) -> dict[str, object]:
    """Read all pictures of a kind by a variant."""
    options = VARIANTS[variant]
    right = refused = 0
    start = time.process_time()
    for content, label in pictures:
        try:
            right += (ours(content, options) if options else twenty_lines(content)) == label
        except (LenetError, ValueError):  # the twenty lines know no LenetError
            refused += 1
    took = 1000 * (time.process_time() - start) / len(pictures)
    share = refused if kind in kinds.REFUSED else right
    return {
        "kind": kind,
        "variant": variant,
        "n": len(pictures),
        "right": round(share / len(pictures), 4),
        "refused": round(refused / len(pictures), 4),
        "ms": round(took),
    }


def rows(kind: str, variants: list[str], test: bool, count: int) -> list[dict[str, object]]:
    """Make the pictures of a kind once, and try every variant on them."""
    if kind == "real failures":
        with (CASES / "labels.csv").open() as table:
            cases = list(csv.DictReader(table))
        pictures = [((CASES / case["file"]).read_bytes(), int(case["truth"])) for case in cases]
    else:
        digits = data.load("mnist")
        some = digits.test if test else digits.train
        count = max(8, count // 5) if "12 mega" in kind else count
        pictures = make(kind, count, 1 + test, some.images[:, 0].numpy(), some.labels.tolist())
    made = [measure(kind, variant, pictures) for variant in variants]
    print(pd.DataFrame(made).to_string(index=False, header=False), flush=True)
    return made


def main(
    test: Annotated[bool, typer.Option("--test", help="Draw with test digits.")] = False,
    count: Annotated[int, typer.Option(min=1, help="Pictures of a kind.")] = 200,
    jobs: Annotated[int, typer.Option(min=1, help="Kinds at a time.")] = 1,
    variant: Annotated[list[str] | None, typer.Option(help="One of them; repeat it.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="One of them; repeat it.")] = None,
    out: Annotated[Path, typer.Option(help="The table.")] = ROOT / "results" / "photo-steps.csv",
) -> None:
    """Say what each step from a picture to 28×28 is good for."""
    usual = [*kinds.READ, *kinds.REFUSED]
    # Pictures that are not ours to ship, so by name only: the table is the same without them.
    every = [*usual, *(["real failures"] if CASES.is_dir() else [])]
    names, variants = kind or usual, variant or list(VARIANTS)
    if unknown := [*({*names} - {*every}), *({*variants} - {*VARIANTS})]:
        raise LenetError(f"There is no {unknown[0]!r}; choose of {', '.join([*every, *VARIANTS])}.")
    parts = Parallel(n_jobs=jobs)(delayed(rows)(name, variants, test, count) for name in names)
    table = pd.DataFrame([row for part in parts for row in part])
    files.write(out, table.to_csv(index=False).encode())


if __name__ == "__main__":
    run_script(main)
