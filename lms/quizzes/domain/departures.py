"""When a pupil's page was out of sight: a fact with its time and its length, and no judgement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT = timedelta(days=90)
"""So long such facts are kept (rules of the school for what was noted during a test)."""


@dataclass(frozen=True, slots=True)
class Departure:
    """That the page was left at a moment, for so many seconds."""

    left_at: datetime
    seconds: int


def departures(started_at: datetime, told: Iterable[tuple[int, int, datetime]]) -> list[Departure]:
    """The times at which a page was left, in their order, by the server's clock.

    Each was told on the return: milliseconds since the start by the server's reckoning, how long it lasted in
    milliseconds, and when that arrived. What was held back by a lost network keeps its own moment; none lies after the
    moment at which the server heard of it.
    """
    found = []
    for since_start, length, heard_at in told:
        back_at = min(started_at + timedelta(milliseconds=since_start), heard_at)
        found.append(Departure(back_at - timedelta(milliseconds=length), round(length / 1000)))
    return sorted(found, key=lambda one: one.left_at)
