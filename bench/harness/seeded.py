"""Ten and more ways to break the promise, each switched in by patching inside the bench; the product has no switch.

`python -m bench.harness.seeded NAME` is the product's server with that defect. Where a patch names something of the
product, it fails loudly when that has moved; where it can, it changes statements on their way to the database instead.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from queue import SimpleQueue
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, UniqueConstraint, event

from bench.harness.pupils import Careless, Client

SECONDS = "BENCH_TEST_SECONDS"  # how long the test lasts, for the server that trusts the client's clock
BOTH = ("sqlite", "postgresql")
Patch = Callable[[], None]


@dataclass(frozen=True)
class Defect:
    """A defect, what it needs to show itself, and by which invariants it must be caught."""

    name: str
    about: str
    expects: frozenset[str]
    patch: Patch | None = None  # in the server's process, before the product is imported whole
    prepare: Callable[[Connection], None] | None = None  # in the populated database
    client: type[Client] = Client
    databases: tuple[str, ...] = BOTH
    needs: Mapping[str, Any] = field(default_factory=dict)  # fields of the plan
    power_cut: bool = False  # on SQLite: the current goes in the middle


def replace(module: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Put `make(original)` in the place of a function of the product.

    Raises:
        AttributeError: the product has none of this name any more; mend the defect.
    """
    setattr(module, name, make(getattr(module, name)))


def rewrite(change: Callable[[str], str]) -> None:
    """Change every statement on its way to the database."""

    @event.listens_for(Engine, "before_cursor_execute", retval=True)
    def before(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> tuple[str, Any]:
        return change(statement), parameters


def early_acknowledgement() -> None:
    from lms.quizzes.hot import writer

    later: SimpleQueue[tuple[Any, Any]] = SimpleQueue()

    def work(self: Any, arrivals: Any) -> Any:
        with self._engine.connect() as connection:
            transaction = connection.begin()
            answers = writer.store(connection, arrivals)
            transaction.rollback()
        later.put((self._engine, arrivals))
        return answers

    def write_behind() -> None:
        while True:
            time.sleep(0.7)  # "once a second is enough"
            while not later.empty():
                engine, arrivals = later.get()
                with engine.begin() as connection:
                    writer.store(connection, arrivals)

    def begin(original: Any) -> Any:
        def init(self: Any, engine: Any) -> None:
            original(self, engine)
            threading.Thread(target=write_behind, daemon=True).start()

        return init

    replace(writer.Writer, "work", lambda _original: work)
    replace(writer.Writer, "__init__", begin)


def no_unique_key() -> None:
    rewrite(lambda sql: re.sub(r" ON CONFLICT \(attempt_id, client_id, client_seq\) DO NOTHING", "", sql))


def drop_unique_key(connection: Connection) -> None:
    """Make the table of events anew without its unique key; it is still empty."""
    from lms.base.db import append_only_statements
    from lms.quizzes.models import AttemptEvent

    bare = AttemptEvent.__table__.to_metadata(MetaData())  # type: ignore[attr-defined]  # a Table
    for constraint in [one for one in bare.constraints if isinstance(one, UniqueConstraint)]:
        bare.constraints.discard(constraint)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"ALTER TABLE {bare.name} DROP CONSTRAINT {constraint.name}")
    if connection.dialect.name == "sqlite":
        for key in list(bare.foreign_key_constraints):
            bare.constraints.discard(key)  # its tables are not in this metadata
        connection.exec_driver_sql(f"DROP TABLE {bare.name}")
        bare.create(connection)
        for statement in append_only_statements(bare.name, "sqlite"):
            connection.exec_driver_sql(statement)


def no_lock() -> None:
    rewrite(lambda sql: re.sub(r" FOR (NO KEY )?UPDATE", "", sql) if "quiz_attempt" in sql else sql)


def asynchronous_commit() -> None:
    from lms.base import db

    def weaken(connection: Any, _record: Any) -> None:
        sqlite = type(connection).__module__.startswith("sqlite3")
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=OFF" if sqlite else "SET synchronous_commit = off")
        cursor.close()
        if not sqlite:
            connection.commit()

    def connect(original: Any) -> Any:
        def opened(url: str) -> Engine:
            engine: Engine = original(url)
            event.listen(engine, "connect", weaken)  # after the product's own
            return engine

        return opened

    replace(db, "connect", connect)


def client_clock_trusted() -> None:
    from lms.quizzes.hot import storing

    duration = timedelta(seconds=float(os.environ[SECONDS]))

    def make(original: Any) -> Any:
        def rows_of(arrival: Any, attempt: Any, at: Any, *more: Any) -> Any:
            began = attempt.deadline_at - duration
            claimed = began + timedelta(milliseconds=max((one.mono for one in arrival.events), default=0))
            return original(arrival, attempt, min(at, claimed), *more)

        return rows_of

    replace(storing, "rows_of", make)


def deadline_outside_transaction() -> None:
    from lms.base import clock, db
    from lms.quizzes.hot import endpoint, storing

    came: dict[int, tuple[Any, Any]] = {}  # by arrival: the moment and how the attempt stood then

    def save_later(original: Any) -> Any:
        def save(arrival: Any) -> Any:
            with db.engine_for(writes=False).connect() as connection:
                stood = connection.execute(storing.LOOK, {"ids": [arrival.ticket.attempt_id]}).one_or_none()
            came[id(arrival)] = (clock.now(), stood)
            try:
                return original(arrival)
            finally:
                came.pop(id(arrival), None)

        return save

    def judged(original: Any) -> Any:
        def rows_of(arrival: Any, attempt: Any, at: Any, *more: Any) -> Any:
            then, stood = came.get(id(arrival), (at, attempt))
            rows = original(arrival, stood or attempt, then, *more)
            return [{**row, "server_at": at} for row in rows]

        return rows_of

    replace(endpoint, "save", save_later)
    replace(storing, "rows_of", judged)


def closing_runs_twice() -> None:
    from sqlalchemy import select

    from lms.base import audit, db
    from lms.base.jobs import periodic
    from lms.quizzes.models import Attempt, Submission

    @periodic(2, long=True)
    def close_again() -> None:
        """What a closing job does that does not look whether it has been here before."""
        with db.transaction() as session:
            for attempt in session.scalars(
                select(Attempt).join(Submission, Submission.attempt_id == Attempt.id).order_by(Attempt.id)
            ):
                audit.record(session, None, "attempt.handed_in", attempt.uid, school_id=attempt.school_id, by="server")


def stale_projection() -> None:
    from lms.quizzes.domain import answers

    def make(original: Any) -> Any:
        def project(events: Any) -> Any:
            known = list(events)
            newest = max((one.seq for one in known), default=0)
            return original(one for one in known if one.seq <= newest - 1500)  # "it is refreshed now and then"

        return project

    replace(answers, "project", make)


def score_by_arrival() -> None:
    from lms.quizzes.domain import answers

    def make(_original: Any) -> Any:
        def project(events: Any) -> Any:
            return {one.slot: one for one in sorted(events, key=lambda one: one.id) if one.standing == "applied"}

        return project

    replace(answers, "project", make)


def audit_forgotten() -> None:
    from lms.base import audit

    count: dict[str, int] = defaultdict(int)
    lock = threading.Lock()

    def make(original: Any) -> Any:
        def record(session: Any, actor: Any, kind: str, *arguments: Any, **more: Any) -> None:
            with lock:
                count[kind] += 1
                forgotten = kind == "attempt.handed_in" and count[kind] % 4 == 0
            if not forgotten:
                original(session, actor, kind, *arguments, **more)

        return record

    replace(audit, "record", make)


def hand_in_not_idempotent() -> None:
    from lms.quizzes.models import Submission
    from lms.quizzes.service import taking

    def make(original: Any) -> Any:
        def hand_in_together(session: Any, *arguments: Any, **more: Any) -> Any:
            submissions = original(session, *arguments, **more)
            for one in submissions:
                if isinstance(one, Submission):
                    one.receipt = f"{one.receipt[:-4]}{time.monotonic_ns() % 10_000:04}"
            session.flush()
            return submissions

        return hand_in_together

    replace(taking, "hand_in_together", make)


def mark_rounded_down() -> None:
    from lms.gradebook.service import marks

    def make(original: Any) -> Any:
        def mark_of_test(points: Fraction, out_of: Fraction, rules: Any) -> Any:
            return original(Fraction(int(points * 100 / out_of), 10), Fraction(10), rules)

        return mark_of_test

    replace(marks, "mark_of_test", make)


LATE = {"stay": 0.35, "seconds": 6, "grace": 1, "holds": 3, "two_devices": 0.0}
KILLED = {"kills": {"sqlite": {"worker": 3}, "postgresql": {"postgres": 3}}, "seconds": 12, "answers": 24}

DEFECTS = (
    Defect("early_acknowledgement", "acknowledged before the commit", frozenset({"I1"}), early_acknowledgement,
           needs=KILLED),
    Defect("no_unique_key", "no unique key on attempt, client and sequence", frozenset({"I2"}), no_unique_key,
           drop_unique_key),
    Defect("no_lock", "the attempt is not locked", frozenset({"I5"}), no_lock, databases=("postgresql",),
           needs={"hurried": 0.8, "stay": 0.0, "pupils": 40}),
    Defect("asynchronous_commit", "the commit does not wait for the disk (synchronous off)", frozenset({"I1"}),
           asynchronous_commit, needs=KILLED, power_cut=True),
    Defect("client_clock_trusted", "the client's clock says when an answer came", frozenset({"I3"}),
           client_clock_trusted, needs=LATE),
    Defect("deadline_outside_transaction", "the deadline is checked before the transaction", frozenset({"I3", "I5"}),
           deadline_outside_transaction, needs=LATE),
    Defect("client_deletes_early", "the client forgets before it is acknowledged", frozenset({"I1"}), client=Careless),
    Defect("closing_runs_twice", "the closing job runs again over what it has closed", frozenset({"I7"}),
           closing_runs_twice),
    Defect("stale_projection", "scored from a projection that lags behind", frozenset({"I5"}), stale_projection),
    Defect("score_by_arrival", "of two answers the one that arrived last counts", frozenset({"I5"}), score_by_arrival,
           needs={"reload": 0.8}),
    Defect("audit_forgotten", "a hand-in now and then leaves no entry", frozenset({"I7"}), audit_forgotten),
    Defect("hand_in_not_idempotent", "each hand-in gives another receipt", frozenset({"I4"}), hand_in_not_idempotent),
    Defect("mark_rounded_down", "the gradebook rounds in its own way", frozenset({"I6"}), mark_rounded_down),
)  # fmt: skip


def find(name: str) -> Defect:
    """The defect of this name."""
    return next(one for one in DEFECTS if one.name == name)


def main(name: str) -> None:
    """Serve with a defect."""
    patch = find(name).patch
    if patch:
        patch()
    from lms.cli import main as command

    command(["serve"])


if __name__ == "__main__":
    main(sys.argv[1])
