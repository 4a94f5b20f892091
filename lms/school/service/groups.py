"""Subject groups: their members, heads and subjects."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor, Role
from lms.base.subjects import Subject, SubjectGroup, list_subjects
from lms.base.users import User
from lms.permissions import Permission, require
from lms.school.domain import check_title
from lms.school.models import GroupMembership
from lms.school.service.classes import may_place_or_refuse


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A subject group with what its form may choose from; the chosen ones by uid."""

    group: SubjectGroup
    teachers: list[User]
    subjects: list[Subject]
    member_uids: frozenset[str]
    head_uids: frozenset[str]
    subject_uids: frozenset[str]

    @property
    def teacher_choices(self) -> list[tuple[str, str]]:
        """The teachers as (uid, name)."""
        return [(one.uid, one.full_name) for one in self.teachers]

    @property
    def subject_choices(self) -> list[tuple[str, str]]:
        """The subjects as (uid, name)."""
        return [(one.uid, one.name) for one in self.subjects]


def list_teachers(session: Session, actor: Actor) -> list[User]:
    """List the teachers of the school who may sign in, by name.

    Raises:
        Forbidden: the actor may not see the people of the school.
    """
    require(actor, Permission.SEE_PEOPLE)
    return teachers_of(session, actor.school_id)


def teachers_of(session: Session, school_id: int) -> list[User]:
    """List the teachers of a school who may sign in, by name. Knows no permission: for verbs, not for views."""
    return list(
        session.scalars(
            select(User)
            .where(
                User.school_id == school_id,
                User.grants.any(role=Role.TEACHER.value),
                User.disabled_at.is_(None),
            )
            .order_by(User.sort_name, User.id)
        )
    )


def get_group(session: Session, actor: Actor, uid: str) -> SubjectGroup:
    """Find a subject group of the school.

    Raises:
        NotFound: there is none with that uid.
    """
    group = session.scalar(
        select(SubjectGroup).where(SubjectGroup.uid == uid, SubjectGroup.school_id == actor.school_id)
    )
    if group is None:
        raise NotFound
    return group


def group_page(session: Session, actor: Actor, uid: str) -> GroupPage:
    """A subject group with its members, heads and subjects.

    Raises:
        NotFound: no such group.
        Forbidden: the actor may not see the people of the school.
    """
    group = get_group(session, actor, uid)
    teachers = list_teachers(session, actor)
    members = session.execute(
        select(User.uid, GroupMembership.is_head)
        .join(User, User.id == GroupMembership.user_id)
        .where(GroupMembership.group_id == group.id)
    ).all()
    subjects = list_subjects(session, actor.school_id)
    return GroupPage(
        group,
        teachers,
        subjects,
        frozenset(member for member, _head in members),
        frozenset(member for member, head in members if head),
        frozenset(subject.uid for subject in subjects if subject.group_id == group.id),
    )


def add_group(session: Session, actor: Actor, name: str) -> SubjectGroup:
    """Make a subject group without members.

    Raises:
        Forbidden: the actor does not arrange the school.
        Invalid: no name, or one that another group has.
    """
    require(actor, Permission.ARRANGE_SCHOOL)
    group = SubjectGroup(school_id=actor.school_id, name=_free_name(session, actor, name))
    session.add(group)
    session.flush()
    audit.record(session, actor, "group.created", group.uid)
    return group


def save_group(
    session: Session,
    actor: Actor,
    uid: str,
    *,
    name: str,
    members: Collection[str],
    heads: Collection[str],
    subjects: Collection[str],
) -> SubjectGroup:
    """Write a group's name, members, heads and subjects, all by uid; a head is a member too.

    A subject belongs to one group: what is named here leaves the group it had.

    Raises:
        NotFound: no such group, or a person or subject that is not of this school.
        Forbidden: the actor does not arrange the school, or gets a group, its head or its subjects themselves.
        Invalid: no name, or one that another group has.
    """
    group = get_group(session, actor, uid)
    require(actor, Permission.ARRANGE_SCHOOL, group)
    group.name = _free_name(session, actor, name, group)
    teachers = {teacher.uid: teacher.id for teacher in list_teachers(session, actor)}
    wanted = set(members) | set(heads)
    if not wanted <= teachers.keys():
        raise NotFound
    kept = {
        row.user_id: row for row in session.scalars(select(GroupMembership).where(GroupMembership.group_id == group.id))
    }
    known = {subject.uid: subject for subject in list_subjects(session, actor.school_id)}
    if not set(subjects) <= known.keys():
        raise NotFound
    if actor.uid in wanted:
        mine = kept.get(actor.user_id)
        more_subjects = any(known[one].group_id != group.id for one in subjects)
        if mine is None or more_subjects or (actor.uid in heads and not mine.is_head):
            may_place_or_refuse(actor, session.get_one(User, actor.user_id))
    wanted_ids = {teachers[one] for one in wanted}
    for user_id, row in kept.items():
        if user_id not in wanted_ids:
            session.delete(row)
    for one in wanted:
        row = kept.get(teachers[one]) or GroupMembership(
            school_id=group.school_id, group_id=group.id, user_id=teachers[one]
        )
        row.is_head = one in heads
        session.add(row)
    for subject in known.values():
        if subject.uid in subjects:
            subject.group_id = group.id
        elif subject.group_id == group.id:
            subject.group_id = None
    session.flush()
    audit.record(session, actor, "group.saved", group.uid, members=len(wanted), heads=sorted(heads))
    return group


def _free_name(session: Session, actor: Actor, name: str, but: SubjectGroup | None = None) -> str:
    title = check_title(name, "name", 120)
    other = session.scalar(
        select(SubjectGroup).where(SubjectGroup.school_id == actor.school_id, SubjectGroup.name == title)
    )
    if other is not None and other is not but:
        raise Invalid.at("name", N_("Trường đã có tổ tên này."))
    return title
