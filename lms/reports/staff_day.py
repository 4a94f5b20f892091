"""What a member of staff finds in the morning: what waits, what goes on, whom they teach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, lazyload

from lms.base.permissions import Actor
from lms.base.users import User
from lms.courses import service as courses
from lms.courses.models import Course
from lms.permissions import Permission, allows
from lms.quizzes import models
from lms.quizzes.domain.states import QuizState, ReleasePolicy
from lms.quizzes.models import AttemptScore, Quiz, is_practice
from lms.quizzes.service import invigilating
from lms.reports.audit_log import LogLine, account_news
from lms.reports.office_day import OfficeDay, office_day
from lms.reports.school_day import WEEK, SchoolDay, school_day
from lms.reports.sittings import Sitting, count_sittings
from lms.school.models import Enrolment, SchoolClass
from materials import api as materials
from question_bank import api as bank

RELEASE_WITHIN = timedelta(days=30)  # results kept back for longer are kept back on purpose


@dataclass(frozen=True, slots=True)
class Homeroom:
    """A class that the person is the homeroom teacher of."""

    school_class: SchoolClass
    pupils: int
    without_password: int


@dataclass(frozen=True, slots=True)
class StaffDay:
    """What waits for a member of staff, what goes on, whom they teach, and what further offices ask of them."""

    at: datetime
    items_waiting: int
    materials_waiting: int
    items_sent_back: int
    materials_sent_back: int
    to_mark: Sequence[tuple[Quiz, int]]  # with the number of answers that wait for points
    to_release: Sequence[Quiz]
    running: Sequence[Sitting]
    coming: Sequence[Quiz]
    to_invigilate: Sequence[models.Sitting]
    courses: Sequence[Course]
    homerooms: Sequence[Homeroom]
    school: SchoolDay | None  # for those who lead it
    office: OfficeDay | None  # for those who run the system
    account_news: Sequence[LogLine]  # what others did to the person's account

    @property
    def waits(self) -> bool:
        """Whether anything waits for this person's own act."""
        return bool(
            self.items_waiting
            or self.materials_waiting
            or self.items_sent_back
            or self.materials_sent_back
            or self.to_mark
            or self.to_release
            or (self.school and (self.school.unlocks or self.school.passwords))
        )


def staff_day(session: Session, actor: Actor, *, at: datetime) -> StaffDay:
    """Gather the day of a member of staff."""
    taught = courses.list_courses(session, actor, taught_only=True) if actor.teaches else []
    ids = [one.id for one in taught]
    waiting = _to_mark(session, ids) if ids else []
    return StaffDay(
        at=at,
        items_waiting=bank.count_queue(session, actor),
        materials_waiting=materials.count_waiting(session, actor),
        items_sent_back=bank.count_sent_back(session, actor) if actor.is_teacher else 0,
        materials_sent_back=materials.count_sent_back(session, actor),
        to_mark=waiting,
        to_release=_to_release(session, ids, {quiz.id for quiz, _count in waiting}, at) if ids else [],
        running=count_sittings(session, _running(session, ids, at), at=at) if ids else [],
        coming=_coming(session, ids, at) if ids else [],
        to_invigilate=invigilating.list_mine(session, actor, at=at) if actor.is_teacher else [],
        courses=taught,
        homerooms=_homerooms(session, actor) if actor.homeroom_class_ids else [],
        school=school_day(session, actor, at=at) if allows(actor, Permission.LOCK_MARKS) else None,
        office=office_day(session, actor, at=at) if allows(actor, Permission.ADMINISTER_ACCOUNTS) else None,
        account_news=account_news(session, actor, since=at - WEEK),
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


def _to_release(session: Session, course_ids: Sequence[int], unmarked: set[int], at: datetime) -> list[Quiz]:
    """Closed quizzes whose results wait for their teacher's word, and for nothing else."""
    closed = session.scalars(
        select(Quiz)
        .where(
            Quiz.course_id.in_(course_ids),
            Quiz.state == QuizState.CLOSED,
            Quiz.release_policy == ReleasePolicy.BY_HAND,
            Quiz.released_at.is_(None),
            Quiz.closed_at > at - RELEASE_WITHIN,
        )
        .order_by(Quiz.closed_at, Quiz.id)
    )
    return [quiz for quiz in closed if quiz.id not in unmarked]


def _running(session: Session, course_ids: Sequence[int], at: datetime) -> Sequence[Quiz]:
    return session.scalars(
        select(Quiz)
        .where(
            Quiz.course_id.in_(course_ids),
            Quiz.state == QuizState.PUBLISHED,
            ~is_practice(),
            and_(or_(Quiz.opens_at.is_(None), Quiz.opens_at <= at), or_(Quiz.closes_at.is_(None), Quiz.closes_at > at)),
        )
        .order_by(Quiz.closes_at, Quiz.id)
    ).all()


def _coming(session: Session, course_ids: Sequence[int], at: datetime) -> Sequence[Quiz]:
    return session.scalars(
        select(Quiz)
        .where(
            Quiz.course_id.in_(course_ids),
            Quiz.state == QuizState.PUBLISHED,
            Quiz.opens_at > at,
            Quiz.opens_at < at + WEEK,
        )
        .order_by(Quiz.opens_at, Quiz.id)
    ).all()


def _homerooms(session: Session, actor: Actor) -> list[Homeroom]:
    rows = session.execute(
        select(SchoolClass, func.count(User.id), func.sum(case((User.password_hash.is_(None), 1), else_=0)))
        .join(Enrolment, and_(Enrolment.class_id == SchoolClass.id, Enrolment.until_on.is_(None)))
        .join(User, User.id == Enrolment.pupil_id)
        .where(SchoolClass.id.in_(actor.homeroom_class_ids))
        .group_by(SchoolClass.id)
        .options(lazyload(SchoolClass.year))
        .order_by(SchoolClass.name)
    )
    return [Homeroom(found, count, int(without)) for found, count, without in rows]
