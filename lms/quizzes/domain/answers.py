"""What a pupil has answered, as a function of the events of the attempt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lms.quizzes.domain.states import Standing


@dataclass(frozen=True, slots=True)
class Event:
    """An answer event as stored. `seq` is the client's: milliseconds since the start, always growing."""

    id: int
    slot: int
    seq: int
    standing: Standing
    response: Any
    decided: bool = False  # it was kept apart, and then decided that it counts


def project(events: Iterable[Event]) -> dict[int, Event]:
    """The event that counts for each slot: of those applied or decided to count the one with the highest `seq`.

    Arrival does not decide, since a held-back answer may arrive after a newer one; only between equals the later
    arrival counts.
    """
    latest: dict[int, Event] = {}
    for event in events:
        if event.standing is not Standing.APPLIED and not event.decided:
            continue
        known = latest.get(event.slot)
        if known is None or (event.seq, event.id) > (known.seq, known.id):
            latest[event.slot] = event
    return latest
