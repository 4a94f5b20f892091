"""Which questions wait too long in review, and for whom: heads who decide, authors who mend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.permissions import Actor
from lms.base.subjects import Subject, list_subjects
from lms.base.users import User
from lms.permissions import Permission, allows, require
from lms.school.models import GroupMembership
from question_bank import api as bank

CHOICES = (3, 7, 14, 30)  # days


@dataclass(frozen=True, slots=True)
class Stuck:
    """What waits for one person in one subject; `person` is "" where nobody is there who may decide."""

    person: str
    subject: Subject
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class StuckReviews:
    """What has waited longer than `days`, longest first: for a head to decide, for an author to mend."""

    days: int
    for_heads: Sequence[Stuck]
    for_authors: Sequence[Stuck]


def may_see_stuck(actor: Actor) -> bool:
    """Say whether there is anything to see for the actor: the whole school's, or that of the subjects they head."""
    return allows(actor, Permission.SEE_REPORTS) or bool(actor.headed_subject_ids)


def stuck_reviews(session: Session, actor: Actor, days: int, *, at: datetime) -> StuckReviews:
    """Find what has waited longer than so many days.

    A question counts for each head of its subject who is not its author; where there is none, for nobody by name.

    Raises:
        Forbidden: the actor neither answers for the school nor heads a subject.
    """
    whole_school = allows(actor, Permission.SEE_REPORTS)
    if not whole_school and not actor.headed_subject_ids:
        require(actor, Permission.SEE_REPORTS)
    subjects = {
        one.id: one
        for one in list_subjects(session, actor.school_id)
        if whole_school or one.id in actor.headed_subject_ids
    }
    waits = [
        one
        for one in bank.list_waits(session, actor.school_id, before=at - timedelta(days=days))
        if one.subject_id in subjects
    ]
    heads = _heads(session, actor.school_id)
    names = _names(session, {one.author_id for one in waits} | {head for group in heads.values() for head in group})
    deciding: dict[tuple[str, int], list[bank.Wait]] = defaultdict(list)
    mending: dict[tuple[str, int], list[bank.Wait]] = defaultdict(list)
    for wait in waits:
        if wait.returned:
            mending[names[wait.author_id], wait.subject_id].append(wait)
            continue
        group_id = subjects[wait.subject_id].group_id
        others = [head for head in heads.get(group_id or 0, ()) if head != wait.author_id]
        for person in [names[head] for head in others] or [""]:
            deciding[person, wait.subject_id].append(wait)
    return StuckReviews(days, _summed(deciding, subjects), _summed(mending, subjects))


def _summed(found: dict[tuple[str, int], list[bank.Wait]], subjects: dict[int, Subject]) -> list[Stuck]:
    rows = [
        Stuck(person, subjects[subject_id], sum(one.count for one in waits), min(one.since for one in waits))
        for (person, subject_id), waits in found.items()
    ]
    return sorted(rows, key=lambda row: (row.since, row.person))


def _heads(session: Session, school_id: int) -> dict[int, list[int]]:
    """The heads of each subject group who can sign in."""
    rows = session.execute(
        select(GroupMembership.group_id, GroupMembership.user_id)
        .join(User, User.id == GroupMembership.user_id)
        .where(GroupMembership.school_id == school_id, GroupMembership.is_head, User.disabled_at.is_(None))
        .order_by(GroupMembership.id)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for group_id, user_id in rows:
        found[group_id].append(user_id)
    return found


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    rows = session.execute(select(User.id, User.full_name).where(User.id.in_(ids)))
    return dict(rows.all())
