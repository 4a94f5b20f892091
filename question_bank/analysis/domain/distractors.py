"""Who chose which option: counts by strength, and what the choosers earned in the rest of the test.

Strength is the rest score R = T − x, so that a question with a wrong key does not make weak those who answered it best.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from question_bank.analysis.domain.classical import P, correlation

THIRDS, FIFTHS = 3, 5
ENOUGH_FOR_FIFTHS = 100  # papers


@dataclass(frozen=True, slots=True)
class OptionFigures:
    """An option and who chose it; `groups` counts them by strength, the weakest first."""

    option: str
    right: bool
    count: int
    share: Fraction
    rest: Fraction | None  # the mean of what they earned elsewhere, in points; None where nobody chose it
    biserial: float | None  # 100·corr(chosen, R)
    groups: tuple[int, ...]

    @property
    def strongest(self) -> int:
        """How many of the strongest group chose it."""
        return self.groups[-1]


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of a question in their order, and how large the groups are, the weakest first."""

    papers: int
    blanks: int
    sizes: tuple[int, ...]
    options: tuple[OptionFigures, ...]

    @property
    def key(self) -> OptionFigures | None:
        """The right option that was chosen most."""
        return max((one for one in self.options if one.right), key=lambda one: one.count, default=None)


def groups_by_strength(strengths: Sequence[int], groups: int) -> list[int]:
    """The group of each paper, from 0 (weakest), as equal in size as ties allow: equal strength is one group.

    A paper goes by the middle of the ranks of its equals.

    >>> groups_by_strength([9, 1, 5, 5, 5, 2], 3)
    [2, 0, 1, 1, 1, 0]
    """
    order, count = sorted(strengths), len(strengths)
    places = {one: groups * (bisect_left(order, one) + bisect_right(order, one)) // (2 * count) for one in set(order)}
    return [places[one] for one in strengths]


def choices_of(
    chosen: Mapping[P, Collection[str]], rests: Mapping[P, int], unit: int, options: Mapping[str, bool]
) -> Choices:
    """What each paper chose (nothing: a blank), weighed by its rest score in 1/*unit*; *options* says which are right.

    Thirds of the papers, and fifths from a hundred papers on.
    """
    papers = list(chosen)
    strengths = [rests[paper] for paper in papers]
    groups = FIFTHS if len(papers) >= ENOUGH_FOR_FIFTHS else THIRDS
    places = groups_by_strength(strengths, groups)
    return Choices(
        len(papers),
        sum(1 for own in chosen.values() if not own),
        _counted(places, groups),
        tuple(
            _figures(option, right, [int(option in chosen[paper]) for paper in papers], strengths, places, groups, unit)
            for option, right in options.items()
        ),
    )


def _figures(
    option: str,
    right: bool,
    taken: Sequence[int],
    strengths: Sequence[int],
    places: Sequence[int],
    groups: int,
    unit: int,
) -> OptionFigures:
    count = sum(taken)
    found = correlation(taken, strengths)
    own = [strength for strength, one in zip(strengths, taken, strict=True) if one]
    return OptionFigures(
        option,
        right,
        count,
        Fraction(count, len(taken)) if taken else Fraction(0),
        Fraction(sum(own), count * unit) if count else None,
        None if found is None else 100 * found,
        _counted([place for place, one in zip(places, taken, strict=True) if one], groups),
    )


def _counted(places: Sequence[int], groups: int) -> tuple[int, ...]:
    return tuple(places.count(group) for group in range(groups))
