"""What people bring: damaged pictures, notebooks, state dicts, soft targets; impossible recipes."""

from __future__ import annotations

import io
import json
import random
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from helpers import kinds, report_samples as samples
from PIL import Image

import lenet_lib
from lenet_lib import data
from lenet_lib.errors import LenetError
from lenet_lib.models import LeNet, load_weights
from lenet_lib.photo import Prediction, load_folder
from lenet_lib.report import build_report, read_settings
from lenet_lib.training import RECIPES, Distortion
from lenet_lib.training.distillation import SoftTargets

from .conftest import Faults

pytestmark = pytest.mark.slow


def one_sentence(error: LenetError) -> None:
    assert str(error).strip() and "\n" not in str(error)


def flipped(content: bytes, chance: random.Random) -> bytes:
    broken = bytearray(content)
    broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
    return bytes(broken)


def truncated(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")


@pytest.mark.parametrize(
    ("harm", "kind"), [(truncated, "picture truncated"), (flipped, "picture with a flipped bit")]
)
def test_damaged_pictures(
    harm: Callable[[bytes, random.Random], bytes],
    kind: str,
    mnist: data.Dataset,
    faults: Faults,
) -> None:
    """One is read for what is left of it, or refused in a sentence."""
    for number in faults.times(120, 12):
        digit = mnist.train.images[number, 0].numpy()
        sound = io.BytesIO()
        drawn = Image.open(io.BytesIO(kinds.screenshot(digit, np.random.default_rng(number))))
        drawn.convert("RGB").save(sound, FORMATS[number % len(FORMATS)])
        try:
            answer = lenet_lib.predict(harm(sound.getvalue(), faults.random))
        except LenetError as error:
            one_sentence(error)
        else:
            assert isinstance(answer, Prediction) and 0 <= answer.digit <= 9
        faults.tried(kind)


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook with a bit of everything."""
    folder = tmp_path_factory.mktemp("notebook")
    html = "<table><tr><th>a</th></tr><tr><td>1</td></tr></table>"
    return samples.write(
        folder / "mine.ipynb",
        samples.markdown("# Title\n\nSome *prose*, $x^2$ and a list:\n\n- one\n- two"),
        samples.code(
            "print(1)",
            samples.stream("1\n"),
            samples.figure(caption="see", alt="a"),
            samples.display(text_html=html, text_plain="a"),
        ),
    )


def report(content: bytes, folder: Path) -> bytes | None:
    """Give the PDF of a notebook's bytes, or None where it was refused in one sentence."""
    path, out = folder / "mine.ipynb", folder / "out.pdf"
    path.write_bytes(content)
    out.unlink(missing_ok=True)
    try:
        with warnings.catch_warnings(action="ignore"):
            settings = read_settings(folder, [path.stem], date="2026-01-02")
            build_report([path], out, settings)
    except LenetError as error:
        one_sentence(error)
        assert not out.exists()
        return None
    return out.read_bytes()


def test_truncated_notebooks(notebook: Path, tmp_path: Path, faults: Faults) -> None:
    sound = notebook.read_bytes().rstrip()
    for _ in faults.times(100, 10):
        assert report(truncated(sound, faults.random), tmp_path) is None
        faults.tried("notebook truncated")


VALUES: tuple[Any, ...] = (None, True, -1, 1e308, "", "x" * 999, "\0", [], [None], {}, {"a": []})


def leaves(node: Any) -> list[tuple[Any, Any]]:
    """List every place in a JSON document, as what holds it and its key."""
    keys = node.keys() if isinstance(node, dict) else range(len(node))
    inside = ((node, key) for key in keys)
    deeper = (leaves(node[key]) for key in keys if isinstance(node[key], dict | list))
    return [*inside, *(place for places in deeper for place in places)]


def test_notebooks_with_wrong_values(notebook: Path, tmp_path: Path, faults: Faults) -> None:
    """Whatever stands in place of any value, there is a PDF or one sentence."""
    for _ in faults.times(150, 4):
        changed = json.loads(notebook.read_text(encoding="utf-8"))
        holder, key = faults.random.choice(leaves(changed))
        holder[key] = faults.random.choice(VALUES)
        pdf = report(json.dumps(changed).encode(), tmp_path)
        assert pdf is None or pdf.startswith(b"%PDF")
        faults.tried("notebook with a wrong value")


def test_truncated_state_dicts(tmp_path: Path, faults: Faults) -> None:
    path = tmp_path / "model.pth"
    torch.save(LeNet().state_dict(), path)
    sound = path.read_bytes()
    for _ in faults.times(100, 10):
        path.write_bytes(truncated(sound, faults.random))
        with pytest.raises(LenetError, match=r"model\.pth") as error:
            load_weights(path)
        one_sentence(error.value)
        faults.tried("state dict truncated")


def test_damaged_soft_targets_are_asked_for_again(
    tmp_path: Path, few: data.Images, faults: Faults
) -> None:
    """A student whose predecessor died half-way gets the answers that an undisturbed one gets."""
    recipe = replace(RECIPES["best"], cached_augmentations=1)
    targets = SoftTargets(
        recipe, few, [LeNet().eval()], torch.autocast("cpu", enabled=False), tmp_path
    )
    images = targets.images(0)
    expected = targets.logits(0, images)
    (path,) = tmp_path.iterdir()
    sound = path.read_bytes()
    for _ in faults.times(100, 10):
        path.write_bytes(truncated(sound, faults.random))
        assert torch.equal(targets.logits(0, images), expected)
        assert path.read_bytes() == sound
        faults.tried("soft targets truncated")


NO_NUMBER: tuple[Any, ...] = (None, "x", [], float("nan"), -1)
WRONG: dict[str, tuple[Any, ...]] = {
    "name": ("", "a/b", "..\\x", None),
    "epochs": (*NO_NUMBER, 0, 1.5, True),
    "batch_size": (*NO_NUMBER, 1, 2.5),
    "optimizer": (None, "SGD", "muon"),
    "learning_rate": (*NO_NUMBER, 0, float("inf"), True),
    "schedule": (None, "linear"),
    "warmup": (*NO_NUMBER, 1),
    "weight_decay": (*NO_NUMBER, float("inf")),
    "label_smoothing": (*NO_NUMBER, 1),
    "network": (None, "lenet", "ResNet"),
    "distortion": (0, {}, "strong"),
    "corruption": (*NO_NUMBER, 1),
    "recalibrate_bn": (None, 1, "yes"),
    "temperature_scaling": (None, 0),
    "swa": (*NO_NUMBER, 1, 0.5),
    "mixed_precision": (None, "bfloat16"),
    "teacher": ("best", 1),
    "teachers": (*NO_NUMBER, 0, 2),
    "teacher_temperature": (*NO_NUMBER, 2.0),
    "cached_augmentations": (*NO_NUMBER, 0, 5),
}
"""Field of the recipe `one-cycle` → what it can't hold, alone or beside the others."""


@pytest.mark.parametrize("field", WRONG)
def test_impossible_recipes(field: str, faults: Faults) -> None:
    for value in WRONG[field]:
        with pytest.raises(LenetError, match=field) as error:
            replace(RECIPES["one-cycle"], **{field: value})
        one_sentence(error.value)
        faults.tried("impossible recipe")


@pytest.mark.parametrize("field", ["rotation", "scale", "shear", "shift", "alpha", "sigma"])
def test_impossible_distortions(field: str, faults: Faults) -> None:
    for value in NO_NUMBER:
        with pytest.raises(LenetError, match=field):
            Distortion(**{field: value})  # type: ignore[arg-type]
        faults.tried("impossible recipe")


def test_damaged_pictures_among_ones_own(
    tmp_path: Path, mnist: data.Dataset, faults: Faults
) -> None:
    """A damaged picture of a folder is named, and nothing is trained on what is left."""
    for number in range(10):
        folder = tmp_path / str(int(mnist.train.labels[number]))
        folder.mkdir(exist_ok=True)
        Image.fromarray(255 - mnist.train.images[number, 0].numpy()).save(folder / f"{number}.png")
    (bad,) = tmp_path.glob("*/0.png")
    for content in (b"", b"not a picture", bad.read_bytes()[:60], b"\x89PNG\r\n\x1a\n"):
        bad.write_bytes(content)
        with pytest.raises(LenetError, match=r"0\.png") as error:
            load_folder(tmp_path)
        one_sentence(error.value)
        faults.tried("damaged picture among one's own")
