"""Save events, and hand in, through the threads of this process that work for all requests."""

from __future__ import annotations

import threading
from datetime import datetime

from sqlalchemy import Engine

from lms.base import clock, db
from lms.quizzes.domain.flow import Rules
from lms.quizzes.hot import presence
from lms.quizzes.hot.ending import Closer
from lms.quizzes.hot.storing import Arrival, Stored, look
from lms.quizzes.hot.tokens import Ticket
from lms.quizzes.hot.writer import Writer
from lms.quizzes.models import Submission
from lms.quizzes.service.taking import Leaving

_lock = threading.Lock()
# Of the open database; started at the first request, in the process that serves.
_threads: dict[Engine, tuple[Writer, Closer]] = {}


def _working() -> tuple[Writer, Closer]:
    engine = db.engine_for(writes=True)
    threads = _threads.get(engine)
    if threads is None:
        with _lock:
            threads = _threads.get(engine)
            if threads is None:
                _stop_all()  # another database was opened, as tests do
                threads = _threads[engine] = Writer(engine), Closer()
    return threads


def save(arrival: Arrival) -> Stored:
    """Return once the events are durable.

    Raises:
        Unavailable: the database did not take them.
        NotFound: the attempt is gone.
        Forbidden: the pupil was shut out.
    """
    if not arrival.events:
        return look_at(arrival.ticket, clock.now(), arrival.rules)
    return _working()[0].ask(arrival)


def hand_in(leaving: Leaving) -> Submission:
    """Return once the attempt is durably handed in and marked; doing it again gives the same receipt.

    Raises:
        Unavailable: it was not handed in, or not in time; the page tries again.
        NotFound, Forbidden, Conflict, NotAdmitted: as in `taking.hand_in_together`.
    """
    return _working()[1].ask(leaving)


def look_at(ticket: Ticket, at: datetime, rules: Rules) -> Stored:
    """How an attempt stands, without storing anything.

    Raises:
        NotFound: the attempt is gone.
    """
    with db.engine_for(writes=False).connect() as connection:
        return look(connection, ticket, at, rules)


def stop() -> None:
    """End the threads of this path, the working ones after what is waiting; the next request starts others."""
    presence.stop()
    with _lock:
        _stop_all()


def _stop_all() -> None:
    for threads in _threads.values():
        for thread in threads:
            thread.stop()
    _threads.clear()
