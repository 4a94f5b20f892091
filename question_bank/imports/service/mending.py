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
from question_bank.imports.service.reading import checked, find_batch, get_draft, put, unsaved_rows
from question_bank.imports.service.tagging import put_row_tags
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
    before = decode_draft(row.draft_json)
    kept = tuple(problem for problem in before.problems if not problem.blocking)
    put(row, checked(replace(draft, problems=kept)))
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
