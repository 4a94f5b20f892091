"""Whose page has fallen silent: noted when it happens and taken back when the page is heard again.

A contact costs an entry in memory. Only who falls silent, or comes back, costs a write: a thread of each process looks
every few seconds. A page may go over to another process; that one takes back what the first has noted.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import cast

import structlog
from sqlalchemy import Engine, Table, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.base import db
from lms.quizzes.domain.states import AttemptState
from lms.quizzes.models import Absence, Attempt

log = structlog.get_logger()

SILENT_SECONDS = 20.0
EVERY_SECONDS = 5.0
MOST_AT_ONCE = 500  # written in one transaction; the others in the next round
_attempt = Attempt.__table__.c
_absences = cast(Table, Absence.__table__)
_silent = select(_attempt.id, _attempt.quiz_id, bindparam("at", type_=_absences.c.since_at.type)).where(
    _attempt.id == bindparam("of"), _attempt.state == AttemptState.OPEN.value
)
_NOTE = {
    name: insert(_absences)
    .from_select(["attempt_id", "quiz_id", "since_at"], _silent)
    .on_conflict_do_nothing(index_elements=["attempt_id"])
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


class Presence:
    """The contacts of one process with running attempts."""

    def __init__(self, engine: Engine, writing: Engine) -> None:
        self._engine = engine
        self._writing = writing
        self._seen: dict[int, tuple[int, float]] = {}  # attempt id → quiz id, Unix time
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="exam-presence", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end."""
        self._ended.set()
        self._thread.join()

    def seen(self, attempt_id: int, quiz_id: int, at: float) -> None:
        """Note a contact."""
        self._seen[attempt_id] = quiz_id, at

    def _run(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            try:
                self.look(time.time())
            except Exception:
                log.exception("exam.presence_failed")  # the next round tries again

    def look(self, now: float) -> None:
        """Write down who fell silent and who came back."""
        seen = dict(self._seen)
        if not seen:
            return
        lost = {attempt_id: at for attempt_id, (_quiz, at) in seen.items() if now - at >= SILENT_SECONDS}
        lost = dict(islice(sorted(lost.items()), MOST_AT_ONCE))  # attempts are always locked in the order of their ids
        back = self._back(seen)
        if lost or back:
            with self._writing.begin() as connection:
                if back:
                    connection.execute(delete(_absences).where(_absences.c.attempt_id.in_(back)))
                if lost:
                    rows = [
                        {"of": attempt_id, "at": datetime.fromtimestamp(at, UTC)} for attempt_id, at in lost.items()
                    ]
                    connection.execute(_NOTE[connection.dialect.name], rows)
        for attempt_id, at in lost.items():
            if self._seen[attempt_id][1] == at:  # it was not heard meanwhile
                del self._seen[attempt_id]

    def _back(self, seen: Mapping[int, tuple[int, float]]) -> list[int]:
        noted = select(_absences.c.attempt_id, _absences.c.since_at).where(
            _absences.c.quiz_id.in_({quiz_id for quiz_id, _at in seen.values()})
        )
        with self._engine.connect() as connection:
            return [
                row.attempt_id
                for row in connection.execute(noted)
                if row.attempt_id in seen and seen[row.attempt_id][1] > row.since_at.timestamp()
            ]


_lock = threading.Lock()
_presences: dict[Engine, Presence] = {}  # of the open database, as in `saving`


def _presence() -> Presence:
    engine = db.engine_for(writes=False)
    found = _presences.get(engine)
    if found is None:
        with _lock:
            found = _presences.get(engine)
            if found is None:
                _stop_all()  # another database was opened, as tests do
                found = _presences[engine] = Presence(engine, db.engine_for(writes=True))
    return found


def seen(attempt_id: int, quiz_id: int) -> None:
    """Note that the page of an attempt was heard just now."""
    _presence().seen(attempt_id, quiz_id, time.time())


def stop() -> None:
    """End the thread; the next contact starts another."""
    with _lock:
        _stop_all()


def _stop_all() -> None:
    for presence in _presences.values():
        presence.stop()
    _presences.clear()
