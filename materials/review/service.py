"""The verbs of reviewing: hand in, send back, let in, take out, comment; and the queue of those who decide.

Each new edition goes the same way while the approved one stays live.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid, Message
from lms.base.i18n_marks import N_
from lms.base.jobs import enqueue_after_commit
from lms.base.paging import Page, PageRequest
from lms.base.permissions import Actor
from lms.base.text import nfc
from materials.catalogue import queries
from materials.catalogue.domain import Finding, State, findings
from materials.catalogue.models import Edition
from materials.catalogue.service import get_edition
from materials.permissions import Permission, require
from materials.review.domain import NOTE_LIMIT, RECORDED, Act
from materials.review.models import ReviewEvent
from materials.search import jobs


def check(edition: Edition) -> list[Finding]:
    """Run the automatic checks on an edition."""
    return findings(edition.facts())


def timeline(session: Session, edition: Edition) -> list[ReviewEvent]:
    """List what happened to an edition, the latest first."""
    return list(
        session.scalars(select(ReviewEvent).where(ReviewEvent.edition_id == edition.id).order_by(ReviewEvent.id.desc()))
    )


def queue(session: Session, actor: Actor, page: PageRequest) -> Page[Edition]:
    """List the editions that wait for a decision and that this person may see, the longest waiting first.

    Raises:
        Forbidden: this person decides about nothing.
    """
    require(actor, Permission.OPEN_QUEUE)
    return queries.list_waiting(session, actor, page)


def count_waiting(session: Session, actor: Actor) -> int:
    """Count the editions that wait for this person's decision; 0 for those who decide about nothing."""
    return queries.count_waiting(session, actor) if actor.headed_subject_ids else 0


def submit(session: Session, actor: Actor, uid: str, *, at: datetime, note: str = "") -> Edition:
    """Hand an edition in for review.

    Raises:
        Conflict: it waits already or was decided.
        Invalid: an automatic check stands against it.
    """
    edition = _to_change(session, actor, uid)
    require(actor, Permission.SUBMIT, edition)
    blocking = [finding for finding in check(edition) if finding.blocking]
    if blocking and edition.stage in {State.DRAFT, State.CHANGES_REQUESTED}:
        raise Invalid({"": [Message(finding.message) for finding in blocking]})
    edition.move(State.SUBMITTED, at=at)
    edition.submitted_at = at
    _note(session, actor, edition, Act.SUBMITTED, note, at)
    return edition


def take_back(session: Session, actor: Actor, uid: str, *, at: datetime) -> Edition:
    """Take a submitted edition back to go on writing.

    Raises:
        Conflict: it does not wait for review any more.
    """
    edition = _to_change(session, actor, uid)
    require(actor, Permission.SUBMIT, edition)
    edition.move(State.DRAFT, at=at)
    _note(session, actor, edition, Act.TAKEN_BACK, "", at)
    return edition


def request_changes(session: Session, actor: Actor, uid: str, *, note: str, at: datetime) -> Edition:
    """Send a submitted edition back to its author, saying why.

    Raises:
        Conflict: it is not waiting for review.
        Invalid: nothing was said.
    """
    edition = _to_change(session, actor, uid)
    require(actor, Permission.REQUEST_CHANGES, edition)
    said = _said(note)
    edition.move(State.CHANGES_REQUESTED, at=at)
    _note(session, actor, edition, Act.CHANGES_REQUESTED, said, at)
    return edition


def approve(session: Session, actor: Actor, uid: str, *, at: datetime, note: str = "") -> Edition:
    """Let a submitted edition into the library; the edition before it stays live until now.

    Raises:
        NotFound: no such edition, or not one this person may see.
        Forbidden: this person does not decide about it, or wrote it.
        Conflict: it is not waiting for review.
    """
    edition = _to_change(session, actor, uid)
    require(actor, Permission.APPROVE, edition)
    if edition.stage is not State.SUBMITTED:
        raise Conflict(N_("Học liệu này không còn chờ duyệt. Hãy tải lại trang."))
    before = session.scalar(select(Edition).where(Edition.work_id == edition.work_id, Edition.state == State.APPROVED))
    if before is not None:
        before.move(State.SUPERSEDED, at=at)
        session.flush()  # the database knows one approved edition a work
    edition.move(State.APPROVED, at=at)
    edition.approved_at = at
    _note(session, actor, edition, Act.APPROVED, note, at)
    _index(session, edition)
    return edition


def withdraw(session: Session, actor: Actor, uid: str, *, note: str, at: datetime) -> Edition:
    """Take an approved edition out of the library, saying why; courses that use it lose it.

    Raises:
        Conflict: it is not approved.
        Invalid: nothing was said.
    """
    edition = _to_change(session, actor, uid)
    require(actor, Permission.WITHDRAW, edition)
    said = _said(note)
    edition.move(State.WITHDRAWN, at=at)
    edition.withdrawn_at = at
    _note(session, actor, edition, Act.WITHDRAWN, said, at)
    _index(session, edition)
    return edition


def comment(session: Session, actor: Actor, uid: str, *, note: str, at: datetime) -> Edition:
    """Say something about an edition without deciding.

    Raises:
        Invalid: nothing was said.
    """
    edition = get_edition(session, actor, uid)
    require(actor, Permission.COMMENT, edition)
    _note(session, actor, edition, Act.COMMENTED, _said(note), at)
    return edition


def _to_change(session: Session, actor: Actor, uid: str) -> Edition:
    """Load an edition so that nobody else moves it meanwhile."""
    edition = get_edition(session, actor, uid)
    session.refresh(edition, attribute_names=["state"], with_for_update={"of": Edition})
    return edition


def _said(note: str) -> str:
    said = nfc(note).strip()
    if not said:
        raise Invalid.at("note", N_("Hãy viết lí do để tác giả biết cần làm gì."))
    return said


def _note(session: Session, actor: Actor, edition: Edition, act: Act, note: str, at: datetime) -> None:
    said = nfc(note).strip()
    if len(said) > NOTE_LIMIT:
        raise Invalid.at("note", N_("Lời nhắn dài quá %(most)d kí tự."), most=NOTE_LIMIT)
    session.add(
        ReviewEvent(
            school_id=edition.school_id, edition_id=edition.id, actor_id=actor.user_id, act=act, note=said, at=at
        )
    )
    session.flush()
    audit.record(session, actor, RECORDED[act], edition.uid, number=edition.number)


def _index(session: Session, edition: Edition) -> None:
    enqueue_after_commit(session, jobs.index_work, edition.work.uid)
