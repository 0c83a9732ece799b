"""Recipes: every setting checked, the named ones as documented, and without torch."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys
from typing import Any

import pandas as pd
import pytest
from helpers.paths import ROOT
from helpers.training import SMALL

from lenet_lib.errors import LenetError
from lenet_lib.models import NETWORKS
from lenet_lib.training import (
    LADDER,
    REACHED,
    RECIPES,
    Distortion,
    Reached,
    get_recipe,
    stretch,
)
from lenet_lib.training.recipe import _RULES, Recipe

SGD = dataclasses.replace(RECIPES["fast"], optimizer="sgd", schedule="cosine", weight_decay=0.0005)
AVERAGED = RECIPES["averaged"]
BEST = RECIPES["best"]


def test_reference_is_the_assignments_recipe() -> None:
    assert RECIPES["reference"].settings() == {
        "name": "reference",
        "epochs": 20,
        "batch_size": 1024,
        "optimizer": "adam",
        "learning_rate": 0.02,
        "schedule": "constant",
        "momentum": 0.9,
        "warmup": 0.3,
        "weight_decay": 0.0,
        "label_smoothing": 0.0,
        "network": "LeNet",
        "distortion": None,
        "corruption": 0.0,
        "recalibrate_bn": False,
        "whitening": False,
        "temperature_scaling": False,
        "swa": 0.0,
        "swa_learning_rate": 0.0,
        "mixed_precision": False,
        "teacher": None,
        "teachers": 1,
        "teacher_temperature": 1.0,
        "cached_augmentations": 1,
    }


def test_recipes_are_frozen_and_looked_up_by_name() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        RECIPES["fast"].epochs = 5  # type: ignore[misc]
    assert get_recipe("fast", epochs=7).epochs == 7
    short = get_recipe("best", epochs=22)
    assert short.epochs == 11 * short.teacher.epochs == 22  # 220 and 20 in full
    with pytest.raises(LenetError, match=r"no recipe .slow.; choose one of .*reference, fast"):
        get_recipe("slow")


def test_recipes_stretch_on_small_data_only() -> None:
    fast = RECIPES["fast"]
    assert stretch(fast, 49_847) == fast
    longer = stretch(fast, 1_197)
    assert stretch(dataclasses.replace(fast, teacher=fast), 1_197).teacher == longer
    assert longer.epochs * 4 == 252  # four batches of up to 384 an epoch
    assert dataclasses.replace(longer, epochs=fast.epochs) == fast


# A wrong value of each kind for every field, and words of the sentence that refuses it.
WRONG: dict[str, list[Any]] = {
    "name": ["", "a b", "../up", "a/b", 3, None],
    "epochs": [0, -1, 2.0, True, "3", None],
    "batch_size": [1, 0, 64.0, False],
    "optimizer": ["sgdd", "SGD", "", None, 1],
    "learning_rate": [0, -0.1, math.inf, math.nan, "0.1", None, True],
    "schedule": ["cos", "onecycle", None],
    "momentum": [1, -0.1, math.nan, "0.9"],
    "warmup": [1.0, -0.1, math.nan, None],
    "weight_decay": [-0.1, math.inf, math.nan, None],
    "label_smoothing": [1, -0.1, math.nan],
    "network": ["Lenet", "ResNet", None],
    "distortion": ["elastic", {"rotation": 8}, 3],
    "corruption": [1, -0.1, math.nan, None],
    "recalibrate_bn": [1, 0, None, "yes"],
    "whitening": [1, 0, None, "yes"],
    "temperature_scaling": [1, 0, None, "yes"],
    "swa": [1.0, -0.1, math.nan],
    "swa_learning_rate": [-0.1, math.inf, math.nan],
    "mixed_precision": [1, None],
    "teacher": ["teacher", {"name": "x"}],
    "teachers": [0, -1, 2.0],
    "teacher_temperature": [0, -1, math.inf, math.nan],
    "cached_augmentations": [0, -1, 2.0],
}


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in WRONG.items() for value in values]
)
def test_a_wrong_value_is_refused_in_one_sentence(field: str, value: object) -> None:
    with pytest.raises(LenetError, match=rf"^A recipe's {field} must be .*, not .*\.$"):
        dataclasses.replace(BEST, **{field: value})


def test_no_field_is_unchecked() -> None:
    assert {*WRONG} == {field.name for field in dataclasses.fields(Recipe)}
    assert {*WRONG} - {*_RULES} == {"distortion", "teacher"}


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_decay_of_adamws_is_no_penalty_of_others(optimizer: str) -> None:
    """With the 0.5 of `fast`, SGD printed 11% after three epochs, and no word of why."""
    with pytest.raises(LenetError, match=rf"at most 0.01 for optimizer {optimizer}, .* not 0.5,"):
        dataclasses.replace(RECIPES["fast"], optimizer=optimizer, schedule="cosine")
    dataclasses.replace(RECIPES["fast"], optimizer=optimizer, weight_decay=0.01)


@pytest.mark.parametrize("field", ["rotation", "scale", "shear", "shift", "alpha", "sigma"])
@pytest.mark.parametrize("value", [-1, math.nan, math.inf, "8", None, True])
def test_a_wrong_bound_of_a_distortion_is_refused(field: str, value: object) -> None:
    with pytest.raises(LenetError, match=rf"^A distortion's {field} must be a .* not .*\.$"):
        Distortion(**{field: value})  # type: ignore[arg-type]


def test_a_distortion_that_turns_an_image_inside_out_is_refused() -> None:
    for wrong in ({"scale": 1.0}, {"sigma": 0.0}):
        with pytest.raises(LenetError, match="A distortion's"):
            Distortion(**wrong)


@pytest.mark.parametrize(
    ("recipe", "change", "words"),
    [
        (SMALL, {"momentum": 0.5}, "momentum is for optimizer sgd only"),
        (SGD, {"warmup": 0.5}, "warmup is for schedule one-cycle only"),
        (SMALL, {"swa_learning_rate": 0.1}, "swa_learning_rate is for averaged weights"),
        (SMALL, {"teacher_temperature": 2.0}, "teacher_temperature is for recipes with a teacher"),
        (BEST, {"teacher": None}, "teachers is for recipes with a teacher"),
        (SMALL, {"teachers": 2}, "teachers is for recipes with a teacher"),
        (SMALL, {"cached_augmentations": 2}, "cached_augmentations is for recipes with a teacher"),
        (AVERAGED, {"swa_learning_rate": 0.0}, "swa needs schedule one-cycle, recalibrate_bn"),
        (AVERAGED, {"schedule": "constant"}, "swa needs schedule one-cycle, recalibrate_bn"),
        (AVERAGED, {"recalibrate_bn": False}, "swa needs schedule one-cycle, recalibrate_bn"),
    ],
)
def test_a_setting_that_would_have_no_effect_is_refused(
    recipe: Recipe, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(LenetError, match=words):
        dataclasses.replace(recipe, **change)


def test_a_recipe_knows_every_network_without_importing_one() -> None:
    for network in NETWORKS:
        dataclasses.replace(SMALL, network=network)
    code = (
        "import sys, lenet_lib.training as t; t.get_recipe('fast'); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


def test_the_digest_is_of_all_settings_and_of_no_name() -> None:
    changes: list[dict[str, Any]] = [
        {"epochs": 4},
        {"learning_rate": 0.02},
        {"weight_decay": 0.1},
        {"label_smoothing": 0.1},
        {"batch_size": 33},
        {"network": "LeNet5"},
        {"distortion": Distortion()},
        {"distortion": Distortion(alpha=19)},
        {"teacher": SMALL},
        {"teacher": dataclasses.replace(SMALL, epochs=4)},
        {"teacher": dataclasses.replace(SMALL, distortion=Distortion())},
    ]
    digests = [dataclasses.replace(SMALL, **change).digest() for change in [{}, *changes]]
    assert len({*digests}) == len(digests)
    assert all(len(digest) == 12 and int(digest, 16) >= 0 for digest in digests)
    other = dataclasses.replace(SMALL, name="other", teacher=SMALL)
    renamed = dataclasses.replace(other, teacher=dataclasses.replace(SMALL, name="third"))
    assert other.digest() == renamed.digest() == digests[9]
    eights = [Distortion(rotation=eight) for eight in (8, 8.0)]
    assert len({dataclasses.replace(SMALL, distortion=d).digest() for d in eights}) == 1


def test_what_is_said_of_the_recipes_is_what_the_study_found() -> None:
    study = pd.read_csv(ROOT / "results" / "study.csv")
    study = study[(study.dataset == "mnist") & (study.train_images == 60_000)]
    found = {}
    for name, recipe in RECIPES.items():
        runs = study[(study.recipe == name) & (study.network == recipe.network)]
        runs = runs[runs.epochs == recipe.epochs]
        if len(runs):
            accuracy = round(100 * runs.accuracy.mean(), 3)
            timed = runs.seconds.notna().any()  # those of a GPU, many at once, are not
            seconds = round(runs.seconds.mean()) if timed else None
            found[name] = Reached(accuracy, len(runs), seconds)
    assert found == REACHED
    former = {"lenet5-cross-entropy"}  # five runs of `lenet5` before it had its paper's loss
    assert {*study.recipe} == {*found} | former


def test_each_variant_adds_one_idea_to_the_one_before() -> None:
    steps = [RECIPES[name] for name in LADDER]
    for recipe in steps[1:3]:
        twin = RECIPES[f"{recipe.name}-recalibrated"]
        assert twin == dataclasses.replace(recipe, name=twin.name, recalibrate_bn=True)
    recalibrated = dataclasses.replace(RECIPES["elastic"], recalibrate_bn=True)
    assert recalibrated.digest() == RECIPES["elastic-recalibrated"].digest()
