"""Store the events of one or several attempts inside a transaction that the caller opened and will commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias, cast

from sqlalchemy import Connection, Insert, Table, bindparam, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from lms.base import clock
from lms.base.errors import Forbidden, NotFound
from lms.quizzes.domain.flow import FREELY, Place, Rules
from lms.quizzes.domain.leases import NOBODY, PAGE_NO_LONGER_GOOD, check_lease
from lms.quizzes.domain.states import AttemptState, Standing
from lms.quizzes.domain.timing import standing_of
from lms.quizzes.hot.moving import Going
from lms.quizzes.hot.tokens import Ticket
from lms.quizzes.models import Attempt, AttemptEvent

_attempt = Attempt.__table__.c
_event = cast(Table, AttemptEvent.__table__)
_columns = (
    _attempt.id,
    _attempt.state,
    _attempt.deadline_at,
    _attempt.accept_until_at,
    _attempt.paused_at,
    _attempt.reached,
    _attempt.section_ends_at,
    _attempt.device,
)
_KEY = ("attempt_id", "client_id", "client_seq")

LOOK = select(*_columns).where(_attempt.id.in_(bindparam("ids", expanding=True)))
_LOCKED = (
    select(*_columns)
    .where(_attempt.id.in_(bindparam("ids", expanding=True)))
    .order_by(_attempt.id)
    .with_for_update(key_share=True)  # FOR NO KEY UPDATE: rows that merely point at an attempt wait for nobody
    .subquery("locked")
)
# The clock is read from the locked rows: beside the lock itself PostgreSQL would read it before it waits for them.
LOCK = select(_LOCKED, func.clock_timestamp(type_=_attempt.deadline_at.type).label("at"))
INSERT_SQLITE: Insert = sqlite.insert(_event).on_conflict_do_nothing(index_elements=_KEY)
INSERT_POSTGRESQL: Insert = (
    postgresql.insert(_event)
    .on_conflict_do_nothing(index_elements=_KEY)
    .execution_options(preserve_rowcount=True)  # else psycopg's is -1, and every batch would be recalled
)


Refusal: TypeAlias = NotFound | Forbidden  # what one arrival of many may meet; the others are stored


@dataclass(slots=True)
class Checked:
    """An event whose slot and response were found to be possible."""

    seq: int
    slot: int | None
    kind: str
    payload: str
    mono: int


@dataclass(slots=True)
class Arrival:
    """The events of one request."""

    ticket: Ticket
    client_id: str
    events: Sequence[Checked]
    rules: Rules = FREELY


@dataclass(slots=True)
class Stored:
    """What became of an arrival."""

    at: datetime
    state: str
    deadline_at: datetime
    paused_at: datetime | None
    place: Place
    here: bool
    saved: list[tuple[int, str]] = field(default_factory=list)


def rows_of(arrival: Arrival, attempt: Any, at: datetime, going: Going | None) -> list[dict[str, Any]]:
    """The rows to add for an arrival, each with its standing; `going` where there is something to leave behind."""
    ticket = arrival.ticket
    standing = standing_of(
        AttemptState(attempt.state), attempt.device == ticket.device, attempt.accept_until_at, attempt.paused_at or at
    )
    moves = going if standing is Standing.APPLIED else None
    return [
        {
            "school_id": ticket.school_id,
            "attempt_id": ticket.attempt_id,
            "client_id": arrival.client_id,
            "client_seq": event.seq,
            "kind": event.kind,
            "slot": event.slot,
            "payload": event.payload,
            "client_mono_ms": event.mono,
            "standing": (moves.standing_of(event.slot) if moves else standing).value,
            "server_at": at,
        }
        for event in arrival.events
    ]


def outcome(
    arrival: Arrival, attempt: Any, at: datetime, rows: Sequence[dict[str, Any]], going: Going | None
) -> Stored:
    """What to answer when every row was new."""
    return Stored(
        at,
        attempt.state,
        attempt.deadline_at,
        attempt.paused_at,
        going.shown if going else Place(),
        attempt.device == arrival.ticket.device,
        [(row["client_seq"], row["standing"]) for row in rows],
    )


def recall(connection: Connection, arrival: Arrival, stored: Stored) -> None:
    """Put the standing that was stored first into the answer, for events that had come before."""
    keys = [(arrival.ticket.attempt_id, arrival.client_id, event.seq) for event in arrival.events]
    known = connection.execute(
        select(_event.c.client_seq, _event.c.standing).where(
            tuple_(_event.c.attempt_id, _event.c.client_id, _event.c.client_seq).in_(keys)
        )
    )
    stored.saved = [(row.client_seq, row.standing) for row in known]


def store(connection: Connection, arrivals: Sequence[Arrival]) -> list[Stored | Refusal]:
    """Store what several requests brought; every rule is checked under the lock of its attempt.

    A ticket of a withdrawn lease stores nothing, not even what would not count: its page keeps the answers.
    """
    ids = list({arrival.ticket.attempt_id for arrival in arrivals})
    attempts: dict[int, tuple[Any, datetime]]
    if connection.dialect.name == "sqlite":
        now = clock.now()  # after BEGIN IMMEDIATE: nobody else writes
        attempts = {row.id: (row, now) for row in connection.execute(LOOK, {"ids": ids})}
        insert = INSERT_SQLITE
    else:
        attempts = {row.id: (row, row.at) for row in connection.execute(LOCK, {"ids": ids})}
        insert = INSERT_POSTGRESQL
    rows: list[dict[str, Any]] = []
    answers: list[Stored | Refusal] = []
    places: dict[int, Going] = {}
    for arrival in arrivals:
        found = attempts.get(arrival.ticket.attempt_id)
        if found is None:
            answers.append(NotFound())
            continue
        attempt, at = found
        if attempt.device == NOBODY:
            answers.append(Forbidden(PAGE_NO_LONGER_GOOD))
            continue
        if arrival.rules.forward_only and attempt.id not in places:
            places[attempt.id] = Going(connection, attempt, arrival.rules, at)
        going = places.get(attempt.id)
        mine = rows_of(arrival, attempt, at, going)
        rows += mine
        answers.append(outcome(arrival, attempt, at, mine, going))
    for going in places.values():
        going.keep()
    if rows and connection.execute(insert, rows).rowcount < len(rows):
        for arrival, answer in zip(arrivals, answers, strict=True):
            if isinstance(answer, Stored):
                recall(connection, arrival, answer)
    return answers


def look(connection: Connection, ticket: Ticket, at: datetime, rules: Rules = FREELY) -> Stored:
    """How an attempt stands, without storing anything.

    Raises:
        NotFound: the attempt is gone.
        Forbidden: the pupil was shut out.
    """
    attempt = connection.execute(LOOK, {"ids": [ticket.attempt_id]}).one_or_none()
    if attempt is None:
        raise NotFound
    check_lease(attempt.device)
    place = Going(connection, attempt, rules, at).shown if rules.forward_only else Place()
    here = attempt.device == ticket.device
    return Stored(at, attempt.state, attempt.deadline_at, attempt.paused_at, place, here)
