"""How the questions of a quiz answer a pupil, whatever kind of question they are.

A **test** (deferred) says nothing until all is handed in. A **practice** answers question by question: after one try
(immediate), or after several, with a hint between them and a share of the worth taken for each wrong one (interactive).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any

NONE = Fraction(0)
MOST_TRIES = 5


class Behaviour(StrEnum):
    """When a question says whether an answer is right."""

    DEFERRED = "deferred"
    IMMEDIATE = "immediate"
    INTERACTIVE = "interactive"


class Penalty(StrEnum):
    """What each wrong try takes of the worth of a question."""

    NOTHING = "nothing"
    QUARTER = "quarter"
    THIRD = "third"
    HALF = "half"


SHARES: Mapping[Penalty, Fraction] = MappingProxyType(
    {
        Penalty.NOTHING: NONE,
        Penalty.QUARTER: Fraction(1, 4),
        Penalty.THIRD: Fraction(1, 3),
        Penalty.HALF: Fraction(1, 2),
    }
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pupil has come with a question: of each try whether it was wholly right, and the hints shown."""

    tries: tuple[bool, ...] = ()
    hints: int = 0


@dataclass(frozen=True, slots=True)
class Conduct:
    """The behaviour of a quiz with its figures, as they are frozen when it is published."""

    behaviour: Behaviour = Behaviour.DEFERRED
    tries: int = 1
    penalty: Penalty = Penalty.NOTHING

    @property
    def is_practice(self) -> bool:
        """Whether questions answer at once."""
        return self.behaviour is not Behaviour.DEFERRED

    def tries_left(self, progress: Progress) -> int:
        """How often a pupil may still try.

        >>> Conduct(Behaviour.INTERACTIVE, 3).tries_left(Progress((False,)))
        2
        >>> Conduct(Behaviour.INTERACTIVE, 3).tries_left(Progress((False, True)))
        0
        """
        return 0 if any(progress.tries) else max(0, self.tries - len(progress.tries))

    def hints_open(self, progress: Progress) -> int | None:
        """How many hints may be seen by now; None: all of them.

        With one try they stand before it; with several there is one more after each wrong try.
        """
        return len(progress.tries) if self.behaviour is Behaviour.INTERACTIVE else None

    def may_see_hint(self, progress: Progress, there: int) -> bool:
        """Whether the next hint of *there* may be asked for."""
        opened = self.hints_open(progress)
        return bool(self.tries_left(progress)) and progress.hints < (there if opened is None else min(there, opened))

    def earned(self, fraction: Fraction, tries: int) -> Fraction:
        """The share of the worth that an answer earns at the try with this number; never less than nothing.

        >>> Conduct(Behaviour.INTERACTIVE, 3, Penalty.THIRD).earned(Fraction(1), 2)
        Fraction(2, 3)
        """
        return max(NONE, fraction - SHARES[self.penalty] * max(0, tries - 1))


DEFERRED = Conduct()
ROOM = 1000  # in the count of a practice's events for each slot; hints stand in the upper half


def try_seq(slot: int, number: int) -> int:
    """Where the try with this number stands among the events of a practice.

    >>> try_number(try_seq(12, 3))
    3
    """
    return slot * ROOM + number


def hint_seq(slot: int, number: int) -> int:
    """Where the hint with this number stands."""
    return slot * ROOM + ROOM // 2 + number


def try_number(seq: int) -> int:
    """The number of the try that stands there."""
    return seq % ROOM


def encode_conduct(conduct: Conduct) -> dict[str, Any]:
    """A conduct as a form keeps it among its rules; empty for a test."""
    if not conduct.is_practice:
        return {}
    return {
        "conduct": {
            "behaviour": conduct.behaviour.value,
            "tries": conduct.tries,
            "penalty": conduct.penalty.value,
        }
    }


def decode_conduct(rules: Mapping[str, Any]) -> Conduct:
    """The conduct among the rules of a form."""
    kept = rules.get("conduct")
    if kept is None:
        return DEFERRED
    return Conduct(Behaviour(kept["behaviour"]), kept["tries"], Penalty(kept["penalty"]))
