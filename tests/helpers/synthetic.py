"""Photos that never were: a real test digit as ink on synthetic paper, seen by a synthetic phone.

A page is described in millimetres and looked at through a homography, so that lines, ink and the
page's edge share one perspective. Ink, lines and light multiply, as they do on paper; then come
blur, noise and JPEG. All randomness comes from the generator that is passed in.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.morphology import skeletonize

Array = NDArray[np.float32]

PAPERS = {  # the paper's colour, and how much its texture varies
    "white": ((0.97, 0.97, 0.96), 0.004),
    "cream": ((0.96, 0.92, 0.82), 0.006),
    "recycled": ((0.80, 0.78, 0.73), 0.025),
    "blackboard": ((0.14, 0.19, 0.17), 0.03),
}
LINES = ("none", "squared", "ruled")
LINE_COLOURS = ((0.55, 0.68, 0.88), (0.60, 0.60, 0.62), (0.66, 0.60, 0.80), (0.55, 0.75, 0.65))
PENS = {  # colour, and the least and greatest width in millimetres
    "black gel": ((0.08, 0.08, 0.10), 0.45, 0.8),
    "blue ball": ((0.14, 0.20, 0.56), 0.35, 0.6),
    "red": ((0.75, 0.12, 0.15), 0.4, 0.8),
    "green": ((0.10, 0.45, 0.25), 0.4, 0.8),
    "pencil": ((0.40, 0.40, 0.42), 0.4, 0.8),
    "marker": ((0.10, 0.10, 0.14), 1.6, 3.2),
    "chalk": ((0.93, 0.93, 0.90), 1.2, 3.0),
}
TABLES = ((0.42, 0.28, 0.18), (0.20, 0.20, 0.22), (0.62, 0.55, 0.46))


@dataclass(frozen=True)
class Scene:
    """What was drawn, to sort failures by; lengths in pixels of the photo."""

    paper: str
    lines: str
    line_strength: float
    pen: str
    height: float
    stroke: float
    rotation: float
    table: bool
    shadows: int
    quality: int


def digit_distance(digit: NDArray[np.uint8], zoom: int = 8) -> tuple[Array, Array]:
    """Give, at ``zoom`` times the size, the distance to the stroke's middle and to its edge.

    Both float32, in the digit's own pixels; the second is negative inside the ink.
    """
    big = ndimage.zoom(np.pad(digit, 2).astype(np.float32), zoom, order=3)
    mask = ndimage.gaussian_filter(big, zoom * 0.25) > 128
    middle = ndimage.distance_transform_edt(~skeletonize(mask))
    edge = ndimage.distance_transform_edt(~mask) - ndimage.distance_transform_edt(mask)
    return (middle / zoom).astype(np.float32), (edge / zoom).astype(np.float32)


def draw_scene(rng: np.random.Generator, size: tuple[int, int]) -> Scene:
    """Choose paper, pen, light and so on; ``size`` is the photo's height and width."""
    paper = str(rng.choice(list(PAPERS), p=[0.42, 0.25, 0.23, 0.1]))
    pens = ["chalk"] if paper == "blackboard" else [pen for pen in PENS if pen != "chalk"]
    pen = str(rng.choice(pens))
    lines = "none" if paper == "blackboard" else str(rng.choice(LINES, p=[0.25, 0.5, 0.25]))
    height = float(np.exp(rng.uniform(np.log(max(26, 0.05 * min(size))), np.log(0.6 * min(size)))))
    # 4 to 30 mm tall, but no thicker than people write, and never under 1.5 pixels of ink
    width = rng.uniform(*PENS[pen][1:])
    tall = min(max(rng.uniform(4, 30), width / 0.13), width * height / 1.5)
    return Scene(
        paper,
        lines,
        float(rng.uniform(0.2, 1.0)),
        pen,
        height,
        float(width * height / tall),
        float(rng.uniform(-10, 10)),
        bool(rng.random() < 0.3),
        int(rng.integers(0, 3)),
        int(rng.integers(40, 96)),
    )


def photograph(
    digit: NDArray[np.uint8],
    rng: np.random.Generator,
    size: tuple[int, int] = (360, 480),
    scene: Scene | None = None,
) -> tuple[bytes, Scene]:
    """Photograph one digit.

    Parameters
    ----------
    digit
        uint8 28×28, ink 255.
    rng
        Decides everything that ``scene`` leaves open.
    size
        Height and width of the photo in pixels.
    scene
        What to draw; chosen at random without it.

    Returns
    -------
    tuple
        The photo as a JPEG file's content, and what is in it.
    """
    scene = scene or draw_scene(rng, size)
    u, v = page_coordinates(rng, size, scene)
    reflected = page(rng, u, v, scene)
    reflected *= 1 - ink(rng, digit, u, v, scene)[..., None] * (1 - _ratio(scene))
    if scene.table:
        _lay_on_table(rng, reflected, u, v)
    photo = reflected * light(rng, size, scene.shadows)[..., None]
    photo *= rng.uniform((0.92, 0.92, 0.80), (1.0, 0.97, 1.0)).astype(np.float32)  # lamp's colour
    return camera(rng, photo, scene.quality), scene


def page_coordinates(
    rng: np.random.Generator, size: tuple[int, int], scene: Scene
) -> tuple[Array, Array]:
    """Tell where on the page each pixel looks: right and down from the digit, in digit heights."""
    margin = 0.75 * scene.height
    y0 = rng.uniform(min(margin, size[0] / 2), max(size[0] - margin, size[0] / 2))
    x0 = rng.uniform(min(margin, size[1] / 2), max(size[1] - margin, size[1] / 2))
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    y, x = y - np.float32(y0), x - np.float32(x0)
    tilt = rng.uniform(-0.15, 0.15, 2) / max(size)
    depth = 1 + tilt[0] * x + tilt[1] * y
    angle = np.deg2rad(scene.rotation)
    u = (np.cos(angle) * x + np.sin(angle) * y) / depth / scene.height
    v = (np.cos(angle) * y - np.sin(angle) * x) / depth / scene.height
    # A page is never quite flat: a bend of up to 1 % of the frame.
    bend = rng.uniform(0, 0.01) * max(size) / scene.height
    v = v + bend * np.sin(u * scene.height / max(size) * rng.uniform(2, 5) + rng.uniform(0, 6))
    return u.astype(np.float32), v.astype(np.float32)


def page(rng: np.random.Generator, u: Array, v: Array, scene: Scene) -> Array:
    """Draw the empty page, float32 H×W×3."""
    colour, roughness = PAPERS[scene.paper]
    grain = rng.standard_normal(u.shape, dtype=np.float32)
    grain = 0.4 * grain + 2.5 * ndimage.gaussian_filter(grain, 1.5)
    out = np.float32(colour) * (1 + np.float32(roughness) * grain)[..., None]
    if scene.paper == "blackboard":  # wiped chalk
        wiped = ndimage.gaussian_filter(rng.standard_normal(u.shape, dtype=np.float32), (6, 20))
        return np.asarray(out + np.float32(0.4) * np.abs(wiped)[..., None], dtype=np.float32)
    if scene.lines == "none":
        return np.asarray(out, dtype=np.float32)
    pen_mm = np.mean(PENS[scene.pen][1:])
    mm = scene.stroke / scene.height / pen_mm  # one millimetre in digit heights
    thin, spacing = rng.uniform(0.18, 0.32) * mm, (5 if scene.lines == "squared" else 8) * mm
    pixel = 1 / scene.height
    covered = _ruled(v, rng.uniform(0, spacing), spacing, thin, pixel)
    if scene.lines == "squared":
        covered = np.maximum(covered, _ruled(u, rng.uniform(0, spacing), spacing, thin, pixel))
    line = np.float32(LINE_COLOURS[rng.integers(len(LINE_COLOURS))])
    out *= 1 - np.float32(scene.line_strength) * covered[..., None] * (1 - line)
    if rng.random() < 0.3:  # the red line of the margin
        margin = _ruled(u, -rng.uniform(1.5, 4), 1e6, 1.5 * thin, pixel)
        out *= 1 - np.float32(0.7) * margin[..., None] * np.float32((0.1, 0.6, 0.5))
    return np.asarray(out, dtype=np.float32)


def _ruled(place: Array, first: float, spacing: float, width: float, pixel: float) -> Array:
    """Tell how much of each pixel is covered by lines of a width; all in the same unit."""
    away = np.abs((place - first + spacing / 2) % spacing - spacing / 2)
    part = (width + pixel) / 2 - away
    return np.clip(part / pixel, 0, min(1.0, width / pixel)).astype(np.float32)


def ink(
    rng: np.random.Generator, digit: NDArray[np.uint8], u: Array, v: Array, scene: Scene
) -> Array:
    """Draw the digit with a pen of the scene's width: how much ink each pixel holds, 0–1, H×W."""
    zoom = 8
    middle, edge = digit_distance(digit, zoom)
    rows, columns = np.nonzero(edge < 0)
    top, bottom = rows.min(), rows.max() + 1
    scale = (bottom - top) / zoom / scene.height  # the digit's own pixels per pixel of the photo
    wanted = scene.stroke * scale / 2
    # Another pen moves the outline in or out, but never across the stroke's middle.
    own = float(middle[edge < 0].mean()) * 4
    distance = np.minimum(edge - np.float32(wanted - own / 2), middle - np.float32(wanted))
    if wanted > own / 2:
        distance = edge - np.float32(wanted - own / 2)
    down = (top + bottom) / 2 + v * (bottom - top)
    across = (columns.min() + columns.max() + 1) / 2 + u * (bottom - top)
    near = (np.abs(down - (top + bottom) / 2) < 140) & (np.abs(across - columns.mean()) < 140)
    out = np.zeros(u.shape, dtype=np.float32)
    place = np.stack([down[near], across[near]])
    away = ndimage.map_coordinates(distance, place, order=1, mode="nearest")
    out[near] = np.clip(0.5 - away / scale, 0, 1)
    load = {"pencil": (0.5, 0.85), "marker": (0.85, 1), "chalk": (0.7, 0.95)}
    strength = rng.uniform(*load.get(scene.pen, (0.7, 1.0)))
    if scene.pen in {"pencil", "chalk"}:  # the paper's grain takes only part of it
        grain = ndimage.gaussian_filter(rng.standard_normal(u.shape, dtype=np.float32), 0.7)
        out *= np.clip(1 + 0.8 * grain, 0.2, 1.2)
    else:  # the flow of ink varies along the stroke
        flow = ndimage.gaussian_filter(rng.standard_normal(u.shape, dtype=np.float32), 4)
        out *= np.clip(1 + 1.5 * flow, 0.75, 1.1)
    return np.asarray(np.clip(strength * out, 0, 1), dtype=np.float32)


def _ratio(scene: Scene) -> Array:
    """Give what full ink multiplies the paper's colour by; above 1 for chalk."""
    pen, paper = np.float32(PENS[scene.pen][0]), np.float32(PAPERS[scene.paper][0])
    return pen / paper if scene.paper == "blackboard" else pen


def _lay_on_table(rng: np.random.Generator, out: Array, u: Array, v: Array) -> None:
    """Let the page end on one or two sides, and the table be seen there; in place."""
    beyond = np.zeros(u.shape, dtype=bool)
    for side in rng.choice(4, size=rng.integers(1, 3), replace=False):
        place = (u, -u, v, -v)[side]
        beyond |= place > max(1.1, rng.uniform(0.3, 0.95) * float(place.max()))
    streaks = ndimage.gaussian_filter(
        rng.standard_normal(u.shape, dtype=np.float32), (1, 25) if rng.random() < 0.5 else (25, 1)
    )
    table = np.float32(TABLES[rng.integers(len(TABLES))]) * (1 + 0.6 * streaks)[..., None]
    out[beyond] = table[beyond]
    # the page's own shadow on the table
    edge = ndimage.gaussian_filter(beyond.astype(np.float32), 2)
    out *= np.where(beyond, 0.6 + 0.4 * edge, 1)[..., None].astype(np.float32)


def light(rng: np.random.Generator, size: tuple[int, int], shadows: int) -> Array:
    """Light the scene from one side, darken the corners, and let a phone or hand throw shadows."""
    y, x = np.mgrid[-1 : 1 : size[0] * 1j, -1 : 1 : size[1] * 1j].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    out = 1 + rng.uniform(0, 0.3) * (np.cos(turn) * x + np.sin(turn) * y)
    out *= 1 - rng.uniform(0, 0.25) * (x**2 + y**2) / 2
    for _ in range(shadows):
        turn, start = rng.uniform(0, 2 * np.pi), rng.uniform(-0.6, 0.6)
        soft, deep = np.exp(rng.uniform(np.log(0.01), np.log(0.4))), rng.uniform(0.15, 0.5)
        inside = np.cos(turn) * x + np.sin(turn) * y - start
        if rng.random() < 0.5:  # a corner, else a straight edge
            inside = np.minimum(inside, np.cos(turn) * y - np.sin(turn) * x + rng.uniform(0, 0.8))
        out *= 1 - deep / (1 + np.exp(np.clip(-inside / soft * 4, -30, 30)))
    return np.asarray(out / out.max() * rng.uniform(0.75, 1.0), dtype=np.float32)


def camera(rng: np.random.Generator, photo: Array, quality: int) -> bytes:
    """Blur by focus and by motion, add noise, and save as JPEG."""
    sigma = rng.uniform(0.3, 1.0)
    photo = ndimage.gaussian_filter(photo, (sigma, sigma, 0))
    if rng.random() < 0.3:
        photo = ndimage.uniform_filter1d(photo, int(rng.integers(2, 5)), axis=int(rng.integers(2)))
    photo += rng.uniform(0.002, 0.02) * rng.standard_normal(photo.shape, dtype=np.float32)
    pixels = (np.clip(photo, 0, 1) * 255).round().astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return file.getvalue()
