"""Read handwritten digits: ``lenet_lib.predict("photo.jpg")``.

Nothing heavy is imported before the first digit is read, so that ``import lenet_lib`` stays quick.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, overload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lenet_lib.photo.steps import Steps

    Pixels: TypeAlias = NDArray[np.generic]
    Source: TypeAlias = str | Path | bytes | NDArray[np.uint8]


def _percent(probability: float) -> str:
    """Round to a tenth of a percent; what is so near 0 or 1 is no certainty."""
    return (
        "<0.1%"
        if probability < 0.0005
        else ">99.9%"
        if probability >= 0.9995
        else f"{probability:.1%}"
    )


@dataclass(frozen=True)
class Prediction:
    """What is read in one picture.

    Attributes:
        digit, confidence: The likeliest digit, 0–9, and its probability, 0–1; see
            :meth:`Classifier.probabilities`.
        runner_up, runner_up_confidence: The second likeliest, and its probability.
    """

    digit: int
    confidence: float
    runner_up: int
    runner_up_confidence: float

    @staticmethod
    def of(row: NDArray[np.float64]) -> Prediction:
        """Sum ten probabilities up: the likeliest digit and the second."""
        second, first = (int(i) for i in row.argsort(kind="stable")[-2:])
        return Prediction(first, float(row[first]), second, float(row[second]))

    def __str__(self) -> str:
        """Say it in words, with a warning where it is likelier wrong than right."""
        first, second = _percent(self.confidence), _percent(self.runner_up_confidence)
        said = f"{self.digit} ({first}), else {self.runner_up} ({second})"
        return said if self.confidence >= 0.5 else f"{said}; perhaps no digit"

    def as_json(self) -> dict[str, int | float]:
        """Give the four numbers by name."""
        return asdict(self)


class Classifier:
    """LeNet with trained weights, and the verifier that doubts what is no digit.

    Args:
        weights: A ``.safetensors`` file, or a state dict saved as ``.pth`` or ``.pt``; the released
            weights without it. A safetensors file's metadata may name a ``temperature`` that its
            logits are divided by, fitted on writers that the network was not trained on.

    Raises:
        LenetError: The file can't be used, or was trained on something else than digits.
    """

    def __init__(self, weights: str | Path | None = None) -> None:
        from lenet_lib.errors import LenetError
        from lenet_lib.models import WEIGHTS, load_weights, read_metadata

        path = Path(weights) if weights else WEIGHTS
        self.model = load_weights(path)
        facts = read_metadata(path)
        dataset = facts.get("dataset", "mnist")
        if dataset in {"fashion-mnist", "kmnist"}:
            raise LenetError(f"{path} was trained on {dataset}, so it can't read digits.")
        temperature = facts.get("temperature", 1.0)
        if not isinstance(temperature, int | float) or not temperature > 0:
            raise LenetError(f"{path} names the temperature {temperature!r}, no number above 0.")
        self.temperature = float(temperature)

    def probabilities(self, images: Pixels) -> NDArray[np.float64]:
        """Read prepared images.

        Args:
            images: uint8 N×28×28 or N×1×28×28, ink 255 on paper 0, as MNIST has them.

        Returns:
            float64 N×10: LeNet's calibrated probability of each digit times the square of the
            verifier's, so that only what both see is sure. What a row lacks of 1 is *something
            else*. (The verifier has seen other pens and European ones and LeNet has not: on
            pictures of training digits the square was wrong a third less often than the first
            power, and a higher one hardly less.)
        """
        import numpy as np
        import torch

        from lenet_lib.models import predict_logits, softmax
        from lenet_lib.photo.verifier import opinions

        pixels = np.asarray(images).astype(np.uint8).reshape(-1, 1, 28, 28)
        if not len(pixels):
            return np.empty((0, 10))
        lenet = softmax(predict_logits(self.model, torch.from_numpy(pixels)), self.temperature)
        return lenet * opinions(pixels)[:, :10] ** 2

    def read(self, images: Pixels) -> list[Prediction]:
        """Read prepared images (see :meth:`probabilities`), one :class:`Prediction` each."""
        return [Prediction.of(row) for row in self.probabilities(images)]

    def explain(self, source: Source) -> tuple[Steps, NDArray[np.float64]]:
        """Take one picture all the way: its steps to 28×28, and its ten probabilities.

        Raises:
            LenetError: The file can't be read, or there is not exactly one digit in it.
        """
        from lenet_lib.photo.steps import explain

        steps = explain(source)
        return steps, self.probabilities(steps.digit[None])[0]


@cache
def default_classifier() -> Classifier:
    """Give the classifier with the released weights, loaded once."""
    return Classifier()


@overload
def predict(source: str | Path | bytes, *, classifier: Classifier | None = None) -> Prediction: ...


@overload
def predict(
    source: list[str | Path | bytes] | list[str] | list[Path] | list[bytes],
    *,
    classifier: Classifier | None = None,
) -> list[Prediction]: ...


@overload
def predict(
    source: Pixels, *, classifier: Classifier | None = None
) -> Prediction | list[Prediction]: ...


def predict(source: Any, *, classifier: Classifier | None = None) -> Prediction | list[Prediction]:
    """Read a handwritten digit, or many.

    Args:
        source: - a picture file, or its content as bytes: one digit, anywhere in it; - a list of
            those; - the pixels of one picture, uint8 H×W or H×W×3; - prepared images, uint8 N×28×28
            or N×1×28×28, ink 255 on paper 0: read as they are.
        classifier: Another network; the released weights without it.

    Returns:
        One for a picture, a list for several.

    Raises:
        LenetError: A file can't be read, or there is not exactly one digit in a picture.
    """
    import numpy as np

    reader = classifier or default_classifier()
    if isinstance(source, list | tuple):
        return [Prediction.of(reader.explain(one)[1]) for one in source]
    if isinstance(source, str | Path | bytes):
        return Prediction.of(reader.explain(source)[1])
    pixels = _as_bytes(np.asarray(source))
    if pixels.ndim >= 3 and pixels.shape[-2:] == (28, 28):
        return reader.read(pixels)
    return Prediction.of(reader.explain(pixels)[1])


def _as_bytes(pixels: Pixels) -> NDArray[np.uint8]:
    """Check that pixels are a picture or prepared images; 0–1 becomes 0–255."""
    import numpy as np

    from lenet_lib.errors import LenetError

    shape = pixels.shape
    picture = pixels.ndim == 2 or (pixels.ndim == 3 and shape[2] == 3)
    prepared = shape[-2:] == (28, 28) and (pixels.ndim == 3 or (pixels.ndim == 4 and shape[1] == 1))
    if not (picture or prepared):
        raise LenetError(
            f"Pixels of shape {'×'.join(map(str, shape)) or 'nothing'} are no picture (H×W, H×W×3) "
            f"and no prepared images (N×28×28, N×1×28×28)."
        )
    if pixels.dtype == np.uint8:
        return np.asarray(pixels, dtype=np.uint8)
    real = np.asarray(pixels, dtype=np.float64) if pixels.dtype.kind in "buif" else np.array(np.nan)
    if not np.isfinite(real).all() or (real.size and (real.min() < 0 or real.max() > 255)):
        raise LenetError("Pixels are numbers from 0 to 255, or fractions from 0 to 1.")
    fractions = pixels.dtype.kind in "bf" and (not real.size or real.max() <= 1)
    return np.asarray(np.rint(real * 255 if fractions else real), dtype=np.uint8)
