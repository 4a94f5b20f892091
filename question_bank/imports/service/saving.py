"""From an import into the bank: save, hand in, take back, forget."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from question_bank.imports.domain import Saved
from question_bank.imports.service.reading import find_batch, get_import
from question_bank.items.domain import ItemState
from question_bank.items.models import Item, ItemVersion
from question_bank.items.queries import visible_to
from question_bank.items.service.content import Picture
from question_bank.items.service.writing import new_items, remove_imported, submit


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


def discard_import(session: Session, actor: Actor, batch_uid: str) -> None:
    """Forget what was read from a file; what was saved stays in the bank.

    Raises:
        NotFound: the actor has no such import.
    """
    batch = find_batch(session, actor, batch_uid)
    audit.record(session, actor, "import.discarded", batch.uid)
    session.delete(batch)
    session.flush()
