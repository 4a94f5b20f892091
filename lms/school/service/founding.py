"""The first school of an installation, with everything that its people need to begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lms.accounts import service as accounts
from lms.base import audit
from lms.base.permissions import Actor, Role
from lms.base.subjects import Subject, SubjectGroup
from lms.base.text import nfc
from lms.base.users import School, User
from lms.school import standard
from lms.school.models import GradePeriods, SchoolYear, Semester
from lms.school.standard import Level, StandardYear
from question_bank.api import install_shipped


@dataclass(frozen=True, slots=True)
class Order:
    """What a new school starts from; groups and subjects by name."""

    year: SchoolYear
    semesters: list[Semester]
    groups: dict[str, SubjectGroup]
    subjects: dict[str, Subject]


def found_school(
    session: Session,
    *,
    name: str,
    code: str,
    level: Level,
    full_name: str,
    sign_in_name: str,
    password_hash: str,
    at: datetime,
) -> User:
    """Make the first school of an empty installation, ready to use, and its administrator.

    The school gets its level's subjects and subject groups, the running school year and the shipped frameworks.

    Raises:
        NotFound: a school exists already.
    """
    accounts.must_be_empty(session)
    school = School(name=nfc(name).strip(), code=code.strip().lower(), level=level.value, created_at=at)
    session.add(school)
    session.flush()
    admin = accounts.new_user(
        school.id, sign_in_name, full_name, frozenset({Role.ADMIN}), at=at, password_hash=password_hash
    )
    session.add(admin)
    make_order(session, school, standard.year_on(at.astimezone(ZoneInfo(school.timezone)).date()))
    install_shipped(session, school.id, at=at)
    audit.record(session, Actor(admin.id, school.id), "school.set_up", school.uid, level=level.value)
    return admin


def make_order(session: Session, school: School, days: StandardYear) -> Order:
    """Give a new school the subjects, groups and periods of its level, and make *days* its running year."""
    level = Level(school.level)
    year = add_year(session, school.id, days)
    year.current = True
    groups = {name: SubjectGroup(school_id=school.id, name=name) for name in standard.GROUPS[level]}
    session.add_all(groups.values())
    session.flush()
    subjects: dict[str, Subject] = {}
    for group_name, listed in standard.GROUPS[level].items():
        for one in listed:
            subjects[one.name] = Subject(
                school_id=school.id,
                group_id=groups[group_name].id,
                code=one.code,
                name=one.name,
                hue=one.hue,
                comment_only=one.comment_only,
            )
    session.add_all(subjects.values())
    session.flush()
    session.add_all(
        GradePeriods(school_id=school.id, subject_id=subjects[one.name].id, grade=grade, periods=periods)
        for listed in standard.GROUPS[level].values()
        for one in listed
        for grade, periods in enumerate(one.periods, standard.FIRST_GRADES[level])
        if periods
    )
    session.flush()
    return Order(year, list(year.semesters), groups, subjects)


def add_year(session: Session, school_id: int, days: StandardYear) -> SchoolYear:
    """Add a school year with its two semesters, not yet the running one."""
    year = SchoolYear(school_id=school_id, name=days.name, starts_on=days.starts_on, ends_on=days.ends_on)
    year.semesters = [
        Semester(school_id=school_id, number=number, starts_on=starts, ends_on=ends)
        for number, (starts, ends) in enumerate(days.semesters, 1)
    ]
    session.add(year)
    session.flush()
    return year
