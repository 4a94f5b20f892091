"""Read the answers of an attempt from its events."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lms.quizzes.domain.answers import Event
from lms.quizzes.domain.states import EventKind, Standing
from lms.quizzes.models import Attempt, AttemptEvent

_STANDINGS = {standing.value: standing for standing in Standing}
_event = AttemptEvent.__table__.c
_ANSWERS = (
    select(_event.attempt_id, _event.id, _event.slot, _event.client_seq, _event.standing, _event.payload)
    .where(_event.attempt_id.in_(bindparam("ids", expanding=True)), _event.kind == EventKind.ANSWER.value)
    .order_by(_event.id)
)


def answer_events(session: Session, attempt: Attempt) -> list[Event]:
    """Every answer event of an attempt in the order of arrival."""
    return events_of(session, [attempt.id])[attempt.id]


def events_of(session: Session, attempt_ids: Sequence[int]) -> dict[int, list[Event]]:
    """Every answer event of these attempts in the order of arrival."""
    found: dict[int, list[Event]] = {attempt_id: [] for attempt_id in attempt_ids}
    for attempt_id, event_id, slot, seq, standing, payload in session.execute(_ANSWERS, {"ids": attempt_ids}):
        found[attempt_id].append(Event(event_id, slot or 0, seq, _STANDINGS[standing], msgspec.json.decode(payload)))
    return found
