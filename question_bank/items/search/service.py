"""The verbs of finding questions, and of keeping the index true to the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lms.base.db import open_session, transaction
from lms.base.paging import Page, PageRequest
from lms.base.permissions import Actor
from lms.base.users import User
from question_bank.items.models import ItemVersion
from question_bank.items.queries import versions, visible_to
from question_bank.items.search import index
from question_bank.items.search.entries import Position, entries, marked_since
from question_bank.items.search.models import LOCK, IndexMark
from question_bank.items.search.wanted import Counts, Entry, Wanted, found_among, id_of, tally, together
from question_bank.permissions import Permission, marks_of, require

MOST_FRESH = 5000  # marked versions that a search looks at in the database; above, it leaves the index alone
MARKS_KEPT = 200_000  # an index that is further behind is made anew


@dataclass(frozen=True, slots=True)
class Findings:
    """A page of versions, and how many there are for each value of each facet."""

    page: Page[ItemVersion]
    counts: Counts


def find(session: Session, actor: Actor, wanted: Wanted, page: PageRequest = PageRequest()) -> Findings:
    """List the versions that the actor may see, as this session sees the database.

    Raises:
        Forbidden: the bank is not open to this person.
    """
    require(actor, Permission.OPEN_BANK)
    places, total, counts = _found(session, actor, wanted, page)
    ids = [id_of(place) for place in places]
    rows = session.scalars(versions(visible_to(actor), ItemVersion.id.in_(ids))) if ids else ()
    by_id = {row.id: row for row in rows}
    shown = tuple(by_id[one] for one in ids if one in by_id)
    return Findings(Page(shown, max(1, page.number), page.size, total), counts)


def find_ids(session: Session, actor: Actor, wanted: Wanted, *, most: int) -> list[int]:
    """Return the ids of the first versions of such a list.

    Raises:
        Forbidden: the bank is not open to this person.
    """
    require(actor, Permission.OPEN_BANK)
    return [id_of(place) for place in _found(session, actor, wanted, PageRequest(1, most))[0]]


def _found(session: Session, actor: Actor, wanted: Wanted, page: PageRequest) -> tuple[list[int], int, Counts]:
    """Join what the index answers with what the database says of the versions that the index does not know yet."""
    marks = marks_of(actor)
    look = index.current().look()
    fresh = marked_since(session, look.position) if look is not None else None
    if look is not None and fresh is not None and len(fresh) <= MOST_FRESH:
        own, counts = tally(found_among(_in_parts(session, fresh), wanted, marks), wanted)
        before = max(0, page.offset - len(own))  # so many of the index's stand before the page for certain
        try:
            known, total, others = look.find(
                wanted, marks, without=fresh, limit=page.offset + page.size - before, offset=before
            )
        except index.BROKEN:
            index.current().give_up()
        else:
            merged = sorted([*known, *own])[page.offset - before :][: page.size]
            return merged, total + len(own), together(counts, others)
    places, counts = tally(found_among(entries(session, visible_to(actor)), wanted, marks), wanted)
    return places[page.offset :][: page.size], len(places), counts


def author_names(session: Session, school_id: int, uids: Collection[str]) -> dict[str, str]:
    """The names of people of the school by their uids. Knows no permission: for who sees their questions."""
    if not uids:
        return {}
    rows = session.execute(select(User.uid, User.full_name).where(User.school_id == school_id, User.uid.in_(uids)))
    return dict(rows.all())


def catch_up() -> int:
    """Tell the index what was marked since it was told last, or make it anew; returns how many versions it looked at.

    To be called outside any transaction.
    """
    upto = _settled()
    if upto is None:
        return 0
    held = index.current()
    look = held.look()
    with open_session(writes=False) as session:
        there = session.scalar(select(func.count()).select_from(ItemVersion))
        marked = marked_since(session, look.position) if look is not None else None
        if look is None or marked is None or (not marked and there != len(look)):
            count = rebuild(session, upto)
        else:
            count = len(marked)
            if marked:
                held.replace(marked, _in_parts(session, marked), upto)
    _forget(upto)
    return count


def rebuild(session: Session, upto: Position | None = None) -> int:
    """Make the index anew from the database, for all schools; returns how many versions it holds."""
    count = 0

    def counted() -> Iterable[Entry]:
        nonlocal count
        for entry in entries(session):
            count += 1
            yield entry

    position = upto or _settled()
    if position is not None:
        index.current().rebuild(counted(), position)
    return count


def _in_parts(session: Session, ids: set[int], size: int = 1000) -> Iterable[Entry]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), size):
        yield from entries(session, ItemVersion.id.in_(ordered[start : start + size]))


def _settled() -> Position | None:
    """Return the last mark, when no transaction is at work that may yet leave an earlier one; else None.

    SQLite lets one writer in at a time. On PostgreSQL whoever leaves a mark holds a lock, which is asked for here
    without waiting: a later round will get it.
    """
    with open_session(writes=False) as session:
        if session.get_bind().dialect.name == "postgresql" and not session.scalar(
            select(func.pg_try_advisory_xact_lock(LOCK))
        ):
            return None
        last = _last_mark(session)
    if last is not None:
        return last
    with transaction() as session:  # nothing was ever marked here: an index needs something to hold on to
        session.add(IndexMark(version_id=index.NO_VERSION))
        session.flush()
        return _last_mark(session)


def _last_mark(session: Session) -> Position | None:
    row = session.execute(select(IndexMark.id, IndexMark.token).order_by(IndexMark.id.desc()).limit(1)).first()
    return Position(row.id, row.token) if row is not None else None


def _forget(upto: Position) -> None:
    """Delete marks that no index will ask for."""
    with open_session(writes=False) as session:
        first = session.scalar(select(func.min(IndexMark.id))) or 0
    if first < upto.mark_id - 2 * MARKS_KEPT:
        with transaction() as session:
            session.execute(delete(IndexMark).where(IndexMark.id < upto.mark_id - MARKS_KEPT))
