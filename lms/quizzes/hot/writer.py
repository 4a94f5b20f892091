"""One thread of each process writes all answers: what is waiting goes into one transaction and one sync of the disk.

Nothing is made to wait for company: while one transaction is on its way to the disk, the next requests gather.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue

import structlog
from sqlalchemy import Engine

from lms.base.errors import Forbidden, NotFound, Unavailable
from lms.quizzes.hot.storing import Arrival, Stored, store

log = structlog.get_logger()

MOST_AT_ONCE = 256  # requests in one transaction
PATIENCE_SECONDS = 45  # longer than the write gate stays shut, or a lock is held


class _Waiting:
    """A request that waits for its commit; the lock is open once `answer` is there."""

    __slots__ = ("answer", "arrival", "done")

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self.answer: Stored | BaseException | None = None
        self.done = threading.Lock()
        self.done.acquire()


class Writer:
    """The writing thread of this process and the queue before it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="exam-writer", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """Let the thread end after what is waiting."""
        self._queue.put(None)

    def save(self, arrival: Arrival) -> Stored:
        """Return once the events are on the disk.

        Raises:
            Unavailable: they could not be written, or not in time; nothing is promised.
            NotFound: the attempt is gone.
            Forbidden: the pupil was shut out.
        """
        if not self.alive:
            raise Unavailable
        waiting = _Waiting(arrival)
        self._queue.put(waiting)
        if not waiting.done.acquire(timeout=PATIENCE_SECONDS):
            raise Unavailable
        if isinstance(waiting.answer, Stored):
            return waiting.answer
        if isinstance(waiting.answer, NotFound | Forbidden):
            raise waiting.answer
        raise Unavailable from waiting.answer

    def _run(self) -> None:
        try:
            going = True
            while going:
                batch, going = self._take()
                if batch:
                    self._write(batch)
        except BaseException:
            log.critical("exam writer died: no answer is taken until the server is restarted", exc_info=True)
            raise

    def _take(self) -> tuple[list[_Waiting], bool]:
        """Wait for a request, then take all that are there; False when the thread shall end."""
        batch: list[_Waiting] = []
        try:
            while len(batch) < MOST_AT_ONCE:
                waiting = self._queue.get_nowait() if batch else self._queue.get()
                if waiting is None:
                    return batch, False
                batch.append(waiting)
        except Empty:
            pass
        return batch, True

    def _write(self, batch: Sequence[_Waiting]) -> None:
        """Commit a batch and tell everyone; a failure of the database refuses the batch, and the next is tried."""
        answers: Sequence[Stored | BaseException]
        try:
            with self._engine.begin() as connection:
                answers = store(connection, [waiting.arrival for waiting in batch])
        except Exception as error:
            log.critical("exam answers refused", requests=len(batch), error=str(error), exc_info=True)
            answers = [error] * len(batch)
        for waiting, answer in zip(batch, answers, strict=True):
            waiting.answer = answer
            waiting.done.release()
