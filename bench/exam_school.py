"""A class with a published test and its pupils signed in: what the exam benches work on."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from lms.accounts.models import SignInSession
from lms.accounts.service import new_user
from lms.app import create_app
from lms.base import clock, db, jobs
from lms.base.config import Settings
from lms.base.permissions import Role
from lms.base.subjects import Subject, SubjectGroup
from lms.base.users import School, User
from lms.courses.models import Course
from lms.migrations import upgrade
from lms.quizzes.service import building
from lms.school.models import (
    Enrolment,
    GroupMembership,
    SchoolClass,
    SchoolYear,
    Semester,
    TeachingAssignment,
)
from lms.school.service import load_actor
from question_bank import api as bank

OPTIONS = ("a", "b", "c", "d")


@dataclass(frozen=True)
class Seat:
    """A signed-in pupil: the cookie of the session."""

    pupil_id: int
    cookie: str


@dataclass(frozen=True)
class Exam:
    """A published test and who may take it."""

    quiz_uid: str
    quiz_id: int
    questions: int
    seats: Sequence[Seat]


def populate(settings: Settings, *, pupils: int, questions: int, duration_seconds: int, **rules: Any) -> Exam:
    """Make the database of these settings and fill it; the server is started afterwards.

    *rules* are further fields of `QuizSettings`.
    """
    app = create_app(settings)
    engine: Engine = app.extensions["gieo_engine"]
    upgrade(engine)
    with db.transaction() as session:
        exam = _fill(app, session, pupils, questions, duration_seconds, rules)
    jobs.close()
    engine.dispose()
    return exam


def _fill(
    app: Flask, session: Session, pupils: int, questions: int, duration_seconds: int, more: Mapping[str, Any]
) -> Exam:
    at = clock.now()
    school = School(code=f"bench-{secrets.token_hex(4)}", name="Trường thử tải", created_at=at, led_since=at)
    session.add(school)
    session.flush()
    year = SchoolYear(
        school_id=school.id, name="2026–2027", starts_on=date(2026, 9, 5), ends_on=date(2027, 5, 31), current=True
    )
    group = SubjectGroup(school_id=school.id, name="Toán")
    session.add_all([year, group])
    session.flush()
    session.add(
        Semester(school_id=school.id, year_id=year.id, number=1, starts_on=date(2026, 9, 5), ends_on=date(2027, 1, 17))
    )
    subject = Subject(school_id=school.id, group_id=group.id, code="toan", name="Toán")
    room = SchoolClass(school_id=school.id, year_id=year.id, name="8A2", grade=8)
    session.add_all([subject, room])
    session.flush()
    teacher, head = (
        new_user(school.id, f"{name}.{school.code}", name, frozenset({Role.TEACHER}), at=at)
        for name in ("Giáo viên", "Tổ trưởng")
    )
    learners = [
        new_user(school.id, f"hs{number}.{school.code}", f"Học sinh {number}", frozenset({Role.PUPIL}), at=at)
        for number in range(1, pupils + 1)
    ]
    session.add_all([teacher, head, *learners])
    session.flush()
    session.add_all(
        [
            GroupMembership(school_id=school.id, group_id=group.id, user_id=teacher.id),
            GroupMembership(school_id=school.id, group_id=group.id, user_id=head.id, is_head=True),
            TeachingAssignment(school_id=school.id, class_id=room.id, subject_id=subject.id, teacher_id=teacher.id),
            *(
                Enrolment(school_id=school.id, class_id=room.id, pupil_id=pupil.id, from_on=date(2026, 9, 5))
                for pupil in learners
            ),
        ]
    )
    course = Course(school_id=school.id, class_id=room.id, subject_id=subject.id, title="Toán 8A2")
    session.add(course)
    session.flush()
    actor = load_actor(session, teacher)
    items = bank.save_new_items(
        session,
        actor,
        subject.id,
        [_question(number) for number in range(questions)],
        state=bank.ItemState.APPROVED,
        reviewer=load_actor(session, head),
        at=at,
    )
    rules = building.QuizSettings(
        title="Kiểm tra thử tải",
        opens_at=at - timedelta(minutes=1),
        closes_at=at + timedelta(hours=6),
        duration_seconds=duration_seconds,
        **more,
    )
    quiz = building.create_quiz(session, actor, course, rules, at=at)
    building.add_questions(session, actor, quiz.uid, [item.version_uid for item in items], Fraction(1, 2))
    building.publish(session, actor, quiz.uid, at=at)
    return Exam(quiz.uid, quiz.id, questions, [_seat(app, session, pupil) for pupil in learners])


def _question(number: int) -> bank.ItemDraft:
    prompt = (
        f'<p>Câu {number + 1}. Rút gọn biểu thức <span class="tex">\\frac{{x^2-{number}}}{{x+{number}}}</span> '
        f'với <span class="tex">x \\ne -{number}</span>, ta được kết quả nào sau đây?</p>'
    )
    options = tuple(
        bank.Option(name, f'<p><span class="tex">x - {number + place}</span></p>') for place, name in enumerate(OPTIONS)
    )
    body = bank.ItemBody(bank.ItemType.SINGLE_CHOICE, prompt, options)
    return bank.ItemDraft(body, bank.ChoiceKey({"b": Fraction(1)}))


def _seat(app: Flask, session: Session, pupil: User) -> Seat:
    """Sign a pupil in without the hundred milliseconds that hashing a password takes."""
    token = secrets.token_urlsafe(32)
    at = clock.now()
    session.add(
        SignInSession(
            school_id=pupil.school_id,
            user_id=pupil.id,
            token_hash=hashlib.sha256(token.encode()).hexdigest(),
            epoch=pupil.session_epoch,
            created_at=at,
            expires_at=at + timedelta(hours=6),
        )
    )
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = serializer.dumps({"_user_id": token, "_fresh": True})
    return Seat(pupil.id, f"{app.config['SESSION_COOKIE_NAME']}={value}")
