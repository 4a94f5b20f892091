"""Close attempts: by the pupil, by the server at the deadline, by the teacher; mark them in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit, db
from lms.base.permissions import Actor
from lms.quizzes.domain.answers import project
from lms.quizzes.domain.receipts import receipt_of
from lms.quizzes.domain.states import AttemptState, HandedInBy, QuizState, ReleasePolicy, move
from lms.quizzes.models import Accommodation, Attempt, Quiz, ResponseCurrent, Submission
from lms.quizzes.service.events import answer_events
from lms.quizzes.service.feeding import feed_attempt
from lms.quizzes.service.scoring import score_attempt


class Running(Protocol):
    """An attempt as far as its clock and its page ask: the mapped object or a row with the columns of the table."""

    @property
    def id(self) -> int: ...
    @property
    def uid(self) -> str: ...
    @property
    def school_id(self) -> int: ...
    @property
    def form_id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def deadline_at(self) -> datetime: ...
    @property
    def accept_until_at(self) -> datetime: ...
    @property
    def paused_at(self) -> datetime | None: ...
    @property
    def device(self) -> str: ...


def needs_closing(attempt: Running, at: datetime) -> bool:
    """Say whether an attempt is open although its deadline and grace are over; while it is paused its clock stands."""
    return attempt.state == AttemptState.OPEN and attempt.paused_at is None and at > attempt.accept_until_at


def close_attempt(
    session: Session, attempt: Attempt, by: HandedInBy, *, at: datetime, actor: Actor | None = None
) -> Submission:
    """Hand an attempt in and mark it; once closed it stays as it is. The caller holds the attempt's lock."""
    known = session.get(Submission, attempt.id)
    if known is not None:
        return known
    answers = project(answer_events(session, attempt))
    session.add_all(
        ResponseCurrent(
            attempt_id=attempt.id,
            slot=slot,
            school_id=attempt.school_id,
            event_id=event.id,
            response=event.response,
        )
        for slot, event in answers.items()
    )
    submission = Submission(
        attempt_id=attempt.id,
        school_id=attempt.school_id,
        handed_in_at=at,
        handed_in_by=by,
        receipt=receipt_of(attempt.uid, {slot: event.response for slot, event in answers.items()}),
    )
    session.add(submission)
    attempt.state, attempt.paused_at = AttemptState.HANDED_IN, None
    session.flush()
    score_attempt(session, attempt, {slot: event.response for slot, event in answers.items()}, at=at)
    audit.record(
        session,
        actor,
        "attempt.handed_in",
        attempt.uid,
        school_id=attempt.school_id,
        by=by.value,
        quiz=attempt.quiz.uid,
    )
    if attempt.quiz.release_policy == ReleasePolicy.AFTER_HAND_IN:
        feed_attempt(session, actor, attempt, at=at)
    return submission


def close_on_read(attempt_id: int, *, at: datetime) -> None:
    """Close an overdue attempt that somebody is looking at; a transaction of its own, since the request only reads."""
    with db.transaction() as session:
        attempt = session.scalar(select(Attempt).where(Attempt.id == attempt_id).with_for_update())
        if attempt is not None and needs_closing(attempt, at):
            close_attempt(session, attempt, HandedInBy.SERVER, at=at)


def list_due(session: Session, *, at: datetime) -> list[int]:
    """The ids of overdue attempts, those longest overdue first."""
    return list(
        session.scalars(
            select(Attempt.id)
            .where(Attempt.state == AttemptState.OPEN, Attempt.accept_until_at < at, Attempt.paused_at.is_(None))
            .order_by(Attempt.accept_until_at, Attempt.id)
        )
    )


def close_due(session: Session, attempt_ids: Sequence[int], *, at: datetime) -> int:
    """Close those of these attempts that are overdue and that nobody else is closing; returns how many."""
    due = session.scalars(
        select(Attempt)
        .where(
            Attempt.id.in_(attempt_ids),
            Attempt.state == AttemptState.OPEN,
            Attempt.accept_until_at < at,
            Attempt.paused_at.is_(None),
        )
        .order_by(Attempt.id)
        .with_for_update(skip_locked=True)
    ).all()
    for attempt in due:
        close_attempt(session, attempt, HandedInBy.SERVER, at=at)
    return len(due)


def close_some(session: Session, *, at: datetime, most: int = 50) -> int:
    """Close up to so many overdue attempts in this transaction; returns how many."""
    return close_due(session, list_due(session, at=at)[:most], at=at)


def close_over(session: Session, *, at: datetime) -> list[Quiz]:
    """Close quizzes that nobody can take any more, and return them."""
    quizzes = session.scalars(
        select(Quiz)
        .where(Quiz.state == QuizState.PUBLISHED, Quiz.closes_at < at)
        .with_for_update(skip_locked=True, of=Quiz)
    ).all()
    closed = []
    for quiz in quizzes:
        if last_end(session, quiz) >= at or _someone_works(session, quiz):
            continue
        quiz.state = move(QuizState(quiz.state), QuizState.CLOSED)
        quiz.closed_at = at
        audit.record(session, None, "quiz.closed", quiz.uid, school_id=quiz.school_id)
        closed.append(quiz)
    return closed


def last_end(session: Session, quiz: Quiz) -> datetime:
    """The moment after which no pupil can begin, extra time included."""
    window = quiz.window
    if window is None:
        raise ValueError("A published quiz has a window.")
    given = session.scalars(select(Accommodation).where(Accommodation.quiz_id == quiz.id)).all()
    return max([window.closes_at, *(window.end_for(one.allowance) for one in given)])


def _someone_works(session: Session, quiz: Quiz) -> bool:
    return (
        session.scalar(
            select(Attempt.id).where(Attempt.quiz_id == quiz.id, Attempt.state == AttemptState.OPEN).limit(1)
        )
        is not None
    )
