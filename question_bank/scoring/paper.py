"""From the scores of the questions to the mark of a paper: exact to the end, rounded once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from lms.base.marks import TENTH, round_half_up
from question_bank.scoring.outcome import NONE

SCALE = Fraction(10)


class VoidPolicy(StrEnum):
    """What becomes of a question found faulty after the test; recorded with the regrade."""

    FULL_CREDIT = "full_credit"  # everyone gets its worth
    DROP = "drop"  # it leaves the paper, the others weigh more


@dataclass(frozen=True, slots=True)
class Marked:
    """One question of a paper: its worth in points, the share earned, and what was decided if it is void."""

    worth: Fraction
    fraction: Fraction
    void: VoidPolicy | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """Points earned out of the points of the paper."""

    points: Fraction
    worth: Fraction


def total_of(questions: Iterable[Marked]) -> Total:
    """Return what a paper earned out of what it is worth, void questions counted as decided.

    >>> total_of([Marked(Fraction(1, 4), Fraction(1)), Marked(Fraction(1), Fraction(1, 2))])
    Total(points=Fraction(3, 4), worth=Fraction(5, 4))
    """
    points = worth = NONE
    for question in questions:
        if question.void is VoidPolicy.DROP:
            continue
        worth += question.worth
        points += question.worth * (Fraction(1) if question.void is VoidPolicy.FULL_CREDIT else question.fraction)
    return Total(points, worth)


def mark_of(total: Fraction, worth: Fraction, step: Fraction = TENTH, scale: Fraction = SCALE) -> Decimal:
    """Return `scale · total / worth` rounded once to *step*, half up (Circular 22/2021: to 0,1 on the scale of ten).

    The national format rounds to 0,01, primary school to whole marks: `lms.base.marks.HUNDREDTH`, `WHOLE`. A paper that
    is worth nothing (every question dropped) has mark 0.

    >>> mark_of(Fraction(145, 4), Fraction(50))
    Decimal('7.3')
    """
    return round_half_up(scale * total / worth if worth else NONE, step)
