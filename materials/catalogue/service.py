"""The verbs of depositing and describing materials, and the reads others need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, undefer

from lms.base import audit, storage
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.jobs import enqueue_after_commit
from lms.base.paging import Page, PageRequest
from lms.base.permissions import Actor
from lms.base.subjects import get_subject
from lms.base.text import nfc
from materials.catalogue import jobs, queries
from materials.catalogue.domain import (
    GRADES,
    KINDS,
    LICENCES,
    MOST_FILES,
    SUMMARY_LIMIT,
    TITLE_LIMIT,
    Description,
    Rights,
    State,
    kind_of,
    title_from,
)
from materials.catalogue.models import Edition, EditionOutcome, MaterialFile, Use, Work
from materials.catalogue.reading.office import Unreadable, read_office
from materials.permissions import EDITABLE, Permission, require, require_visible
from question_bank.api import get_outcomes

UNFINISHED = (State.DRAFT, State.SUBMITTED, State.CHANGES_REQUESTED)
OFFICE = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True, slots=True)
class Incoming:
    """A received file: its content in the store, and its name."""

    stored: storage.Stored
    name: str


def get_edition(session: Session, actor: Actor, uid: str) -> Edition:
    """Find an edition.

    Raises:
        NotFound: there is none, or it is not the actor's to see.
    """
    edition = queries.find_edition(session, actor, uid)
    require_visible(actor, edition)
    assert edition is not None
    return edition


def get_file(session: Session, actor: Actor, uid: str, file_uid: str) -> MaterialFile:
    """Find a file of an edition that the actor may see.

    Raises:
        NotFound: there is none, or it is not theirs to see.
    """
    edition = get_edition(session, actor, uid)
    file = next((one for one in edition.files if one.uid == file_uid), None)
    if file is None:
        raise NotFound
    return file


def live_edition(session: Session, actor: Actor, edition: Edition) -> Edition | None:
    """Find the approved edition of the same work, if the actor may see it."""
    return session.scalar(
        select(Edition).where(
            Edition.work_id == edition.work_id, Edition.state == State.APPROVED, queries.visible_to(actor)
        )
    )


def unfinished_edition(session: Session, work_id: int) -> Edition | None:
    """Find the edition of a work that is still on its way."""
    return session.scalar(
        select(Edition).where(Edition.work_id == work_id, Edition.state.in_(UNFINISHED)).order_by(Edition.number.desc())
    )


def list_own(session: Session, actor: Actor, page: PageRequest) -> Page[Edition]:
    """List the actor's own materials, last touched first."""
    require(actor, Permission.DEPOSIT)
    return queries.list_own(session, actor, page)


def deposit(session: Session, actor: Actor, incoming: Sequence[Incoming], *, at: datetime) -> Edition:
    """Begin a material from the files that were sent; title and kind are drafted from the first one.

    Raises:
        Forbidden: this person does not contribute materials.
        Invalid: no file, or too many.
    """
    require(actor, Permission.DEPOSIT)
    if not incoming:
        raise Invalid.at("files", N_("Bạn chưa chọn tệp."))
    work = Work(school_id=actor.school_id, created_at=at)
    first = incoming[0]
    edition = Edition(
        work=work,
        school_id=actor.school_id,
        author_id=actor.user_id,
        title=title_from(first.name, _title_inside(first)),
        kind=kind_of(first.stored.media_type, first.name),
        grades=[],
        created_at=at,
        changed_at=at,
    )
    if len(actor.subject_ids) == 1:
        (edition.subject_id,) = actor.subject_ids
    session.add(edition)
    session.flush()
    _add_files(session, edition, incoming, at)
    audit.record(session, actor, "material.deposited", edition.uid, files=len(incoming))
    return edition


def _title_inside(incoming: Incoming) -> str:
    if not incoming.stored.media_type.startswith(OFFICE):
        return ""  # other files are read later, in a process of their own
    try:
        return read_office(storage.path_of(incoming.stored.sha256)).title
    except Unreadable:
        return ""


def _add_files(session: Session, edition: Edition, incoming: Sequence[Incoming], at: datetime) -> None:
    if len(edition.files) + len(incoming) > MOST_FILES:
        raise Invalid.at("files", N_("Mỗi học liệu có nhiều nhất %(most)d tệp."), most=MOST_FILES)
    held = {file.sha256 for file in edition.files}
    for one in incoming:
        if one.stored.sha256 in held:
            continue  # the same content twice is the same file
        held.add(one.stored.sha256)
        blob = storage.keep(session, one.stored, at=at)
        file = MaterialFile(
            school_id=edition.school_id,
            position=len(edition.files) + 1,
            name=nfc(one.name)[:200],
            sha256=blob.sha256,
            size=blob.size,
            media_type=one.stored.media_type,
        )
        edition.files.append(file)
        session.flush()
        enqueue_after_commit(session, jobs.read_file, file.uid)


def add_files(session: Session, actor: Actor, uid: str, incoming: Sequence[Incoming], *, at: datetime) -> Edition:
    """Add files to an edition that its author is still writing.

    Raises:
        Conflict: it waits for a decision or was decided.
        Invalid: no file, or too many.
    """
    edition = _editable(session, actor, uid)
    if not incoming:
        raise Invalid.at("files", N_("Bạn chưa chọn tệp."))
    _add_files(session, edition, incoming, at)
    edition.changed_at = at
    return edition


def remove_file(session: Session, actor: Actor, uid: str, file_uid: str, *, at: datetime) -> Edition:
    """Take a file out of an edition that its author is still writing.

    Raises:
        Conflict: it waits for a decision or was decided.
        NotFound: the edition has no such file.
    """
    edition = _editable(session, actor, uid)
    file = next((one for one in edition.files if one.uid == file_uid), None)
    if file is None:
        raise NotFound
    edition.files.remove(file)
    edition.changed_at = at
    return edition


def describe(session: Session, actor: Actor, uid: str, said: Description, *, at: datetime) -> Edition:
    """Say what a material is; a half-filled form is kept, only what cannot be is refused.

    Raises:
        Conflict: it waits for a decision or was decided.
        Invalid: a field holds what it cannot.
    """
    edition = _editable(session, actor, uid)
    problems: dict[str, list[str]] = {}
    title = " ".join(nfc(said.title).split())
    if not title:
        problems["title"] = [N_("Hãy điền tên học liệu.")]
    elif len(title) > TITLE_LIMIT:
        problems["title"] = [N_("Tên dài quá 200 kí tự.")]
    if len(said.summary) > SUMMARY_LIMIT:
        problems["summary"] = [N_("Phần giới thiệu dài quá 2000 kí tự.")]
    if said.kind not in KINDS:
        problems["kind"] = [N_("Hãy chọn một loại trong danh sách.")]
    if said.licence and said.licence not in LICENCES:
        problems["licence"] = [N_("Hãy chọn một giấy phép trong danh sách.")]
    if said.rights and said.rights not in set(Rights):
        problems["rights"] = [N_("Hãy chọn một trong hai.")]
    if any(grade not in GRADES for grade in said.grades):
        problems["grades"] = [N_("Hãy chọn lớp trong danh sách.")]
    outcomes = get_outcomes(session, actor.school_id, said.outcomes)
    if len(outcomes) < len(set(said.outcomes)):
        problems["outcomes"] = [N_("Có yêu cầu cần đạt không còn trong khung của trường.")]
    if problems:
        raise Invalid(problems)
    subject = get_subject(session, actor.school_id, said.subject_uid) if said.subject_uid else None
    edition.title, edition.summary, edition.kind = title, nfc(said.summary).strip(), said.kind
    edition.subject_id = subject.id if subject else None
    edition.subject = subject
    edition.grades = sorted(set(said.grades), key=int)
    edition.licence, edition.rights, edition.credit = said.licence, said.rights, nfc(said.credit).strip()[:2000]
    edition.changes = nfc(said.changes).strip()[:2000]
    held = {one.outcome: one for one in edition.aligned}
    edition.aligned = [
        held.get(reference) or EditionOutcome(outcome=reference, school_id=edition.school_id) for reference in outcomes
    ]
    edition.changed_at = at
    session.flush()
    return edition


def _editable(session: Session, actor: Actor, uid: str, *, to_change: bool = True) -> Edition:
    edition = get_edition(session, actor, uid)
    require(actor, Permission.EDIT, edition)
    if to_change:  # nobody hands it in meanwhile
        session.refresh(edition, attribute_names=["state"], with_for_update={"of": Edition})
    if edition.state not in EDITABLE:
        raise Conflict(N_("Học liệu đang chờ duyệt hoặc đã duyệt nên không sửa được. Hãy rút lại hoặc tạo bản mới."))
    return edition


def get_editable(session: Session, actor: Actor, uid: str) -> Edition:
    """Find an edition to write on.

    Raises:
        Forbidden: somebody else wrote it.
        Conflict: it waits for a decision or was decided.
    """
    return _editable(session, actor, uid, to_change=False)


def new_edition(session: Session, actor: Actor, uid: str, *, at: datetime) -> Edition:
    """Begin the next edition of a decided material; the approved one stays live until this one is approved.

    Raises:
        Conflict: an edition is already on its way.
    """
    before = get_edition(session, actor, uid)
    require(actor, Permission.RENEW, before)
    session.execute(select(Work.id).where(Work.id == before.work_id).with_for_update())
    if unfinished_edition(session, before.work_id) is not None:
        raise Conflict(N_("Học liệu này đã có một bản mới đang soạn hoặc chờ duyệt."))
    numbers = session.scalars(select(Edition.number).where(Edition.work_id == before.work_id)).all()
    edition = Edition(
        work=before.work,
        school_id=before.school_id,
        author_id=actor.user_id,
        subject_id=before.subject_id,
        number=max(numbers) + 1,
        title=before.title,
        summary=before.summary,
        kind=before.kind,
        grades=list(before.grades),
        licence=before.licence,
        rights=before.rights,
        credit=before.credit,
        created_at=at,
        changed_at=at,
    )
    session.add(edition)
    session.flush()
    texts = session.scalars(
        select(MaterialFile).options(undefer(MaterialFile.text)).where(MaterialFile.edition_id == before.id)
    ).all()
    edition.files = [
        MaterialFile(
            school_id=file.school_id,
            position=file.position,
            name=file.name,
            sha256=file.sha256,
            size=file.size,
            media_type=file.media_type,
            reading=file.reading,
            pages=file.pages,
            text=file.text,
            preview_sha256=file.preview_sha256,
        )
        for file in sorted(texts, key=lambda file: file.position)
    ]
    edition.aligned = [EditionOutcome(outcome=one.outcome, school_id=edition.school_id) for one in before.aligned]
    session.flush()
    audit.record(session, actor, "material.renewed", edition.uid, number=edition.number)
    return edition


def delete_draft(session: Session, actor: Actor, uid: str) -> None:
    """Throw away an edition that was never approved; a work without any edition goes too.

    Raises:
        Conflict: it waits for a decision or was decided.
    """
    edition = _editable(session, actor, uid)
    require(actor, Permission.DELETE, edition)
    work = edition.work
    others = session.scalar(select(Edition.id).where(Edition.work_id == work.id, Edition.id != edition.id).limit(1))
    audit.record(session, actor, "material.deleted", edition.uid)
    if others is None:
        session.delete(work)
    else:
        session.delete(edition)
    session.flush()


def get_usable(session: Session, actor: Actor, uid: str) -> Edition:
    """Find an edition that the actor may put into a course.

    Raises:
        NotFound: no such edition, or not one the actor may see.
        Forbidden: the actor may not use materials.
        Conflict: the edition is not approved.
    """
    edition = get_edition(session, actor, uid)
    if edition.stage is not State.APPROVED:
        raise Conflict(N_("Chỉ đưa được học liệu đã duyệt vào khoá học."))
    require(actor, Permission.USE, edition)
    return edition


def record_use(session: Session, actor: Actor, uid: str, *, class_id: int, place: str, at: datetime) -> Edition:
    """Note that an approved edition was put into a course of a class; its pupils may read it from now on.

    `place` is the uid of what holds it there; noting the same place again changes nothing else. The caller answers for
    the actor's right to change that course.

    Raises:
        NotFound: no such edition, or not one the actor may see.
        Forbidden: the actor may not use materials.
        Conflict: the edition is not approved.
    """
    edition = get_usable(session, actor, uid)
    use = session.scalar(select(Use).where(Use.place == place))
    if use is None:
        use = Use(school_id=actor.school_id, place=place, created_at=at)
        session.add(use)
    use.work_id, use.edition_uid, use.class_id = edition.work_id, edition.uid, class_id
    session.flush()
    session.expire(edition.work, ["uses"])
    audit.record(session, actor, "material.used", edition.uid, place=place)
    return edition


def forget_use(session: Session, actor: Actor, *, place: str) -> str | None:
    """Note that what held a material in a course is gone; return the uid of the edition, if there was one."""
    use = session.scalar(select(Use).where(Use.place == place, Use.school_id == actor.school_id))
    if use is None:
        return None
    session.execute(delete(Use).where(Use.id == use.id))
    return use.edition_uid
