"""From an import into the bank: save, hand in, take back, forget."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from question_bank.imports.domain import ReadDraft, Saved
from question_bank.imports.models import ImportBatch, ImportDraft
from question_bank.imports.service.reading import find_batch, get_import
from question_bank.items.domain import ItemState
from question_bank.items.models import Item, ItemVersion
from question_bank.items.queries import visible_to
from question_bank.items.service.content import Picture
from question_bank.items.service.taking_back import TakenBack, take_back, what_goes
from question_bank.items.service.writing import new_items, new_version, submit


def save_import(
    session: Session,
    actor: Actor,
    batch_uid: str,
    *,
    keep_doubles: bool = False,
    renew: bool = True,
    at: datetime,
) -> Saved:
    """Put every question of an import that is whole into the subject's bank, as drafts of the actor.

    Those with blocking problems stay out and are named; so do those that the bank or the file holds already, unless
    *keep_doubles*. What the file has changed of a question becomes its next version, or a question of its own when
    not *renew*. Saving again takes what was mended since.

    Raises:
        NotFound: the actor has no such import.
        Forbidden: the actor left the subject's group.
        Conflict: there is nothing left to save.
    """
    batch = find_batch(session, actor, batch_uid, lock=True)
    read = get_import(session, actor, batch_uid)
    pictures = {one.sha256: Picture(one.sha256, one.media_type, one.name) for one in batch.assets}
    rows = {row.uid: row for row in batch.drafts}
    blocked = tuple(one.position for one in read.drafts if one.blocked and not one.item_uid and not one.left_out)
    doubles = tuple(one.position for one in read.drafts if one.open and one.is_double and not keep_doubles)
    whole = [one for one in read.drafts if one.open and (keep_doubles or not one.is_double)]
    if not whole:
        raise Conflict(N_("Không còn câu nào để lưu: các câu còn lại cần sửa, đã có, hoặc đã bỏ ra."))
    renewed = _one_each([one for one in whole if renew and one.is_newer])
    fresh = [one for one in whole if one not in renewed]
    items = new_items(
        session,
        actor,
        batch.subject_id,
        [(one.draft, one.tags) for one in fresh],
        pictures=pictures,
        import_uid=batch.uid,
        at=at,
    )
    for one, item in zip(fresh, items, strict=True):
        rows[one.uid].item_uid = item.uid
    for one in renewed:
        version = new_version(session, actor, one.older_uid, one.draft, tags=one.tags, pictures=pictures, at=at)
        rows[one.uid].item_uid, rows[one.uid].version_uid = one.older_uid, version.uid
    batch.saved_at = at
    session.flush()
    saved = Saved(tuple(one.position for one in whole), tuple(one.position for one in renewed), blocked, doubles)
    audit.record(
        session,
        actor,
        "import.saved",
        batch.uid,
        saved=len(saved.saved),
        renewed=len(saved.renewed),
        blocked=len(blocked),
        doubles=len(doubles),
    )
    return saved


def _one_each(newer: list[ReadDraft]) -> list[ReadDraft]:
    """Of several that would renew the same question, the first."""
    first: dict[str, ReadDraft] = {}
    for one in newer:
        first.setdefault(one.older_uid, one)
    return list(first.values())


def what_undo_does(session: Session, actor: Actor, batch_uid: str) -> TakenBack:
    """Say what taking an import back would remove and what would stay.

    Raises:
        NotFound: the actor has no such import.
        Conflict: nothing of it is in the bank.
    """
    batch = _saved_batch(session, actor, batch_uid)
    return what_goes(session, actor, batch.uid, _written(batch))


def undo_import(session: Session, actor: Actor, batch_uid: str) -> TakenBack:
    """Take back out of the bank what this import put there and nobody has built on; the preview stays.

    Raises:
        NotFound: the actor has no such import.
        Conflict: nothing of it is in the bank, or all of it stays.
    """
    batch = _saved_batch(session, actor, batch_uid, lock=True)
    told = take_back(session, actor, batch.uid, _written(batch))
    if not told.items and not told.versions:
        raise Conflict(N_("Không rút lại được câu nào: mọi câu đã được duyệt, trao đổi hoặc sửa tiếp."))
    for row in batch.drafts:
        if row.version_uid in told.versions or (not row.version_uid and row.item_uid in told.items):
            row.item_uid = row.version_uid = ""
    if not any(row.item_uid for row in batch.drafts):
        batch.saved_at = None
    session.flush()
    removed = len(told.items) + len(told.versions)
    audit.record(session, actor, "import.undone", batch.uid, questions=removed, stayed=len(told.stays))
    return told


def _saved_batch(session: Session, actor: Actor, batch_uid: str, *, lock: bool = False) -> ImportBatch:
    batch = find_batch(session, actor, batch_uid, lock=lock)
    if not any(row.item_uid for row in batch.drafts):
        raise Conflict(N_("Chưa có câu nào của tệp này trong ngân hàng."))
    return batch


def _written(batch: ImportBatch) -> list[str]:
    """The versions of older questions that an import wrote."""
    return [row.version_uid for row in batch.drafts if row.version_uid]


def submit_import(session: Session, actor: Actor, batch_uid: str, *, at: datetime) -> int:
    """Hand everything that this import put into the bank, and that still is a draft, to the subject head.

    Raises:
        NotFound: the actor has no such import.
        Conflict: nothing of it waits to be handed in.
    """
    uids = _drafts_of(session, actor, find_batch(session, actor, batch_uid).uid)
    if not uids:
        raise Conflict(N_("Không có câu nào của tệp này đang chờ gửi duyệt."))
    return sum(len(submit(session, actor, uids[start : start + 500], at=at)) for start in range(0, len(uids), 500))


def _drafts_of(session: Session, actor: Actor, batch_uid: str) -> list[str]:
    """Uids of the versions that an import saved and nobody has handed in yet."""
    written = (
        select(ImportDraft.version_uid)
        .join(ImportBatch, ImportBatch.id == ImportDraft.batch_id)
        .where(ImportBatch.uid == batch_uid, ImportDraft.version_uid != "")
    )
    query = (
        select(ItemVersion.uid)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(
            or_(Item.import_uid == batch_uid, ItemVersion.uid.in_(written)),
            visible_to(actor),
            ItemVersion.state == ItemState.DRAFT,
        )
        .order_by(ItemVersion.id)
    )
    return list(session.scalars(query))


def count_submittable(session: Session, actor: Actor, batch_uid: str) -> int:
    """Count the saved questions of an import that can be handed in."""
    return len(_drafts_of(session, actor, batch_uid))


def discard_import(session: Session, actor: Actor, batch_uid: str) -> None:
    """Forget what was read from a file; what was saved stays in the bank.

    Raises:
        NotFound: the actor has no such import.
    """
    batch = find_batch(session, actor, batch_uid)
    audit.record(session, actor, "import.discarded", batch.uid)
    session.delete(batch)
    session.flush()
