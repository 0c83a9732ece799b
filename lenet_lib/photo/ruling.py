"""Find the printed lines of ruled or squared paper, and take them out without breaking the ink."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.transform import hough_line

from lenet_lib.photo.light import Array

REACH = 5
"""A printed line is looked for, and taken out, within so many pixels of where it should be."""

ANGLE_STEP = 0.25
"""Degrees between the directions that are tried: two pixels at the end of half a picture."""

ANGLES = np.deg2rad(np.arange(-90, 90, ANGLE_STEP))


@dataclass(frozen=True)
class Line:
    """One printed line, ``y = start + slope · x``, or with x and y exchanged if ``steep``.

    It runs from x = ``first`` to ``last``: a page may end within the picture.
    """

    steep: bool
    start: float
    slope: float
    first: int = 0
    last: int = 1 << 30


def remove_lines(darkness: Array, noise: float) -> tuple[Array, list[Line]]:
    """Take printed lines out.

    A line runs through the whole page; a stroke does not. So along each line the median of what is
    seen is the line, and the few places where ink crosses it do not count. Dividing by that median
    leaves paper where there was line, and ink where there was ink upon the line.

    Parameters
    ----------
    darkness
        float32 H×W, 0 (paper) to 1 (ink), evenly lit.
    noise
        Standard deviation of the empty paper.

    Returns
    -------
    tuple
        The same picture without lines, and the lines that were found.
    """
    lines = find_lines(darkness, noise)
    clear = darkness.copy()
    for steep in (False, True):
        picture = clear.T if steep else clear
        family = [line for line in lines if line.steep == steep]
        profiles = [_profile(picture, line) for line in family]
        # Lines of one direction are printed alike; one that is far darker has a stroke along it.
        usual = float(np.median([profile.max() for profile in profiles])) if profiles else 0.0
        for line, profile in zip(family, profiles, strict=True):
            _erase(picture, line, np.minimum(profile, 2.5 * usual))
    return clear, lines


def find_lines(darkness: Array, noise: float) -> list[Line]:
    """Find straight lines that cross most of the picture, by the Hough transform of its ridges."""
    ridges = _ridges(darkness, max(3 * noise, 0.03))
    if np.count_nonzero(ridges) < sum(darkness.shape) // 4:
        return []
    votes, _, distances = hough_line(ridges, ANGLES)
    chords = _chords(darkness.shape)
    density = np.count_nonzero(ridges) / ridges.size
    peaks = []
    # A line that bends by some pixels votes for its neighbours too: a sharp look, then a broad one.
    for width in (3, 9):
        near = ndimage.uniform_filter1d(votes.astype(np.float32), width, axis=0) * width
        share = np.where(chords < 0.4 * min(darkness.shape), 0, near / np.maximum(chords, 1))
        peaks += _peaks(share, max(0.35, 0.25 + 1.5 * width * density))
    found = [_line(ANGLES[a], distances[d]) for d, a in peaks]
    printed = [_printed(darkness, line, noise) for line in _distinct(found, darkness.shape)]
    return _in_families([line for line in printed if line], darkness.shape)


def _ridges(darkness: Array, least: float) -> NDArray[np.bool_]:
    """Mark pixels darker than what lies two to three pixels to both sides, across or down."""
    soft = ndimage.gaussian_filter(darkness, 0.8)
    out = np.zeros(soft.shape, dtype=bool)
    for axis in (0, 1):
        top = soft >= ndimage.maximum_filter1d(soft, 5, axis=axis)
        valley = ndimage.minimum_filter1d(soft, 9, axis=axis)
        out |= top & (soft - valley > least)
    out[[0, 1, -1, -2]] = False
    out[:, [0, 1, -1, -2]] = False
    return out


@lru_cache(maxsize=16)
def _chords(shape: tuple[int, int]) -> Array:
    """Give the number of pixels of the picture on each line of the Hough transform."""
    height, width = shape
    cos, sin = np.cos(ANGLES)[None, :], np.sin(ANGLES)[None, :]
    _, _, distances = hough_line(np.zeros(shape, dtype=bool), ANGLES)
    rho = distances[:, None]
    steep = np.abs(cos) > np.abs(sin)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Along the longer axis: from where the line enters the picture to where it leaves it.
        first = np.where(steep, rho / cos, rho / sin)
        last = np.where(steep, (rho - (height - 1) * sin) / cos, (rho - (width - 1) * cos) / sin)
        length = np.where(steep, height, width).astype(float)
        wide = np.where(steep, width, height).astype(float)
        low, high = np.minimum(first, last), np.maximum(first, last)
        inside = np.clip(np.minimum(high, wide - 1) - np.maximum(low, 0), 0, None)
        part = np.where(high - low > 1e-6, inside / (high - low), (low >= 0) & (low <= wide - 1))
    return np.asarray(np.nan_to_num(part * length), dtype=np.float32)


def _peaks(share: NDArray[np.float32], least: float) -> list[tuple[int, int]]:
    """Take the highest cells first, none within six pixels and three degrees of another."""
    wide = (13, int(6 / ANGLE_STEP) + 1)
    best = (share >= least) & (share == ndimage.maximum_filter(share, wide, mode="wrap"))
    cells = np.argwhere(best)
    order = np.argsort(-share[best], kind="stable")[:160]
    return [(int(d), int(a)) for d, a in cells[order]]


def _line(angle: float, distance: float) -> Line:
    """Turn x cos + y sin = distance into the form that runs along the longer axis."""
    cos, sin = np.cos(angle), np.sin(angle)
    if abs(cos) > abs(sin):
        return Line(True, float(distance / cos), float(-sin / cos))
    return Line(False, float(distance / sin), float(-cos / sin))


def _band(picture: Array, line: Line) -> tuple[Array, NDArray[np.int64], NDArray[np.float64]]:
    """Give the strip of pixels around a line: its values, their columns, and the line's rows."""
    columns = np.arange(max(line.first, 0), min(line.last, picture.shape[1]))
    centre = line.start + line.slope * columns
    inside = (centre > -1) & (centre < picture.shape[0])
    columns, centre = columns[inside], centre[inside]
    return _strip(picture, columns, centre), columns, centre


def _strip(picture: Array, columns: NDArray[np.int64], centre: NDArray[np.float64]) -> Array:
    offsets = np.arange(-REACH, REACH + 1)[:, None]
    place = np.stack([centre + offsets, np.broadcast_to(columns, (len(offsets), len(columns)))])
    strip = ndimage.map_coordinates(picture, place, order=1, mode="nearest")
    return np.asarray(strip, dtype=np.float32)


def _track(strip: Array) -> NDArray[np.float64]:
    """Follow a line that bends: the row of the strip it runs in, smooth along it; float64 L."""
    capped = np.minimum(strip, 2 * np.median(strip.max(0)) + 1e-6)  # ink must not attract it
    along = ndimage.uniform_filter1d(capped, max(3, strip.shape[1] // 8), axis=1, mode="nearest")
    weight = np.clip(along - along.min(0), 0, None) ** 4 + 1e-12
    rows = np.arange(len(strip), dtype=np.float64)[:, None]
    return np.asarray((weight * rows).sum(0) / weight.sum(0))


def _distinct(lines: list[Line], shape: tuple[int, ...]) -> list[Line]:
    """Drop lines that run along a better one, as the Hough transform has several for each."""
    kept: list[Line] = []
    for line in lines:
        length = shape[0] if line.steep else shape[1]
        for other in kept:
            ends = (line.start - other.start, 0.0)
            ends = (ends[0], ends[0] + (line.slope - other.slope) * length)
            if line.steep == other.steep and abs(ends[0]) + abs(ends[1]) < 2.5 * REACH:
                break
        else:
            kept.append(line)
    return kept


def _printed(darkness: Array, line: Line, noise: float) -> Line | None:
    """Find where a line is printed: its longest unbroken stretch; None if only a stroke may be."""
    strip, columns, _ = _band(darkness.T if line.steep else darkness, line)
    if len(columns) < 60:
        return None
    rows = np.arange(len(strip))[:, None] - _track(strip)
    on = np.where(np.abs(rows) <= 1.5, strip, 0).max(0)
    off = np.where(np.abs(rows - 4) <= 1.5, strip, 0).max(0)
    off = np.minimum(off, np.where(np.abs(rows + 4) <= 1.5, strip, 0).max(0))
    step = ndimage.uniform_filter1d((on - off).astype(np.float32), 9)
    pieces = np.array_split(step, 12)
    strength = float(np.sort([np.median(piece) for piece in pieces])[7])  # seen in five pieces
    if strength < max(0.02, 1.2 * noise):
        return None
    there = [float((piece > 0.4 * strength).mean()) > 0.6 for piece in pieces]
    first, last = _longest_run(there)
    if last - first < 5:
        return None
    ends = np.cumsum([0] + [len(piece) for piece in pieces])
    start, stop = columns[0] + ends[first], columns[0] + ends[last]
    return replace(line, first=int(start), last=int(stop))


def _longest_run(there: list[bool]) -> tuple[int, int]:
    """Give the first and past-the-last place of the longest run, bridging one gap at a time."""
    best, first, misses = (0, 0), 0, 0
    last = 0
    for i, here in enumerate([*there, False, False]):
        if here:
            last, misses = i + 1, 0
            continue
        misses += 1
        if misses == 2:
            if last - first > best[1] - best[0]:
                best = (first, last)
            misses = 0
            first = i + 1
        elif last <= first:
            first, misses = i + 1, 0
    return best


def _in_families(lines: list[Line], shape: tuple[int, ...]) -> list[Line]:
    """Keep what runs in a page's one or two directions, with near parallels or across it all.

    A stroke does neither, and lines that chance draws through noise run in all directions.
    """
    kept: list[Line] = []
    for steep in (False, True):
        alike = _most_alike([line for line in lines if line.steep == steep])
        for line in alike:
            crosses = line.last - line.first > 0.8 * (shape[0] if steep else shape[1])
            if len(alike) >= 3 or crosses:
                kept.append(line)
    return kept


def _most_alike(lines: list[Line]) -> list[Line]:
    """Give the lines of the direction in which the most runs; perspective fans them a little."""

    def alike(middle: Line) -> list[Line]:
        return [line for line in lines if abs(line.slope - middle.slope) < 0.08]

    families = [alike(line) for line in lines]
    return max(families, key=lambda f: sum(line.last - line.first for line in f), default=[])


def _follow(picture: Array, line: Line) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Give the columns that a line crosses and the rows where it does, bends included."""
    strip, columns, centre = _band(picture, line)
    return columns, centre + _track(strip) - REACH


def _profile(picture: Array, line: Line) -> Array:
    """Give how dark a line is at −REACH … REACH pixels from its middle: the median along it."""
    columns, rows = _follow(picture, line)
    profile = np.median(_strip(picture, columns, rows), axis=1)
    profile = np.clip(profile - max(profile[0], profile[-1]), 0, 0.95)
    return np.asarray(profile, dtype=np.float32)


def _erase(picture: Array, line: Line, profile: Array) -> None:
    """Divide a line of a profile out of the picture, in place."""
    columns, followed = _follow(picture, line)
    rows = np.rint(followed).astype(int) + np.arange(-REACH, REACH + 1)[:, None]
    away = rows - followed
    rows = np.clip(rows, 0, picture.shape[0] - 1)
    line_there = np.interp(away, np.arange(-REACH, REACH + 1), profile)
    values = picture[rows, columns]
    picture[rows, columns] = np.clip(1 - (1 - values) / (1 - line_there), 0, 1)
