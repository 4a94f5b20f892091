"""Close attempts: by the pupil, by the server at the deadline, by the teacher; mark them in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from lms.base import audit, db
from lms.base.bulk import add_rows
from lms.base.permissions import Actor
from lms.quizzes.domain.receipts import receipt_of
from lms.quizzes.domain.states import AttemptState, HandedInBy, QuizState, ReleasePolicy, move
from lms.quizzes.models import Accommodation, Attempt, Quiz, Submission
from lms.quizzes.service.events import count_answers
from lms.quizzes.service.feeding import feed_if_possible
from lms.quizzes.service.reading import Running
from lms.quizzes.service.scoring import Paper, paper_of, score_papers


def needs_closing(attempt: Running, at: datetime) -> bool:
    """Say whether an attempt is open although its deadline and grace are over; while it is paused its clock stands."""
    return attempt.state == AttemptState.OPEN and attempt.paused_at is None and at > attempt.accept_until_at


@dataclass(frozen=True, slots=True)
class Ending:
    """An attempt that is to be handed in, and for whose doing; the caller holds its lock."""

    attempt: Running
    by: HandedInBy
    actor: Actor | None = None


def close_attempt(
    session: Session, attempt: Running, by: HandedInBy, *, at: datetime, actor: Actor | None = None
) -> Submission:
    """Hand an attempt in and mark it; once closed it stays as it is. The caller holds the attempt's lock."""
    return close_attempts(session, [Ending(attempt, by, actor)], at=at)[attempt.id]


def close_attempts(session: Session, endings: Sequence[Ending], *, at: datetime) -> dict[int, Submission]:
    """Hand attempts in and mark them, by a few statements for all; the submissions by the id of the attempt.

    Those closed before stay as they are.
    """
    ids = [ending.attempt.id for ending in endings]
    session.flush()
    known = {row.attempt_id: row for row in session.scalars(_KNOWN, {"ids": ids})}
    fresh = [ending for ending in endings if ending.attempt.id not in known]
    return known | _hand_in(session, fresh, at) if fresh else known


_KNOWN = select(Submission).where(Submission.attempt_id.in_(bindparam("ids", expanding=True)))
_quiz = Quiz.__table__.c
_QUIZZES = (
    select(_quiz.id, _quiz.uid, _quiz.scheme, _quiz.current_run_id, _quiz.release_policy)
    .where(_quiz.id.in_(bindparam("ids", expanding=True)))
    .order_by(_quiz.id)
    .with_for_update(read=True)  # as `runs.share_run`: the points go to a run that stays in force
)


def _hand_in(session: Session, endings: Sequence[Ending], at: datetime) -> dict[int, Submission]:
    ids = [ending.attempt.id for ending in endings]
    counted = count_answers(session, {one.attempt.id: one.attempt.school_id for one in endings})
    quiz_ids = list({ending.attempt.quiz_id for ending in endings})
    quizzes = {row.id: row for row in session.execute(_QUIZZES, {"ids": quiz_ids})}
    submissions: list[dict[str, Any]] = []
    papers: list[Paper] = []
    for ending in endings:
        attempt, quiz = ending.attempt, quizzes[ending.attempt.quiz_id]
        paper = paper_of(session, attempt, quiz, counted[attempt.id])
        own = {"attempt_id": attempt.id, "school_id": attempt.school_id}
        receipt = receipt_of(attempt.uid, paper.answers)
        submissions.append({**own, "handed_in_at": at, "handed_in_by": ending.by.value, "receipt": receipt})
        papers.append(paper)
        audit.record(
            session,
            ending.actor,
            "attempt.handed_in",
            attempt.uid,
            school_id=attempt.school_id,
            by=ending.by.value,
            quiz=quiz.uid,
        )
    add_rows(session, cast(Table, Submission.__table__), submissions)
    session.execute(
        update(Attempt).where(Attempt.id.in_(ids)).values(state=AttemptState.HANDED_IN.value, paused_at=None)
    )
    score_papers(session, papers, at=at)
    _feed(session, [one for one in endings if _lets_out(quizzes[one.attempt.quiz_id])], at)
    return {row["attempt_id"]: db.stored(session, Submission(**row)) for row in submissions}


def _lets_out(quiz: Any) -> bool:
    return bool(quiz.release_policy == ReleasePolicy.AFTER_HAND_IN)


def _feed(session: Session, endings: Sequence[Ending], at: datetime) -> None:
    """Send results that are out at once, those of a quiz and a giver together."""
    pupils: dict[tuple[int, Actor | None], list[int]] = {}
    for ending in endings:
        giver = ending.actor if ending.actor is not None and ending.actor.is_staff else None  # as the gradebook has it
        pupils.setdefault((ending.attempt.quiz_id, giver), []).append(ending.attempt.pupil_id)
    for (quiz_id, giver), pupil_ids in pupils.items():
        feed_if_possible(session, giver, session.get_one(Quiz, quiz_id), at=at, pupil_ids=pupil_ids)


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
    due = session.execute(_DUE, {"ids": attempt_ids, "at": at}).all()
    close_attempts(session, [Ending(attempt, HandedInBy.SERVER) for attempt in due], at=at)
    return len(due)


_attempt = Attempt.__table__.c
_DUE = (
    select(*_attempt)
    .where(
        _attempt.id.in_(bindparam("ids", expanding=True)),
        _attempt.state == AttemptState.OPEN.value,
        _attempt.accept_until_at < bindparam("at", type_=db.UtcDateTime()),
        _attempt.paused_at.is_(None),
    )
    .order_by(_attempt.id)
    .with_for_update(skip_locked=True)
)


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
