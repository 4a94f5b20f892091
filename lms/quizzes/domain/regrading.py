"""Marking again after the test: what is decided about a faulty question, and what that changes for each pupil."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from lms.quizzes.domain.results import on_ten


class Policy(StrEnum):
    """What is decided about a question; recorded with the run and told to the pupils."""

    KEY = "key"  # the key was wrong, and another one is right
    SEVERAL = "several"  # another answer is right too
    FULL_CREDIT = "full_credit"  # everyone gets its worth
    DROP = "drop"  # it leaves the paper, the others weigh more


class RegradeState(StrEnum):
    """How far a proposal to mark again has come."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    REFUSED = "refused"


class Turn(StrEnum):
    """Which way a mark goes."""

    UP = "up"
    DOWN = "down"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Standing:
    """A total of one attempt in one run."""

    points: Fraction
    worth: Fraction
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """One attempt before and after, exactly."""

    attempt_id: int
    before: Standing
    after: Standing

    @property
    def turn(self) -> Turn:
        """Compared on the scale of ten, since a dropped question changes what a paper is worth.

        >>> Change(1, Standing(Fraction(6), Fraction(8)), Standing(Fraction(6), Fraction(7))).turn.value
        'up'
        """
        before, after = (on_ten(one.points, one.worth) for one in (self.before, self.after))
        return Turn.SAME if before == after else Turn.UP if after > before else Turn.DOWN


def still_stands(marked_at: datetime, *, came_at: datetime | None, decided_at: datetime | None) -> bool:
    """Say whether points given by a person are those of the answer that counts now.

    They are not once a newer answer took its place: it came after the marking, or was decided to count after it. A
    blank answer, which never came, keeps its points.
    """
    return marked_at >= max((at for at in (came_at, decided_at) if at is not None), default=marked_at)


def changes(before: Mapping[int, Standing], after: Mapping[int, Standing]) -> list[Change]:
    """What another run changes, by attempt; both runs hold the same attempts."""
    return [Change(attempt_id, one, after[attempt_id]) for attempt_id, one in before.items()]


def count_turns(found: Iterable[Change]) -> dict[str, int]:
    """How many marks go up, down, and stay."""
    counts = Counter(change.turn for change in found)
    return {turn.value: counts[turn] for turn in Turn}


def fingerprint(rows: Iterable[Sequence[object]]) -> str:
    """SHA-256 of all that a dry run was made from, in one order; another value says that something has changed."""
    digest = hashlib.sha256()
    for row in sorted(rows, key=repr):
        digest.update(repr(tuple(str(value) for value in row)).encode())
    return digest.hexdigest()
