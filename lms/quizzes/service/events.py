"""Read the answers of attempts from their events, and keep which of them count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import msgspec
from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from lms.base.bulk import add_rows
from lms.quizzes.domain.answers import Event, project
from lms.quizzes.domain.states import EventKind, Standing
from lms.quizzes.models import Attempt, AttemptEvent, EventDecision, ResponseCurrent

_STANDINGS = {standing.value: standing for standing in Standing}
_KINDS = (EventKind.ANSWER.value, EventKind.TRY.value)  # of a practice the last try is the answer
_event, _decision = AttemptEvent.__table__.c, EventDecision.__table__.c
_ANSWERS = (
    select(
        _event.attempt_id,
        _event.id,
        _event.slot,
        _event.client_seq,
        _event.standing,
        _event.payload,
        _decision.counts,
    )
    .outerjoin(EventDecision.__table__, _decision.event_id == _event.id)
    .where(_event.attempt_id.in_(bindparam("ids", expanding=True)), _event.kind.in_(_KINDS))
    .order_by(_event.id)
)


def answer_events(session: Session, attempt: Attempt) -> list[Event]:
    """Every answer event of an attempt in the order of arrival."""
    return events_of(session, [attempt.id])[attempt.id]


def events_of(session: Session, attempt_ids: Sequence[int]) -> dict[int, list[Event]]:
    """Every answer event of these attempts in the order of arrival."""
    found: dict[int, list[Event]] = {attempt_id: [] for attempt_id in attempt_ids}
    for attempt_id, event_id, slot, seq, standing, payload, counts in session.execute(_ANSWERS, {"ids": attempt_ids}):
        response = msgspec.json.decode(payload)
        found[attempt_id].append(Event(event_id, slot or 0, seq, _STANDINGS[standing], response, bool(counts)))
    return found


def count_answers(session: Session, attempts: Mapping[int, int]) -> dict[int, dict[int, Event]]:
    """Keep what counts of attempts that have nothing kept yet, and return it; school by attempt comes in."""
    counted = {attempt_id: project(events) for attempt_id, events in events_of(session, list(attempts)).items()}
    rows = [
        {
            "attempt_id": attempt_id,
            "school_id": attempts[attempt_id],
            "slot": slot,
            "event_id": event.id,
            "response": event.response,
        }
        for attempt_id, answers in counted.items()
        for slot, event in answers.items()
    ]
    add_rows(session, cast(Table, ResponseCurrent.__table__), rows)
    return counted
