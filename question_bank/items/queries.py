"""Conditions on item versions: what a person may see, what a filter keeps."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from lms.base.permissions import Actor
from lms.base.text import fold
from question_bank.items.domain import DrawRule, ItemFilter, ItemState
from question_bank.items.models import Item, ItemOutcome, ItemVersion


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The versions that the actor may see; the same rule as `permissions.may_read`."""
    ways: list[ColumnElement[bool]] = []
    state = ItemVersion.state
    if actor.is_teacher:
        ways.append(ItemVersion.author_id == actor.user_id)
        ways.append(and_(state == ItemState.APPROVED, ItemVersion.subject_id.in_(actor.subject_ids)))
        ways.append(
            and_(
                ItemVersion.subject_id.in_(actor.headed_subject_ids),
                or_(
                    state == ItemState.SUBMITTED,
                    and_(state != ItemState.DRAFT, ItemVersion.reviewed_at.is_not(None)),
                ),
            )
        )
    if actor.is_leader:
        ways.append(state == ItemState.APPROVED)
    return and_(ItemVersion.school_id == actor.school_id, or_(false(), *ways))


def usable_by(actor: Actor) -> ColumnElement[bool]:
    """The approved versions that the actor may put into a quiz; the same rule as `Permission.USE`."""
    subjects = actor.subject_ids if actor.is_teacher else frozenset[int]()
    return and_(
        ItemVersion.school_id == actor.school_id,
        ItemVersion.state == ItemState.APPROVED,
        ItemVersion.subject_id.in_(subjects),
    )


def narrowed(wanted: ItemFilter | DrawRule) -> ColumnElement[bool]:
    """What a filter or a rule keeps."""
    kept: list[ColumnElement[bool]] = []
    if wanted.subject_id is not None:
        kept.append(ItemVersion.subject_id == wanted.subject_id)
    if wanted.grade is not None:
        kept.append(ItemVersion.grade == wanted.grade)
    if wanted.types:
        kept.append(ItemVersion.type.in_([kind.value for kind in wanted.types]))
    if wanted.level:
        kept.append(ItemVersion.level == wanted.level)
    if wanted.topic:
        kept.append(ItemVersion.topic_key == fold(wanted.topic)[:200])
    if wanted.outcome:
        holders = select(ItemOutcome.version_id).where(ItemOutcome.outcome == wanted.outcome)
        kept.append(ItemVersion.id.in_(holders))
    if isinstance(wanted, ItemFilter):
        if wanted.state is not None:
            kept.append(ItemVersion.state == wanted.state)
        if wanted.owner_id is not None:
            kept.append(ItemVersion.item_id.in_(select(Item.id).where(Item.owner_id == wanted.owner_id)))
        kept += [ItemVersion.search_text.contains(word, autoescape=True) for word in fold(wanted.text).split()[:12]]
    return and_(ItemVersion.id.is_not(None), *kept)


def versions(*conditions: ColumnElement[bool]) -> Select[ItemVersion]:
    """Select versions with what lists show of them."""
    return select(ItemVersion).where(*conditions)


def newest_first() -> tuple[Any, ...]:
    """The order of lists: newest question first."""
    return (ItemVersion.id.desc(),)
