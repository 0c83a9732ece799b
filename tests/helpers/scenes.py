"""What a made-up picture of a digit shows: paper, pen, lines, light, table; chosen at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Colour = tuple[float, float, float]
PAPERS: dict[str, Colour] = {
    "white": (0.97, 0.97, 0.96),
    "cream": (0.95, 0.90, 0.78),
    "recycled": (0.78, 0.76, 0.71),
    "coloured": (0.70, 0.84, 0.92),
    "blackboard": (0.14, 0.19, 0.17),
}
PENS: dict[str, Colour] = {
    "black": (0.08, 0.08, 0.10),
    "blue": (0.14, 0.20, 0.56),
    "red": (0.75, 0.12, 0.15),
    "green": (0.10, 0.45, 0.25),
    "pencil": (0.40, 0.40, 0.42),
    "chalk": (0.93, 0.93, 0.90),
}
PRINTED: tuple[Colour, ...] = ((0.55, 0.68, 0.88), (0.60, 0.60, 0.62), (0.66, 0.60, 0.80))
TABLES: tuple[Colour, ...] = ((0.42, 0.28, 0.18), (0.20, 0.20, 0.22), (0.62, 0.55, 0.46))
SCREEN: tuple[tuple[Colour, Colour], ...] = (  # ground and ink of programs for drawing
    ((1, 1, 1), (0, 0, 0)),
    ((1, 1, 1), (0.25, 0.28, 0.8)),
    ((1, 1, 1), (0.93, 0.11, 0.14)),
    ((0, 0, 0), (1, 1, 1)),
    ((0.75, 0.75, 0.75), (0.1, 0.1, 0.1)),
    ((1, 0.95, 0.55), (0.2, 0.2, 0.6)),
)


@dataclass(frozen=True)
class Scene:
    """What a picture shows, to sort failures by.

    Attributes:
        height: Of the digit, in pixels of the picture.
        stroke: Width of the pen, in digit heights: 0.005 is a ballpoint's, 0.2 a marker's.
        margins: Empty space above, right, below and left of the digit, in digit heights.
        screen: A drawing program's picture: flat colours, no camera.
        paper, pen: Names in ``PAPERS`` and ``PENS``; without a meaning on a screen.
        lines, line_strength: ``none``, ``ruled`` or ``squared``, and how dark they are printed,
            0–1.
        light: ``even``, ``side`` (one side twice as bright), ``shadow`` or ``dim``.
        table: The page ends in the picture.
        rotation: Degrees.
        quality: JPEG's; 100 stands for PNG.
    """

    height: float
    stroke: float
    margins: tuple[float, float, float, float]
    screen: bool = False
    paper: str = "white"
    pen: str = "black"
    lines: str = "none"
    line_strength: float = 0.5
    light: str = "even"
    table: bool = False
    rotation: float = 0.0
    quality: int = 90
    colours: tuple[Colour, Colour] = SCREEN[0]


def draw_scene(rng: np.random.Generator, sizes: tuple[float, float] = (28, 1000)) -> Scene:
    """Choose everything at random, as it occurs in real pictures.

    ``sizes`` bounds the longer side of the picture in pixels.
    """
    close = rng.random() < 0.7  # a crop of the digit, else a digit somewhere on a page
    if close:
        margins = rng.uniform(0, 0.15, 4) * (rng.random(4) < 0.85)
    else:
        around = 1 / np.exp(rng.uniform(np.log(0.1), np.log(0.6))) - 1
        margins = around * np.clip(rng.uniform(0.1, 0.9, 2), 0.05, 0.95)[[0, 1, 0, 1]]
        margins[2:] = around - margins[:2]
    side = np.exp(rng.uniform(*np.log(sizes)))
    if not close:
        side = max(side, 28 * (1 + margins[0] + margins[2]))
    stroke = float(np.exp(rng.uniform(np.log(0.005), np.log(0.2))))
    height = side / (1 + margins[0] + margins[2])
    stroke = min(max(stroke, 1 / height), 0.2)  # no camera keeps a line of a quarter of a pixel
    where = tuple(float(value) for value in margins)
    quality = int(rng.integers(40, 101))
    if rng.random() < 0.3:
        colours = SCREEN[rng.integers(len(SCREEN))]
        return Scene(height, stroke, where, True, colours=colours, quality=quality)  # type: ignore[arg-type]
    paper = str(rng.choice(list(PAPERS), p=[0.35, 0.2, 0.2, 0.1, 0.15]))
    board = paper == "blackboard"
    lined = "none" if board else str(rng.choice(["none", "ruled", "squared"], p=[0.5, 0.25, 0.25]))
    return Scene(
        height,
        stroke,
        where,  # type: ignore[arg-type]
        paper=paper,
        pen="chalk" if board else str(rng.choice(list(PENS)[:-1])),
        lines=lined,
        line_strength=float(rng.uniform(0.2, 1.0)),
        light=str(rng.choice(["even", "side", "shadow", "dim"], p=[0.4, 0.25, 0.25, 0.1])),
        table=not close and rng.random() < 0.3,
        rotation=float(rng.uniform(-10, 10)),
        quality=quality,
    )
