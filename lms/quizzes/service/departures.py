"""Read when pages were left, for the pupil and the teachers, and forget it in time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.base.permissions import Actor
from lms.quizzes.domain.departures import KEPT, Departure, departures
from lms.quizzes.domain.states import EventKind
from lms.quizzes.models import Attempt, AttemptEvent
from lms.quizzes.service.reading import get_own_attempt


def departures_of(session: Session, attempt: Attempt) -> list[Departure]:
    """When the page of an attempt was left. Knows no permission: for who may read the attempt."""
    rows = session.execute(
        select(AttemptEvent.client_seq, AttemptEvent.payload, AttemptEvent.server_at).where(
            AttemptEvent.attempt_id == attempt.id, AttemptEvent.kind == EventKind.LEFT
        )
    )
    return departures(attempt.started_at, [(row.client_seq, int(row.payload), row.server_at) for row in rows])


def own_departures(session: Session, actor: Actor, uid: str) -> tuple[Attempt, list[Departure]]:
    """The same of one's own attempt, running or not.

    Raises:
        NotFound: no such attempt, or another pupil's.
    """
    attempt = get_own_attempt(session, actor, uid)
    return attempt, departures_of(session, attempt)


def list_old(session: Session, *, at: datetime) -> list[int]:
    """The ids of what has been kept for long enough."""
    return list(
        session.scalars(
            select(AttemptEvent.id).where(AttemptEvent.kind == EventKind.LEFT, AttemptEvent.server_at < at - KEPT)
        )
    )


def forget(session: Session, event_ids: Sequence[int]) -> None:
    """Delete some of them for good; the database lets no other event go."""
    session.execute(
        delete(AttemptEvent).where(AttemptEvent.id.in_(event_ids), AttemptEvent.kind == EventKind.LEFT),
        execution_options={"synchronize_session": False},
    )
