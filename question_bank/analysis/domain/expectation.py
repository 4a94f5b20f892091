"""How much of the points of a question can be expected, from what its papers earned and from its level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

BY_LEVEL: Mapping[str, Fraction] = MappingProxyType(
    {"NB": Fraction(80, 100), "TH": Fraction(65, 100), "VD": Fraction(45, 100), "VDC": Fraction(25, 100)}
)
OTHERWISE = Fraction(60, 100)
PAPERS_OF_LEVEL = 20
"""The level counts as much as so many papers: of twenty papers on, what was seen weighs more."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The share of its points that a question will earn, and on how many papers of it that rests (0: on its level)."""

    facility: Fraction
    papers: int


def expected(level: str, uses: Iterable[tuple[int, Fraction]] = ()) -> Expected:
    """What to expect after *uses* (papers, facility) of a question of this level.

    The mean of all papers, drawn towards what questions of the level earn as if that were twenty papers more.

    >>> expected("NB").facility, expected("NB", [(20, Fraction(1, 2))]).facility
    (Fraction(4, 5), Fraction(13, 20))
    """
    earned, papers = BY_LEVEL.get(level, OTHERWISE) * PAPERS_OF_LEVEL, 0
    for count, facility in uses:
        earned, papers = earned + count * facility, papers + count
    return Expected(earned / (papers + PAPERS_OF_LEVEL), papers)
