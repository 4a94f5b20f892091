"""Verbs of an import: read a file, mend and tag what was read, save it, take it back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from lms.base import audit, storage
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.text import nfc
from question_bank.formats.detect import read_any
from question_bank.formats.reading import NotCarried, Reading
from question_bank.imports.models import ImportAsset, ImportBatch, ImportDraft
from question_bank.items.checking import problems_in
from question_bank.items.codec import decode_draft, encode_draft
from question_bank.items.domain import (
    KEY_OF,
    LEVELS,
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    GapKey,
    ItemBody,
    ItemDraft,
    ItemKey,
    ItemState,
    ItemType,
    NumberKey,
    OrderKey,
    PairKey,
    Problem,
    TextKey,
    TruthKey,
)
from question_bank.items.models import Item, ItemVersion
from question_bank.items.queries import visible_to
from question_bank.items.service.content import Picture, cleaned, likeness
from question_bank.items.service.writing import Tags, new_items, remove_imported, subject_bank, submit
from question_bank.permissions import Permission, can

MAX_QUESTIONS = 2000


@dataclass(frozen=True, slots=True)
class ReadDraft:
    """A question of an import with what is known about it; `twin_uid` is the question of the bank that it repeats."""

    uid: str
    position: int
    draft: ItemDraft
    tags: Tags
    blocked: bool
    left_out: bool
    item_uid: str
    twin_uid: str
    repeats: int  # the position of an earlier question in the same file that reads the same; 0: none

    @property
    def is_double(self) -> bool:
        """Whether the bank or the file holds it already."""
        return bool(self.twin_uid or self.repeats)

    @property
    def ready(self) -> bool:
        """Whether saving the import would take it."""
        return not (self.blocked or self.left_out or self.item_uid or self.is_double)


@dataclass(frozen=True, slots=True)
class ReadImport:
    """An import as its page shows it."""

    uid: str
    filename: str
    format: str
    subject_id: int
    subject_name: str
    found: int
    drafts: tuple[ReadDraft, ...]
    not_carried: tuple[NotCarried, ...]
    problems: tuple[Problem, ...]
    saved_at: datetime | None

    def count(self, what: str) -> int:
        """Count drafts by a property: "ready", "blocked", "left_out", "is_double", "item_uid" (saved)."""
        return sum(bool(getattr(draft, what)) for draft in self.drafts)


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file as read, its drafts cleaned and checked; `pictures` are in the content store already, with their names."""

    reading: Reading
    pictures: tuple[tuple[storage.Stored, str], ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving did: positions of questions saved and of those that stayed out."""

    saved: tuple[int, ...]
    blocked: tuple[int, ...]
    doubles: tuple[int, ...]


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
    return FileRead(replace(reading, drafts=tuple(_checked(draft) for draft in reading.drafts), assets={}), pictures)


def start_import(
    session: Session,
    actor: Actor,
    subject_id: int,
    file: storage.Stored,
    filename: str,
    read: FileRead,
    *,
    grade: int | None = None,
    at: datetime,
) -> ImportBatch:
    """Keep what was read from an uploaded file for its preview; nothing enters the bank yet.

    Raises:
        NotFound, Forbidden: see `subject_bank`.
        Invalid: there is no such grade.
    """
    subject_bank(session, actor, subject_id)
    Tags(grade=grade).check()
    reading = read.reading
    batch = ImportBatch(
        school_id=actor.school_id,
        owner_id=actor.user_id,
        subject_id=subject_id,
        sha256=storage.keep(session, file, at=at).sha256,
        filename=nfc(filename)[:200],
        format=reading.format,
        found=reading.found,
        not_carried_json=msgspec.json.encode(reading.not_carried).decode(),
        problems_json=_encode_problems(reading.problems),
        created_at=at,
    )
    for stored, name in read.pictures:
        blob = storage.keep(session, stored, at=at)
        batch.assets.append(
            ImportAsset(sha256=blob.sha256, school_id=actor.school_id, media_type=blob.media_type, name=nfc(name)[:200])
        )
    batch.drafts = [_row(actor, place, draft, grade) for place, draft in enumerate(reading.drafts, 1)]
    session.add(batch)
    session.flush()
    audit.record(session, actor, "import.read", batch.uid, format=reading.format, questions=len(reading.drafts))
    return batch


def _row(actor: Actor, place: int, draft: ItemDraft, grade: int | None) -> ImportDraft:
    row = ImportDraft(
        school_id=actor.school_id,
        position=place,
        grade=grade,
        topic=nfc(draft.category.rpartition("/")[2]).strip()[:200],
        level=draft.level if draft.level in LEVELS else "",
        outcomes_json=msgspec.json.encode([code for code in draft.codes if 0 < len(code) <= 120]).decode(),
        left_out=False,
        item_uid="",
    )
    _put(row, draft)
    return row


def _put(row: ImportDraft, draft: ItemDraft) -> None:
    row.draft_json = encode_draft(draft)
    row.likeness = likeness(draft.body)
    row.blocked = draft.blocked


def _checked(draft: ItemDraft) -> ItemDraft:
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
    twins = _twins(session, actor, batch)
    first: dict[str, int] = {}
    drafts = []
    for row in batch.drafts:
        stands = not (row.left_out or row.blocked)
        repeats = first.setdefault(row.likeness, row.position) if stands else row.position
        drafts.append(
            ReadDraft(
                uid=row.uid,
                position=row.position,
                draft=decode_draft(row.draft_json),
                tags=Tags(row.grade, row.topic, row.level, _outcomes(row)),
                blocked=row.blocked,
                left_out=row.left_out,
                item_uid=row.item_uid,
                twin_uid="" if row.item_uid else twins.get(row.likeness, ""),
                repeats=repeats if repeats != row.position else 0,
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
        not_carried=msgspec.json.decode(batch.not_carried_json, type=tuple[NotCarried, ...]),
        problems=msgspec.json.decode(batch.problems_json, type=tuple[Problem, ...]),
        saved_at=batch.saved_at,
    )


def _outcomes(row: ImportDraft) -> tuple[str, ...]:
    return msgspec.json.decode(row.outcomes_json, type=tuple[str, ...])


def _twins(session: Session, actor: Actor, batch: ImportBatch) -> dict[str, str]:
    """Questions of the subject that the actor may see and that read the same, by likeness; not those of this import."""
    query = (
        select(Item.origin_hash, Item.uid)
        .join(ItemVersion, ItemVersion.item_id == Item.id)
        .where(
            visible_to(actor),
            Item.subject_id == batch.subject_id,
            Item.import_uid != batch.uid,
            Item.origin_hash.in_([row.likeness for row in batch.drafts]),
        )
    )
    return {row.origin_hash: row.uid for row in session.execute(query)}


def _rows(batch: ImportBatch, uids: Sequence[str]) -> list[ImportDraft]:
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


def key_from_response(body: ItemBody, response: Mapping[str, Any]) -> ItemKey | None:
    """Make the key of a question from the response that would be right; None where a response says too little."""
    match body.type:
        case ItemType.SINGLE_CHOICE:
            return ChoiceKey({response["choice"]: Fraction(1)}) if response.get("choice") else None
        case ItemType.MULTIPLE_CHOICE:
            right = response.get("choices") or []
            return ChoiceKey({name: Fraction(1, len(right)) for name in right}) if right else None
        case ItemType.TRUE_FALSE | ItemType.CLUSTER:
            truths = {name: truth for name, truth in response["truths"].items() if truth is not None}
            return TruthKey(truths) if truths else None
        case ItemType.SHORT_TEXT:
            return TextKey((AcceptedText(response["text"].strip()),)) if response["text"].strip() else None
        case ItemType.SHORT_NUMBER:
            number = response["text"].strip().replace(",", ".")
            return NumberKey((AcceptedNumber(number),)) if number else None
        case ItemType.MATCHING:
            return PairKey(response["pairs"]) if response["pairs"] else None
        case ItemType.ORDERING:
            return OrderKey(tuple(response["order"])) if response["order"] else None
        case ItemType.GAP_FILL:
            gaps = {name: (AcceptedText(text),) for name, text in response["gaps"].items() if text.strip()}
            return GapKey(gaps) if gaps else None
        case _:
            return None


def set_key(session: Session, actor: Actor, batch_uid: str, draft_uid: str, response: Mapping[str, Any]) -> ItemDraft:
    """Take a response to a question of an import as its key.

    Raises:
        NotFound, Conflict: as `edit_draft`.
        Invalid: the response does not say what is right.
    """
    draft = get_draft(session, actor, batch_uid, draft_uid)
    key = key_from_response(draft.body, response)
    if key is None or any(problem.blocking for problem in problems_in(draft.body, key)):
        raise Invalid.at("key", N_("Chưa chọn đủ đáp án. Hãy chọn đáp án đúng rồi bấm lại."))
    return edit_draft(session, actor, batch_uid, draft_uid, replace(draft, key=key))


def get_draft(session: Session, actor: Actor, batch_uid: str, draft_uid: str) -> ItemDraft:
    """Return one question of an import that is not saved yet.

    Raises:
        NotFound: the actor has no such import or question.
        Conflict: it is in the bank already.
    """
    [row] = _rows(find_batch(session, actor, batch_uid), [draft_uid])
    return decode_draft(row.draft_json)


def edit_draft(session: Session, actor: Actor, batch_uid: str, draft_uid: str, draft: ItemDraft) -> ItemDraft:
    """Put a mended question in the place of what was read; what is still wrong with it is said anew.

    Warnings of the source stay, its blocking problems are taken as seen.

    Raises:
        NotFound: the actor has no such import or question.
        Conflict: it is in the bank already.
        Invalid: it shows a picture that the file does not hold.
    """
    batch = find_batch(session, actor, batch_uid)
    [row] = _rows(batch, [draft_uid])
    before = decode_draft(row.draft_json)
    kept = tuple(problem for problem in before.problems if not problem.blocking)
    _put(row, _checked(replace(draft, problems=kept)))
    session.flush()
    return decode_draft(row.draft_json)


def tag_drafts(session: Session, actor: Actor, batch_uid: str, draft_uids: Sequence[str], tags: Tags) -> int:
    """Tag many questions of an import at once; returns how many.

    Raises:
        NotFound, Conflict, Invalid: as `edit_draft`; none was chosen; see `Tags.check`.
    """
    tags.check()
    rows = _rows(find_batch(session, actor, batch_uid), draft_uids)
    for row in rows:
        if tags.grade is not None:
            row.grade = tags.grade
        if tags.topic is not None:
            row.topic = nfc(tags.topic).strip()
        if tags.level is not None:
            row.level = tags.level
        if tags.outcomes is not None:
            row.outcomes_json = msgspec.json.encode([nfc(code) for code in tags.outcomes]).decode()
    session.flush()
    return len(rows)


def leave_out(session: Session, actor: Actor, batch_uid: str, draft_uids: Sequence[str], *, out: bool = True) -> int:
    """Mark questions that saving should pass over, or take the mark back; returns how many.

    Raises:
        NotFound, Conflict, Invalid: as `tag_drafts`.
    """
    rows = _rows(find_batch(session, actor, batch_uid), draft_uids)
    for row in rows:
        row.left_out = out
    session.flush()
    return len(rows)


def save_import(session: Session, actor: Actor, batch_uid: str, *, keep_doubles: bool = False, at: datetime) -> Saved:
    """Put every question of an import that is whole into the subject's bank, as drafts of the actor.

    Those with blocking problems stay out and are named; so do those that the bank or the file holds already, unless
    *keep_doubles*. Saving again takes what was mended since.

    Raises:
        NotFound: the actor has no such import.
        Forbidden: the actor left the subject's group.
        Conflict: there is nothing left to save.
    """
    batch = find_batch(session, actor, batch_uid, lock=True)
    read = get_import(session, actor, batch_uid)
    pictures = {one.sha256: Picture(one.sha256, one.media_type, one.name) for one in batch.assets}
    rows = {row.uid: row for row in batch.drafts}
    open_ = [one for one in read.drafts if not one.item_uid and not one.left_out]
    blocked = tuple(one.position for one in open_ if one.blocked)
    doubles = tuple(one.position for one in open_ if one.is_double and not one.blocked and not keep_doubles)
    whole = [one for one in open_ if one.position not in {*blocked, *doubles}]
    items = new_items(
        session,
        actor,
        batch.subject_id,
        [(one.draft, one.tags) for one in whole],
        pictures=pictures,
        import_uid=batch.uid,
        at=at,
    )
    for one, item in zip(whole, items, strict=True):
        rows[one.uid].item_uid = item.uid
    saved = tuple(one.position for one in whole)
    if not saved:
        raise Conflict(N_("Không còn câu nào để lưu: các câu còn lại cần sửa, đã có, hoặc đã bỏ ra."))
    batch.saved_at = at
    session.flush()
    audit.record(
        session, actor, "import.saved", batch.uid, saved=len(saved), blocked=len(blocked), doubles=len(doubles)
    )
    return Saved(saved, blocked, doubles)


def undo_import(session: Session, actor: Actor, batch_uid: str) -> int:
    """Take back out of the bank what this import put there; the preview stays. Returns how many questions.

    Raises:
        NotFound: the actor has no such import.
        Conflict: nothing of it is in the bank, or some of it was reviewed or written anew.
    """
    batch = find_batch(session, actor, batch_uid, lock=True)
    if not any(row.item_uid for row in batch.drafts):
        raise Conflict(N_("Chưa có câu nào của tệp này trong ngân hàng."))
    removed = remove_imported(session, actor, batch.uid)
    for row in batch.drafts:
        row.item_uid = ""
    batch.saved_at = None
    session.flush()
    audit.record(session, actor, "import.undone", batch.uid, questions=removed)
    return removed


def submit_import(session: Session, actor: Actor, batch_uid: str, *, at: datetime) -> int:
    """Hand everything that this import put into the bank, and that still is a draft, to the subject head.

    Raises:
        NotFound: the actor has no such import.
        Conflict: nothing of it waits to be handed in.
    """
    uids = _drafts_of(session, actor, find_batch(session, actor, batch_uid).uid)
    if not uids:
        raise Conflict(N_("Không có câu nào của tệp này đang chờ gửi duyệt."))
    return sum(submit(session, actor, uids[start : start + 500], at=at) for start in range(0, len(uids), 500))


def _drafts_of(session: Session, actor: Actor, batch_uid: str) -> list[str]:
    """Uids of the versions that an import saved and nobody has handed in yet."""
    query = (
        select(ItemVersion.uid)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(Item.import_uid == batch_uid, visible_to(actor), ItemVersion.state == ItemState.DRAFT)
        .order_by(ItemVersion.id)
    )
    return list(session.scalars(query))


def discard_import(session: Session, actor: Actor, batch_uid: str) -> None:
    """Forget what was read from a file; what was saved stays in the bank.

    Raises:
        NotFound: the actor has no such import.
    """
    batch = find_batch(session, actor, batch_uid)
    audit.record(session, actor, "import.discarded", batch.uid)
    session.delete(batch)
    session.flush()


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


def turned_into(draft: ItemDraft, kind: ItemType) -> ItemDraft:
    """Return the question as another kind of the same shape; a key that fits no more goes."""
    key = draft.key
    if isinstance(key, ChoiceKey) and kind in {ItemType.SINGLE_CHOICE, ItemType.MULTIPLE_CHOICE}:
        right = [name for name, weight in key.weights.items() if weight > 0]
        several = kind is ItemType.MULTIPLE_CHOICE
        key = ChoiceKey({name: Fraction(1, len(right)) for name in right}) if several or len(right) == 1 else None
    elif KEY_OF[kind] is not None and not isinstance(key, KEY_OF[kind] or object):
        key = None
    return replace(draft, body=replace(draft.body, type=kind), key=EssayKey() if kind is ItemType.ESSAY else key)


def count_submittable(session: Session, actor: Actor, batch_uid: str) -> int:
    """Count the saved questions of an import that can be handed in."""
    return len(_drafts_of(session, actor, batch_uid))


def may_undo(session: Session, actor: Actor, batch_uid: str) -> bool:
    """Say whether everything that an import saved can still be taken back."""
    saved = select(Item.id).where(
        Item.import_uid == batch_uid, Item.school_id == actor.school_id, Item.owner_id == actor.user_id
    )
    decided = select(ItemVersion.id).where(
        ItemVersion.item_id.in_(saved), (ItemVersion.reviewed_at.is_not(None)) | (ItemVersion.number > 1)
    )
    return session.scalar(saved.limit(1)) is not None and session.scalar(decided.limit(1)) is None
