"""Where is the ink? A small network answers for every pixel of a picture.

A U-Net (Ronneberger et al. 2015) that was trained on made-up pictures only
(``scripts/train_segmenter.py``): of these one knows where the ink is.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from lenet_lib.photo.ink import Ink, border

SIDE = 384
"""Longer side of the picture that the network sees, in pixels."""

WIDTHS = (24, 32, 48, 64, 96)
"""Maps at a half of the side, a quarter, and so on."""

EDGE, SURE = 0.3, 0.9
"""What is likelier ink than the first is a stroke, if it is somewhere likelier than the second."""

WEIGHTS = Path(__file__).parents[1] / "weights" / "segmenter.safetensors"


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Module:
    """Convolve 3×3, normalise, and cut off below 0."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class Segmenter(nn.Module):
    """A U-Net of 438,905 parameters.

    Five times the side is halved, so that a pixel of the last map sees the whole picture; on the
    way back each map is enlarged and joined by what was seen at its size.

    Takes float32 N×3×H×W in 0–1, H and W divisible by 32, and gives logits of ink, N×H×W.
    """

    def __init__(self) -> None:
        super().__init__()
        pairs = list(zip((3, *WIDTHS[:-1]), WIDTHS, strict=True))
        self.down = nn.ModuleList(nn.Sequential(_block(a, b, 2), _block(b, b)) for a, b in pairs)
        self.up = nn.ModuleList(_block(a + b, max(a, 8)) for a, b in reversed(pairs))
        self.last = nn.Sequential(_block(8, 8), nn.Conv2d(8, 1, 1))

    def forward(self, pictures: Tensor) -> Tensor:
        """Give the logits of ink, N×H×W."""
        seen = [2 * pictures - 1]
        for down in self.down:
            seen.append(down(seen[-1]))
        out = seen.pop()
        for up in self.up:
            larger = nn.functional.interpolate(out, scale_factor=2, mode="bilinear")
            out = up(torch.cat([larger, seen.pop()], 1))
        return Tensor(self.last(out)[:, 0])


def to_square(image: Image.Image) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Bring a picture to the network's size.

    Returns:
        uint8 S×S×3, beside and below the picture of its border's colour; and its height and width
        there.
    """
    zoom = SIDE / max(image.size)
    width, height = (max(1, round(side * zoom)) for side in image.size)
    small = image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC, reducing_gap=3)
    pixels = np.asarray(small)
    out = np.empty((SIDE, SIDE, 3), dtype=np.uint8)
    out[:] = np.median(border(pixels), axis=0)
    out[:height, :width] = pixels
    return out, (height, width)


@cache
def load_segmenter() -> Segmenter:
    """Load the committed weights, once."""
    from safetensors.torch import load_file

    segmenter = Segmenter()
    segmenter.load_state_dict(load_file(WEIGHTS))
    return segmenter.eval()


def by_segmenter(picture: NDArray[np.uint8]) -> Ink:
    """Ask the network for the ink of a picture, uint8 H×W×3."""
    square, (height, width) = to_square(Image.fromarray(picture))
    pixels = torch.from_numpy(square).permute(2, 0, 1)[None].float() / 255
    with torch.inference_mode():
        chances = torch.sigmoid(load_segmenter()(pixels))[:, None, :height, :width]
        full = nn.functional.interpolate(chances, size=picture.shape[:2], mode="bilinear")
    return Ink(full[0, 0].numpy(), EDGE, SURE)
