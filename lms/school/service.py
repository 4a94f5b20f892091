"""Reads and verbs about the school's order: who acts with which facts, classes, pupils, first passwords."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from lms.accounts import service as accounts
from lms.base import audit
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
    Guardianship,
    SchoolClass,
    SchoolYear,
    Semester,
    TeachingAssignment,
)


def load_actor(session: Session, user: User) -> Actor:
    """Gather the facts about a person that rules may ask for; asks only what their roles call for."""
    roles = user.roles
    base = Actor(user.id, user.school_id, user.uid, user.full_name, roles)
    facts: dict[str, frozenset[int]] = {}
    teaches: frozenset[tuple[int, int]] = frozenset()
    if Role.TEACHER in roles:
        memberships = session.execute(
            select(GroupMembership.group_id, GroupMembership.is_head, Subject.id)
            .outerjoin(Subject, Subject.group_id == GroupMembership.group_id)
            .where(GroupMembership.user_id == user.id)
        ).all()
        facts["group_ids"] = frozenset(group for group, _, _ in memberships)
        facts["headed_group_ids"] = frozenset(group for group, head, _ in memberships if head)
        facts["headed_subject_ids"] = frozenset(s for _, head, s in memberships if head and s)
        taught = session.execute(
            select(TeachingAssignment.class_id, TeachingAssignment.subject_id)
            .join(SchoolClass, SchoolClass.id == TeachingAssignment.class_id)
            .join(SchoolYear, SchoolYear.id == SchoolClass.year_id)
            .where(TeachingAssignment.teacher_id == user.id, SchoolYear.current)
        ).all()
        teaches = frozenset((class_id, subject_id) for class_id, subject_id in taught)
        facts["subject_ids"] = frozenset(s for _, _, s in memberships if s) | {subject for _, subject in teaches}
        facts["homeroom_class_ids"] = frozenset(
            session.scalars(
                select(SchoolClass.id)
                .join(SchoolYear, SchoolYear.id == SchoolClass.year_id)
                .where(SchoolClass.homeroom_teacher_id == user.id, SchoolYear.current)
            )
        )
    if Role.PUPIL in roles:
        facts["class_ids"] = frozenset(_classes_of(session, [user.id]))
    if Role.PARENT in roles:
        facts["child_ids"] = frozenset(
            session.scalars(
                select(Guardianship.child_id).where(
                    Guardianship.parent_id == user.id, Guardianship.confirmed_at.is_not(None)
                )
            )
        )
        facts["child_class_ids"] = frozenset(_classes_of(session, facts["child_ids"]))
    return Actor(base.user_id, base.school_id, base.uid, base.name, base.roles, teaches=teaches, **facts)


accounts.facts_from(load_actor)


def _classes_of(session: Session, pupil_ids: Iterable[int]) -> list[int]:
    return list(
        session.scalars(
            select(Enrolment.class_id)
            .join(SchoolClass, SchoolClass.id == Enrolment.class_id)
            .join(SchoolYear, SchoolYear.id == SchoolClass.year_id)
            .where(Enrolment.pupil_id.in_(list(pupil_ids)), Enrolment.until_on.is_(None), SchoolYear.current)
        )
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
        .outerjoin(Enrolment, (Enrolment.pupil_id == User.id) & Enrolment.until_on.is_(None))
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


def reset_pupil_password(
    session: Session, actor: Actor, class_uid: str, pupil_uid: str, *, at: datetime
) -> tuple[User, str]:
    """Give a pupil of the actor's class a new first password; returns the pupil and the password, shown once.

    Raises:
        NotFound: no such class, or the pupil is not in it.
        Forbidden: the actor does not teach this class.
    """
    found = get_class(session, actor, class_uid)
    require(actor, Permission.RESET_PUPIL_PASSWORD, found)
    pupil = get_user(session, actor.school_id, pupil_uid)
    if pupil.id not in {one.id for one in list_pupils(session, found.id)}:
        raise NotFound
    return pupil, accounts.give_first_password(session, actor, pupil, at=at)


def reset_staff_password(session: Session, actor: Actor, uid: str, *, at: datetime) -> tuple[User, str]:
    """Give a colleague a new first password; for the administrator.

    Raises:
        NotFound: nobody of this school has that uid.
        Forbidden: the actor does not administer accounts.
    """
    user = get_user(session, actor.school_id, uid)
    require(actor, Permission.ADMINISTER_ACCOUNTS, user)
    return user, accounts.give_first_password(session, actor, user, at=at)


def set_disabled(session: Session, actor: Actor, uid: str, *, disabled: bool, at: datetime) -> User:
    """Close or reopen an account; closing it ends every session.

    Raises:
        NotFound: nobody of this school has that uid.
        Forbidden: the actor does not administer accounts, or it is their own.
    """
    user = get_user(session, actor.school_id, uid)
    require(actor, Permission.DISABLE_ACCOUNT, user)
    user.disabled_at = at if disabled else None
    user.session_epoch += 1
    audit.record(session, actor, "account.disabled" if disabled else "account.enabled", user.uid)
    return user


@dataclass(frozen=True, slots=True)
class Overview:
    """What the school's page shows."""

    school: School
    year: SchoolYear | None
    classes: list[tuple[SchoolClass, int]]
    groups: list[tuple[SubjectGroup, list[User], int]]
    may_import: bool
    may_see_people: bool


def overview(session: Session, actor: Actor) -> Overview:
    """Gather the school's page for a member of staff.

    Raises:
        Forbidden: the actor is not on the staff.
    """
    require(actor, Permission.SEE_SCHOOL)
    return Overview(
        school=get_school(session, actor),
        year=find_current_year(session, actor.school_id),
        classes=list_classes(session, actor),
        groups=list_groups(session, actor),
        may_import=allows(actor, Permission.IMPORT_ROSTER),
        may_see_people=allows(actor, Permission.SEE_PEOPLE),
    )


def may_reset_passwords(actor: Actor, found: SchoolClass) -> bool:
    """Say whether the actor may give pupils of the class new first passwords."""
    return allows(actor, Permission.RESET_PUPIL_PASSWORD, found)


def may_import_or_refuse(actor: Actor) -> None:
    """Go on only for those who keep the school's lists.

    Raises:
        Forbidden: the actor does not.
    """
    require(actor, Permission.IMPORT_ROSTER)
