"""The digest of the code changes with what is computed, and with nothing else."""

from __future__ import annotations

import dataclasses
import importlib.util
import inspect
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest
from helpers.training import SMALL

from lenet_lib.models import NETWORKS, lenet, vgg
from lenet_lib.training import RECIPES, code_digest, provenance
from lenet_lib.training.schedule import make_optimizer


def edited(
    module: ModuleType, folder: Path, monkeypatch: pytest.MonkeyPatch, *changes: tuple[str, str]
) -> ModuleType:
    """Import a module whose source has been changed."""
    source = inspect.getsource(module)
    for old, new in changes:
        assert old in source
        source = source.replace(old, new)
    name = f"edited_{len(list(folder.iterdir()))}"
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    assert spec is not None and spec.loader is not None
    changed = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, changed)
    spec.loader.exec_module(changed)
    return changed


def test_another_activation_function_is_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = code_digest(SMALL)
    same = edited(lenet, tmp_path, monkeypatch, ("62,018 parameters", "many parameters"))
    monkeypatch.setitem(NETWORKS, "LeNet", same.LeNet)
    assert code_digest(SMALL) == before
    moved = (
        "        x = self.conv2(x)",
        "\n        # the second block\n        x = self.conv2( x )",
    )
    layout = edited(lenet, tmp_path, monkeypatch, moved)
    monkeypatch.setitem(NETWORKS, "LeNet", layout.LeNet)
    assert code_digest(SMALL) == before
    tanh = edited(lenet, tmp_path, monkeypatch, ("nn.ReLU()", "nn.Tanh()"))
    monkeypatch.setitem(NETWORKS, "LeNet", tanh.LeNet)
    assert code_digest(SMALL) != before


def test_a_class_is_known_with_what_it_is_built_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = []
    for changes in ([], [("nn.ReLU()", "nn.Tanh()")]):
        base = edited(lenet, tmp_path, monkeypatch, *changes)
        kind = type("Mine", (base.LeNet,), {"__module__": base.__name__})
        monkeypatch.setitem(NETWORKS, "LeNet", kind)
        digests.append(code_digest(SMALL))
    assert digests[0] != digests[1]


def test_what_a_network_imports_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A student's own activation function, in a file of its own, which imports another."""
    imports = "from torch import Tensor, nn"
    digests = []
    for factor in (1, 2):
        for name, source in (
            ("inner", f"FACTOR = {factor}"),
            ("outer", "from .inner import FACTOR\ndef mine(x): return FACTOR * x"),
        ):
            module = ModuleType(f"lenet_lib.models.{name}")
            path = tmp_path / f"{name}_{factor}.py"
            path.write_text(source, encoding="utf-8")
            module.__file__, module.__package__ = str(path), "lenet_lib.models"
            monkeypatch.setitem(sys.modules, module.__name__, module)
            exec(source, module.__dict__)
        change = (imports, f"{imports}\nfrom lenet_lib.models.outer import mine")
        network = edited(lenet, tmp_path, monkeypatch, change)
        monkeypatch.setitem(NETWORKS, "LeNet", network.LeNet)
        digests.append(code_digest(SMALL))
    assert digests[0] != digests[1]


def test_a_teachers_network_counts_and_another_one_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, best = code_digest(SMALL), code_digest(RECIPES["best"])
    assert plain != best != code_digest(dataclasses.replace(SMALL, network="SmallVGG"))
    wider = edited(vgg, tmp_path, monkeypatch, ("(16, 16)", "(24, 24)"))
    monkeypatch.setitem(NETWORKS, "SmallVGG", wider.SmallVGG)
    assert code_digest(SMALL) == plain
    assert code_digest(RECIPES["best"]) != best


@pytest.mark.parametrize("name", provenance.TRAINING)
def test_the_trainings_own_modules_count(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, module = code_digest(SMALL), sys.modules[name]
    other = ModuleType(name)
    source = inspect.getsource(module)
    (tmp_path / "other.py").write_text(f"{source}\n\nANOTHER = 1\n", encoding="utf-8")
    other.__file__ = str(tmp_path / "other.py")
    monkeypatch.setitem(sys.modules, name, other)
    assert code_digest(SMALL) != before


def test_settings_do_not_count_and_it_is_cheap() -> None:
    assert make_optimizer is not None  # imported: the first call below does not import torch
    start = time.process_time()
    assert code_digest(dataclasses.replace(SMALL, epochs=9)) == code_digest(SMALL)
    assert time.process_time() - start < 2
