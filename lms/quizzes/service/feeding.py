"""Send results to the gradebook: of each pupil the attempt that counts, once it is wholly marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import AppError
from lms.base.permissions import Actor
from lms.gradebook import service as gradebook
from lms.quizzes.domain.results import counting
from lms.quizzes.domain.states import Counts
from lms.quizzes.models import Attempt, AttemptScore, Quiz

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Result:
    """The total of one finished attempt."""

    attempt_id: int
    attempt_uid: str
    pupil_id: int
    number: int
    points: Fraction
    worth: Fraction
    waiting: int


def results_of(session: Session, quiz: Quiz, pupil_ids: Sequence[int] = ()) -> list[Result]:
    """The totals of finished attempts in the run in force, of these pupils or of all."""
    query = (
        select(
            Attempt.id,
            Attempt.uid,
            Attempt.pupil_id,
            Attempt.number,
            AttemptScore.points,
            AttemptScore.worth,
            AttemptScore.waiting,
        )
        .join(AttemptScore, AttemptScore.attempt_id == Attempt.id)
        .where(Attempt.quiz_id == quiz.id, AttemptScore.run_id == quiz.current_run_id)
        .order_by(Attempt.number)
    )
    if pupil_ids:
        query = query.where(Attempt.pupil_id.in_(pupil_ids))
    return [Result(*row) for row in session.execute(query)]


def counting_results(results: Iterable[Result], counts: Counts) -> dict[int, Result]:
    """Of each pupil the result that counts."""
    by_pupil: dict[int, list[Result]] = {}
    for result in results:
        by_pupil.setdefault(result.pupil_id, []).append(result)
    return {pupil_id: counting(own, counts) for pupil_id, own in by_pupil.items()}


def feed_attempt(session: Session, actor: Actor | None, attempt: Attempt, *, at: datetime) -> None:
    """Send the result of one pupil."""
    feed_if_possible(session, actor, attempt.quiz, at=at, pupil_ids=[attempt.pupil_id])


def feed_if_possible(
    session: Session, actor: Actor | None, quiz: Quiz, *, at: datetime, pupil_ids: Sequence[int] = ()
) -> int:
    """Send results, but never let what the gradebook refuses stand in the way of a hand-in or of closing a quiz."""
    try:
        with session.begin_nested():
            return feed(session, actor, quiz, at=at, pupil_ids=pupil_ids)
    except AppError as refusal:
        log.error("quiz.marks_not_sent", quiz=quiz.uid, reason=str(refusal))
        return 0


def feed(session: Session, actor: Actor | None, quiz: Quiz, *, at: datetime, pupil_ids: Sequence[int] = ()) -> int:
    """Send the results of these pupils (all by default) to the column of the quiz; returns how many.

    A pupil whose answers still wait for marking is left out, and follows when they are marked.

    Raises:
        AppError: the gradebook has no such column, or no rules for this grade.
    """
    if not quiz.column_key or quiz.column_semester is None:
        return 0
    found = counting_results(results_of(session, quiz, pupil_ids), Counts(quiz.counts))
    marks = [
        gradebook.QuizMark(result.pupil_id, result.points, result.worth, result.attempt_uid)
        for result in found.values()
        if result.waiting == 0
    ]
    if marks:
        gradebook.receive_quiz_marks(
            session,
            actor,
            class_id=quiz.class_id,
            subject_id=quiz.subject_id,
            semester=quiz.column_semester,
            column_key=quiz.column_key,
            quiz_uid=quiz.uid,
            marks=marks,
            at=at,
        )
    return len(marks)
