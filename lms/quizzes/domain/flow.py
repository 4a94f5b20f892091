"""How a test runs: in which order pupils go through it, and how soon their pages hear of what is decided meanwhile."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

PULSE = timedelta(milliseconds=3500)
PULSES_A_SECOND = 800  # what a small server answers beside the answers that it stores


class Navigation(StrEnum):
    """How much of a test a pupil has before them."""

    FREE = "free"  # every question at once
    ONE_BY_ONE = "one_by_one"


class ReopeningState(StrEnum):
    """Where the wish to give a handed-in attempt back stands."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


def ask_after(running: int) -> timedelta:
    """How long a page of one of so many running attempts waits before it asks whether something changed.

    Up to 2,800 attempts a change is known everywhere within 5 s (3.5 s here, at most 1 s until the server itself looks,
    and the way); beyond that the server answers no more questions a second, so that the wait grows with the crowd.

    >>> ask_after(30).total_seconds(), ask_after(10_000).total_seconds()
    (3.5, 12.5)
    """
    return max(PULSE, timedelta(seconds=running / PULSES_A_SECOND))
