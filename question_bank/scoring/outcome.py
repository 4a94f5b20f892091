"""What marking says about one response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

NONE = Fraction(0)
FULL = Fraction(1)


@dataclass(frozen=True, slots=True)
class Score:
    """What a response earns, as a share of the question's worth.

    `fraction` lies in 0..1. `detail` says the same of each part (statement, gap, pair, chosen option) by its id, for
    the review page and item analysis. `needs_marking` asks for a person; the fraction is then 0 and provisional.
    `flags` are machine names of things a teacher may want to look at (`not_a_number`, `not_in_national_format`).
    """

    fraction: Fraction
    answered: bool
    needs_marking: bool = False
    detail: Mapping[str, Fraction] = field(default_factory=dict)
    flags: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Whether the response earns the whole worth."""
        return self.fraction == FULL


UNANSWERED = Score(NONE, answered=False)


def clamped(fraction: Fraction) -> Fraction:
    """Return the nearest fraction in 0..1: penalties never cost more than the question is worth.

    >>> clamped(Fraction(-1, 3)), clamped(Fraction(5, 4))
    (Fraction(0, 1), Fraction(1, 1))
    """
    return min(max(fraction, NONE), FULL)
