"""Marking in two independent rounds: when two marks agree, what comes of them, and when a third person decides."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from fractions import Fraction


class Round(IntEnum):
    """Whose mark it is."""

    FIRST = 1  # the teacher's of the class
    SECOND = 2  # another teacher's, who does not see the first
    DECISION = 3  # the word of whoever decides between the two


class SettledBy(StrEnum):
    """What comes of two marks that agree well enough."""

    MEAN = "mean"
    FIRST = "first"
    HIGHER = "higher"


def settled(first: Fraction, second: Fraction, tolerance: Fraction, by: SettledBy) -> Fraction | None:
    """The mark out of two, exact; None when they differ by more than the tolerance and somebody has to decide.

    >>> settled(Fraction(3, 2), Fraction(7, 4), Fraction(1, 4), SettledBy.MEAN)
    Fraction(13, 8)
    >>> settled(Fraction(1), Fraction(2), Fraction(1, 2), SettledBy.MEAN) is None
    True
    """
    if abs(first - second) > tolerance:
        return None
    if by is SettledBy.MEAN:
        return (first + second) / 2
    return max(first, second) if by is SettledBy.HIGHER else first
