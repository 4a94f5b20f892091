"""Reads of the catalogue: what an actor may see, said in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from lms.base.paging import Page, PageRequest
from lms.base.permissions import Actor
from materials.catalogue.domain import State
from materials.catalogue.models import Edition, Use, Work
from materials.permissions import APPROVED, REVIEWED, classes_of, reads_all


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Hold the editions that the actor may see; `permissions.may_read` is the same rule for one of them."""
    ways: list[ColumnElement[bool]] = []
    if actor.is_teacher:
        ways.append(Edition.author_id == actor.user_id)
        ways.append(and_(Edition.state.in_(REVIEWED), Edition.subject_id.in_(sorted(actor.headed_subject_ids))))
    if actor.is_leader:
        ways.append(Edition.state.in_(REVIEWED))
    if reads_all(actor):
        ways.append(Edition.state.in_(APPROVED))
    classes = classes_of(actor)
    if classes:
        used = exists().where(Use.work_id == Edition.work_id, Use.class_id.in_(sorted(classes)))
        ways.append(and_(Edition.state.in_(APPROVED), used))
    return and_(Edition.school_id == actor.school_id, or_(*ways) if ways else false())


def find_edition(session: Session, actor: Actor, uid: str) -> Edition | None:
    """Find an edition of the actor's school, whether or not they may see it."""
    return session.scalar(
        select(Edition)
        .options(selectinload(Edition.work).selectinload(Work.uses))
        .where(Edition.uid == uid, Edition.school_id == actor.school_id)
    )


def load_visible(session: Session, actor: Actor, uids: Collection[str]) -> dict[str, Edition]:
    """Load those of the editions that the actor may see, for a page of hits."""
    if not uids:
        return {}
    found = session.scalars(select(Edition).where(Edition.uid.in_(uids), visible_to(actor)))
    return {edition.uid: edition for edition in found}


def visible_titles(session: Session, actor: Actor, uids: Collection[str]) -> dict[str, str]:
    """The titles of those of the editions that the actor may see, by uid."""
    rows = session.execute(select(Edition.uid, Edition.title).where(Edition.uid.in_(uids), visible_to(actor)))
    return dict(rows.all())


def count_uses(session: Session, work_ids: Collection[int]) -> dict[int, int]:
    """Count for each work the classes that use it."""
    if not work_ids:
        return {}
    rows = session.execute(
        select(Use.work_id, func.count(func.distinct(Use.class_id)))
        .where(Use.work_id.in_(work_ids))
        .group_by(Use.work_id)
    )
    return {work_id: int(count) for work_id, count in rows}


def list_own(session: Session, actor: Actor, page: PageRequest) -> Page[Edition]:
    """List the newest edition of each of the actor's works, last touched first."""
    return _page(session, _own(actor), (Edition.changed_at.desc(), Edition.id.desc()), page)


def count_sent_back(session: Session, actor: Actor) -> int:
    """Count those of the actor's works whose newest edition was sent back to be changed."""
    sent_back = (*_own(actor), Edition.state == State.CHANGES_REQUESTED)
    return session.scalar(select(func.count()).select_from(Edition).where(*sent_back)) or 0


def _own(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    newest = select(func.max(Edition.id)).where(Edition.author_id == actor.user_id).group_by(Edition.work_id)
    return Edition.id.in_(newest), Edition.school_id == actor.school_id


def list_waiting(session: Session, actor: Actor, page: PageRequest) -> Page[Edition]:
    """List the submitted editions that the actor sees and did not write, the longest waiting first."""
    waiting = (Edition.state == State.SUBMITTED, Edition.author_id != actor.user_id, visible_to(actor))
    return _page(session, waiting, (Edition.submitted_at, Edition.id), page)


def count_waiting(session: Session, actor: Actor) -> int:
    """Count the submitted editions that wait for this actor."""
    waiting = (Edition.state == State.SUBMITTED, Edition.author_id != actor.user_id, visible_to(actor))
    return session.scalar(select(func.count()).select_from(Edition).where(*waiting)) or 0


def waiting_by_subject(session: Session, school_id: int) -> dict[int, tuple[int, datetime]]:
    """Count what waits in the whole school: subject id → how many, and since when. Knows no permission: for reports."""
    rows = session.execute(
        select(Edition.subject_id, func.count(), func.min(Edition.submitted_at))
        .where(Edition.school_id == school_id, Edition.state == State.SUBMITTED)
        .group_by(Edition.subject_id)
    )
    return {subject_id: (count, since) for subject_id, count, since in rows if subject_id and since}


def _page(
    session: Session, where: Sequence[ColumnElement[bool]], order: Sequence[object], page: PageRequest
) -> Page[Edition]:
    total = session.scalar(select(func.count()).select_from(Edition).where(*where)) or 0
    rows = session.scalars(
        select(Edition)
        .options(joinedload(Edition.work).raiseload(Work.uses))
        .where(*where)
        .order_by(*order)  # type: ignore[arg-type]  # columns and their descending forms share no public type
        .limit(page.size)
        .offset(page.offset)
    )
    return Page(tuple(rows), max(1, page.number), page.size, total)
