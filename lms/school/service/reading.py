"""What others ask about the school's order: years, classes, pupils, groups, staff."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, joinedload

from lms.base.errors import NotFound
from lms.base.permissions import Actor, Role
from lms.base.subjects import Subject, SubjectGroup
from lms.base.users import School, User, get_user
from lms.permissions import Permission, allows, require
from lms.school import domain
from lms.school.models import (
    Enrolment,
    GradePeriods,
    GroupMembership,
    SchoolClass,
    SchoolYear,
    Semester,
    TeachingAssignment,
)


def get_school(session: Session, actor: Actor) -> School:
    """The actor's school."""
    return session.get_one(School, actor.school_id)


def find_current_year(session: Session, school_id: int) -> SchoolYear | None:
    """The running school year, if the school has set one."""
    return session.scalar(select(SchoolYear).where(SchoolYear.school_id == school_id, SchoolYear.current))


def get_semester(session: Session, actor: Actor, uid: str) -> Semester:
    """Find a semester of the actor's school.

    Raises:
        NotFound: there is none with that uid.
    """
    semester = session.scalar(select(Semester).where(Semester.uid == uid, Semester.school_id == actor.school_id))
    if semester is None:
        raise NotFound
    return semester


def periods_of(session: Session, subject_id: int, grade: int) -> int | None:
    """Periods a year of a subject in a grade; None where the school has not said."""
    return session.scalar(
        select(GradePeriods.periods).where(GradePeriods.subject_id == subject_id, GradePeriods.grade == grade)
    )


def get_class(session: Session, actor: Actor, uid: str) -> SchoolClass:
    """Find a class that the actor may see.

    Raises:
        NotFound: no such class, or not one this person may know of.
    """
    found = session.scalar(select(SchoolClass).where(SchoolClass.uid == uid, SchoolClass.school_id == actor.school_id))
    if found is None or not domain.may_see_class(actor, found.id):
        raise NotFound
    return found


def list_classes(session: Session, actor: Actor) -> list[tuple[SchoolClass, int]]:
    """List the classes of the running year that the actor may see, each with its number of pupils."""
    count = (
        select(func.count())
        .select_from(Enrolment)
        .where(Enrolment.class_id == SchoolClass.id, Enrolment.until_on.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(
        select(SchoolClass, count)
        .join(SchoolYear, SchoolYear.id == SchoolClass.year_id)
        .where(SchoolClass.school_id == actor.school_id, SchoolYear.current)
        .options(joinedload(SchoolClass.homeroom_teacher))
        .order_by(SchoolClass.grade, SchoolClass.name)
    ).all()
    return [(found, pupils) for found, pupils in rows if domain.may_see_class(actor, found.id)]


def list_pupils(session: Session, class_id: int) -> list[User]:
    """List the pupils of a class today in Vietnamese order of names. Knows no permission: for verbs, not for views."""
    return list(
        session.scalars(
            select(User)
            .join(Enrolment, Enrolment.pupil_id == User.id)
            .where(Enrolment.class_id == class_id, Enrolment.until_on.is_(None))
            .order_by(User.sort_name, User.id)
        )
    )


def class_list(session: Session, actor: Actor, uid: str) -> tuple[SchoolClass, list[User]]:
    """A class with its pupils, for those who may see the list.

    Raises:
        NotFound: no such class for this person.
        Forbidden: the person may see the class but not its list.
    """
    found = get_class(session, actor, uid)
    require(actor, Permission.LIST_PUPILS, found)
    return found, list_pupils(session, found.id)


def list_assignments(session: Session, class_id: int) -> list[TeachingAssignment]:
    """Who teaches what in a class."""
    return list(
        session.scalars(
            select(TeachingAssignment)
            .where(TeachingAssignment.class_id == class_id)
            .options(joinedload(TeachingAssignment.teacher))
            .join(Subject, Subject.id == TeachingAssignment.subject_id)
            .order_by(Subject.name)
        )
    )


def list_groups(session: Session, actor: Actor) -> list[tuple[SubjectGroup, list[User], int]]:
    """List subject groups, each with its heads and its number of members."""
    groups = list(
        session.scalars(
            select(SubjectGroup).where(SubjectGroup.school_id == actor.school_id).order_by(SubjectGroup.name)
        )
    )
    sizes = session.execute(
        select(GroupMembership.group_id, func.count())
        .where(GroupMembership.school_id == actor.school_id)
        .group_by(GroupMembership.group_id)
    )
    members = dict(sizes.all())
    heads: dict[int, list[User]] = {}
    for group_id, user in session.execute(
        select(GroupMembership.group_id, User)
        .join(User, User.id == GroupMembership.user_id)
        .where(GroupMembership.school_id == actor.school_id, GroupMembership.is_head)
    ):
        heads.setdefault(group_id, []).append(user)
    return [(group, heads.get(group.id, []), members.get(group.id, 0)) for group in groups]


def list_staff(session: Session, actor: Actor) -> list[User]:
    """List the people of the school who are neither pupils nor parents only.

    Raises:
        Forbidden: the actor may not see the people of the school.
    """
    require(actor, Permission.SEE_PEOPLE)
    users = session.scalars(
        select(User)
        .where(
            User.school_id == actor.school_id,
            User.grants.any(),
            ~User.grants.any(role=Role.PUPIL.value),
        )
        .order_by(User.sort_name, User.id)
    )
    return [user for user in users if user.roles & {Role.ADMIN, Role.LEADER, Role.TEACHER, Role.LIBRARIAN}]


def list_children(session: Session, actor: Actor) -> list[tuple[User, SchoolClass | None]]:
    """List a parent's confirmed children with their classes."""
    rows = session.execute(
        select(User, SchoolClass)
        .select_from(User)
        .outerjoin(
            Enrolment,
            (Enrolment.pupil_id == User.id)
            & Enrolment.until_on.is_(None)
            & Enrolment.class_id.in_(
                select(SchoolClass.id).join(SchoolYear, SchoolYear.id == SchoolClass.year_id).where(SchoolYear.current)
            ),
        )
        .outerjoin(SchoolClass, SchoolClass.id == Enrolment.class_id)
        .where(User.id.in_(actor.child_ids))
        .order_by(User.sort_name)
    ).all()
    return [(user, found) for user, found in rows]


def get_child(session: Session, actor: Actor, uid: str) -> User:
    """Find one of the actor's own confirmed children.

    Raises:
        NotFound: not a child of this person.
    """
    child = get_user(session, actor.school_id, uid)
    if child.id not in actor.child_ids:
        raise NotFound
    return child


@dataclass(frozen=True, slots=True)
class Overview:
    """What the school's page shows."""

    school: School
    year: SchoolYear | None
    classes: list[tuple[SchoolClass, int]]
    groups: list[tuple[SubjectGroup, list[User], int]]
    may_import: bool
    may_see_people: bool
    may_arrange: bool
    has_teachers: bool
    has_assignments: bool
    listable: frozenset[int]  # classes whose list of pupils the person may open

    @property
    def has_pupils(self) -> bool:
        return any(pupils for _found, pupils in self.classes)

    @property
    def has_heads(self) -> bool:
        return any(heads for _group, heads, _count in self.groups)

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing that a school begins its year with."""
        return self.has_teachers and self.has_heads and self.has_pupils and self.has_assignments


def overview(session: Session, actor: Actor) -> Overview:
    """Gather the school's page for a member of staff.

    Raises:
        Forbidden: the actor is not on the staff.
    """
    require(actor, Permission.SEE_SCHOOL)
    classes = list_classes(session, actor)
    return Overview(
        school=get_school(session, actor),
        year=find_current_year(session, actor.school_id),
        classes=classes,
        listable=frozenset(found.id for found, _count in classes if allows(actor, Permission.LIST_PUPILS, found)),
        groups=list_groups(session, actor),
        may_import=allows(actor, Permission.IMPORT_ROSTER),
        may_see_people=allows(actor, Permission.SEE_PEOPLE),
        may_arrange=may_arrange(actor),
        has_teachers=_any(session, User.school_id == actor.school_id, User.grants.any(role=Role.TEACHER.value)),
        has_assignments=_any(session, TeachingAssignment.school_id == actor.school_id),
    )


def _any(session: Session, *conditions: ColumnElement[bool]) -> bool:
    return bool(session.scalar(select(exists().where(*conditions))))


def may_reset_passwords(actor: Actor, found: SchoolClass) -> bool:
    """Say whether the actor may give pupils of the class new first passwords."""
    return allows(actor, Permission.RESET_PUPIL_PASSWORD, found)


def may_arrange(actor: Actor) -> bool:
    """Say whether the actor arranges the school: years, groups, classes, assignments, parents."""
    return allows(actor, Permission.ARRANGE_SCHOOL)


def may_see_people_or_refuse(actor: Actor) -> None:
    """Go on only for those who may see how the school and its people are arranged.

    Raises:
        Forbidden: the actor may not.
    """
    require(actor, Permission.SEE_PEOPLE)


def may_import_or_refuse(actor: Actor) -> None:
    """Go on only for those who keep the school's lists.

    Raises:
        Forbidden: the actor does not.
    """
    require(actor, Permission.IMPORT_ROSTER)
