"""What a pupil's and a parent's day holds, read across features."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.base.permissions import Actor
from lms.base.users import User
from lms.courses import service as courses
from lms.courses.models import Activity, Course
from lms.quizzes.domain.states import AttemptState, QuizState
from lms.quizzes.models import Attempt, Quiz, is_practice
from lms.school import service as school
from lms.school.models import SchoolClass

SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Due:
    """A quiz of a pupil's day. `attempt_uid` is set when it goes on already; `done` when nothing is left to do."""

    quiz: Quiz
    opens: bool  # it is open now
    attempt_uid: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True)
class PupilDay:
    """A pupil's day: what is due, what was taught last, which results came out."""

    at: datetime
    name: str
    due: Sequence[Due]
    results: Sequence[tuple[Quiz, str]]  # with the uid of the attempt that may be reviewed
    lessons: Sequence[tuple[Activity, Course]]

    @property
    def todo(self) -> int:
        """How many things wait to be done today."""
        return sum(not one.done and one.opens for one in self.due)


def pupil_day(session: Session, actor: Actor, *, at: datetime) -> PupilDay:
    """Gather a pupil's day."""
    return PupilDay(
        at=at,
        name=actor.name,
        due=_due_of(session, actor.user_id, actor.class_ids, at),
        results=_results(session, actor.user_id),
        lessons=courses.recent_lessons(session, actor, at=at),
    )


def _due_of(session: Session, pupil_id: int, class_ids: Collection[int], at: datetime) -> list[Due]:
    """A pupil's quizzes that are open or open soon, what can be done now first."""
    quizzes = session.scalars(
        select(Quiz)
        .join(Course, Course.id == Quiz.course_id)
        .where(
            Course.class_id.in_(class_ids),
            Quiz.state == QuizState.PUBLISHED,
            ~is_practice(),
            or_(Quiz.closes_at.is_(None), Quiz.closes_at > at),
            or_(Quiz.opens_at.is_(None), Quiz.opens_at < at + SOON),
        )
        .order_by(Quiz.closes_at, Quiz.id)
    ).all()
    attempts: dict[int, list[Attempt]] = {}
    for attempt in session.scalars(
        select(Attempt).where(Attempt.pupil_id == pupil_id, Attempt.quiz_id.in_([one.id for one in quizzes]))
    ):
        attempts.setdefault(attempt.quiz_id, []).append(attempt)
    due = [_due(quiz, attempts.get(quiz.id, []), at) for quiz in quizzes]
    return sorted(due, key=lambda one: (one.done, not one.opens))


def _due(quiz: Quiz, attempts: Sequence[Attempt], at: datetime) -> Due:
    running = next((one.uid for one in attempts if one.state == AttemptState.OPEN), "")
    opens = quiz.opens_at is None or quiz.opens_at <= at
    return Due(quiz, opens, running, done=not running and len(attempts) >= quiz.attempts_allowed)


def _results(session: Session, pupil_id: int, limit: int = 4) -> list[tuple[Quiz, str]]:
    rows = session.execute(
        select(Quiz, Attempt.uid)
        .join(Attempt, Attempt.quiz_id == Quiz.id)
        .where(Attempt.pupil_id == pupil_id, Attempt.state != AttemptState.OPEN, Quiz.released_at.is_not(None))
        .order_by(Quiz.released_at.desc(), Attempt.number.desc())
        .limit(limit)
    )
    return [(quiz, uid) for quiz, uid in rows]


@dataclass(frozen=True, slots=True)
class Child:
    """A parent's child: the class, the tests that are open or open soon, and the results that came out last."""

    pupil: User
    school_class: SchoolClass | None
    due: Sequence[Due]
    results: Sequence[tuple[Quiz, str]]


@dataclass(frozen=True, slots=True)
class ParentDay:
    """A parent's day."""

    at: datetime
    children: Sequence[Child]


def parent_day(session: Session, actor: Actor, *, at: datetime) -> ParentDay:
    """Gather the day of a parent's confirmed children."""
    return ParentDay(
        at,
        [
            Child(
                pupil,
                found,
                _due_of(session, pupil.id, [found.id] if found else [], at),
                _results(session, pupil.id, limit=3),
            )
            for pupil, found in school.list_children(session, actor)
        ],
    )
