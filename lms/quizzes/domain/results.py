"""What a pupil may see and when, which attempt counts, and what a total is on the scale of ten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Protocol, TypeVar

from lms.quizzes.domain.states import Counts, QuizState, ReleasePolicy

TEN = Fraction(10)


@dataclass(frozen=True, slots=True)
class ReleaseRules:
    """When results are seen and which parts of them."""

    policy: ReleasePolicy
    marks: bool = True
    key: bool = False
    comments: bool = True


def is_released(policy: ReleasePolicy, state: QuizState, released_at: datetime | None) -> bool:
    """Say whether the results of a finished attempt are out."""
    if released_at is not None:
        return True
    if policy is ReleasePolicy.AFTER_HAND_IN:
        return True
    return policy is ReleasePolicy.AFTER_CLOSE and state is QuizState.CLOSED


class Scored(Protocol):
    """An attempt as far as its counting is concerned."""

    @property
    def number(self) -> int: ...
    @property
    def points(self) -> Fraction: ...
    @property
    def worth(self) -> Fraction: ...


S = TypeVar("S", bound=Scored)


def counting(attempts: Sequence[S], counts: Counts) -> S:
    """The attempt that is the pupil's result; of equally good ones the earlier.

    The best is the one of the best mark: where a question was dropped, attempts may be worth different totals.
    """
    if counts is Counts.FIRST:
        return min(attempts, key=lambda attempt: attempt.number)
    if counts is Counts.LAST:
        return max(attempts, key=lambda attempt: attempt.number)
    return max(attempts, key=lambda attempt: (on_ten(attempt.points, attempt.worth), -attempt.number))


def on_ten(points: Fraction, worth: Fraction) -> Fraction:
    """A total on the scale of ten (Circular 22/2021: 10·points/N), exact.

    >>> on_ten(Fraction(7), Fraction(8))
    Fraction(35, 4)
    """
    return TEN * points / worth if worth else Fraction(0)
