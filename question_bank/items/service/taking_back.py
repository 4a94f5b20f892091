"""Take back out of the bank what an import put there, as far as nobody has built on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from question_bank.items.domain import ItemState
from question_bank.items.models import Item, ItemVersion
from question_bank.items.presenting import summary

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "reviewed": N_("tổ trưởng đã xem xét"),
        "renewed": N_("đã có bản mới hơn"),
        "talked_about": N_("đã có người trao đổi"),
        "replaced": N_("bản nháp trước đó đã thôi dùng, bỏ bản này thì câu không còn bản nào"),
    }
)


@dataclass(frozen=True, slots=True)
class Stay:
    """A question that stays in the bank, and why: a key of `REASONS`."""

    item_uid: str
    words: str
    reason: str


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What can be, or was, taken back: questions that go, versions of older questions that go, and what stays."""

    items: frozenset[str]
    versions: frozenset[str]
    stays: tuple[Stay, ...]


def what_goes(session: Session, actor: Actor, import_uid: str, version_uids: Collection[str] = ()) -> TakenBack:
    """Say what of an import can go: the questions it made, and *version_uids* that it wrote of older questions.

    What a head has decided about stays, and so does everything in a quiz, since only approved questions get there.
    """
    items = session.scalars(_made(actor, import_uid)).all()
    versions = session.scalars(
        select(ItemVersion).where(
            ItemVersion.uid.in_(version_uids),
            ItemVersion.school_id == actor.school_id,
            ItemVersion.author_id == actor.user_id,
        )
    ).all()
    made = [(item.versions[0], _why(item.versions[0], alone=True)) for item in items]
    written = [(version, _why(version, alone=False)) for version in versions]
    return TakenBack(
        frozenset(version.item.uid for version, why in made if not why),
        frozenset(version.uid for version, why in written if not why),
        tuple(Stay(version.item.uid, summary(version.body, 80), why) for version, why in (*made, *written) if why),
    )


def take_back(session: Session, actor: Actor, import_uid: str, version_uids: Collection[str] = ()) -> TakenBack:
    """Remove what `what_goes` names from the bank."""
    told = what_goes(session, actor, import_uid, version_uids)
    for item in session.scalars(_made(actor, import_uid)):
        if item.uid in told.items:
            session.delete(item)
    for version in session.scalars(select(ItemVersion).where(ItemVersion.uid.in_(told.versions))):
        version.item.versions.remove(version)
    session.flush()
    return told


def _made(actor: Actor, import_uid: str) -> Select[Item]:
    return (
        select(Item)
        .where(Item.import_uid == import_uid, Item.school_id == actor.school_id, Item.owner_id == actor.user_id)
        .order_by(Item.id)
    )


def _why(version: ItemVersion, *, alone: bool) -> str:
    """Why a version stays, "" when it can go; *alone* when its question goes with it."""
    others = version.item.versions
    if version.was_reviewed:
        return "reviewed"
    if version is not others[-1]:
        return "renewed"
    if version.comments:
        return "talked_about"
    if not alone and others[-2].state == ItemState.RETIRED:
        return "replaced"
    return ""
