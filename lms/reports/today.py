"""What a person's day holds, read across features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from lms.base.permissions import Actor
from lms.base.users import User
from lms.courses import service as courses
from lms.courses.models import Activity, Course
from lms.permissions import Permission, allows
from lms.quizzes.domain.states import AttemptState, QuizState
from lms.quizzes.models import Attempt, AttemptScore, Quiz
from lms.school import service as school
from lms.school.models import SchoolClass
from materials import api as materials
from question_bank import api as bank

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
    quizzes = session.scalars(
        select(Quiz)
        .join(Course, Course.id == Quiz.course_id)
        .where(
            Course.class_id.in_(actor.class_ids),
            Quiz.state == QuizState.PUBLISHED,
            or_(Quiz.closes_at.is_(None), Quiz.closes_at > at),
            or_(Quiz.opens_at.is_(None), Quiz.opens_at < at + SOON),
        )
        .order_by(Quiz.closes_at, Quiz.id)
    ).all()
    attempts: dict[int, list[Attempt]] = {}
    for attempt in session.scalars(
        select(Attempt).where(Attempt.pupil_id == actor.user_id, Attempt.quiz_id.in_([one.id for one in quizzes]))
    ):
        attempts.setdefault(attempt.quiz_id, []).append(attempt)
    due = [_due(quiz, attempts.get(quiz.id, []), at) for quiz in quizzes]
    return PupilDay(
        at=at,
        name=actor.name,
        due=sorted(due, key=lambda one: (one.done, not one.opens)),
        results=_results(session, actor),
        lessons=courses.recent_lessons(session, actor, at=at),
    )


def _due(quiz: Quiz, attempts: Sequence[Attempt], at: datetime) -> Due:
    running = next((one.uid for one in attempts if one.state == AttemptState.OPEN), "")
    opens = quiz.opens_at is None or quiz.opens_at <= at
    return Due(quiz, opens, running, done=not running and len(attempts) >= quiz.attempts_allowed)


def _results(session: Session, actor: Actor, limit: int = 4) -> list[tuple[Quiz, str]]:
    rows = session.execute(
        select(Quiz, Attempt.uid)
        .join(Attempt, Attempt.quiz_id == Quiz.id)
        .where(Attempt.pupil_id == actor.user_id, Attempt.state != AttemptState.OPEN, Quiz.released_at.is_not(None))
        .order_by(Quiz.released_at.desc(), Attempt.number.desc())
        .limit(limit)
    )
    return [(quiz, uid) for quiz, uid in rows]


@dataclass(frozen=True, slots=True)
class StaffDay:
    """What waits for a member of staff, what goes on, and the courses they teach."""

    at: datetime
    items_waiting: int
    materials_waiting: int
    to_mark: Sequence[tuple[Quiz, int]]  # with the number of answers that wait for points
    running: Sequence[tuple[Quiz, int, int]]  # with attempts open and handed in
    courses: Sequence[Course]
    answers_for_school: bool


def staff_day(session: Session, actor: Actor, *, at: datetime) -> StaffDay:
    """Gather the day of a member of staff."""
    taught = courses.list_courses(session, actor, taught_only=True) if actor.teaches else []
    ids = [one.id for one in taught]
    return StaffDay(
        at=at,
        items_waiting=bank.count_queue(session, actor),
        materials_waiting=materials.count_waiting(session, actor),
        to_mark=_to_mark(session, ids),
        running=_running(session, ids, at),
        courses=taught,
        answers_for_school=allows(actor, Permission.SEE_REPORTS),
    )


def _to_mark(session: Session, course_ids: Sequence[int]) -> list[tuple[Quiz, int]]:
    waiting = (
        select(AttemptScore.run_id, func.sum(AttemptScore.waiting).label("answers"))
        .where(AttemptScore.waiting > 0)
        .group_by(AttemptScore.run_id)
        .subquery()
    )
    rows = session.execute(
        select(Quiz, waiting.c.answers)
        .join(waiting, waiting.c.run_id == Quiz.current_run_id)
        .where(Quiz.course_id.in_(course_ids))
        .order_by(Quiz.id)
    )
    return [(quiz, int(count)) for quiz, count in rows]


def _running(session: Session, course_ids: Sequence[int], at: datetime) -> list[tuple[Quiz, int, int]]:
    quizzes = session.scalars(
        select(Quiz)
        .where(
            Quiz.course_id.in_(course_ids),
            Quiz.state == QuizState.PUBLISHED,
            and_(or_(Quiz.opens_at.is_(None), Quiz.opens_at <= at), or_(Quiz.closes_at.is_(None), Quiz.closes_at > at)),
        )
        .order_by(Quiz.closes_at)
    ).all()
    counts: dict[tuple[int, bool], int] = {}
    for quiz_id, state, count in session.execute(
        select(Attempt.quiz_id, Attempt.state, func.count())
        .where(Attempt.quiz_id.in_([one.id for one in quizzes]))
        .group_by(Attempt.quiz_id, Attempt.state)
    ):
        key = (quiz_id, state == AttemptState.OPEN)
        counts[key] = counts.get(key, 0) + count
    return [(one, counts.get((one.id, True), 0), counts.get((one.id, False), 0)) for one in quizzes]


@dataclass(frozen=True, slots=True)
class ParentDay:
    """A parent's day: their children with their classes."""

    at: datetime
    children: Sequence[tuple[User, SchoolClass | None]]


def parent_day(session: Session, actor: Actor, *, at: datetime) -> ParentDay:
    """Gather a parent's children."""
    return ParentDay(at, school.list_children(session, actor))
