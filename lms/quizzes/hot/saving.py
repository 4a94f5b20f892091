"""Save events through the writing thread of this process."""

from __future__ import annotations

import threading
from datetime import datetime

from sqlalchemy import Engine

from lms.base import clock, db
from lms.quizzes.domain.flow import Rules
from lms.quizzes.hot import presence
from lms.quizzes.hot.storing import Arrival, Stored, look
from lms.quizzes.hot.tokens import Ticket
from lms.quizzes.hot.writer import Writer

_lock = threading.Lock()
_writers: dict[Engine, Writer] = {}  # of the open database; started at the first save, in the process that serves


def _writer(engine: Engine) -> Writer:
    writer = _writers.get(engine)
    if writer is None:
        with _lock:
            writer = _writers.get(engine)
            if writer is None:
                _stop_all()  # another database was opened, as tests do
                writer = _writers[engine] = Writer(engine)
    return writer


def save(arrival: Arrival) -> Stored:
    """Return once the events are durable.

    Raises:
        Unavailable: the database did not take them.
        NotFound: the attempt is gone.
        Forbidden: the pupil was shut out.
    """
    if not arrival.events:
        return look_at(arrival.ticket, clock.now(), arrival.rules)
    return _writer(db.engine_for(writes=True)).save(arrival)


def look_at(ticket: Ticket, at: datetime, rules: Rules) -> Stored:
    """How an attempt stands, without storing anything.

    Raises:
        NotFound: the attempt is gone.
    """
    with db.engine_for(writes=False).connect() as connection:
        return look(connection, ticket, at, rules)


def stop() -> None:
    """End the threads of this path, the writing one after what is waiting; the next request starts others."""
    presence.stop()
    with _lock:
        _stop_all()


def _stop_all() -> None:
    for writer in _writers.values():
        writer.stop()
    _writers.clear()
