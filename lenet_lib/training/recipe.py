"""How a network is trained: frozen, printable settings, each of them checked; without torch."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, NamedTuple, get_args

from lenet_lib.errors import LenetError

Optimizer = Literal["adam", "adamw", "sgd"]
Schedule = Literal["constant", "one-cycle", "cosine", "step"]
Network = Literal[
    "LeNet", "LeNet5", "SmallVGG", "MLP", "LeNetNoBatchNorm", "LeNetDropout", "LeNetSigmoid",
    "LeNetTanh", "LeNetQuarter", "LeNet1x1",
]  # fmt: skip
"""The names in :data:`lenet_lib.models.NETWORKS`, which needs torch."""


STRONGEST_PENALTY = 0.01
"""Far above what is usual; recipe ``fast``'s decay, 0.5, as a penalty of SGD's unlearns all."""


class _Rule(NamedTuple):
    """What a field may hold: its type, a condition, and both in words."""

    kind: type
    holds: Callable[[Any], bool]
    words: str


_NOT_NEGATIVE = _Rule(float, lambda x: 0 <= x < math.inf, "a finite number, 0 or more")
_POSITIVE = _Rule(float, lambda x: 0 < x < math.inf, "a finite number above 0")
_SHARE = _Rule(float, lambda x: 0 <= x < 1, "a number from 0 to below 1")
_SWITCH = _Rule(bool, lambda _: True, "True or False")


def _at_least(least: int) -> _Rule:
    return _Rule(int, lambda x: x >= least, f"a whole number, at least {least}")


def _one_of(names: object) -> _Rule:
    return _Rule(str, lambda x: x in get_args(names), f"one of {', '.join(get_args(names))}")


def _check(owner: str, values: Mapping[str, Any], rules: Mapping[str, _Rule]) -> None:
    for field, (kind, holds, words) in rules.items():
        value = values[field]
        # True is an int to Python, and an int is as good as a float here.
        typed = type(value) in (int, float) if kind is float else type(value) is kind
        if not (typed and holds(value)):
            raise LenetError(f"A {owner}'s {field} must be {words}, not {value!r}.")


@dataclass(frozen=True)
class Distortion:
    """How far a digit may be distorted; every amount is drawn uniformly from ± the bound.

    Attributes:
        rotation: Largest turn, in degrees, 0 or more.
        scale: Largest change of width and of height, each for itself, as a fraction, 0 to below 1.
        shear: Largest horizontal shear, pixels across per pixel down, 0 or more.
        shift: Largest shift down or across, in pixels, 0 or more.
        alpha, sigma: Strength (0 or more) and smoothness (in pixels, above 0) of the elastic field.
            Simard et al. 2003 have 34 and 4; by default it is gentler. ``alpha`` 0 leaves it out.

    Raises:
        LenetError: A bound is no such number.
    """

    rotation: float = 10.0
    scale: float = 0.1
    shear: float = 0.15
    shift: float = 1.5
    alpha: float = 20.0
    sigma: float = 4.0

    def __post_init__(self) -> None:
        others = dict.fromkeys(("rotation", "shear", "shift", "alpha"), _NOT_NEGATIVE)
        _check("distortion", vars(self), {**others, "scale": _SHARE, "sigma": _POSITIVE})


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run but the data, the seed, the code and the machine.

    Attributes:
        name: Stands in tables and in names of folders: letters, digits and ``. _ + = -``.
        epochs: Passes over the training set, 1 or more; the weights after the last one are the
            result.
        batch_size: Images per step, 2 or more.
        optimizer: ``adam`` (Kingma & Ba 2015), ``adamw`` (Loshchilov & Hutter 2019), or ``sgd``:
            stochastic gradient descent with Nesterov's momentum (Sutskever et al. 2013).
        learning_rate: The constant rate, or the peak of the schedule, above 0.
        schedule: ``constant``; ``one-cycle`` (Smith & Topin 2018): up over the first ``warmup`` of
            the steps, down to nothing by the last; ``cosine`` (Loshchilov & Hutter 2017, without
            restarts): half a cosine from the rate down to nothing; ``step`` (as in He et al. 2016):
            a tenth of the rate after half of the steps, a hundredth after three quarters.
        momentum: Share of the last step that the next one keeps, 0 to below 1; for ``sgd`` only.
            (Adam's β₁ is 0.9, and ``one-cycle`` moves it.)
        warmup: Fraction of the steps spent rising, 0 to below 1; for ``one-cycle`` only.
        weight_decay: For ``adamw`` decoupled, per unit of learning rate, 0 or more; for the others
            an L2 penalty, 0 to 0.01: the decays that suit ``adamw`` would leave them nothing.
        label_smoothing: Probability mass taken from the true class and spread over all ten, 0 to
            below 1.
        network: What is trained: a name of :data:`lenet_lib.models.NETWORKS`.
        distortion: Bounds of the random distortion of every image in every epoch; None leaves
            images alone.
        corruption: Share of the images in every epoch, 0 to below 1, that are also corrupted, each
            in one of the ways of :mod:`lenet_lib.training.corruption`; a teacher sees them
            uncorrupted.
        recalibrate_bn: Whether batch normalisation's means and variances are estimated anew, after
            the last epoch, on the training images as they are: distorted ones, seen during
            training, have others, and are not what the network will read (cf. Touvron et al. 2019).
        whitening: Whether the first convolution is set to whitening kernels of the training images
            and not trained (Jordan 2024, see :mod:`lenet_lib.training.whitening`); for networks
            that begin as ``LeNet`` does only.
        temperature_scaling: Whether the logits are divided, after the last epoch, by the
            temperature with the least loss on the training images (Guo et al. 2017), which is
            folded into the last layer and changes no prediction; for networks with a linear last
            layer only.
        swa: Share of the epochs, at the end, in which the rate stays at ``swa_learning_rate``; the
            result is then the mean of the weights at those epochs' ends (stochastic weight
            averaging, Izmailov et al. 2018), 0 to below 1. It needs ``one-cycle``, and
            ``recalibrate_bn``, since a mean of weights has no statistics of its own.
        swa_learning_rate: Where the one-cycle schedule ends and the rate stays, above 0; for
            ``swa`` only.
        mixed_precision: Whether a step computes in bfloat16 on a CPU with instructions for it;
            weights, optimiser and everything after training are float32 (Micikevicius et al. 2018).
        teacher: Settings of networks that are trained first, on the same images: the soft targets
            of their mean logits stand in for the labels (distillation, Hinton, Vinyals & Dean
            2015).
        teachers: How many they are, 1 or more, of seeds 0, 1 and so on: the same ones for all
            students. For ``teacher`` only.
        teacher_temperature: What the logits of both are divided by before the softmax that compares
            them, above 0; for ``teacher`` only.
        cached_augmentations: How many distorted copies of each image there are, 1 or more, the same
            for all students; a later epoch goes through one of them again, and no teacher is asked
            twice. For ``teacher`` only.

    Raises:
        LenetError: A field does not hold what is said here, or would have no effect in this
            combination.
    """

    name: str
    epochs: int
    batch_size: int
    optimizer: Optimizer
    learning_rate: float
    schedule: Schedule = "constant"
    momentum: float = 0.9
    warmup: float = 0.3
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    network: Network = "LeNet"
    distortion: Distortion | None = None
    corruption: float = 0.0
    recalibrate_bn: bool = False
    whitening: bool = False
    temperature_scaling: bool = False
    swa: float = 0.0
    swa_learning_rate: float = 0.0
    mixed_precision: bool = False
    teacher: Recipe | None = None
    teachers: int = 1
    teacher_temperature: float = 1.0
    cached_augmentations: int = 1

    def __post_init__(self) -> None:
        _check("recipe", vars(self), _RULES)
        for field, kind in {"distortion": Distortion, "teacher": Recipe}.items():
            value = getattr(self, field)
            if not (value is None or isinstance(value, kind)):
                raise LenetError(
                    f"A recipe's {field} must be a {kind.__name__} or None, not {value!r}."
                )
        if self.optimizer != "adamw" and self.weight_decay > STRONGEST_PENALTY:
            raise LenetError(
                f"A recipe's weight_decay must be at most {STRONGEST_PENALTY} for optimizer "
                f"{self.optimizer}, whose L2 penalty it is, not {self.weight_decay}, which is of "
                f"adamw's measure; set both, say weight_decay 0.0005."
            )
        for field in self.unused():
            default = type(self).__dataclass_fields__[field].default
            if getattr(self, field) != default:
                raise LenetError(
                    f"A recipe's {field} is for {_ONLY_FOR[field][1]} only; here it must stay "
                    f"{default}."
                )
        if self.swa and not (
            self.schedule == "one-cycle" and self.recalibrate_bn and self.swa_learning_rate
        ):
            raise LenetError(
                "A recipe's swa needs schedule one-cycle, recalibrate_bn and a swa_learning_rate "
                "above 0."
            )

    @property
    def cycle_epochs(self) -> int:
        """Epochs of the schedule itself, at least 1; those that follow are averaged."""
        return self.epochs - int(self.epochs * self.swa)

    def unused(self) -> list[str]:
        """List the settings without effect, given the others: they stay at their defaults."""
        return [field for field, (applies, _) in _ONLY_FOR.items() if not applies(self)]

    def settings(self) -> dict[str, Any]:
        """Give all settings as a plain dictionary, for ``config.json``."""
        return asdict(self)

    def digest(self) -> str:
        """Give 12 hexadecimal digits of all settings, the teacher's included, but for the names.

        What has its default value is left out, so that a new setting changes no old digest; the
        default of a setting must therefore stay what it is.
        """
        text = json.dumps(_chosen(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def _chosen(settings: Recipe | Distortion) -> dict[str, Any]:
    """List what differs from its default, but for the name; 8 and 8.0 are the same number."""
    chosen: dict[str, Any] = {}
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.name != "name" and value != field.default:
            inner = isinstance(value, Recipe | Distortion)
            same = float(value) if type(value) is int else value
            chosen[field.name] = _chosen(value) if inner else same
    return chosen


_WORD = _Rule(
    str, lambda x: bool(re.fullmatch(r"[\w.+=-]+", x)), "a word of letters, digits and . _ + = -"
)
_RULES = {
    "name": _WORD,
    "batch_size": _at_least(2),
    "optimizer": _one_of(Optimizer),
    "schedule": _one_of(Schedule),
    "network": _one_of(Network),
    **dict.fromkeys(("epochs", "teachers", "cached_augmentations"), _at_least(1)),
    **dict.fromkeys(("learning_rate", "teacher_temperature"), _POSITIVE),
    **dict.fromkeys(("weight_decay", "swa_learning_rate"), _NOT_NEGATIVE),
    **dict.fromkeys(("momentum", "warmup", "label_smoothing", "corruption", "swa"), _SHARE),
    **dict.fromkeys(("recalibrate_bn", "whitening"), _SWITCH),
    **dict.fromkeys(("temperature_scaling", "mixed_precision"), _SWITCH),
}

BEGINS_AS_LENET = ("LeNet", "LeNetNoBatchNorm", "LeNetDropout", "LeNetSigmoid", "LeNetTanh")

_ONLY_FOR: dict[str, tuple[Callable[[Recipe], bool], str]] = {
    "whitening": (lambda recipe: recipe.network in BEGINS_AS_LENET, "what begins as LeNet does"),
    "temperature_scaling": (lambda recipe: recipe.network != "LeNet5", "a linear last layer"),
    "momentum": (lambda recipe: recipe.optimizer == "sgd", "optimizer sgd"),
    "warmup": (lambda recipe: recipe.schedule == "one-cycle", "schedule one-cycle"),
    "swa_learning_rate": (lambda recipe: recipe.swa > 0, "averaged weights (swa above 0)"),
    **dict.fromkeys(
        ("teachers", "teacher_temperature", "cached_augmentations"),
        (lambda recipe: recipe.teacher is not None, "recipes with a teacher"),
    ),
}
"""Field → when it has an effect, and the same in words."""
