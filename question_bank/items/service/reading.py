"""Reads of the bank: one question, lists with filters, pictures."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.storage import Blob
from lms.base.subjects import Subject
from lms.base.text import title_key
from question_bank.items.domain import ItemDraft
from question_bank.items.models import Item, ItemAsset, ItemVersion
from question_bank.items.queries import versions, visible_to
from question_bank.permissions import Permission, may_read, require

MAX_AT_ONCE = 500


def get_item(session: Session, actor: Actor, uid: str, *, lock: bool = False) -> Item:
    """Return a question of which the actor may see some version; *lock* keeps other writers away from it.

    Raises:
        NotFound: no such question, or none of its versions is theirs to see.
    """
    query = select(Item).where(Item.uid == uid, Item.school_id == actor.school_id)
    item = session.scalar(query.with_for_update(of=Item) if lock else query)
    if item is None or not any(may_read(actor, version) for version in item.versions):
        raise NotFound
    return item


def visible_versions(item: Item, actor: Actor) -> list[ItemVersion]:
    """The versions of a question that the actor may see, newest first."""
    return [version for version in reversed(item.versions) if may_read(actor, version)]


def get_version(session: Session, actor: Actor, uid: str) -> ItemVersion:
    """Return one version.

    Raises:
        NotFound: no such version, or not theirs to see.
    """
    version = session.scalar(versions(visible_to(actor), ItemVersion.uid == uid))
    if version is None:
        raise NotFound
    return version


def get_versions_to(session: Session, actor: Actor, uids: Sequence[str], permission: Permission) -> list[ItemVersion]:
    """Return versions in the order asked, each of which the actor may treat so, locked until the transaction ends.

    Raises:
        Invalid: none was chosen, or too many.
        NotFound: one of them is not theirs to see.
        Forbidden: one of them may not be treated so.
    """
    wanted = list(dict.fromkeys(uids))
    if not wanted:
        raise Invalid.at("chosen", N_("Bạn chưa chọn câu nào."))
    if len(wanted) > MAX_AT_ONCE:
        raise Invalid.at("chosen", N_("Mỗi lần chọn tối đa %(most)s câu."), most=MAX_AT_ONCE)
    query = versions(visible_to(actor), ItemVersion.uid.in_(wanted)).order_by(ItemVersion.id)
    # Locked in one order, so that two people who decide at once wait for each other, and the second sees the new state.
    rows = session.scalars(query.with_for_update(of=ItemVersion).execution_options(populate_existing=True))
    found = {row.uid: row for row in rows}
    if len(found) != len(wanted):
        raise NotFound
    for uid in wanted:
        require(actor, permission, found[uid])
    return [found[uid] for uid in wanted]


def draft_of(version: ItemVersion) -> ItemDraft:
    """Return the content of a version as a draft, to be written anew."""
    return ItemDraft(version.body, version.key, version.notes, title=version.title)


def list_topics(session: Session, actor: Actor, subject_id: int | None, *, most: int = 200) -> list[str]:
    """List the topics in use among the questions that the actor may see."""
    query = select(ItemVersion.topic).where(visible_to(actor), ItemVersion.topic != "").distinct()
    if subject_id is not None:
        query = query.where(ItemVersion.subject_id == subject_id)
    return sorted(session.scalars(query.limit(most)), key=title_key)


def find_asset(session: Session, actor: Actor, sha256: str) -> Blob:
    """Return a picture that some version which the actor may see shows.

    Raises:
        NotFound: there is none.
    """
    blob = session.scalar(
        select(Blob)
        .join(ItemAsset, ItemAsset.sha256 == Blob.sha256)
        .join(ItemVersion, ItemVersion.id == ItemAsset.version_id)
        .where(Blob.sha256 == sha256, visible_to(actor))
        .limit(1)
    )
    if blob is None:
        raise NotFound
    return blob


def subjects_of_items(session: Session, school_id: int, uids: Collection[str]) -> dict[str, str]:
    """The subject's name of each question, by its uid. Knows no permission and tells no more: for reports."""
    rows = session.execute(
        select(Item.uid, Subject.name)
        .join(Subject, Subject.id == Item.subject_id)
        .where(Item.school_id == school_id, Item.uid.in_(uids))
    )
    return dict(rows.all())
