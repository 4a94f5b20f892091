"""Read the answers of an attempt from its events."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.quizzes.domain.answers import Event
from lms.quizzes.domain.states import EventKind, Standing
from lms.quizzes.models import Attempt, AttemptEvent


def answer_events(session: Session, attempt: Attempt) -> list[Event]:
    """Every answer event of an attempt in the order of arrival."""
    rows = session.execute(
        select(AttemptEvent.id, AttemptEvent.slot, AttemptEvent.client_seq, AttemptEvent.standing, AttemptEvent.payload)
        .where(AttemptEvent.attempt_id == attempt.id, AttemptEvent.kind == EventKind.ANSWER)
        .order_by(AttemptEvent.id)
    )
    return [
        Event(row.id, row.slot or 0, row.client_seq, Standing(row.standing), json.loads(row.payload)) for row in rows
    ]
