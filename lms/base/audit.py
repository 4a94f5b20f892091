"""Who did what: an append-only log, hash-chained per school.

An entry holds ids only, no names, so that deleting a person does not break the chain. Its hash is
SHA-256 over the previous hash and the canonical JSON of the entry. Entries wait until the end of the transaction and
are chained there, so that the chain's lock is held for a moment only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.base import clock, db
from lms.base.bulk import add_rows
from lms.base.db import Base
from lms.base.ids import new_uid
from lms.base.permissions import Actor

START = "0" * 64


class AuditEntry(Base):
    """One act. Rows are only ever added: the database itself refuses UPDATE and DELETE."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("school_id", "seq"),
        Index("ix_audit_entry_about", "school_id", "subject_uid"),
        Index("ix_audit_entry_actor", "school_id", "actor_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), default=new_uid)
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"))
    seq: Mapped[int]
    at: Mapped[datetime]
    actor_id: Mapped[int | None]  # no foreign key: the entry outlives the person
    kind: Mapped[str] = mapped_column(String(60))  # "quiz.published"
    subject_uid: Mapped[str] = mapped_column(String(64), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The end of a school's chain; locked while entries are added."""

    __tablename__ = "audit_head"
    school_id: Mapped[int] = mapped_column(ForeignKey("school.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default=START)


db.append_only(AuditEntry)


@dataclass(frozen=True, slots=True)
class _Waiting:
    school_id: int
    at: datetime
    actor_id: int | None
    kind: str
    subject_uid: str
    detail: dict[str, Any]


def record(
    session: Session, actor: Actor | None, kind: str, subject_uid: str = "", *, school_id: int = 0, **detail: Any
) -> None:
    """Note an act; it is stored with the transaction or not at all.

    *detail* holds JSON values, ids and codes only, no personal data. *school_id* is needed where nobody acts.
    """
    waiting = session.info.get("audit")
    if waiting is None:
        waiting = session.info["audit"] = []
        db.before_commit(session, _chain)
    owner = actor.school_id if actor else school_id
    waiting.append(_Waiting(owner, clock.now(), actor.user_id if actor else None, kind, subject_uid, detail))


_heads = cast(Table, AuditHead.__table__)
_head = _heads.c
_HEAD = select(_head.seq, _head.hash).where(_head.school_id == bindparam("of_school")).with_for_update()
_FIRST = insert(_heads)
_MOVED = update(_heads).where(_head.school_id == bindparam("of_school"))


def _chain(session: Session) -> None:
    waiting: list[_Waiting] = session.info.pop("audit", [])
    session.flush()
    for school_id in sorted({entry.school_id for entry in waiting}):
        head = session.execute(_HEAD, {"of_school": school_id}).one_or_none()
        if head is None:
            session.execute(_FIRST, {"school_id": school_id, "seq": 0, "hash": START})
        seq, last = head or (0, START)
        rows = []
        for entry in waiting:
            if entry.school_id == school_id:
                seq += 1
                noted = {name: getattr(entry, name) for name in _Waiting.__slots__}
                row = {"uid": new_uid(), "seq": seq, **noted, "prev_hash": last}
                last = row["hash"] = _digest(row)
                rows.append(row)
        add_rows(session, cast(Table, AuditEntry.__table__), rows)
        session.execute(_MOVED, {"of_school": school_id, "seq": seq, "hash": last})


def digest(entry: AuditEntry) -> str:
    """The hash of an entry: SHA-256 of the previous hash and the entry's canonical JSON, hexadecimal."""
    return _digest(vars(entry))


def _digest(entry: Mapping[str, Any]) -> str:
    body = json.dumps(
        [entry["at"].isoformat() if name == "at" else entry[name] for name in _HASHED],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256((entry["prev_hash"] + body).encode()).hexdigest()


_HASHED = ("school_id", "seq", "at", "actor_id", "kind", "subject_uid", "detail")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking a chain found: how many entries, and the first that does not hold (None when all do)."""

    entries: int
    broken_at: int | None

    @property
    def holds(self) -> bool:
        return self.broken_at is None


def verify(session: Session, school_id: int) -> Verdict:
    """Follow a school's chain from its start and compare every hash."""
    expected, count = START, 0
    for entry in _entries(session, school_id):
        count += 1
        if entry.seq != count or entry.prev_hash != expected or digest(entry) != entry.hash:
            return Verdict(count, entry.seq)
        expected = entry.hash
    head = session.get(AuditHead, school_id)
    if head is not None and (head.seq != count or head.hash != expected):
        return Verdict(count, count + 1)  # entries were cut off the end
    return Verdict(count, None)


def _entries(session: Session, school_id: int) -> Iterator[AuditEntry]:
    yield from session.scalars(
        select(AuditEntry)
        .where(AuditEntry.school_id == school_id)
        .order_by(AuditEntry.seq)
        .execution_options(yield_per=1000)
    )
