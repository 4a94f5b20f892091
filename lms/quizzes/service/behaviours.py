"""The behaviour of a quiz, and what a practice gets by itself when it is published."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from lms.quizzes.domain.behaviours import Behaviour, Penalty
from lms.quizzes.domain.states import ReleasePolicy
from lms.quizzes.models import Quiz, QuizBehaviour

A_YEAR = timedelta(days=365)


def behaviour_of(session: Session, quiz: Quiz) -> QuizBehaviour:
    """The behaviour of a quiz; that of a test when nobody has chosen any."""
    return session.get(QuizBehaviour, quiz.id) or QuizBehaviour(
        quiz_id=quiz.id,
        school_id=quiz.school_id,
        behaviour=Behaviour.DEFERRED,
        tries=1,
        penalty=Penalty.NOTHING,
        marks_count=False,
    )


def settle_practice(session: Session, quiz: Quiz, *, at: datetime) -> None:
    """Prepare a quiz that is being published if it is a practice.

    It needs no window: without one it is open from now to the end of the school year. It has no clock of its own and no
    last attempt, its results are out at once, and they go to the gradebook only where the teacher said so.
    """
    kept = session.get(QuizBehaviour, quiz.id)
    if kept is None or not kept.conduct.is_practice:
        return
    quiz.opens_at = quiz.opens_at or at
    quiz.closes_at = quiz.closes_at or _end_of_year(quiz, at)
    quiz.duration_seconds = None
    quiz.release_policy = ReleasePolicy.AFTER_HAND_IN
    quiz.show_marks = quiz.show_key = True
    if not kept.marks_count:
        quiz.column_semester, quiz.column_key = None, ""


def _end_of_year(quiz: Quiz, at: datetime) -> datetime:
    ends_on = quiz.course.school_class.year.ends_on
    ends = datetime.combine(ends_on, time(16, 59), UTC)
    return ends if ends > at + timedelta(days=1) else at + A_YEAR
