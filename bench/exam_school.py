"""A class with a published test and its pupils signed in: what the exam benches work on."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, cast

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Engine, Table, insert, select
from sqlalchemy.orm import Session

from lms.accounts.models import SignInSession
from lms.accounts.service import new_user
from lms.accounts.signed_in import hash_token
from lms.app import create_app
from lms.base import clock, db, jobs
from lms.base.bulk import add_rows
from lms.base.config import Settings
from lms.base.ids import new_uid
from lms.base.permissions import Role
from lms.base.subjects import Subject, SubjectGroup
from lms.base.text import collation_key
from lms.base.users import RoleGrant, School, User
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
    """A signed-in pupil with the start page open: the cookies, and the token of its form."""

    pupil_id: int
    cookie: str
    csrf: str = ""


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
    session.add_all([teacher, head])
    session.flush()
    learners = _add_pupils(session, school, room, pupils, at)
    session.add_all(
        [
            GroupMembership(school_id=school.id, group_id=group.id, user_id=teacher.id),
            GroupMembership(school_id=school.id, group_id=group.id, user_id=head.id, is_head=True),
            TeachingAssignment(school_id=school.id, class_id=room.id, subject_id=subject.id, teacher_id=teacher.id),
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
    return Exam(quiz.uid, quiz.id, questions, _seats(app, session, school.id, learners, at))


def _add_pupils(session: Session, school: School, room: SchoolClass, count: int, at: datetime) -> list[int]:
    """Enrol pupils by a statement a table; returns their ids."""
    people = [
        {
            "uid": new_uid(),
            "school_id": school.id,
            "sign_in_name": f"hs{number}.{school.code}",
            "full_name": f"Học sinh {number}",
            "sort_name": collation_key(f"Học sinh {number}"),
            "source": "typed",
            "must_change_password": False,
            "session_epoch": 0,
            "language": "vi",
            "created_at": at,
        }
        for number in range(1, count + 1)
    ]
    add_rows(session, cast(Table, User.__table__), people)
    names = [person["sign_in_name"] for person in people]
    known = {
        row.sign_in_name: row.id for row in session.execute(select(User).with_only_columns(User.sign_in_name, User.id))
    }
    ids = [known[name] for name in names]
    add_rows(
        session,
        cast(Table, RoleGrant.__table__),
        [{"user_id": user_id, "role": Role.PUPIL.value, "granted_at": at} for user_id in ids],
    )
    session.execute(
        insert(Enrolment),
        [
            {"school_id": school.id, "class_id": room.id, "pupil_id": user_id, "from_on": date(2026, 9, 5)}
            for user_id in ids
        ],
    )
    return ids


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


def _seats(app: Flask, session: Session, school_id: int, pupil_ids: Sequence[int], at: datetime) -> list[Seat]:
    """Sign pupils in without the hundred milliseconds that hashing a password takes; each has the start page open."""
    cookies = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    forms = URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token")  # as flask_wtf signs them
    rows, seats = [], []
    for pupil_id in pupil_ids:
        token, secret = secrets.token_urlsafe(32), secrets.token_hex(20)
        rows.append(
            {
                "school_id": school_id,
                "user_id": pupil_id,
                "token_hash": hash_token(token),
                "device": "",
                "epoch": 0,
                "created_at": at,
                "expires_at": at + timedelta(hours=6),
            }
        )
        value = cookies.dumps({"_user_id": token, "_fresh": True, "csrf_token": secret})
        device = f"gieo-device={secrets.token_urlsafe(16)}"
        cookie = f"{app.config['SESSION_COOKIE_NAME']}={value}; {device}"
        seats.append(Seat(pupil_id, cookie, forms.dumps(secret)))
    add_rows(session, cast(Table, SignInSession.__table__), rows)
    return seats
