"""From a photo of one handwritten digit to what MNIST would have made of it.

The steps, each a function below and each kept in :class:`Steps` to be looked at:

    picture → grey → flat (even light, ink 1, paper 0) → unlined → mask (the digit's strokes)
            → strokes (cut out, of MNIST's width) → digit (20×20 by its centre of mass in 28×28)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from skimage.morphology import skeletonize

from lenet_lib.errors import LenetError
from lenet_lib.picture import name_of, open_picture
from lenet_lib.ruling import remove_lines

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

CANVAS = 128
"""The longer side of the cut-out strokes; NIST scanned its forms at about that size."""

WINDOW = 13
"""Strokes of up to about half of so many pixels are told from shadows; see :func:`search`."""

SMALLEST = 18
"""A digit's least size in pixels: about that of the box it must fill."""

FAINTEST = 0.06
"""The least difference of brightness (0–1) that ink makes; a camera's noise stays below it."""

DARK = 0.45
"""A picture with a lower median brightness may show a blackboard; see :func:`_is_chalk`."""

STROKE = (1.9, 3.2)
"""Bounds of the stroke's width in MNIST's 20×20 box; the middle 70 % of its digits lie within."""


@dataclass(frozen=True)
class Steps:
    """What each step made of a picture.

    Attributes
    ----------
    picture
        uint8 H×W×3, upright.
    flat, unlined
        float32 H×W, darkness of the ink, 0 (paper) to 1; before and after the printed lines go.
    lines
        Number of printed lines found.
    mask
        bool H×W, True on the digit's strokes.
    strokes
        bool h×w, the digit alone, its longer side 128 pixels but for what widening adds.
    digit
        uint8 28×28, ink 255: what the network sees.
    """

    picture: NDArray[np.uint8]
    flat: Array
    unlined: Array
    lines: int
    mask: Mask
    strokes: Mask
    digit: NDArray[np.uint8]


def prepare(source: str | Path | bytes | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Turn a picture into a digit as MNIST has it, uint8 28×28; see :func:`explain`."""
    return explain(source).digit


def explain(source: str | Path | bytes | NDArray[np.uint8]) -> Steps:
    """Turn a picture into a digit, and keep what each step made of it.

    Parameters
    ----------
    source
        A picture file, its content, or pixels: uint8 H×W or H×W×3.

    Raises
    ------
    LenetError
        The file can't be read, or there is not exactly one digit in it.
    """
    name = name_of(source)
    picture = source if isinstance(source, np.ndarray) else open_picture(source)
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    shade = grey(picture)
    if np.ptp(ndimage.gaussian_filter(shade, 1)) < FAINTEST:
        raise LenetError(f"No digit was found in {name}; is it blank, or too faint?")
    if picture.shape[:2] == (28, 28):
        return _already_prepared(picture)
    found = search(shade)
    if np.median(shade) < DARK and _is_chalk(chalk := search(0.04 / (shade + 0.04)), found):
        found = chalk
    if not found:
        raise LenetError(f"No digit was found in {name}; is it blank, or too faint?")
    if found.groups > 1:
        raise LenetError(
            f"{name} shows several digits ({found.groups}, it seems), and one at a time is read; "
            f"crop it."
        )
    strokes = cut_out(found.unlined, found.mask, found.level)
    return Steps(
        picture,
        found.flat,
        found.unlined,
        found.lines,
        found.mask,
        strokes,
        centre(fit(strokes)),
    )


def grey(picture: NDArray[np.uint8]) -> Array:
    """Give one brightness per pixel, float32 H×W, 0–1, in which ink of any colour is dark.

    Half of it is the usual luminance, half the darkest channel: luminance alone makes red or orange
    ink pale. The lamp's tint goes first, or the darkest channel would always be the same one.
    """
    colour = picture.astype(np.float32) / 255
    white = np.percentile(colour[::4, ::4].reshape(-1, 3), 90, axis=0)
    tint = np.maximum(white / max(white.max(), 1e-6), 0.3).astype(np.float32)
    colour = np.minimum(colour / tint, 1)
    luminance = colour @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return np.asarray((luminance + colour.min(2)) / 2, dtype=np.float32)


def _halve(picture: Array) -> Array:
    """Average blocks of 2×2."""
    height, width = picture.shape[0] // 2 * 2, picture.shape[1] // 2 * 2
    cut = picture[:height, :width]
    mean = (cut[::2, ::2] + cut[1::2, ::2] + cut[::2, 1::2] + cut[1::2, 1::2]) / 4
    return np.asarray(mean, dtype=np.float32)


def flatten(shade: Array) -> tuple[Array, Array, Array]:
    """Take light and shadow away: how much darker than the paper around it each pixel is.

    The paper under the ink is guessed by a grey closing, which fills what is narrower than its
    window and keeps the edges of shadows and of the page, where an average would smear them. At a
    corner of a shadow it fills too much, so there is a second, doubting answer: how much darker
    than the darkest paper within reach.

    Returns
    -------
    tuple
        Three float32 H×W: the usual answer and the doubting one, 0 (paper) to 1 (black on white),
        and the brightness of the paper.
    """
    soft = ndimage.gaussian_filter(shade, 1)
    paper = ndimage.grey_closing(soft, size=(WINDOW, WINDOW))
    lit = max(float(np.percentile(paper[::4, ::4], 95)), 1e-3)
    paper = np.maximum(paper, 0.15 * lit)  # no ratio of black to black
    darkest = ndimage.minimum_filter(paper, WINDOW)
    sure = np.clip(1 - soft / darkest, 0, 1).astype(np.float32)
    return np.clip(1 - shade / paper, 0, 1).astype(np.float32), sure, paper


def _noise(flat: Array) -> float:
    """Estimate the standard deviation of empty paper from what differs between neighbours."""
    differences = flat[1:, 1:] - flat[:-1, 1:] - flat[1:, :-1] + flat[:-1, :-1]
    return float(np.median(np.abs(differences)) / 0.6745 / 2)


@dataclass(frozen=True)
class _Part:
    """A connected piece of ink: its label, box, size in pixels and darkness."""

    label: int
    top: int
    left: int
    bottom: int
    right: int
    area: int
    level: float
    thickness: float = 0.0
    paper: float = 1.0

    @property
    def clarity(self) -> float:
        """How much it stands out: its darkness, for what it lies on: lit paper, or a dark table."""
        return self.level * self.paper * min(1.0, self.size / 30)

    def is_bar(self) -> bool:
        """Tell whether it is long, straight and thin, as a margin's line or a page's edge is."""
        length = float(np.hypot(self.height, self.width))
        return self.area / length < 0.03 * length

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def size(self) -> int:
        return max(self.height, self.width)


@dataclass(frozen=True)
class Found:
    """A digit found at one scale: the maps of :class:`Steps`, and how dark its strokes are."""

    shade: Array
    paper: Array
    flat: Array
    unlined: Array
    lines: int
    mask: Mask
    level: float
    clarity: float
    box: tuple[int, int, int, int]
    groups: int

    @property
    def size(self) -> int:
        """Its longer side, in pixels of the whole picture."""
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])


def search(shade: Array) -> Found | None:
    """Find the one digit, at the finest scale that shows it, mended by the coarser ones.

    Every number below is in pixels and fits strokes of 2 to 12 pixels. A marker's strokes are
    wider, so the same is tried at a half, a quarter and an eighth of the size.
    """
    found: list[Found] = []
    scale = 1
    while min(shade.shape) >= 40:
        if here := find_digit(shade, scale):
            found.append(here)
        shade, scale = _halve(shade), scale * 2
    if not found:
        return None
    clearest = max(here.clarity for here in found)
    found = [here for here in found if here.clarity > 0.6 * clearest]
    best = found[0]
    for here in found[1:]:
        if _holds(here, best):
            best = _complete(best, here)
    return best


def _is_chalk(light: Found | None, dark: Found | None) -> bool:
    """Tell whether light strokes on a dark ground are the digit, rather than the dark between them.

    What lies between strokes is no larger than what they make up. Clarity is counted against white
    paper, of which a blackboard has little, so a fifth of it will do.
    """
    if light is None or dark is None:
        return dark is None
    if light.clarity < 0.2 * dark.clarity or light.level < 0.5 or light.groups > 1:
        return False
    return dark.groups > 1 or light.size > dark.size or light.clarity > 2 * dark.clarity


def _holds(coarse: Found, fine: Found) -> bool:
    """Tell whether what was found finely lies within what was found coarsely, by the same pen."""
    top, left, bottom, right = fine.box
    slack = 0.1 * fine.size + 0.03 * coarse.size  # a coarse box is uncertain by its large pixels
    inside = (
        coarse.box[0] <= top + slack
        and coarse.box[1] <= left + slack
        and coarse.box[2] >= bottom - slack
        and coarse.box[3] >= right - slack
    )
    return inside and coarse.level > 0.8 * fine.level


def _complete(fine: Found, coarse: Found) -> Found:
    """Add what a coarser look shows of a digit's strokes, with the finer look's sharp outline.

    Where strokes run together they are wider than the window, which takes their middle for dark
    paper; the coarser look has a window twice as wide, and knows how bright the paper is.
    """
    ratio = round(len(fine.shade) / len(coarse.shade))
    near = _enlarge(
        ndimage.binary_dilation(coarse.mask).astype(np.float32), ratio, fine.shade.shape
    )
    paper = _enlarge(coarse.paper, ratio, fine.shade.shape)
    darkness = np.clip(1 - fine.shade / paper, 0, 1)
    level = max(coarse.level, fine.level)
    soft = ndimage.gaussian_filter(darkness, 0.7)
    mask = fine.mask | ((near > 0.5) & (soft > 0.5 * level))
    unlined = np.where(near > 0.5, np.maximum(fine.unlined, darkness), fine.unlined)
    return replace(
        fine,
        mask=mask,
        unlined=unlined,
        level=level,
        box=coarse.box,
        groups=coarse.groups,
        clarity=max(fine.clarity, coarse.clarity),
    )


def _enlarge(picture: Array, ratio: int, shape: tuple[int, ...]) -> Array:
    """Repeat pixels, and the last row and column as often as halving dropped one."""
    large = picture.repeat(ratio, 0).repeat(ratio, 1)
    missing = [(0, max(0, full - part)) for full, part in zip(shape, large.shape, strict=True)]
    return np.pad(large, missing, mode="edge")


def find_digit(shade: Array, scale: int) -> Found | None:
    """Look for a digit with strokes of 2 to 12 pixels."""
    flat, sure, paper = flatten(shade)
    unlined, lines = remove_lines(flat, _noise(flat))
    soft = ndimage.gaussian_filter(unlined, 0.7)
    least = max(0.07, 4 * _noise(soft))
    labels, parts = _parts(soft, sure, least, paper)
    parts = [p for p in parts if p.size >= max(10, 0.02 * max(shade.shape))]
    parts = [p for p in parts if not _touches(p, shade.shape)]
    parts = [p for p in parts if p.thickness < 1.1 * WINDOW]
    if not parts:
        return None
    best = max(p.clarity for p in parts)
    dim = [p for p in parts if p.clarity < 0.45 * best]
    parts = [p for p in parts if p.clarity >= 0.45 * best]
    slim = [p for p in parts if not (p.size > 0.4 * min(shade.shape) and p.is_bar())]
    groups = _group(slim or parts)
    main = max(groups, key=lambda group: _box(group).clarity * _box(group).size ** 0.5)
    # In a shadow the same pen stands out less: what lies there may still be part of the digit.
    main += [p for p in dim if p.level > 0.6 * main[0].level and _belongs(p, main)]
    whole = _box(main)
    if whole.size < SMALLEST:
        return None
    rivals = [b for b in map(_box, groups) if _rivals(b, whole)]
    mask = np.isin(labels, [p.label for p in main])
    level = float(np.average([p.level for p in main], weights=[p.area for p in main]))
    box = (whole.top * scale, whole.left * scale, whole.bottom * scale, whole.right * scale)
    clarity = max(p.clarity for p in main)
    return Found(shade, paper, flat, unlined, len(lines), mask, level, clarity, box, len(rivals))


def _rivals(other: _Part, main: _Part) -> bool:
    """Tell whether something else is a second digit: of about the same size, by the same pen."""
    alike = other.clarity > 0.65 * main.clarity and other.level > 0.65 * main.level
    return alike and other.size > 0.5 * main.size


def _parts(
    soft: Array, sure: Array, least: float, paper: Array
) -> tuple[NDArray[np.int32], list[_Part]]:
    """Label pieces of ink, each by a threshold of its own: a part of its own darkness.

    The first labels, by a threshold just above the noise, say what belongs together; in each the
    threshold then rises, with hysteresis: strokes begin at half of the piece's darkness and go on
    down to a third.
    """
    rough, count = ndimage.label(soft > least, structure=np.ones((3, 3)))
    boxes = ndimage.find_objects(rough)
    threshold = np.full(count + 1, 2.0, dtype=np.float32)
    for i, box in enumerate(boxes, 1):
        if box is None or max(s.stop - s.start for s in box) < 8:
            continue
        inside = soft[box][rough[box] == i]
        # A digit tangled up with faint lines is little of what they make together.
        usual, most = np.percentile(inside, [92, 99.5])
        threshold[i] = max(usual, 0.6 * most)
    level = threshold[rough]
    weak, strong = soft > 0.36 * level, (soft > 0.5 * level) & (rough > 0)
    labels, count = ndimage.label(weak & (rough > 0), structure=np.ones((3, 3)))
    has_seed = np.zeros(count + 1, dtype=bool)
    has_seed[np.unique(labels[strong])] = True
    has_seed[0] = False
    labels[~has_seed[labels]] = 0
    parts = []
    for i, box in enumerate(ndimage.find_objects(labels), 1):
        if box is None or max(s.stop - s.start for s in box) < 8:
            continue
        rows, columns = box
        here = labels[box] == i
        if np.mean(sure[box][here] > 0.4 * level[box][here]) < 0.25:  # a corner of a shadow
            continue
        parts.append(
            _Part(
                i,
                rows.start,
                columns.start,
                rows.stop,
                columns.stop,
                int(here.sum()),
                float(np.percentile(soft[box][here], 80)),
                float(2 * ndimage.distance_transform_edt(np.pad(here, 1)).max()),
                float(np.median(paper[box][here])),
            )
        )
    return labels, parts


def _touches(part: _Part, shape: tuple[int, ...]) -> bool:
    """Tell whether a piece is cut by the picture's edge, as tables and shadows are."""
    return (
        part.top <= 1 or part.left <= 1 or part.bottom >= shape[0] - 1 or part.right >= shape[1] - 1
    )


def _box(group: list[_Part]) -> _Part:
    return _Part(
        0,
        min(p.top for p in group),
        min(p.left for p in group),
        max(p.bottom for p in group),
        max(p.right for p in group),
        sum(p.area for p in group),
        max(p.level for p in group),
        max(p.thickness for p in group),
        max(p.paper for p in group),
    )


def _group(parts: list[_Part]) -> list[list[_Part]]:
    """Join the strokes of one digit: the bar of a 5, the two halves of a 4, a stroke that broke."""
    groups: list[list[_Part]] = []
    for part in sorted(parts, key=lambda p: -p.size):
        home = next((g for g in groups if _belongs(part, g)), None)
        if home is None:
            groups.append([part])
        else:
            home.append(part)
    return groups


def _belongs(small: _Part, group: list[_Part]) -> bool:
    """Tell whether a piece is part of a larger one's digit: near it, and no second digit.

    A speck of dirt is left out; a chain of pieces does not reach further than its first.
    """
    first = group[0]
    if small.size < 0.08 * first.size:
        return False
    across = max(small.left, first.left) - min(small.right, first.right)  # negative: overlap
    down = max(small.top, first.top) - min(small.bottom, first.bottom)
    gap = max(across, down, 0)
    thick, thin = (first, small) if first.thickness > small.thickness else (small, first)
    if gap > 2 and thick.thickness > 2 * thin.thickness and small.size > 0.3 * first.size:
        return False  # not by the same pen
    beside = across > 0 or -across < 0.3 * min(small.width, first.width)
    if beside and small.height > 0.8 * first.height:
        return gap < 0.02 * first.size
    return gap < (0.3 if beside else 0.45) * first.size


def cut_out(ink: Array, mask: Mask, level: float) -> Mask:
    """Cut the digit out at a fixed size, in black and white as NIST did, and mend its width.

    Enlarging the soft darkness before the threshold keeps the outline smooth; the grey levels come
    back when :func:`fit` averages the outline over large pixels.
    """
    rows, columns = np.nonzero(mask)
    pad = 3
    top, left = max(rows.min() - pad, 0), max(columns.min() - pad, 0)
    box = (slice(top, rows.max() + pad + 1), slice(left, columns.max() + pad + 1))
    near = ndimage.binary_dilation(mask[box], iterations=2)
    soft = np.where(near, ink[box], 0)
    zoom = CANVAS / max(np.ptp(rows) + 1, np.ptp(columns) + 1)
    large = _zoom(soft, zoom)
    large = ndimage.gaussian_filter(large, 0.02 * CANVAS)
    limit = 0.42 * level
    strokes = large > limit
    strokes |= (_zoom(mask[box].astype(np.float32), zoom) > 0.5) & (large > 0.75 * limit)
    return _mend_width(_trim(strokes))


def _zoom(picture: Array, zoom: float) -> Array:
    """Resize by a factor, averaging when it shrinks."""
    height, width = picture.shape
    size = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC))


def _trim(strokes: Mask) -> Mask:
    rows, columns = np.flatnonzero(strokes.any(1)), np.flatnonzero(strokes.any(0))
    if not len(rows):
        return np.ones((1, 1), dtype=bool)
    return strokes[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def stroke_width(strokes: Mask) -> float:
    """Measure the mean width of strokes in pixels: twice the distance from middle to edge."""
    framed = np.pad(strokes, 1)
    return float(2 * ndimage.distance_transform_edt(framed)[skeletonize(framed)].mean())


def _mend_width(strokes: Mask) -> Mask:
    """Bring the width of the strokes to within MNIST's usual bounds.

    The pens of 1990 and the scan made strokes of an eighth of the digit's height; a thin pen on a
    large digit would all but vanish in 20×20 pixels, and a marker would fill its loops.
    """
    unit = max(strokes.shape) / 20
    width = stroke_width(strokes)
    wanted = float(np.clip(width, STROKE[0] * unit, STROKE[1] * unit))
    grow = (wanted - width) / 2
    if abs(grow) < 0.5:
        return strokes
    if grow > 0:
        framed = np.pad(strokes, int(grow) + 2)
        return _trim(ndimage.distance_transform_edt(~framed) <= grow)
    framed = np.pad(strokes, 1)
    thin = ndimage.distance_transform_edt(framed) > -grow
    core = ndimage.distance_transform_edt(~skeletonize(framed)) <= 0.4 * wanted
    return _trim((thin | core) & framed)


def normalise(strokes: Mask) -> NDArray[np.uint8]:
    """Give strokes drawn on any canvas MNIST's size, place and pen; uint8 28×28."""
    found = _trim(strokes)
    zoom = CANVAS / max(found.shape)
    return centre(fit(_mend_width(_trim(_zoom(found.astype(np.float32), zoom) > 0.5))))


def fit(strokes: Mask) -> NDArray[np.uint8]:
    """Shrink strokes into 20×20, keeping their proportions; averaging makes the grey levels."""
    height, width = strokes.shape
    zoom = 20 / max(height, width)
    size = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    image = Image.fromarray(strokes.astype(np.uint8) * np.uint8(255))
    return np.asarray(image.resize(size, Image.Resampling.BOX))


def centre(small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Place a picture of at most 20×20 in 28×28, its centre of mass in the middle, as MNIST did."""
    height, width = small.shape
    row, column = ndimage.center_of_mass(small)
    top = int(np.clip(round(14 - row), 0, 28 - height))
    left = int(np.clip(round(14 - column), 0, 28 - width))
    out = np.zeros((28, 28), dtype=np.uint8)
    out[top : top + height, left : left + width] = small
    return out


def _already_prepared(picture: NDArray[np.uint8]) -> Steps:
    """Take a picture of 28×28 as it is, but for black on white, which is turned over."""
    digit = picture.mean(2).round().astype(np.uint8)
    frame = np.concatenate([digit[0], digit[-1], digit[:, 0], digit[:, -1]])
    if np.median(frame) > 127:
        digit = 255 - digit
    ink = digit.astype(np.float32) / 255
    return Steps(picture, ink, ink, 0, digit > 127, digit > 127, digit)
