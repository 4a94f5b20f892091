"""Read a file of questions and keep what was read until the teacher has looked at it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from lms.base import audit, storage
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.subjects import Subject
from lms.base.text import nfc
from question_bank.formats.detect import read_any
from question_bank.formats.reading import Changed, NotCarried, Reading
from question_bank.imports.domain import ReadDraft, ReadImport
from question_bank.imports.models import ImportAsset, ImportBatch, ImportDraft
from question_bank.imports.service.matching import matches
from question_bank.imports.service.tagging import put_row_tags, row_tags
from question_bank.items.checking import problems_in
from question_bank.items.codec import decode_draft, encode_draft, fingerprint
from question_bank.items.domain import ItemDraft, Problem
from question_bank.items.service.content import cleaned, likeness
from question_bank.items.service.writing import subject_bank
from question_bank.items.tagging import Tags
from question_bank.permissions import Permission, can

MAX_QUESTIONS = 2000


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file as read, its drafts cleaned and checked; `pictures` are in the content store already, with their names."""

    reading: Reading
    pictures: tuple[tuple[storage.Stored, str], ...]


def read_file(sha256: str, filename: str) -> FileRead:
    """Read a file of the content store without touching the database, which others need meanwhile.

    Raises:
        Invalid: the file cannot be read, or holds no question.
        TooLarge: the file or what is in it is over a limit.
    """
    reading = read_any(storage.get_bytes(sha256), filename)
    if not reading.drafts:
        raise Invalid.at("file", N_("Không thấy câu hỏi nào trong tệp này. Hãy kiểm tra lại tệp."))
    if len(reading.drafts) > MAX_QUESTIONS:
        raise Invalid.at("file", N_("Tệp có hơn %(most)s câu. Hãy chia thành vài tệp."), most=MAX_QUESTIONS)
    pictures = tuple((storage.put_bytes(one.data), one.name) for one in reading.assets.values())
    return FileRead(replace(reading, drafts=tuple(checked(draft) for draft in reading.drafts), assets={}), pictures)


def start_import(
    session: Session,
    actor: Actor,
    subject_id: int,
    file: storage.Stored,
    filename: str,
    read: FileRead,
    *,
    said: Tags = Tags(),
    at: datetime,
) -> ImportBatch:
    """Keep what was read from an uploaded file for its preview; nothing enters the bank yet.

    What is *said* holds for every question of the file and goes before what the file says itself. Where nobody names
    the source, it is the file's name.

    Raises:
        NotFound, Forbidden: see `subject_bank`.
        Invalid: see `Tags.check`.
    """
    subject_bank(session, actor, subject_id)
    reading, filename = read.reading, nfc(filename)
    said.check()
    batch = ImportBatch(
        school_id=actor.school_id,
        owner_id=actor.user_id,
        subject_id=subject_id,
        sha256=storage.keep(session, file, at=at).sha256,
        filename=filename[:200],
        format=reading.format,
        found=reading.found,
        changed_json=msgspec.json.encode(reading.changed).decode(),
        not_carried_json=msgspec.json.encode(reading.not_carried).decode(),
        problems_json=_encode_problems(reading.problems),
        created_at=at,
    )
    for stored, name in read.pictures:
        blob = storage.keep(session, stored, at=at)
        batch.assets.append(
            ImportAsset(sha256=blob.sha256, school_id=actor.school_id, media_type=blob.media_type, name=nfc(name)[:200])
        )
    batch.drafts = [_row(actor, place, draft, said) for place, draft in enumerate(reading.drafts, 1)]
    for row in batch.drafts:
        row.taken_from = row.taken_from or filename.rpartition(".")[0][:200] or filename[:200]
    session.add(batch)
    session.flush()
    audit.record(session, actor, "import.read", batch.uid, format=reading.format, questions=len(reading.drafts))
    return batch


def _row(actor: Actor, place: int, draft: ItemDraft, said: Tags) -> ImportDraft:
    """A row with what the teacher says of the whole file, and for the rest with what the file says."""
    row = ImportDraft(school_id=actor.school_id, position=place, left_out=False, item_uid="")
    put(row, draft)
    put_row_tags(row, said.over(Tags.of_draft(draft)))
    return row


def put(row: ImportDraft, draft: ItemDraft) -> None:
    """Let a row hold a checked draft."""
    row.draft_json = encode_draft(draft)
    row.likeness = likeness(draft.body)
    row.content_sha256 = fingerprint(draft.body, draft.key, draft.notes)
    row.blocked = draft.blocked


def checked(draft: ItemDraft) -> ItemDraft:
    """Clean a draft and add to the problems of its source those that are seen in it."""
    draft = cleaned(draft)
    known = {problem.code for problem in draft.problems}
    if any(problem.blocking for problem in draft.problems):
        known |= {"no_key", "half_key"}  # the source says better why there is none
    seen = tuple(problem for problem in problems_in(draft.body, draft.key) if problem.code not in known)
    return replace(draft, problems=(*draft.problems, *seen))


def _encode_problems(problems: Iterable[Problem]) -> str:
    return msgspec.json.encode([replace(one, params=dict(one.params)) for one in problems]).decode()


def list_imports(session: Session, actor: Actor, *, most: int = 10) -> list[tuple[ImportBatch, int, int]]:
    """List the actor's own imports, newest first, with how many questions were read and how many were saved."""
    query = (
        select(ImportBatch, func.count(ImportDraft.id), func.count(func.nullif(ImportDraft.item_uid, "")))
        .join(ImportDraft, ImportDraft.batch_id == ImportBatch.id)
        .where(ImportBatch.school_id == actor.school_id, ImportBatch.owner_id == actor.user_id)
        .group_by(ImportBatch.id)
        .order_by(ImportBatch.id.desc())
        .limit(most)
    )
    return [(batch, read, saved) for batch, read, saved in session.execute(query)]


def find_batch(session: Session, actor: Actor, uid: str, *, lock: bool = False) -> ImportBatch:
    """Return an import of the actor; *lock* keeps a second click of the same person waiting.

    Raises:
        NotFound: there is none with that uid.
    """
    query = select(ImportBatch).where(ImportBatch.uid == uid).options(selectinload(ImportBatch.drafts))
    batch = session.scalar(query.with_for_update(of=ImportBatch) if lock else query)
    if batch is None or not can(actor, Permission.READ_IMPORT, batch):
        raise NotFound
    return batch


def get_import(session: Session, actor: Actor, uid: str) -> ReadImport:
    """Return an import with its questions, problems and doubles.

    Raises:
        NotFound: the actor has no such import.
    """
    batch = find_batch(session, actor, uid)
    known = matches(session, actor, batch)
    first: dict[str, int] = {}
    drafts = []
    for row in batch.drafts:
        stands = not (row.left_out or row.blocked)
        match = known.get(row.uid)
        repeats = first.setdefault(row.likeness, row.position) if stands else row.position
        drafts.append(
            ReadDraft(
                uid=row.uid,
                position=row.position,
                draft=decode_draft(row.draft_json),
                tags=row_tags(row),
                blocked=row.blocked,
                left_out=row.left_out,
                item_uid=row.item_uid,
                twin_uid=match.item_uid if match and match.same else "",
                repeats=repeats if repeats != row.position else 0,
                older_uid=match.item_uid if match and not match.same else "",
                renews=bool(match and match.renewable),
            )
        )
    return ReadImport(
        uid=batch.uid,
        filename=batch.filename,
        format=batch.format,
        subject_id=batch.subject_id,
        subject_name=batch.subject.name,
        found=batch.found,
        drafts=tuple(drafts),
        changed=msgspec.json.decode(batch.changed_json, type=tuple[Changed, ...]),
        not_carried=msgspec.json.decode(batch.not_carried_json, type=tuple[NotCarried, ...]),
        problems=msgspec.json.decode(batch.problems_json, type=tuple[Problem, ...]),
        saved_at=batch.saved_at,
        earlier=_earlier(session, batch),
    )


def _earlier(session: Session, batch: ImportBatch) -> tuple[tuple[str, datetime], ...]:
    """The imports of the same file by the same person before this one, newest first."""
    query = (
        select(ImportBatch.uid, ImportBatch.created_at)
        .where(
            ImportBatch.school_id == batch.school_id,
            ImportBatch.owner_id == batch.owner_id,
            ImportBatch.sha256 == batch.sha256,
            ImportBatch.subject_id == batch.subject_id,
            ImportBatch.id < batch.id,
        )
        .order_by(ImportBatch.id.desc())
        .limit(5)
    )
    return tuple((uid, at) for uid, at in session.execute(query))


def unsaved_rows(batch: ImportBatch, uids: Sequence[str]) -> list[ImportDraft]:
    """Return rows of an import by their uids.

    Raises:
        Invalid: none was chosen.
        NotFound: the import has no such row.
        Conflict: one is in the bank already.
    """
    found = {row.uid: row for row in batch.drafts}
    if not uids:
        raise Invalid.at("chosen", N_("Bạn chưa chọn câu nào."))
    try:
        rows = [found[uid] for uid in uids]
    except KeyError:
        raise NotFound from None
    if any(row.item_uid for row in rows):
        raise Conflict(N_("Có câu đã lưu vào ngân hàng. Hãy sửa câu đó trong ngân hàng."))
    return rows


def get_draft(session: Session, actor: Actor, batch_uid: str, draft_uid: str) -> ItemDraft:
    """Return one question of an import that is not saved yet.

    Raises:
        NotFound: the actor has no such import or question.
        Conflict: it is in the bank already.
    """
    [row] = unsaved_rows(find_batch(session, actor, batch_uid), [draft_uid])
    return decode_draft(row.draft_json)


def holds_picture(session: Session, actor: Actor, sha256: str) -> str | None:
    """Return the media type of a picture that an import of the actor holds, else None."""
    if not actor.is_teacher:
        return None
    return session.scalar(
        select(ImportAsset.media_type)
        .join(ImportBatch, ImportBatch.id == ImportAsset.batch_id)
        .where(
            ImportAsset.sha256 == sha256,
            ImportBatch.owner_id == actor.user_id,
            ImportBatch.school_id == actor.school_id,
        )
        .limit(1)
    )


def subjects_of_imports(session: Session, school_id: int, uids: Collection[str]) -> dict[str, str]:
    """The subject's name of each file that was read, by uid. Knows no permission and tells no more: for reports."""
    rows = session.execute(
        select(ImportBatch.uid, Subject.name)
        .join(Subject, Subject.id == ImportBatch.subject_id)
        .where(ImportBatch.school_id == school_id, ImportBatch.uid.in_(uids))
    )
    return dict(rows.all())
