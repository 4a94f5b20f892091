"""The school, its year, its classes and its people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from lms.accounts.passwords import hash_password
from lms.accounts.service import new_user
from lms.base import audit
from lms.base.permissions import Actor, Role
from lms.base.subjects import Subject, SubjectGroup
from lms.base.users import School, User
from lms.courses.models import Course
from lms.demo.names import draw_name
from lms.school.models import (
    Enrolment,
    GroupMembership,
    Guardianship,
    SchoolClass,
    SchoolYear,
    Semester,
    TeachingAssignment,
)
from lms.school.service import make_order
from lms.school.standard import GROUPS, Level, year_from
from question_bank.api import install_shipped

PASSWORD = "gieo-2026"  # noqa: S105 - everybody's in the demo school, printed at start
PUPILS_A_CLASS = 40
GRADES = (6, 7, 8, 9)
LETTERS = ("A1", "A2", "A3", "A4")

TEACHERS = (6, 7, 6, 7, 6, 5, 6, 2)  # in each subject group, in the order of the standard


@dataclass
class DemoSchool:
    """What was made, by the names that the rest of the demo asks for."""

    school: School
    year: SchoolYear
    semesters: list[Semester]
    subjects: dict[str, Subject]
    groups: dict[str, SubjectGroup]
    classes: dict[str, SchoolClass]
    courses: dict[tuple[str, str], Course] = field(default_factory=dict)  # (class name, subject name)
    teachers: dict[str, list[User]] = field(default_factory=dict)  # by group; the first one heads it
    pupils: dict[str, list[User]] = field(default_factory=dict)  # by class
    parents: list[User] = field(default_factory=list)  # of 8A2, in the order of its pupils
    admin: User | None = None
    leader: User | None = None
    librarian: User | None = None

    def teacher_of(self, class_name: str, subject: str) -> User:
        """Who teaches *subject* to the class."""
        return self.assigned[class_name, subject]

    assigned: dict[tuple[str, str], User] = field(default_factory=dict)


def build_people(session: Session, *, at: datetime, seed: int = 2026) -> DemoSchool:
    """Make the school with its 45 teachers, 640 pupils and the parents of 8A2."""
    random = Random(seed)  # noqa: S311 - invented names need no secrecy
    school = School(code="thcs-hoa-phuong", name="Trường THCS Hoa Phượng", created_at=at, led_since=at)
    session.add(school)
    session.flush()
    made = _order(session, school)
    maker = _People(session, school, random, at)
    made.admin = maker.add("quantri", maker.name(), Role.ADMIN)
    made.leader = maker.add("hieutruong", maker.name("female"), Role.LEADER)
    made.librarian = maker.add("thuvien", maker.name("female"), Role.LIBRARIAN)
    _staff(maker, made)
    _classes(maker, made)
    _parents(maker, made)
    session.flush()
    install_shipped(session, school.id, at=at)
    audit.record(session, Actor(made.admin.id, school.id), "school.set_up", school.uid)
    return made


def _order(session: Session, school: School) -> DemoSchool:
    order = make_order(session, school, year_from(2026))
    year, subjects = order.year, order.subjects
    classes = {
        f"{grade}{letter}": SchoolClass(school_id=school.id, year_id=year.id, name=f"{grade}{letter}", grade=grade)
        for grade in GRADES
        for letter in LETTERS
    }
    session.add_all(classes.values())
    session.flush()
    made = DemoSchool(school, year, order.semesters, subjects, order.groups, classes)
    for class_name, found in classes.items():
        for name, subject in subjects.items():
            made.courses[class_name, name] = Course(
                school_id=school.id, class_id=found.id, subject_id=subject.id, title=f"{name} {class_name}"
            )
    session.add_all(made.courses.values())
    return made


class _People:
    """Makes people of one school; all sign in with the demo's password."""

    def __init__(self, session: Session, school: School, random: Random, at: datetime) -> None:
        self.session, self.school, self.random, self.at = session, school, random, at
        self.password_hash = hash_password(PASSWORD)

    def name(self, gender: str = "") -> str:
        return draw_name(self.random, gender or self.random.choice(("male", "female")))

    def add(self, sign_in_name: str, full_name: str, role: Role) -> User:
        user = new_user(
            self.school.id, sign_in_name, full_name, frozenset({role}), at=self.at, password_hash=self.password_hash
        )
        self.session.add(user)
        return user


def _staff(maker: _People, made: DemoSchool) -> None:
    groups = GROUPS[Level.LOWER_SECONDARY]
    prefixes = ("toan", "van", "anh", "khtn", "sudia", "tin", "nt", "tn")
    for (group, standard), prefix, count in zip(groups.items(), prefixes, TEACHERS, strict=True):
        subject_names = [one.name for one in standard]
        names = [f"tt.{prefix}", *(f"gv.{prefix}{number}" for number in (8, 6, 7, 9, 10, 11)[: count - 1])]
        teachers = [maker.add(name, maker.name(), Role.TEACHER) for name in names]
        made.teachers[group] = teachers
        maker.session.flush()
        for number, teacher in enumerate(teachers):
            teacher.code = f"GV-{prefix.upper()}-{number + 1:02d}"
            maker.session.add(
                GroupMembership(
                    school_id=made.school.id, group_id=made.groups[group].id, user_id=teacher.id, is_head=number == 0
                )
            )
        for name in subject_names:
            for class_name in made.classes:
                made.assigned[class_name, name] = _who_teaches(teachers, subject_names.index(name), class_name)
    maker.session.add_all(
        TeachingAssignment(
            school_id=made.school.id,
            class_id=made.classes[class_name].id,
            subject_id=made.subjects[name].id,
            teacher_id=teacher.id,
        )
        for (class_name, name), teacher in made.assigned.items()
    )


def _who_teaches(teachers: list[User], subject_number: int, class_name: str) -> User:
    """Grade 8 goes to the group's second teacher, 6, 7 and 9 to the next; the A4 classes to the head and the last."""
    order = {"8": 1, "6": 2, "7": 3, "9": 4}
    if len(teachers) < 5:
        return teachers[(int(class_name[0]) + subject_number) % len(teachers)]
    if class_name.endswith("A4"):
        return teachers[0] if class_name[0] in "67" else teachers[-1]
    return teachers[order[class_name[0]]]


def _classes(maker: _People, made: DemoSchool) -> None:
    of_8a2 = made.assigned["8A2", "Toán"]
    free = [teacher for teachers in made.teachers.values() for teacher in teachers[1:] if teacher is not of_8a2]
    homeroom = iter(free)
    number = 0
    for class_name, found in made.classes.items():
        found.homeroom_teacher_id = of_8a2.id if class_name == "8A2" else next(homeroom).id
        pupils = []
        for place in range(1, PUPILS_A_CLASS + 1):
            number += 1
            gender = maker.random.choice(("male", "female"))
            pupil = maker.add(f"{class_name.lower()}.{place:02d}", maker.name(gender), Role.PUPIL)
            pupil.gender, pupil.source = gender, "roster"
            pupil.code = f"HP26{number:04d}"
            pupil.ministry_id = f"79{26_000_000 + number * 37:08d}"
            pupil.born_on = date(2026 - found.grade - 5, 1, 1) + timedelta(days=maker.random.randrange(365))
            pupils.append(pupil)
        maker.session.flush()
        maker.session.add_all(
            Enrolment(school_id=made.school.id, class_id=found.id, pupil_id=pupil.id, from_on=made.year.starts_on)
            for pupil in pupils
        )
        made.pupils[class_name] = pupils


def _parents(maker: _People, made: DemoSchool) -> None:
    assert made.admin is not None
    for place, child in enumerate(made.pupils["8A2"], 1):
        gender = maker.random.choice(("male", "female"))
        name = maker.name(gender)
        if gender == "male":  # a father shares the family name
            name = " ".join([child.full_name.split()[0], *name.split()[1:]])
        made.parents.append(maker.add(f"ph.8a2.{place:02d}", name, Role.PARENT))
    maker.session.flush()
    maker.session.add_all(
        Guardianship(
            school_id=made.school.id,
            parent_id=parent.id,
            child_id=child.id,
            confirmed_at=maker.at,
            confirmed_by_id=made.admin.id,
        )
        for parent, child in zip(made.parents, made.pupils["8A2"], strict=True)
    )
