"""Answers that came late or from another device: when they were made, and what a quiz's own rule says of them."""

from __future__ import annotations

from datetime import datetime, timedelta

MOST_MINUTES = 24 * 60  # how long after the end a rule may let late answers count
LONGEST_COUNT = 30 * 24 * 60 * 60 * 1000  # milliseconds; a page that counts further than a month lies


def made_at(started_at: datetime, seq: int) -> datetime | None:
    """When an answer was made by the page's own count since the start; None when that cannot be.

    The count only grows while the page lives and is set to the server's at every load, so the clock of the device has
    no part in it. It is the page's word all the same.

    >>> from datetime import UTC
    >>> made_at(datetime(2026, 11, 23, 5, 0, tzinfo=UTC), 90_000).isoformat()
    '2026-11-23T05:01:30+00:00'
    """
    return started_at + timedelta(milliseconds=seq) if 0 <= seq <= LONGEST_COUNT else None


def counts_by_rule(
    made: datetime | None, came: datetime, *, ended_at: datetime, accept_until_at: datetime, minutes: int
) -> bool:
    """Say whether a late answer counts without anybody's decision: made before the end, and here soon enough.

    `ended_at` is the hand-in or the deadline, whichever was first. With 0 minutes every late answer waits for a person.
    """
    if made is None or minutes <= 0:
        return False
    return made <= ended_at and came <= accept_until_at + timedelta(minutes=minutes)
