"""Verbs of an author: new questions and versions, submission, retirement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.subjects import Subject
from question_bank.items.domain import ItemDraft, ItemState
from question_bank.items.models import Bank, Item, ItemVersion
from question_bank.items.service.content import NO_PICTURES, Picture, add_version, cleaned, likeness
from question_bank.items.service.labelling import put_tags, tags_of
from question_bank.items.service.reading import get_item, get_versions_to, visible_versions
from question_bank.items.tagging import Tags
from question_bank.permissions import Permission, may_read, require


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """The bank of a subject, for the rules."""

    school_id: int
    subject_id: int


def may_add_or_refuse(actor: Actor, subject: Subject) -> None:
    """Go on only for those who put questions into the subject's bank.

    Raises:
        Forbidden: the actor does not belong to the subject's group.
    """
    require(actor, Permission.ADD, SubjectFacts(subject.school_id, subject.id))


def subject_bank(session: Session, actor: Actor, subject_id: int) -> Bank:
    """Return the school's bank of a subject, making it with the first question.

    Raises:
        NotFound: the school has no such subject.
        Forbidden: the actor does not belong to the subject's group.
    """
    subject = session.get(Subject, subject_id)
    if subject is None or subject.school_id != actor.school_id:
        raise NotFound
    may_add_or_refuse(actor, subject)
    bank = session.scalar(select(Bank).where(Bank.subject_id == subject_id, Bank.owner_id.is_(None)))
    if bank is None:
        bank = Bank(school_id=actor.school_id, subject_id=subject_id, owner_id=None)
        try:
            with session.begin_nested():
                session.add(bank)
        except IntegrityError:  # a colleague made it just now
            bank = session.scalars(select(Bank).where(Bank.subject_id == subject_id, Bank.owner_id.is_(None))).one()
    return bank


def new_item(
    session: Session,
    actor: Actor,
    subject_id: int,
    draft: ItemDraft,
    *,
    tags: Tags = Tags(),
    pictures: Mapping[str, Picture] = NO_PICTURES,
    at: datetime,
) -> Item:
    """Put a new question into the subject's bank, as a draft of the actor; see `new_items`."""
    [item] = new_items(session, actor, subject_id, [(draft, tags)], pictures=pictures, at=at)
    return item


def new_items(
    session: Session,
    actor: Actor,
    subject_id: int,
    drafts: Iterable[tuple[ItemDraft, Tags]],
    *,
    pictures: Mapping[str, Picture] = NO_PICTURES,
    import_uid: str = "",
    at: datetime,
) -> list[Item]:
    """Put new questions into the subject's bank, as drafts of the actor, in one go.

    `pictures` are those that the questions may show, by hash.

    Raises:
        Invalid: one is not whole (no key, an empty option …), or shows a picture that is not among `pictures`.
        NotFound: the school has no such subject.
        Forbidden: the actor does not belong to the subject's group.
    """
    bank = subject_bank(session, actor, subject_id)
    items = []
    for read, tags in drafts:
        draft = cleaned(read)
        item = Item(
            school_id=actor.school_id,
            bank_id=bank.id,
            subject_id=subject_id,
            owner_id=actor.user_id,
            origin_hash=likeness(draft.body),
            import_uid=import_uid,
            created_at=at,
        )
        version = add_version(item, actor, draft, 1, pictures, at)
        put_tags(version, tags.over(Tags.of_draft(draft)))
        items.append(item)
    session.add_all(items)
    session.flush()
    for item in items:
        audit.record(session, actor, "item.created", item.uid, version=item.versions[0].uid)
    return items


def may_renew_or_refuse(session: Session, actor: Actor, item_uid: str, *, lock: bool = False) -> Item:
    """Return a question that the actor may write anew now; *lock* keeps other writers away from it.

    Raises:
        NotFound: no such question, or not one the actor may see.
        Forbidden: neither its owner nor the head of the subject.
        Conflict: a version waits for the subject head.
    """
    item = get_item(session, actor, item_uid, lock=lock)
    require(actor, Permission.RENEW, visible_versions(item, actor)[0])
    if item.versions[-1].is_submitted:
        raise Conflict(N_("Câu hỏi đang chờ duyệt. Hãy đợi tổ trưởng xem xong rồi sửa."))
    return item


def new_version(
    session: Session,
    actor: Actor,
    item_uid: str,
    draft: ItemDraft,
    *,
    tags: Tags = Tags(),
    pictures: Mapping[str, Picture] = NO_PICTURES,
    at: datetime,
) -> ItemVersion:
    """Write the question anew; the version before stays as it is, and in use if it was approved.

    A draft or returned version that this one replaces is retired. Tags that are not given are taken over.

    Raises:
        NotFound, Forbidden: see `may_renew_or_refuse`.
        Conflict: a version waits for the subject head, or the question's owner is at work on one.
        Invalid: see `new_item`.
    """
    item = may_renew_or_refuse(session, actor, item_uid, lock=True)
    before = item.versions[-1]
    if before.state in {ItemState.DRAFT, ItemState.CHANGES_REQUESTED}:
        if not may_read(actor, before):
            raise Conflict(N_("Chủ câu hỏi đang sửa câu này. Hãy đợi bản mới."))
        before.move(ItemState.RETIRED)
    draft = cleaned(draft)
    known = {asset.sha256: Picture(asset.sha256, asset.media_type, asset.name) for asset in before.assets}
    version = add_version(item, actor, draft, before.number + 1, {**known, **pictures}, at)
    put_tags(version, tags.over(tags_of(before)))
    session.flush()
    audit.record(session, actor, "item.version_created", item.uid, version=version.uid, number=version.number)
    return version


def submit(session: Session, actor: Actor, version_uids: Sequence[str], *, at: datetime) -> list[ItemVersion]:
    """Hand questions to the subject head; returns them.

    Raises:
        NotFound: one of them is not theirs to see.
        Forbidden: one of them was written by somebody else.
        Conflict: one of them is not waiting to be handed in.
    """
    rows = get_versions_to(session, actor, version_uids, Permission.SUBMIT)
    for version in rows:
        version.move(ItemState.SUBMITTED)
        version.submitted_at = at
        audit.record(session, actor, "item.submitted", version.item.uid, version=version.uid)
    session.flush()
    return rows


def retire(session: Session, actor: Actor, version_uid: str) -> ItemVersion:
    """Take a version out of use: quizzes that hold it keep it, new ones do not find it.

    Raises:
        NotFound: not theirs to see.
        Forbidden: an approved question is retired by the subject head, a draft by its author.
        Conflict: it waits for review, or is retired already.
    """
    [version] = get_versions_to(session, actor, [version_uid], Permission.RETIRE)
    version.move(ItemState.RETIRED)
    session.flush()
    audit.record(session, actor, "item.retired", version.item.uid, version=version.uid)
    return version
