"""What was found in the ink, and which of it is the digit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lenet_lib.photo.form import centre, cut_out, fit, widen
from lenet_lib.photo.ink import Ink, Mask
from lenet_lib.photo.pieces import Piece, belongs, find_pieces
from lenet_lib.photo.verifier import NONE, opinions

SURE = 0.9
"""What is a digit with this probability is surely one, unless it lies along the border."""

ALONG = 0.75
"""It does with more than such a part of its box's height and width together on the border."""

MOST = 0.65
"""A digit must have such a part of the ink, or it may be a scrap, or one of several."""

LEAST = 0.1
"""What has a lower score is refused."""

NOTHING, LARGE = 0.8, 0.6
"""What is no digit with less probability counts as another digit; so does what has such a part of
the size of the one that is found, whatever the verifier says."""

SMALLEST = 18
"""A digit's least size in pixels: about that of the box it must fill."""


@dataclass(frozen=True)
class Options:
    """Which steps are taken: all, but where ``scripts/photo_steps.py`` asks what one is good for.

    Attributes:
        border: The first look takes the border's tone for the ground.
        segmenter: The second asks the segmenter.
        candidates: So many pieces are shown to the verifier.
        widening: Thin strokes are widened.
        nearby: Pieces near a large one are part of its digit.
        certainty: What is less surely ink has a lower score.
    """

    border: bool = True
    segmenter: bool = True
    candidates: int = 4
    widening: bool = True
    nearby: bool = True
    certainty: bool = True


ALL = Options()


@dataclass
class Find:
    """A large piece and what belongs to it, which may be a digit.

    Attributes:
        main, parts: The pieces, the main one among them.
        ink, mask: The ink of the whole picture; bool H×W, True on the pieces.
        strokes, digit: bool h×w, cut out; uint8 28×28, ink 255.
        none: Probability that it is no digit, 0–1, as the verifier has it.
        likeness: Probability of the digit that the verifier takes it for, 0–1.
        share: How much of the ink it has, 0–1.
        certainty: The part of its pixels that is surely ink, 0–1: little of a shadow's edge is.
        others: Number of other digits beside it.
    """

    main: Piece
    parts: list[Piece]
    ink: Ink = field(repr=False)
    mask: Mask = field(repr=False)
    strokes: Mask = field(repr=False)
    digit: NDArray[np.uint8] = field(repr=False)
    none: float
    likeness: float
    share: float
    certainty: float
    others: int = 0

    @property
    def score(self) -> float:
        """How much speaks for it, 0–1: it is a digit, all that is there, and ink at all."""
        return self.likeness * self.share * self.certainty

    @property
    def contact(self) -> int:
        """How many of its pixels lie on the picture's border, which may cut it off there."""
        return sum(part.contact for part in self.parts)

    @property
    def is_sure(self) -> bool:
        """Tell whether it is surely a digit, be it the only one or not.

        A digit may touch the border, but what lies along it may be a frame or a shadow.
        """
        along = self.contact > ALONG * (self.main.height + self.main.width)
        return self.likeness > SURE and not along

    @property
    def is_digit(self) -> bool:
        """Tell whether enough speaks for it."""
        return self.share > MOST and self.score >= LEAST


def finds(ink: Ink, options: Options = ALL) -> list[Find]:
    """Take each of the largest pieces and what belongs to it; the likeliest digit comes first."""
    labels, pieces = find_pieces(ink)
    mass = sum(piece.mass for piece in pieces)
    found: list[Find] = []
    for main in [p for p in pieces if p.size >= SMALLEST][: options.candidates]:
        if any(main in one.parts for one in found):
            continue
        near = [p for p in pieces if p is not main and options.nearby and belongs(p, main)]
        parts = [main, *(p for p in near if main.contact or not p.contact)]
        mask = np.isin(labels, [part.label for part in parts])
        found.append(_examine(ink, mask, parts, mass, options))
    for one in found:
        one.others = sum(_is_rival(other, one) for other in found)
    return sorted(found, key=lambda one: -one.score)


def _examine(ink: Ink, mask: Mask, parts: list[Piece], mass: float, options: Options) -> Find:
    """Show pieces, the main one first, to the verifier; ``mass`` is that of all ink."""
    strokes = cut_out(ink, mask)
    if options.widening:
        strokes = widen(strokes)
    digit = centre(fit(strokes))
    chances = opinions(digit[None])[0]
    certainty = sum(part.sure for part in parts) / sum(part.area for part in parts)
    return Find(
        main=parts[0],
        parts=parts,
        ink=ink,
        mask=mask,
        strokes=strokes,
        digit=digit,
        none=float(chances[NONE]),
        likeness=float(chances[:NONE].max()),
        share=sum(part.mass for part in parts) / mass,
        certainty=certainty if options.certainty else 1,
    )


def _is_rival(other: Find, one: Find) -> bool:
    """Tell whether a find is a digit of its own: of about the same height, and no part of ours."""
    if other is one or other.main in one.parts:
        return False
    may_be_digit = other.none < NOTHING or other.main.size > LARGE * one.main.size
    return may_be_digit and 0.5 < other.main.height / one.main.height < 2
