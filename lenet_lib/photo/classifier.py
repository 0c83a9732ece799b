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
    from torch import nn

    Pixels: TypeAlias = NDArray[np.generic]


@dataclass(frozen=True)
class Reading:
    """What the network reads in one picture.

    Attributes
    ----------
    digit, confidence
        The likeliest digit, 0–9, and its calibrated probability, 0–1.
    runner_up, runner_up_confidence
        The second likeliest, and its probability.
    """

    digit: int
    confidence: float
    runner_up: int
    runner_up_confidence: float

    def __str__(self) -> str:
        return (
            f"{self.digit} ({100 * self.confidence:.1f} %), else {self.runner_up} "
            f"({100 * self.runner_up_confidence:.1f} %)"
        )

    def as_json(self) -> dict[str, int | float]:
        """Give the four numbers by name."""
        return asdict(self)


class Reader:
    """A trained network, and the temperature that its logits are divided by.

    Parameters
    ----------
    weights
        A safetensors file; the committed weights without it. Its facts may name a
        ``temperature``, fitted on writers that the network was not trained on.

    Raises
    ------
    LenetError
        The file can't be used, or was trained on something else than digits.
    """

    def __init__(self, weights: str | Path | None = None) -> None:
        from lenet_lib.errors import LenetError
        from lenet_lib.models import WEIGHTS, load_weights, read_metadata

        path = Path(weights) if weights else WEIGHTS
        self.model: nn.Module = load_weights(path)
        facts = read_metadata(path)
        if (dataset := facts.get("dataset", "mnist")) not in {"mnist", "digits"}:
            raise LenetError(f"{path} was trained on {dataset}, so it can't read digits.")
        temperature = facts.get("temperature", 1.0)
        if not isinstance(temperature, int | float) or not temperature > 0:
            raise LenetError(f"{path} names the temperature {temperature!r}, no number above 0.")
        self.temperature = float(temperature)

    def probabilities(self, images: Pixels) -> NDArray[np.float64]:
        """Read prepared images.

        Parameters
        ----------
        images
            uint8 N×28×28 or N×1×28×28, ink 255 on paper 0, as MNIST has them.

        Returns
        -------
        NDArray
            float64 N×10, each row adding up to 1.
        """
        import numpy as np
        import torch

        from lenet_lib.models import predict_logits, softmax

        batch = torch.from_numpy(np.array(images, dtype=np.uint8).reshape(-1, 1, 28, 28))
        if not len(batch):
            return np.empty((0, 10))
        return softmax(predict_logits(self.model, batch), self.temperature)

    def read(self, images: Pixels) -> list[Reading]:
        """Read prepared images (see :meth:`probabilities`), one :class:`Reading` each."""
        return [reading_of(row) for row in self.probabilities(images)]


def reading_of(row: NDArray[np.float64]) -> Reading:
    """Sum ten probabilities up: the likeliest digit and the second."""
    second, first = (int(i) for i in row.argsort(kind="stable")[-2:])
    return Reading(first, float(row[first]), second, float(row[second]))


@cache
def default_reader() -> Reader:
    """Give the reader with the committed weights, loaded once."""
    return Reader()


@overload
def predict(source: str | Path | bytes, *, reader: Reader | None = None) -> Reading: ...


@overload
def predict(
    source: list[str | Path | bytes] | list[str] | list[Path] | list[bytes],
    *,
    reader: Reader | None = None,
) -> list[Reading]: ...


@overload
def predict(source: Pixels, *, reader: Reader | None = None) -> Reading | list[Reading]: ...


def predict(source: Any, *, reader: Reader | None = None) -> Reading | list[Reading]:
    """Read a handwritten digit, or many.

    Parameters
    ----------
    source
        - a picture file, or its content as bytes: one digit, anywhere in it;
        - a list of those;
        - the pixels of one picture, uint8 H×W or H×W×3;
        - prepared images, uint8 N×28×28 or N×1×28×28, ink 255 on paper 0: read as they are.
    reader
        Another network; the committed weights without it.

    Returns
    -------
    Reading or list of Reading
        One for a picture, a list for several.

    Raises
    ------
    LenetError
        A file can't be read, or there is not exactly one digit in a picture.

    Examples
    --------
    >>> lenet_lib.predict("seven.jpg")  # doctest: +SKIP
    Reading(digit=7, confidence=0.998, runner_up=1, runner_up_confidence=0.001)
    """
    import numpy as np

    from lenet_lib.photo import prepare

    reader = reader or default_reader()
    if isinstance(source, str | Path | bytes):
        return reader.read(prepare(source)[None])[0]
    if isinstance(source, list | tuple):
        prepared = [prepare(one) for one in source]
        return reader.read(np.stack(prepared)) if prepared else []
    pixels = _as_bytes(np.asarray(source))
    if pixels.ndim >= 3 and pixels.shape[-2:] == (28, 28):
        return reader.read(pixels)
    return reader.read(prepare(pixels)[None])[0]


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
