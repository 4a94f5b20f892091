"""Verbs of the subject head: the queue, send back, approve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid
from lms.base.i18n_marks import N_
from lms.base.paging import Page, PageRequest
from lms.base.permissions import Actor
from lms.base.text import nfc
from question_bank.items.domain import ItemFilter, ItemState
from question_bank.items.models import ItemVersion, ReviewComment
from question_bank.items.queries import narrowed, versions, visible_to
from question_bank.items.service.reading import get_versions_to
from question_bank.items.service.soundness import check_versions
from question_bank.permissions import Permission, can, require

MAX_COMMENT = 2000


def _waiting(actor: Actor) -> list[ColumnElement[bool]]:
    return [
        visible_to(actor),
        ItemVersion.state == ItemState.SUBMITTED,
        ItemVersion.subject_id.in_(actor.headed_subject_ids),
    ]


def count_queue(session: Session, actor: Actor) -> int:
    """Count what waits for the actor's review."""
    if not actor.headed_subject_ids:
        return 0
    return session.scalar(select(func.count(ItemVersion.id)).where(*_waiting(actor))) or 0


def count_sent_back(session: Session, actor: Actor) -> int:
    """Count the actor's own questions that a head sent back to be changed."""
    mine = ItemFilter(state=ItemState.CHANGES_REQUESTED, owner_id=actor.user_id)
    return session.scalar(select(func.count(ItemVersion.id)).where(visible_to(actor), narrowed(mine))) or 0


def waiting_by_subject(session: Session, school_id: int) -> dict[int, tuple[int, datetime]]:
    """Count what waits in the whole school: subject id → how many, and since when. Knows no permission: for reports."""
    rows = session.execute(
        select(ItemVersion.subject_id, func.count(), func.min(ItemVersion.submitted_at))
        .where(ItemVersion.school_id == school_id, ItemVersion.state == ItemState.SUBMITTED)
        .group_by(ItemVersion.subject_id)
    )
    return {subject_id: (count, since) for subject_id, count, since in rows if since}


@dataclass(frozen=True, slots=True)
class Wait:
    """How many questions of an author in a subject wait, and since when: for a head, or `returned` for the author."""

    subject_id: int
    author_id: int
    returned: bool
    count: int
    since: datetime


def list_waits(session: Session, school_id: int, *, before: datetime) -> list[Wait]:
    """List what was handed in or sent back *before* and still waits. Knows no permission: for reports."""
    found = []
    for state, moved_at in (
        (ItemState.SUBMITTED, ItemVersion.submitted_at),
        (ItemState.CHANGES_REQUESTED, ItemVersion.reviewed_at),
    ):
        rows = session.execute(
            select(ItemVersion.subject_id, ItemVersion.author_id, func.count(), func.min(moved_at))
            .where(ItemVersion.school_id == school_id, ItemVersion.state == state, moved_at < before)
            .group_by(ItemVersion.subject_id, ItemVersion.author_id)
        )
        returned = state is ItemState.CHANGES_REQUESTED
        found += [Wait(subject, author, returned, count, since) for subject, author, count, since in rows if since]
    return found


def queue_uids(session: Session, actor: Actor) -> list[str]:
    """List the uids of what waits for the actor's review, first handed in first."""
    query = select(ItemVersion.uid).where(*_waiting(actor)).order_by(ItemVersion.submitted_at, ItemVersion.id)
    return list(session.scalars(query))


def next_waiting(session: Session, actor: Actor, uid: str) -> str:
    """Return the uid of what to review after *uid*: the next one, else the first that is left; "" for none."""
    waiting = queue_uids(session, actor)
    place = waiting.index(uid) if uid in waiting else -1
    rest = waiting[place + 1 :] + waiting[: max(place, 0)]
    return rest[0] if rest else ""


def list_queue(
    session: Session, actor: Actor, page: PageRequest, *, subject_id: int | None = None
) -> Page[ItemVersion]:
    """List what waits for the actor's review, first handed in first."""
    require(actor, Permission.OPEN_BANK)
    conditions = _waiting(actor)
    if subject_id is not None:
        conditions.append(ItemVersion.subject_id == subject_id)
    total = session.scalar(select(func.count(ItemVersion.id)).where(*conditions)) or 0
    order = (ItemVersion.submitted_at, ItemVersion.id)
    rows = session.scalars(versions(*conditions).order_by(*order).offset(page.offset).limit(page.size))
    return Page(tuple(rows), max(1, page.number), page.size, total)


def request_changes(session: Session, actor: Actor, version_uid: str, comment: str, *, at: datetime) -> ItemVersion:
    """Send a question back to its author with what should change.

    Raises:
        NotFound: not theirs to see.
        Forbidden: not the head of the subject.
        Conflict: it does not wait for review.
        Invalid: nothing was said, or too much.
    """
    [version] = get_versions_to(session, actor, [version_uid], Permission.REVIEW)
    said = nfc(comment).strip()
    if not said:
        raise Invalid.at("comment", N_("Hãy ghi điều cần sửa để tác giả biết."))
    if len(said) > MAX_COMMENT:
        raise Invalid.at("comment", N_("Lời nhắn dài tối đa %(most)s kí tự."), most=MAX_COMMENT)
    version.move(ItemState.CHANGES_REQUESTED)
    version.reviewed_by_id, version.reviewed_at = actor.user_id, at
    version.comments.append(ReviewComment(school_id=actor.school_id, author_id=actor.user_id, text=said, created_at=at))
    session.flush()
    audit.record(session, actor, "item.changes_requested", version.item.uid, version=version.uid)
    return version


def approve(session: Session, actor: Actor, version_uids: Sequence[str], *, at: datetime) -> int:
    """Let questions into use; of each question the version before goes out of use. Returns how many.

    Raises:
        NotFound: one of them is not theirs to see.
        Forbidden: one of them was written by the actor, or is of a subject they do not head.
        Conflict: one of them does not wait for review.
        Invalid: none was chosen.
    """
    rows = get_versions_to(session, actor, version_uids, Permission.APPROVE)
    for version in rows:
        version.move(ItemState.APPROVED)
        version.approved_by_id = version.reviewed_by_id = actor.user_id
        version.approved_at = version.reviewed_at = at
        for other in version.item.versions:
            if other is not version and other.is_approved:
                other.move(ItemState.RETIRED)
        audit.record(session, actor, "item.approved", version.item.uid, version=version.uid)
    session.flush()
    return len(rows)


@dataclass(frozen=True, slots=True)
class Sweep:
    """What approving many at once did: how many came into use, how many were held back for a person to look at."""

    approved: int
    held: int


def approve_many(
    session: Session, actor: Actor, version_uids: Sequence[str], *, even_found: bool = False, at: datetime
) -> Sweep:
    """Let those questions into use in which the checks found nothing; with *even_found* all of them.

    Raises:
        NotFound, Forbidden, Conflict, Invalid: see `approve`; nothing is approved then.
    """
    rows = get_versions_to(session, actor, version_uids, Permission.APPROVE)
    checked = {} if even_found else check_versions(session, actor, rows)
    passing = [row.uid for row in rows if even_found or checked[row.uid].passes]
    return Sweep(approve(session, actor, passing, at=at) if passing else 0, len(rows) - len(passing))


def comment(session: Session, actor: Actor, version_uid: str, text: str, *, at: datetime) -> ReviewComment:
    """Say something about a version under review; its author and the subject head may.

    Raises:
        NotFound: not theirs to see.
        Forbidden: neither its author nor the head of the subject.
        Conflict: nobody has handed it in yet.
        Invalid: nothing was said, or too much.
    """
    [version] = get_versions_to(session, actor, [version_uid], Permission.READ)
    if not can(actor, Permission.EDIT, version):
        require(actor, Permission.REVIEW, version)
    if version.is_draft:
        raise Conflict(N_("Câu hỏi chưa gửi duyệt nên chưa có ai để trao đổi."))
    said = nfc(text).strip()
    if not 0 < len(said) <= MAX_COMMENT:
        raise Invalid.at("comment", N_("Lời nhắn dài từ 1 đến %(most)s kí tự."), most=MAX_COMMENT)
    added = ReviewComment(school_id=actor.school_id, author_id=actor.user_id, text=said, created_at=at)
    version.comments.append(added)
    session.flush()
    return added
