"""Pictures that never were: real digits as ink on made-up grounds, under made-up light.

Everything is measured in the digit's own height, so that a crop of 28 pixels and a photo of 12
megapixels are one drawing at two sizes. Ink, lines and light multiply, as they do on paper; then
come blur, noise and JPEG. All randomness comes from the generator that is passed in.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.morphology import skeletonize

from helpers.scenes import PAPERS, PENS, PRINTED, TABLES, Scene, draw_scene

Array = NDArray[np.float32]


def photograph(
    digit: NDArray[np.uint8] | None,
    rng: np.random.Generator,
    scene: Scene | None = None,
) -> tuple[bytes, Scene]:
    """Make a picture of one digit.

    Args:
        digit: uint8 28×28, ink 255; None leaves the page empty.
        rng: Decides everything that ``scene`` leaves open.
        scene: What to draw; chosen at random without it.

    Returns:
        A JPEG or PNG file's content, and what is in it.
    """
    scene = scene or draw_scene(rng)
    out, _ = draw(digit, rng, scene)
    if not scene.screen:
        out = camera(rng, out, dim=scene.light == "dim")
    return encode((out.clip(0, 1) * 255).round().astype(np.uint8), scene.quality), scene


def draw(
    digit: NDArray[np.uint8] | None, rng: np.random.Generator, scene: Scene
) -> tuple[Array, Array]:
    """Draw a scene, float32 H×W×3, and where its ink is, float32 H×W; both 0–1."""
    top, right, bottom, left = scene.margins
    strokes = Strokes.of(digit) if digit is not None else None
    aspect = strokes.aspect if strokes else 0.8
    wide, high = aspect + left + right, 1 + top + bottom
    # Drawn no smaller than 3 pixels a stroke's width or 100 in all, then shrunk as a camera does.
    zoom = max(1, int(np.ceil(100 / (scene.height * max(wide, high)))))
    pixel = 1 / scene.height / zoom
    rows, columns = max(8, round(high / pixel / zoom)), max(8, round(wide / pixel / zoom))
    y, x = np.mgrid[: rows * zoom, : columns * zoom].astype(np.float32)
    y, x = (y + 0.5) * pixel - top - 0.5, (x + 0.5) * pixel - left - aspect / 2
    u, v = (x, y) if scene.screen else _seen(rng, x, y, scene.rotation, max(wide, high))
    covered = strokes.ink(u, v, scene.stroke, pixel) if strokes else np.zeros_like(u)
    if scene.screen:
        ground, ink = (np.float32(colour) for colour in scene.colours)
        out = ground + covered[..., None] * (ink - ground)
    else:
        out = _page(rng, u, v, scene, pixel)
        out *= 1 - _flow(rng, covered, scene)[..., None] * (1 - _ratio(scene))
        if scene.table:
            _lay_on_table(rng, out, u, v)
        out *= light(rng, out.shape[:2], scene.light)[..., None]
        out *= rng.uniform((0.92, 0.92, 0.80), (1.0, 0.97, 1.0)).astype(np.float32)  # lamp's colour
    out = out.reshape(rows, zoom, columns, zoom, 3).mean((1, 3))
    return out, covered.reshape(rows, zoom, columns, zoom).mean((1, 3))


def encode(pixels: NDArray[np.uint8], quality: int = 100) -> bytes:
    """Write pixels as JPEG of a quality, or as PNG if that is 100; a file's content."""
    file = io.BytesIO()
    picture = Image.fromarray(pixels)
    picture.save(file, "JPEG", quality=quality) if quality < 100 else picture.save(file, "PNG")
    return file.getvalue()


@dataclass(frozen=True)
class Strokes:
    """A digit without its pen.

    Attributes:
        middle, edge: float32, the distance of each pixel to the strokes' middle and to their edge
            (negative inside the ink), in digit heights, with some space around the digit.
        own: Its own pen's width, in digit heights.
        aspect: How wide the digit is for its height.
        unit: Pixels of the two maps in one digit height.
    """

    middle: Array
    edge: Array
    own: float
    aspect: float
    unit: float

    @staticmethod
    def of(digit: NDArray[np.uint8], zoom: int = 8) -> Strokes:
        """Measure a digit, uint8 28×28, ink 255."""
        rows, columns = np.nonzero(digit > 90)
        cut = digit[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        big = ndimage.zoom(np.pad(cut, 12).astype(np.float32), zoom, order=3)
        mask = ndimage.gaussian_filter(big, zoom * 0.25) > 128
        unit = float(zoom * len(cut))
        middle = ndimage.distance_transform_edt(~skeletonize(mask)) / unit
        edge = ndimage.distance_transform_edt(~mask) - ndimage.distance_transform_edt(mask)
        own = 4 * float(middle[mask].mean())
        aspect = cut.shape[1] / len(cut)
        return Strokes(
            middle.astype(np.float32), (edge / unit).astype(np.float32), own, aspect, unit
        )

    def ink(self, u: Array, v: Array, stroke: float, pixel: float) -> Array:
        """Tell how much of each pixel a pen of a width covers, 0–1; places in digit heights."""
        if stroke > self.own:  # a thicker pen moves the outline out
            distance = self.edge - np.float32((stroke - self.own) / 2)
        else:  # a thinner one runs along the middle, but a loop that was filled stays so
            distance = np.minimum(self.middle - np.float32(stroke / 2), self.edge + 0.9 * self.own)
        half = [side / 2 - 0.5 for side in self.middle.shape]
        place = [v * self.unit + half[0], u * self.unit + half[1]]
        away = ndimage.map_coordinates(distance, place, order=1, mode="nearest")
        return (np.clip(0.5 - away / pixel, 0, 1) * min(1.0, stroke / pixel)).astype(np.float32)


def _seen(
    rng: np.random.Generator, x: Array, y: Array, rotation: float, size: float
) -> tuple[Array, Array]:
    """Tell where on the page each pixel looks: a turned, tilted and slightly bent page."""
    tilt = rng.uniform(-0.15, 0.15, 2) / size
    depth = 1 + tilt[0] * x + tilt[1] * y
    angle = np.deg2rad(rotation)
    u = (np.cos(angle) * x + np.sin(angle) * y) / depth
    v = (np.cos(angle) * y - np.sin(angle) * x) / depth
    v = v + rng.uniform(0, 0.01) * size * np.sin(u / size * rng.uniform(2, 5) + rng.uniform(0, 6))
    return u.astype(np.float32), v.astype(np.float32)


def _page(rng: np.random.Generator, u: Array, v: Array, scene: Scene, pixel: float) -> Array:
    """Draw the empty page, float32 H×W×3."""
    grain = rng.standard_normal(u.shape, dtype=np.float32)
    grain = 0.4 * grain + 2.5 * ndimage.gaussian_filter(grain, 1.5)
    rough = {"recycled": 0.025, "blackboard": 0.03}.get(scene.paper, 0.005)
    out = np.float32(PAPERS[scene.paper]) * (1 + np.float32(rough) * grain)[..., None]
    if scene.paper == "blackboard":  # wiped chalk
        wiped = ndimage.gaussian_filter(rng.standard_normal(u.shape, dtype=np.float32), (6, 20))
        out = out + np.float32(0.4) * np.abs(wiped)[..., None]
    if scene.lines == "none":
        return np.asarray(out, dtype=np.float32)
    spacing = rng.uniform(0.12, 0.7) if scene.lines == "squared" else rng.uniform(0.3, 1.2)
    thin = float(rng.uniform(0.03, 0.06) * spacing)
    covered = _ruled(v, rng.uniform(0, spacing), spacing, thin, pixel)
    if scene.lines == "squared":
        covered = np.maximum(covered, _ruled(u, rng.uniform(0, spacing), spacing, thin, pixel))
    line = np.float32(PRINTED[rng.integers(len(PRINTED))])
    out = out * (1 - np.float32(scene.line_strength) * covered[..., None] * (1 - line))
    return np.asarray(out, dtype=np.float32)


def _ruled(place: Array, first: float, spacing: float, width: float, pixel: float) -> Array:
    """Tell how much of each pixel is covered by lines of a width; all in the same unit."""
    away = np.abs((place - first + spacing / 2) % spacing - spacing / 2)
    part = (width + pixel) / 2 - away
    return np.clip(part / pixel, 0, min(1.0, width / pixel)).astype(np.float32)


def _flow(rng: np.random.Generator, covered: Array, scene: Scene) -> Array:
    """Let the pen's ink vary: by the paper's grain for pencil and chalk, else along the stroke."""
    dry = scene.pen in {"pencil", "chalk"}
    strength = rng.uniform(0.5, 0.9) if dry else rng.uniform(0.7, 1.0)
    grain = rng.standard_normal(covered.shape, dtype=np.float32)
    if dry:
        vary = np.clip(1 + 0.8 * ndimage.gaussian_filter(grain, 0.7), 0.2, 1.2)
    else:
        vary = np.clip(1 + 1.5 * ndimage.gaussian_filter(grain, 4), 0.75, 1.1)
    return np.asarray(np.clip(strength * covered * vary, 0, 1), dtype=np.float32)


def _ratio(scene: Scene) -> Array:
    """Give what full ink multiplies the paper's colour by; above 1 for chalk."""
    pen, paper = (np.asarray(c, np.float32) for c in (PENS[scene.pen], PAPERS[scene.paper]))
    return pen / paper if scene.paper == "blackboard" else pen


def _lay_on_table(rng: np.random.Generator, out: Array, u: Array, v: Array) -> None:
    """Let the page end on one or two sides, and the table be seen there; in place."""
    beyond = np.zeros(u.shape, dtype=bool)
    for side in rng.choice(4, size=rng.integers(1, 3), replace=False):
        place = (u, -u, v, -v)[side]
        beyond |= place > max(1.1, rng.uniform(0.3, 0.95) * float(place.max()))
    across = (1, 25) if rng.random() < 0.5 else (25, 1)
    streaks = ndimage.gaussian_filter(rng.standard_normal(u.shape, dtype=np.float32), across)
    table = np.float32(TABLES[rng.integers(len(TABLES))]) * (1 + 0.6 * streaks)[..., None]
    out[beyond] = table[beyond]
    edge = ndimage.gaussian_filter(beyond.astype(np.float32), 2)  # the page's own shadow
    out *= np.where(beyond, 0.6 + 0.4 * edge, 1)[..., None].astype(np.float32)


def light(rng: np.random.Generator, size: tuple[int, ...], kind: str) -> Array:
    """Light a scene, float32 H×W: evenly, from one side, with shadows of a hand, or dimly."""
    y, x = np.mgrid[-1 : 1 : size[0] * 1j, -1 : 1 : size[1] * 1j].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    slope = {"even": 0.05, "side": 0.35, "shadow": 0.15, "dim": 0.3}[kind]
    out = 1 + rng.uniform(0.3, 1) * slope * (np.cos(turn) * x + np.sin(turn) * y)
    out *= 1 - rng.uniform(0, 0.25) * (x**2 + y**2) / 2  # darker corners
    for _ in range(rng.integers(1, 3) if kind in {"shadow", "dim"} else 0):
        turn, start = rng.uniform(0, 2 * np.pi), rng.uniform(-0.6, 0.6)
        soft, deep = np.exp(rng.uniform(np.log(0.01), np.log(0.4))), rng.uniform(0.15, 0.5)
        inside = np.cos(turn) * x + np.sin(turn) * y - start
        if rng.random() < 0.5:  # a corner, else a straight edge
            inside = np.minimum(inside, np.cos(turn) * y - np.sin(turn) * x + rng.uniform(0, 0.8))
        out *= 1 - deep / (1 + np.exp(np.clip(-inside / soft * 4, -30, 30)))
    bright = rng.uniform(0.2, 0.4) if kind == "dim" else rng.uniform(0.75, 1.0)
    return np.asarray(out / out.max() * bright, dtype=np.float32)


def camera(rng: np.random.Generator, photo: Array, *, dim: bool) -> Array:
    """Blur by focus and sometimes by motion, and add noise; less blur in a small picture."""
    sigma = rng.uniform(0.3, 1.0) * min(1.0, len(photo) / 200)
    photo = ndimage.gaussian_filter(photo, (sigma, sigma, 0))
    if len(photo) > 200 and rng.random() < 0.3:
        photo = ndimage.uniform_filter1d(photo, int(rng.integers(2, 5)), axis=int(rng.integers(2)))
    noise = rng.uniform(0.01, 0.03) if dim else rng.uniform(0.002, 0.015)
    return photo + np.float32(noise) * rng.standard_normal(photo.shape, dtype=np.float32)
