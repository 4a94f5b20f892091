"""The day of the school, for those who lead it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.base.i18n import local
from lms.base.permissions import Actor
from lms.base.subjects import Subject, list_subjects
from lms.courses.models import Course
from lms.gradebook.models import Gradebook
from lms.permissions import Permission, require
from lms.quizzes.domain.states import QuizState
from lms.quizzes.models import Quiz
from lms.reports import audit_log
from lms.reports.audit_log import LogLine
from lms.reports.missing_marks import SemesterMarks, missing_marks
from lms.reports.sittings import Sitting, count_sittings
from lms.school import service as school
from materials import api as materials
from question_bank import api as bank

WEEK = timedelta(days=7)
SHOWN = 12  # tests of a list; a school may give fifty in a week
RECENT = timedelta(days=7)
NOTABLE = (
    "account.admin_made",
    "account.leader_made",
    "account.disabled",
    "account.enabled",
    "account.password_asked",
    "account.roles_set",
    "gradebook.exported",
    "gradebook.locked",
    "gradebook.unlocked",
    "gradebook.withdrawn",
    "material.withdrawn",
    "item.retired",
    "parent.accounts_made",
    "roster.applied",
    "staff.applied",
    "year.begun",
)
"""Acts that change who may do what, or take something back that people saw."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for the head of one subject, and since when."""

    subject: Subject
    items: int
    materials: int
    since: datetime


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """What goes on in the school. Tests are quizzes that feed a gradebook; `practice` counts the others now open."""

    today: Sequence[Sitting]
    today_count: int
    week: Sequence[Quiz]
    week_count: int
    practice: int
    unlocks: Sequence[Gradebook]  # somebody else asked to open them again
    passwords: int  # colleagues who wait for the person to hand out a first one
    waiting: Sequence[Waiting]
    marks: SemesterMarks | None
    acts: Sequence[LogLine]


def school_day(session: Session, actor: Actor, *, at: datetime) -> SchoolDay:
    """Gather the day of the school.

    Raises:
        Forbidden: the actor does not lead the school.
    """
    require(actor, Permission.LOCK_MARKS)
    midnight = datetime.combine(local(at).date() + timedelta(days=1), time(), tzinfo=local(at).tzinfo)
    quizzes = _published(session, actor, at)
    tests = [one for one in quizzes if one.column_key]
    today = [one for one in tests if one.opens_at is None or one.opens_at < midnight]
    week = [one for one in tests if one.opens_at is not None and one.opens_at >= midnight]
    practice = [one for one in quizzes if not one.column_key and (one.opens_at is None or one.opens_at <= at)]
    return SchoolDay(
        today=count_sittings(session, today[:SHOWN], at=at),
        today_count=len(today),
        week=week[:SHOWN],
        week_count=len(week),
        practice=len(practice),
        unlocks=_unlocks(session, actor),
        passwords=len(school.list_waiting(session, actor)),
        waiting=_waiting(session, actor),
        marks=missing_marks(session, actor, at=at),
        acts=audit_log.list_latest(session, actor, NOTABLE, since=at - RECENT),
    )


def _published(session: Session, actor: Actor, at: datetime) -> Sequence[Quiz]:
    """The quizzes that are open or open within a week, in the order in which they open."""
    return session.scalars(
        select(Quiz)
        .join(Course, Course.id == Quiz.course_id)
        .where(
            Quiz.school_id == actor.school_id,
            Quiz.state == QuizState.PUBLISHED,
            or_(Quiz.closes_at.is_(None), Quiz.closes_at > at),
            or_(Quiz.opens_at.is_(None), Quiz.opens_at < at + WEEK),
        )
        .order_by(Quiz.opens_at, Quiz.closes_at, Course.title, Quiz.id)
    ).all()


def _unlocks(session: Session, actor: Actor) -> Sequence[Gradebook]:
    return session.scalars(
        select(Gradebook)
        .where(
            Gradebook.school_id == actor.school_id,
            Gradebook.locked_at.is_not(None),
            Gradebook.unlock_asked_by_id.is_not(None),
            Gradebook.unlock_asked_by_id != actor.user_id,
        )
        .order_by(Gradebook.id)
    ).all()


def _waiting(session: Session, actor: Actor) -> list[Waiting]:
    items = bank.waiting_by_subject(session, actor.school_id)
    editions = materials.waiting_by_subject(session, actor.school_id)
    found = []
    for subject in list_subjects(session, actor.school_id):
        parts = [part[subject.id] for part in (items, editions) if subject.id in part]
        if parts:
            counts = [part[subject.id][0] if subject.id in part else 0 for part in (items, editions)]
            found.append(Waiting(subject, counts[0], counts[1], min(since for _count, since in parts)))
    return sorted(found, key=lambda one: one.since)
