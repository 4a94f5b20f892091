"""Who teaches what to whom: the teaching assignment of the running year."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import NotFound
from lms.base.permissions import Actor
from lms.base.subjects import Subject, list_subjects
from lms.base.users import User
from lms.permissions import Permission, require
from lms.school.models import GradePeriods, GroupMembership, SchoolClass, TeachingAssignment
from lms.school.service.classes import may_place_or_refuse, teacher
from lms.school.service.reading import get_class, list_classes

AfterAssignment = Callable[[Session, SchoolClass, Subject], None]
_after: list[AfterAssignment] = []


def after_assignment(call: AfterAssignment) -> None:
    """Let a feature above do its part when a class gets a teacher in a subject (`lms.courses` opens the course)."""
    if call not in _after:
        _after.append(call)


@dataclass(frozen=True, slots=True)
class AssignmentGrid:
    """Classes × subjects of the running year: who teaches there, and where the subject is taught at all."""

    classes: list[SchoolClass]
    subjects: list[Subject]
    teachers: Mapping[tuple[int, int], list[User]]  # (class id, subject id) → its teachers
    taught: Mapping[int, Collection[int]]  # subject id → grades; a subject without periods is taught in all

    def teachers_of(self, found: SchoolClass, subject: Subject) -> list[User]:
        """Who teaches the subject to the class."""
        return self.teachers.get((found.id, subject.id), [])

    def class_ids_of(self, person: User, subject: Subject) -> set[int]:
        """The classes to which the person teaches the subject."""
        return {
            class_id
            for (class_id, subject_id), teachers in self.teachers.items()
            if subject_id == subject.id and any(one.id == person.id for one in teachers)
        }

    def is_taught(self, found: SchoolClass, subject: Subject) -> bool:
        """Whether the class's grade has the subject, or somebody teaches it there all the same."""
        grades = self.taught.get(subject.id)
        return grades is None or found.grade in grades or (found.id, subject.id) in self.teachers

    @property
    def open_cells(self) -> int:
        """How many classes still lack a teacher in a subject, counted together."""
        return sum(
            self.is_taught(found, subject) and not self.teachers_of(found, subject)
            for found in self.classes
            for subject in self.subjects
        )


def assignment_grid(session: Session, actor: Actor) -> AssignmentGrid:
    """Gather who teaches what in the running year.

    Raises:
        Forbidden: the actor may not see how the school is arranged.
    """
    require(actor, Permission.SEE_PEOPLE)
    classes = [found for found, _pupils in list_classes(session, actor)]
    teachers: dict[tuple[int, int], list[User]] = {}
    for class_id, subject_id, user in session.execute(
        select(TeachingAssignment.class_id, TeachingAssignment.subject_id, User)
        .join(User, User.id == TeachingAssignment.teacher_id)
        .where(TeachingAssignment.class_id.in_([found.id for found in classes]))
        .order_by(TeachingAssignment.id)
    ):
        teachers.setdefault((class_id, subject_id), []).append(user)
    taught: dict[int, set[int]] = {}
    for subject_id, grade in session.execute(
        select(GradePeriods.subject_id, GradePeriods.grade).where(GradePeriods.school_id == actor.school_id)
    ):
        taught.setdefault(subject_id, set()).add(grade)
    return AssignmentGrid(classes, list_subjects(session, actor.school_id), teachers, taught)


def subjects_for(session: Session, grid: AssignmentGrid, person: User) -> list[Subject]:
    """List the subjects that a teacher may well teach: those of their groups, and those they teach already."""
    of_groups = set(
        session.scalars(
            select(Subject.id)
            .join(GroupMembership, GroupMembership.group_id == Subject.group_id)
            .where(GroupMembership.user_id == person.id)
        )
    )
    return [one for one in grid.subjects if one.id in of_groups or grid.class_ids_of(person, one)]


def assign_class(session: Session, actor: Actor, class_uid: str, wanted: Mapping[str, str]) -> SchoolClass:
    """Say who teaches each of these subjects to a class: subject uid → teacher uid, empty for nobody.

    Raises:
        NotFound: no such class, subject or teacher.
        Forbidden: the actor does not arrange the school, or takes a class themselves.
        Invalid: a person is no teacher.
    """
    found = get_class(session, actor, class_uid)
    require(actor, Permission.ARRANGE_SCHOOL, found)
    subjects = {subject.uid: subject for subject in list_subjects(session, actor.school_id)}
    for subject_uid, teacher_uid in wanted.items():
        if subject_uid not in subjects:
            raise NotFound
        person = teacher(session, actor, teacher_uid, subject_uid) if teacher_uid else None
        _give(session, actor, found, subjects[subject_uid], person)
    return found


def assign_teacher(session: Session, actor: Actor, teacher_uid: str, wanted: Collection[tuple[str, str]]) -> User:
    """Say all that a teacher teaches in the running year, as (class uid, subject uid).

    What somebody else taught there is taken over; what is no longer named is left without this teacher.

    Raises:
        NotFound: no such teacher, class or subject.
        Forbidden: the actor does not arrange the school, or takes a class themselves.
        Invalid: the person is no teacher.
    """
    require(actor, Permission.ARRANGE_SCHOOL)
    person = teacher(session, actor, teacher_uid, "teacher")
    classes = {found.uid: found for found, _pupils in list_classes(session, actor)}
    subjects = {subject.uid: subject for subject in list_subjects(session, actor.school_id)}
    if any(class_uid not in classes or subject_uid not in subjects for class_uid, subject_uid in wanted):
        raise NotFound
    pairs = {(classes[class_uid].id, subjects[subject_uid].id) for class_uid, subject_uid in wanted}
    for row in session.scalars(
        select(TeachingAssignment).where(
            TeachingAssignment.teacher_id == person.id,
            TeachingAssignment.class_id.in_([found.id for found in classes.values()]),
        )
    ).all():
        if (row.class_id, row.subject_id) in pairs:
            pairs.discard((row.class_id, row.subject_id))
        else:
            _note(session, actor, row.school_class, row.subject, "")
            session.delete(row)
    session.flush()
    for class_uid, subject_uid in sorted(wanted):
        if (classes[class_uid].id, subjects[subject_uid].id) in pairs:
            _give(session, actor, classes[class_uid], subjects[subject_uid], person)
    return person


def _give(session: Session, actor: Actor, found: SchoolClass, subject: Subject, person: User | None) -> None:
    rows = session.scalars(
        select(TeachingAssignment).where(
            TeachingAssignment.class_id == found.id, TeachingAssignment.subject_id == subject.id
        )
    ).all()
    if [row.teacher_id for row in rows] == ([person.id] if person else []):
        return
    if person is not None:
        may_place_or_refuse(actor, person)
    for row in rows:
        session.delete(row)
    session.flush()
    if person is not None:
        session.add(
            TeachingAssignment(
                school_id=actor.school_id, class_id=found.id, subject_id=subject.id, teacher_id=person.id
            )
        )
        session.flush()
        for call in _after:
            call(session, found, subject)
    _note(session, actor, found, subject, person.uid if person else "")


def _note(session: Session, actor: Actor, found: SchoolClass, subject: Subject, teacher_uid: str) -> None:
    audit.record(session, actor, "assignment.set", found.uid, subject=subject.code, teacher=teacher_uid)
