"""Plain functions that make a small school for tests, without touching a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from sqlalchemy.orm import Session

from lms.accounts.passwords import hash_password
from lms.accounts.service import new_user
from lms.base.permissions import Actor, Role
from lms.base.subjects import Subject, SubjectGroup
from lms.base.users import School, User
from lms.courses.models import Course, Section
from lms.school.models import (
    Enrolment,
    GradePeriods,
    GroupMembership,
    Guardianship,
    SchoolClass,
    SchoolYear,
    Semester,
    TeachingAssignment,
)
from lms.school.service import load_actor

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # Monday, 12:00 in Vietnam
PASSWORD = "gieo-hat-giong-8"


@cache
def password_hash() -> str:
    """One hash for all test people: hashing is slow on purpose."""
    return hash_password(PASSWORD)


@dataclass
class World:
    """A small school, and a stranger from another; rows are detached but whole."""

    school: School
    other_school: School
    year: SchoolYear
    semester: Semester
    semester2: Semester
    maths: Subject
    informatics: Subject
    maths_group: SubjectGroup
    it_group: SubjectGroup
    class_8a2: SchoolClass
    class_8a1: SchoolClass
    course: Course  # Toán 8A2
    other_course: Course  # Tin học 8A1
    section: Section
    admin: User
    leader: User
    teacher: User  # Toán 8A2
    colleague: User  # Toán 8A1, same group
    it_teacher: User  # Tin học 8A1, another group
    subject_head: User  # heads the maths group, teaches no class here
    pupil: User  # in 8A2
    classmate: User  # in 8A2
    other_pupil: User  # in 8A1
    parent: User  # of pupil, confirmed
    outsider: User  # teacher of another school
    outsider_pupil: User

    def actor(self, session: Session, name: str) -> Actor:
        """The actor of the persona *name* ("teacher", "pupil" …)."""
        return load_actor(session, session.merge(getattr(self, name), load=False))


def make_user(session: Session, school: School, name: str, full_name: str, *roles: Role) -> User:
    """Add a person with these roles who signs in as *name*."""
    user = new_user(school.id, name, full_name, frozenset(roles), at=NOON, password_hash=password_hash())
    session.add(user)
    session.flush()
    return user


def make_world(session: Session) -> World:
    """Add a small school with one person of each kind, and a second school with a stranger."""
    school = School(code="hoa-phuong", name="Trường THCS Hoa Phượng", created_at=NOON, led_since=NOON)
    other_school = School(code="sao-mai", name="Trường THCS Sao Mai", created_at=NOON, led_since=NOON)
    session.add_all([school, other_school])
    session.flush()
    sid = school.id
    year = SchoolYear(
        school_id=sid, name="2026–2027", starts_on=date(2026, 9, 5), ends_on=date(2027, 5, 31), current=True
    )
    session.add(year)
    session.flush()
    semesters = [
        Semester(school_id=sid, year_id=year.id, number=1, starts_on=date(2026, 9, 5), ends_on=date(2027, 1, 17)),
        Semester(school_id=sid, year_id=year.id, number=2, starts_on=date(2027, 1, 18), ends_on=date(2027, 5, 31)),
    ]
    maths_group = SubjectGroup(school_id=sid, name="Toán")
    it_group = SubjectGroup(school_id=sid, name="Tin học – Công nghệ")
    session.add_all([*semesters, maths_group, it_group])
    session.flush()
    maths = Subject(school_id=sid, group_id=maths_group.id, code="toan", name="Toán", hue=1)
    informatics = Subject(school_id=sid, group_id=it_group.id, code="tin-hoc", name="Tin học", hue=2)
    session.add_all([maths, informatics])
    session.flush()
    session.add_all(
        GradePeriods(school_id=sid, subject_id=subject.id, grade=grade, periods=periods)
        for subject, periods in ((maths, 140), (informatics, 35))
        for grade in (6, 7, 8, 9)
    )
    people = {
        "admin": make_user(session, school, "admin", "Phạm Quốc Bảo", Role.ADMIN),
        "leader": make_user(session, school, "hieutruong", "Lê Thị Hồng Vân", Role.LEADER),
        "teacher": make_user(session, school, "gv.toan8", "Nguyễn Thị Thu Hà", Role.TEACHER),
        "colleague": make_user(session, school, "gv.toan81", "Trần Văn Đức", Role.TEACHER),
        "it_teacher": make_user(session, school, "gv.tin", "Đỗ Minh Quân", Role.TEACHER),
        "subject_head": make_user(session, school, "tt.toan", "Vũ Thanh Bình", Role.TEACHER),
        "pupil": make_user(session, school, "hs.an", "Nguyễn Minh Anh", Role.PUPIL),
        "classmate": make_user(session, school, "hs.binh", "Trần Gia Bình", Role.PUPIL),
        "other_pupil": make_user(session, school, "hs.dat", "Đặng Tiến Đạt", Role.PUPIL),
        "parent": make_user(session, school, "ph.an", "Nguyễn Văn Thắng", Role.PARENT),
        "outsider": make_user(session, other_school, "gv.saomai", "Hoàng Thị Lan", Role.TEACHER),
        "outsider_pupil": make_user(session, other_school, "hs.saomai", "Bùi Ngọc Mai", Role.PUPIL),
    }
    people["pupil"].code, people["classmate"].code, people["other_pupil"].code = "HS0001", "HS0002", "HS0003"
    people["pupil"].ministry_id, people["classmate"].ministry_id = "7912345601", "7912345602"
    people["pupil"].born_on, people["classmate"].born_on = date(2013, 3, 2), date(2013, 11, 20)
    class_8a2 = SchoolClass(school_id=sid, year_id=year.id, name="8A2", grade=8)
    class_8a1 = SchoolClass(school_id=sid, year_id=year.id, name="8A1", grade=8)
    session.add_all([class_8a2, class_8a1])
    session.flush()
    class_8a2.homeroom_teacher_id = people["teacher"].id
    started = date(2026, 9, 5)
    for found, persona in ((class_8a2, "pupil"), (class_8a2, "classmate"), (class_8a1, "other_pupil")):
        session.add(Enrolment(school_id=sid, class_id=found.id, pupil_id=people[persona].id, from_on=started))
    for found, subject, persona in (
        (class_8a2, maths, "teacher"),
        (class_8a1, maths, "colleague"),
        (class_8a1, informatics, "it_teacher"),
    ):
        session.add(
            TeachingAssignment(school_id=sid, class_id=found.id, subject_id=subject.id, teacher_id=people[persona].id)
        )
    for group, persona, head in (
        (maths_group, "teacher", False),
        (maths_group, "colleague", False),
        (maths_group, "subject_head", True),
        (it_group, "it_teacher", True),
    ):
        session.add(GroupMembership(school_id=sid, group_id=group.id, user_id=people[persona].id, is_head=head))
    session.add(
        Guardianship(
            school_id=sid,
            parent_id=people["parent"].id,
            child_id=people["pupil"].id,
            confirmed_at=NOON,
            confirmed_by_id=people["admin"].id,
        )
    )
    course = Course(school_id=sid, class_id=class_8a2.id, subject_id=maths.id, title="Toán 8A2")
    other_course = Course(school_id=sid, class_id=class_8a1.id, subject_id=informatics.id, title="Tin học 8A1")
    session.add_all([course, other_course])
    session.flush()
    section = Section(school_id=sid, course_id=course.id, title="Chương I. Đa thức", position=1)
    session.add(section)
    session.flush()
    return World(
        school=school,
        other_school=other_school,
        year=year,
        semester=semesters[0],
        semester2=semesters[1],
        maths=maths,
        informatics=informatics,
        maths_group=maths_group,
        it_group=it_group,
        class_8a2=class_8a2,
        class_8a1=class_8a1,
        course=course,
        other_course=other_course,
        section=section,
        **people,
    )
