"""Mend and tag the questions of an import before they are saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from question_bank.imports.domain import key_from_response
from question_bank.imports.joining import merged, split
from question_bank.imports.models import ImportBatch, ImportDraft
from question_bank.imports.service.reading import checked, find_batch, get_draft, put, unsaved_rows
from question_bank.imports.service.tagging import put_row_tags, row_tags
from question_bank.items.checking import problems_in
from question_bank.items.codec import decode_draft
from question_bank.items.domain import ItemDraft
from question_bank.items.tagging import Tags


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


def edit_draft(session: Session, actor: Actor, batch_uid: str, draft_uid: str, draft: ItemDraft) -> ItemDraft:
    """Put a mended question in the place of what was read; what is still wrong with it is said anew.

    Warnings of the source stay, its blocking problems are taken as seen.

    Raises:
        NotFound: the actor has no such import or question.
        Conflict: it is in the bank already.
        Invalid: it shows a picture that the file does not hold.
    """
    batch = find_batch(session, actor, batch_uid)
    [row] = unsaved_rows(batch, [draft_uid])
    _put_mended(row, replace(draft, problems=decode_draft(row.draft_json).problems))
    session.flush()
    return decode_draft(row.draft_json)


def tag_drafts(session: Session, actor: Actor, batch_uid: str, draft_uids: Sequence[str], tags: Tags) -> int:
    """Tag many questions of an import at once; returns how many.

    Raises:
        NotFound, Conflict, Invalid: as `edit_draft`; none was chosen; see `Tags.check`.
    """
    tags.check()
    rows = unsaved_rows(find_batch(session, actor, batch_uid), draft_uids)
    for row in rows:
        put_row_tags(row, tags)
    session.flush()
    return len(rows)


def leave_out(session: Session, actor: Actor, batch_uid: str, draft_uids: Sequence[str], *, out: bool = True) -> int:
    """Mark questions that saving should pass over, or take the mark back; returns how many.

    Raises:
        NotFound, Conflict, Invalid: as `tag_drafts`.
    """
    rows = unsaved_rows(find_batch(session, actor, batch_uid), draft_uids)
    for row in rows:
        row.left_out = out
    session.flush()
    return len(rows)


def merge_drafts(session: Session, actor: Actor, batch_uid: str, draft_uids: Sequence[str]) -> str:
    """Make one question of several of an import, in the order of the file; returns its uid, the first one's.

    Raises:
        NotFound, Conflict: as `edit_draft`.
        Invalid: fewer than two were chosen, or their kinds do not go together.
    """
    batch = find_batch(session, actor, batch_uid, lock=True)
    first, *others = sorted(unsaved_rows(batch, list(dict.fromkeys(draft_uids))), key=lambda row: row.position)
    if not others:
        raise Invalid.at("chosen", N_("Hãy chọn từ hai câu trở lên để gộp."))
    draft: ItemDraft | None = decode_draft(first.draft_json)
    for row in others:
        draft = merged(draft, decode_draft(row.draft_json)) if draft is not None else None
    if draft is None:
        raise Invalid.at("chosen", N_("Các câu này khác loại nên không gộp được. Hãy sửa cho cùng loại trước."))
    _put_mended(first, draft)
    for row in others:
        batch.drafts.remove(row)
    batch.found -= len(others)  # the file holds as many questions as its teacher sees in it
    _number(batch)
    session.flush()
    return first.uid


def split_draft(session: Session, actor: Actor, batch_uid: str, draft_uid: str, at: int) -> str:
    """Make two questions of one, the second beginning at piece *at* (`joining.pieces_of`); returns the second's uid.

    Raises:
        NotFound, Conflict: as `edit_draft`.
        Invalid: it cannot be parted there.
    """
    batch = find_batch(session, actor, batch_uid, lock=True)
    [row] = unsaved_rows(batch, [draft_uid])
    halves = split(decode_draft(row.draft_json), at)
    if halves is None:
        raise Invalid.at("at", N_("Không tách câu được ở chỗ này."))
    second = ImportDraft(school_id=row.school_id, position=row.position, left_out=row.left_out, item_uid="")
    _put_mended(row, halves[0])
    _put_mended(second, halves[1])
    put_row_tags(second, replace(row_tags(row), external_id=""))
    batch.drafts.insert(batch.drafts.index(row) + 1, second)
    batch.found += 1
    _number(batch)
    session.flush()
    return second.uid


def move_draft(session: Session, actor: Actor, batch_uid: str, draft_uid: str, by: int) -> None:
    """Let a question of an import change places with those *by* places on (before it, when negative).

    Raises:
        NotFound, Conflict: as `edit_draft`.
    """
    batch = find_batch(session, actor, batch_uid, lock=True)
    [row] = unsaved_rows(batch, [draft_uid])
    rows = list(batch.drafts)
    place = rows.index(row)
    rows.insert(min(max(0, place + by), len(rows) - 1), rows.pop(place))
    for number, one in enumerate(rows, 1):
        one.position = number
    session.flush()
    session.expire(batch, ["drafts"])


def _put_mended(row: ImportDraft, draft: ItemDraft) -> None:
    """Let a row hold what a person made of it: warnings stay, what is wrong is said anew."""
    put(row, checked(replace(draft, problems=tuple(one for one in draft.problems if not one.blocking))))


def _number(batch: ImportBatch) -> None:
    for number, row in enumerate(batch.drafts, 1):
        row.position = number
