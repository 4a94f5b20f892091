"""Who acts, with the facts about classes, subjects and children that rules ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lms.accounts import service as accounts
from lms.accounts.signed_in import Person
from lms.base.permissions import Actor, Role
from lms.base.subjects import Subject
from lms.school.models import (
    Enrolment,
    GroupMembership,
    Guardianship,
    SchoolClass,
    SchoolYear,
    TeachingAssignment,
)


def load_actor(session: Session, user: Person) -> Actor:
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


_enrolment, _class, _year = (model.__table__.c for model in (Enrolment, SchoolClass, SchoolYear))
_CLASSES = (
    select(_enrolment.class_id)
    .join_from(Enrolment.__table__, SchoolClass.__table__, _class.id == _enrolment.class_id)
    .join(SchoolYear.__table__, _year.id == _class.year_id)
    .where(_enrolment.pupil_id.in_(bindparam("ids", expanding=True)), _enrolment.until_on.is_(None), _year.current)
)


def _classes_of(session: Session, pupil_ids: Iterable[int]) -> Sequence[int]:
    return session.scalars(_CLASSES, {"ids": list(pupil_ids)}).all()
