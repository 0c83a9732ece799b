"""Checkpoints: of this very run, or refused in one sentence."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from helpers.training import CPU, SMALL, same

from lenet_lib.data import Images
from lenet_lib.errors import LenetError
from lenet_lib.training import fit, loop


def test_a_foreign_checkpoint_is_refused(few: Images, tmp_path: Path) -> None:
    file = tmp_path / "checkpoint.pt"
    fit(SMALL, few, seed=0, device=CPU, checkpoint=file)
    with pytest.raises(LenetError, match="another recipe, seed or code"):
        fit(SMALL, few, seed=1, device=CPU, checkpoint=file)
    file.write_bytes(file.read_bytes()[:500])
    with pytest.raises(LenetError, match="no usable checkpoint"):
        fit(SMALL, few, seed=0, device=CPU, checkpoint=file)


def test_a_checkpoint_of_other_code_is_refused(
    few: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "checkpoint.pt"
    finished = fit(SMALL, few, device=CPU, checkpoint=file)
    assert same(fit(SMALL, few, device=CPU, checkpoint=file).model, finished.model)
    monkeypatch.setattr(loop, "code_digest", lambda _: "0123456789ab")
    with pytest.raises(LenetError, match="another recipe, seed or code"):
        fit(SMALL, few, device=CPU, checkpoint=file)


def test_a_checkpoint_of_the_first_version_is_refused(few: Images, tmp_path: Path) -> None:
    """It names settings that are now called otherwise, and no code."""
    file = tmp_path / "checkpoint.pt"
    settings = dataclasses.asdict(SMALL)
    settings["clean_statistics"] = settings.pop("recalibrate_bn")
    settings["copies"] = settings.pop("cached_augmentations")
    torch.save({"recipe": settings, "seed": 0, "model": {}, "history": []}, file)
    with pytest.raises(LenetError, match="another recipe, seed or code"):
        fit(SMALL, few, device=CPU, checkpoint=file)
    torch.save([1, 2, 3], file)
    with pytest.raises(LenetError, match="no usable checkpoint"):
        fit(SMALL, few, device=CPU, checkpoint=file)
