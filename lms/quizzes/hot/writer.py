"""One thread of each process writes all answers: what is waiting goes into one transaction and one sync of the disk."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine

from lms.quizzes.hot.gathering import Gathering
from lms.quizzes.hot.storing import Arrival, Refusal, Stored, store


class Writer(Gathering[Arrival, Stored]):
    """The writing thread of this process."""

    name = "exam-writer"
    most = 256

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        super().__init__()

    def work(self, arrivals: Sequence[Arrival]) -> Sequence[Stored | Refusal]:
        """Store what came and commit it."""
        with self._engine.begin() as connection:
            return store(connection, arrivals)
