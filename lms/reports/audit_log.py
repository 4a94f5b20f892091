"""Who did what: reading the audit log and checking its chain."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.audit import AuditEntry, Verdict
from lms.base.i18n import zone
from lms.base.paging import Page, PageRequest
from lms.base.permissions import Actor
from lms.base.users import User
from lms.permissions import Permission, allows, require
from lms.reports.audit_details import tell
from lms.reports.audit_things import Thing, about, find_names
from lms.reports.audit_words import ACTS, RIGHTS, RIGHTS_ACTS

PAGE = 50
NEWS = 5  # lines about one's own account


@dataclass(frozen=True, slots=True)
class Filters:
    """Which entries are wanted: by whom (uid), of which kind ("quiz." or a whole name), about which thing, on a day."""

    who: str = ""
    kind: str = ""
    about: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One act in words."""

    at: datetime
    seq: int
    who: str
    act: str
    about: str  # the uid of what it was done to
    thing: str  # its name, "" where it is gone or the reader may not know of it
    details: tuple[str, ...]


def may_read_all(actor: Actor) -> bool:
    """Say whether the actor reads the whole school's log; everyone else reads their own acts."""
    return allows(actor, Permission.READ_AUDIT_LOG)


def list_acts(session: Session, actor: Actor, filters: Filters, page: PageRequest) -> Page[LogLine]:
    """List acts, newest first: the whole school's for its leaders and administrator.

    Everybody else reads their own, and what others did to their account.
    """
    wanted = [AuditEntry.school_id == actor.school_id]
    if not may_read_all(actor):
        wanted.append(or_(AuditEntry.actor_id == actor.user_id, _about_account_of(actor)))
    elif filters.who:
        who = session.scalar(select(User.id).where(User.uid == filters.who, User.school_id == actor.school_id))
        wanted.append(AuditEntry.actor_id == (who or 0))
    if filters.kind == RIGHTS:
        wanted.append(AuditEntry.kind.in_(RIGHTS_ACTS))
    elif filters.kind:
        wanted.append(AuditEntry.kind.startswith(filters.kind, autoescape=True))
    if filters.about:
        wanted.append(AuditEntry.subject_uid == filters.about)
    if filters.day:
        start = datetime.combine(filters.day, time(), tzinfo=zone())
        wanted.append(AuditEntry.at >= start)
        wanted.append(AuditEntry.at < start + timedelta(days=1))
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(and_(*wanted))) or 0
    entries = session.scalars(
        select(AuditEntry).where(and_(*wanted)).order_by(AuditEntry.seq.desc()).limit(page.size).offset(page.offset)
    ).all()
    lines = _in_words(session, actor, entries)
    return Page(lines, max(1, page.number), page.size, total)


def list_latest(
    session: Session, actor: Actor, kinds: Collection[str], *, since: datetime, limit: int = 6
) -> tuple[LogLine, ...]:
    """List the school's latest acts of these kinds, newest first.

    Raises:
        Forbidden: the actor does not read the school's log.
    """
    require(actor, Permission.READ_AUDIT_LOG)
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.school_id == actor.school_id, AuditEntry.kind.in_(kinds), AuditEntry.at >= since)
        .order_by(AuditEntry.seq.desc())
        .limit(limit)
    ).all()
    return _in_words(session, actor, entries)


def _about_account_of(actor: Actor) -> ColumnElement[bool]:
    return and_(AuditEntry.subject_uid == actor.uid, AuditEntry.kind.startswith("account."))


def account_news(session: Session, actor: Actor, *, since: datetime) -> tuple[LogLine, ...]:
    """What others did to the actor's account lately, newest first: nobody's password is changed behind their back."""
    entries = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.school_id == actor.school_id,
            _about_account_of(actor),
            AuditEntry.kind.in_(RIGHTS_ACTS),
            AuditEntry.actor_id != actor.user_id,
            AuditEntry.at >= since,
        )
        .order_by(AuditEntry.seq.desc())
        .limit(NEWS)
    ).all()
    return _in_words(session, actor, entries) if entries else ()


def _in_words(session: Session, actor: Actor, entries: Sequence[AuditEntry]) -> tuple[LogLine, ...]:
    names = find_names(session, actor, entries)
    return tuple(
        LogLine(
            at=entry.at,
            seq=entry.seq,
            who=names.of(Thing.PERSON, entry.actor_id),
            act=ACTS.get(entry.kind, entry.kind),
            about=entry.subject_uid,
            thing=names.of(about(entry.kind), entry.subject_uid),
            details=tell(entry, names),
        )
        for entry in entries
    )


def list_actors(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """The staff whose acts may be asked for: uid and name."""
    require(actor, Permission.READ_AUDIT_LOG)
    rows = session.execute(
        select(User.uid, User.full_name)
        .where(User.school_id == actor.school_id, ~User.grants.any(role="pupil"), ~User.grants.any(role="parent"))
        .order_by(User.sort_name)
    )
    return [(uid, name) for uid, name in rows]


def check_chain(session: Session, actor: Actor) -> Verdict:
    """Follow the school's chain from its start.

    Raises:
        Forbidden: the actor does not read the school's log.
    """
    require(actor, Permission.READ_AUDIT_LOG)
    return audit.verify(session, actor.school_id)
