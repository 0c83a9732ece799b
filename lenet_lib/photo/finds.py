"""What was found in the ink, and which of it is the digit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from lenet_lib.photo.form import centre, cut_out, fit, widen
from lenet_lib.photo.ink import (
    Array,
    Mask,
    edge_darkness,
    evenly_lit,
    is_dark,
    outlined,
    threshold,
)
from lenet_lib.photo.looks import LOOKS, Look, border_tone
from lenet_lib.photo.pieces import Piece, belongs, find_pieces, rivals
from lenet_lib.photo.verifier import NONE, opinions

FAINTEST = 0.05
"""The least difference of brightness (0–1) that ink makes; a camera's noise stays below it."""

SURE = 0.9
"""A find that is a digit with this probability ends the search."""

MOST = 0.6
"""And it must have such a part of the ink, or it may be a scrap."""

WHOLE = 0.6
"""What is smaller than such a part of another digit is a scrap of it."""

LEAST, LEAST_FREE, LEAST_RAGGED = 0.33, 0.1, 0.75
"""What is a digit with less probability, times its part of the ink, is refused. Less will do where
it stands free and has nearly all the ink, and more must be where its outline is ragged."""

BLURRED, CLEAR, SHARP = 0.75, 0.9, 0.97
"""Such a part of a digit's outline is an edge. Below the first it is a shadow or grain, and below
the second it may be another digit, but not the one that is read; below the third it is ragged."""

NARROW = 0.5
"""A picture narrower than this for its height is a crop of a 1: there, one may touch the border."""

SMALLEST = 18
"""A digit's least size in pixels: about that of the box it must fill."""


@dataclass(frozen=True)
class Options:
    """Which steps are taken: all, but where ``scripts/photo_steps.py`` asks what one is good for.

    Attributes:
        looks: Guesses of the ground.
        candidates: So many pieces of each look are shown to the verifier.
        other_polarity: Ink may be lighter than its ground after all, or darker.
        even_light: The fall of light over the picture is taken away.
        edges: What has no edges is no ink.
        widening: Thin strokes are widened.
        nearby: Pieces near a large one are part of its digit.
        gaps: What is two pixels apart or less is one piece.
    """

    looks: tuple[Look, ...] = LOOKS
    candidates: int = 4
    other_polarity: bool = True
    even_light: bool = True
    edges: bool = True
    widening: bool = True
    nearby: bool = True
    gaps: bool = True


ALL = Options()


@dataclass
class Find:
    """A large piece and what belongs to it, which may be a digit.

    Attributes:
        main, parts: The pieces, the main one among them.
        ink, mask: Darkness of the whole picture, float32 H×W, 0–1; True on the pieces.
        strokes, digit: bool h×w, cut out; uint8 28×28, ink 255.
        clear: Which part of its outline is an edge, 0–1.
        none: Probability that it is no digit, 0–1, as the verifier has it.
        likeness: Probability of the digit that the verifier takes it for, 0–1.
        share: How much of the ink it has, 0–1, but for what is the table's or a shadow's.
        is_most: Whether it has most of all that is dark.
        others: Number of other digits beside it.
    """

    main: Piece
    parts: list[Piece]
    ink: Array = field(repr=False)
    mask: Mask = field(repr=False)
    strokes: Mask = field(repr=False)
    digit: NDArray[np.uint8] = field(repr=False)
    clear: float
    none: float
    likeness: float
    share: float = 0.0
    is_most: bool = False
    others: int = 0

    @property
    def mass(self) -> float:
        """The sum of its ink's darkness."""
        return sum(part.mass for part in self.parts)

    @property
    def score(self) -> float:
        """How much speaks for it, 0–1."""
        return self.likeness * self.share

    @property
    def may_be_digit(self) -> bool:
        """Tell whether it may be another digit: it is like one, or as sharp and hardly cut off."""
        sharp = self.clear >= SHARP and self.main.contact < 0.3 * self.main.size
        return self.none < 0.8 or sharp

    @property
    def is_digit(self) -> bool:
        """Tell whether enough speaks for it."""
        free = self.share > 0.9 and not any(part.contact for part in self.parts)
        return self.score >= (LEAST_RAGGED if self.clear < SHARP else LEAST_FREE if free else LEAST)


def search(shade: Array, options: Options = ALL) -> list[Find]:
    """Look again and again until something is a digit.

    Args:
        shade: Brightness, float32 H×W, 0–1.
        options: What to leave out.

    Returns:
        All that was found.
    """
    found: list[Find] = []
    largest = 0
    if options.even_light:
        shade = evenly_lit(shade)
    if np.ptp(ndimage.gaussian_filter(shade, 1.5)) < FAINTEST:
        return found
    soft = ndimage.gaussian_filter(shade, 0.7)
    dark = soft if is_dark(soft) else 1 - soft
    ways = [(dark, look) for look in options.looks]
    if options.other_polarity:  # against a frame's tone, the gaps beside the ink would be some
        ways += [(1 - dark, look) for look in options.looks if look is not border_tone]
    for seen, look in ways:
        for find in finds(*look(seen), options):
            found.append(find)
            whole = find.main.size >= WHOLE * largest
            if find.likeness > SURE and find.others and whole:
                return [find]  # or the next look would take one of the digits for a line
            if find.likeness > SURE and find.is_most:
                return found
            if find.likeness > SURE:
                largest = max(largest, find.main.size)
    return found


def choose(found: list[Find]) -> Find:
    """Take what is most like a digit and has most of the ink, but no scrap of something larger."""
    largest = max((f.main.size for f in found if f.likeness > LEAST), default=0)
    return max((f for f in found if f.main.size >= WHOLE * largest), key=lambda find: find.score)


def finds(seen: Array, ink: Array, options: Options = ALL) -> Iterator[Find]:
    """Take each of the largest pieces and what belongs to it, with faint strokes and then without.

    What lies along the border is left out, if there is anything else, and a scrap at the border is
    left out anyway: a corner's shadow, or part of what is not in the picture.
    """

    def part_clear(mask: Mask) -> float:
        return outlined(seen, ink, mask) if options.edges else 1.0

    level, edge = threshold(ink), edge_darkness(ink)
    for least in (0.5 * level, level):
        labels, every = find_pieces(ink, ink > np.maximum(edge, least), level, options.gaps)
        small, scrap = max(SMALLEST, 0.03 * max(ink.shape)), 0.3 * min(ink.shape)
        large = [piece for piece in every if piece.size >= (scrap if piece.contact else small)]
        pieces = [piece for piece in large if not piece.is_edge] or large
        # A frame or a shadow is no ink that the digit lacks, but may hide another digit.
        total = sum(piece.mass for piece in every if piece in pieces or not piece.is_edge)
        all_dark = sum(piece.mass for piece in every)
        tries: list[Find] = []
        for main in pieces[: options.candidates]:
            if any(main in one.parts for one in tries):
                continue
            # A second stroke may be smaller than a whole digit: half of the first will do.
            near = [p for p in every if p in pieces or (not p.is_edge and p.size > main.size / 2)]
            near = [p for p in near if p is not main and options.nearby and belongs(p, main)]
            parts = [main, *(p for p in near if part_clear(labels == p.label) >= BLURRED)]
            mask = np.isin(labels, [part.label for part in parts])
            clear = part_clear(mask)
            if clear < BLURRED:
                total -= main.mass
                continue
            strokes = cut_out(ink, edge, mask)
            if options.widening:
                strokes = widen(strokes)
            digit = centre(fit(strokes))
            chances = opinions(digit[None])[0]
            # A straight piece along the border may be a 1, but is more often a frame or a shadow.
            along = main.is_edge or main.contact > main.size / 2
            narrow = ink.shape[1] < NARROW * ink.shape[0]
            doubt = LEAST if along and chances.argmax() == 1 and not narrow else 1
            likeness, none = doubt * float(chances[:NONE].max()), float(chances[NONE])
            tries.append(Find(main, parts, ink, mask, strokes, digit, clear, none, likeness))
        away = sum(
            one.main.mass
            for one in tries
            if one.clear < CLEAR or (one.none > 0.95 and one.main.contact)
        )
        for one in tries:
            if one.clear < CLEAR:
                continue
            if one.none < 0.95:
                digits = [other.main for other in tries if other.may_be_digit]
                others = rivals(digits, one.main)
                together = one.mass + sum(other.mass for other in others)
                # What has little of the ink even together is scraps of something else.
                one.others = len(others) if together > MOST * (total - away) else 0
            one.share = min(1.0, one.mass / max(total - away, 1e-9))
            one.is_most = one.mass > MOST * all_dark
            yield one
