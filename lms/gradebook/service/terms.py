"""Publish columns to pupils and parents; lock a gradebook, and unlock it by two people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Forbidden, Invalid
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.text import nfc
from lms.gradebook.models import Gradebook, Publication
from lms.gradebook.service.books import editable, get_gradebook
from lms.permissions import Permission, require


def publish(session: Session, actor: Actor, uid: str, keys: Collection[str], *, at: datetime) -> Gradebook:
    """Let pupils and parents see these columns from now on; what is typed later shows at once.

    Raises:
        NotFound, Forbidden, Conflict: see `editable`.
        Invalid: no column chosen, or one that the gradebook does not have.
    """
    book = editable(session, actor, uid)
    chosen = _columns(book, keys)
    for key in chosen:
        if key not in book.published_keys:
            book.publications.append(
                Publication(school_id=book.school_id, column_key=key, published_at=at, published_by_id=actor.user_id)
            )
    session.flush()
    audit.record(session, actor, "gradebook.published", book.uid, columns=chosen)
    return book


def withdraw(session: Session, actor: Actor, uid: str, keys: Collection[str]) -> Gradebook:
    """Hide columns from pupils and parents again.

    Raises:
        NotFound, Forbidden, Conflict: see `editable`.
        Invalid: no column chosen, or one that the gradebook does not have.
    """
    book = editable(session, actor, uid)
    chosen = _columns(book, keys)
    for one in [one for one in book.publications if one.column_key in chosen]:
        book.publications.remove(one)
        session.delete(one)
    session.flush()
    audit.record(session, actor, "gradebook.withdrawn", book.uid, columns=chosen)
    return book


def _columns(book: Gradebook, keys: Collection[str]) -> list[str]:
    known = [column.key for column in book.columns]
    if not keys:
        raise Invalid.at("column", N_("Chọn ít nhất một cột."))
    if not set(keys) <= set(known):
        raise Invalid.at("column", N_("Sổ điểm không có cột này."))
    return [key for key in known if key in keys]


def lock(session: Session, actor: Actor, uid: str, *, at: datetime) -> Gradebook:
    """Lock a gradebook: nobody writes in it until two people unlock it.

    Raises:
        NotFound: no such gradebook for this person.
        Forbidden: the actor does not lead the school.
        Conflict: it is locked already.
    """
    book = get_gradebook(session, actor, uid)
    require(actor, Permission.LOCK_MARKS, book)
    if book.locked:
        raise Conflict(N_("Sổ điểm đã khoá từ trước."))
    book.locked_at, book.locked_by_id = at, actor.user_id
    book.unlock_reason, book.unlock_asked_by_id = "", None
    session.flush()
    audit.record(session, actor, "gradebook.locked", book.uid)
    return book


def ask_unlock(session: Session, actor: Actor, uid: str, reason: str) -> Gradebook:
    """Ask for a locked gradebook to be opened; somebody else, who leads the school, decides.

    Raises:
        NotFound: no such gradebook for this person.
        Forbidden: neither its teacher nor a leader.
        Conflict: it is not locked.
        Invalid: no reason.
    """
    book = get_gradebook(session, actor, uid)
    require(actor, Permission.ASK_UNLOCK_MARKS, book)
    if not book.locked:
        raise Conflict(N_("Sổ điểm đang mở, sửa được ngay."))
    text = " ".join(nfc(reason).split())
    if not text:
        raise Invalid.at("reason", N_("Ghi lí do cần mở khoá."))
    book.unlock_reason, book.unlock_asked_by_id = text[:500], actor.user_id
    session.flush()
    audit.record(session, actor, "gradebook.unlock_asked", book.uid)
    return book


def unlock(session: Session, actor: Actor, uid: str) -> Gradebook:
    """Open a locked gradebook again, for the reason that another person gave.

    Raises:
        NotFound: no such gradebook for this person.
        Forbidden: the actor does not lead the school, or is the one who asked.
        Conflict: it is not locked, or nobody asked.
    """
    book = get_gradebook(session, actor, uid)
    require(actor, Permission.LOCK_MARKS, book)
    if not book.locked or book.unlock_asked_by_id is None:
        raise Conflict(N_("Chưa có ai đề nghị mở khoá sổ điểm này."))
    if book.unlock_asked_by_id == actor.user_id:
        raise Forbidden(N_("Người đề nghị không tự mở khoá. Cần một người khác trong ban giám hiệu."))
    asked_by = book.unlock_asked_by_id
    book.locked_at = book.locked_by_id = book.unlock_asked_by_id = None
    book.unlock_reason = ""
    session.flush()
    audit.record(session, actor, "gradebook.unlocked", book.uid, asked_by=asked_by)
    return book
