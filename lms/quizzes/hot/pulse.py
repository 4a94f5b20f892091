"""Whether something was decided about running attempts since a page last heard: answered from memory.

Every page of a running test asks every few seconds, so an answer costs no read: this process looks at the database at
most once a second for all the quizzes that are asked for, and each process does so for itself. A page whose bulletin
is not the one in force is told how its attempt stands, which is one read by key.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select

from lms.base import db
from lms.quizzes.domain.flow import ask_after
from lms.quizzes.domain.states import AttemptState
from lms.quizzes.models import Attempt, QuizFlow

HEADER = "X-Exam-Bulletin"
ASK_HEADER = "X-Exam-Ask"
TROUBLED_MS = 10_000  # when to ask again after a refusal
FRESH_SECONDS = 1.0
FORGOTTEN_SECONDS = 60.0  # a quiz for which nobody asks any more is no longer read
_MILLISECOND = timedelta(milliseconds=1)
_flow = QuizFlow.__table__.c
_attempt = Attempt.__table__.c


class News(NamedTuple):
    """The bulletin of a quiz, and after how many milliseconds a page should ask again."""

    bulletin: int
    ask_ms: int


@dataclass(slots=True)
class _Known:
    """What this process read last."""

    engine: Engine
    reading: threading.Lock = field(default_factory=threading.Lock)
    bulletins: dict[int, int] = field(default_factory=dict)
    asked: dict[int, float] = field(default_factory=dict)  # quiz id → when somebody asked last
    ask_ms: int = 0
    read_at: float = float("-inf")

    def news(self, quiz_id: int, now: float) -> News:
        self.asked[quiz_id] = now
        if quiz_id not in self.bulletins:
            with self.reading:
                self._read(now)
        elif now - self.read_at >= FRESH_SECONDS and self.reading.acquire(blocking=False):
            try:
                self._read(now)
            finally:
                self.reading.release()
        return News(self.bulletins.get(quiz_id, 0), self.ask_ms)

    def _read(self, now: float) -> None:
        wanted = [quiz_id for quiz_id, at in list(self.asked.items()) if now - at < FORGOTTEN_SECONDS]
        with self.engine.connect() as connection:
            found = connection.execute(select(_flow.quiz_id, _flow.bulletin).where(_flow.quiz_id.in_(wanted)))
            bulletins = dict.fromkeys(wanted, 0) | {row.quiz_id: row.bulletin for row in found}
            running = connection.scalar(
                select(func.count()).select_from(Attempt).where(_attempt.state == AttemptState.OPEN.value)
            )
        self.ask_ms = ask_after(running or 0) // _MILLISECOND
        self.bulletins = bulletins
        self.asked = {quiz_id: self.asked[quiz_id] for quiz_id in wanted}
        self.read_at = now


_lock = threading.Lock()
_known: WeakKeyDictionary[Engine, _Known] = WeakKeyDictionary()


def news(quiz_id: int, clock: Callable[[], float] = time.monotonic) -> News:
    """What a page that works on this quiz has to know, at most a second old."""
    engine = db.engine_for(writes=False)
    known = _known.get(engine)
    if known is None:
        with _lock:
            known = _known.setdefault(engine, _Known(engine))
    return known.news(quiz_id, clock())
