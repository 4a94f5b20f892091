"""One thread of a process works for all requests of a kind: what is waiting goes into one transaction.

Nothing is made to wait for company: while one transaction is on its way to the disk, the next requests gather. Each
is answered after the commit that holds it.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

import structlog

from lms.base.errors import AppError, Unavailable

log = structlog.get_logger()
A = TypeVar("A")
S = TypeVar("S")

PATIENCE_SECONDS = 45  # longer than the write gate stays shut, or a lock is held


class _Waiting(Generic[A, S]):
    """A request that waits for its commit; the lock is open once `answer` is there."""

    __slots__ = ("answer", "arrival", "done")

    def __init__(self, arrival: A) -> None:
        self.arrival = arrival
        self.answer: S | BaseException | None = None
        self.done = threading.Lock()
        self.done.acquire()


class Gathering(ABC, Generic[A, S]):
    """The working thread of this process and the queue before it."""

    name: str  # of the thread
    most: int  # requests in one transaction

    def __init__(self) -> None:
        self._queue: SimpleQueue[_Waiting[A, S] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    @abstractmethod
    def work(self, arrivals: Sequence[A]) -> Sequence[S | AppError]:
        """Do what requests ask for in one transaction; return after its commit, with an answer for each."""

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """Let the thread end after what is waiting."""
        self._queue.put(None)

    def ask(self, arrival: A) -> S:
        """Return once it is on the disk.

        Raises:
            Unavailable: it could not be written, or not in time; nothing is promised.
            AppError: what `work` answered to this request.
        """
        if not self.alive:
            raise Unavailable
        waiting: _Waiting[A, S] = _Waiting(arrival)
        self._queue.put(waiting)
        if not waiting.done.acquire(timeout=PATIENCE_SECONDS) or waiting.answer is None:
            raise Unavailable
        if isinstance(waiting.answer, AppError):
            raise waiting.answer
        if isinstance(waiting.answer, BaseException):
            raise Unavailable from waiting.answer
        return waiting.answer

    def _run(self) -> None:
        try:
            going = True
            while going:
                batch, going = self._take()
                if batch:
                    self._write(batch)
        except BaseException:
            log.critical("exam thread died: its work is refused until the server is restarted", thread=self.name)
            raise

    def _take(self) -> tuple[list[_Waiting[A, S]], bool]:
        """Wait for a request, then take all that are there; False when the thread shall end."""
        batch: list[_Waiting[A, S]] = []
        try:
            while len(batch) < self.most:
                waiting = self._queue.get_nowait() if batch else self._queue.get()
                if waiting is None:
                    return batch, False
                batch.append(waiting)
        except Empty:
            pass
        return batch, True

    def _write(self, batch: Sequence[_Waiting[A, S]]) -> None:
        """Tell everyone what became of it; a failure of the database refuses the batch, and the next is tried."""
        answers: Sequence[S | BaseException]
        try:
            answers = self.work([waiting.arrival for waiting in batch])
        except Exception as error:
            log.critical("exam work refused", thread=self.name, requests=len(batch), error=str(error), exc_info=True)
            answers = [error] * len(batch)
        for waiting, answer in zip(batch, answers, strict=True):
            waiting.answer = answer
            waiting.done.release()
