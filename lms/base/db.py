"""The database: the mapped base class, column types of the house, and the one place that opens a transaction.

On SQLite one process holds the file: readers never wait (WAL), writers queue at an in-process gate instead of polling
the file lock, and every commit is synced to disk. On PostgreSQL the server does all of that.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from sqlalchemy import DDL, Connection, DateTime, Engine, MetaData, String, TypeDecorator, create_engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment must carry its time zone.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class FractionText(TypeDecorator[Fraction]):
    """An exact number, stored as `numerator/denominator`."""

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:
        return None if value is None else f"{value.numerator}/{value.denominator}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:
        return None if value is None else _fraction(value)


@lru_cache(maxsize=4096)
def _fraction(text: str) -> Fraction:
    """The same few points and worths come again and again."""
    return Fraction(text)


class Base(DeclarativeBase):
    """What every table of the product is mapped from."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime, Fraction: FractionText}


class Reading(Session):
    """A session that only reads."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        raise RuntimeError("This session only reads; whoever wants to write opens another.")


Sessions: sessionmaker[Session] = sessionmaker(expire_on_commit=False)
_Readings: sessionmaker[Reading] = sessionmaker(class_=Reading, expire_on_commit=False, autoflush=False)

WRITES = "gieo_writes"
_ALONE = "gieo_alone"  # each statement for itself
GATE_SECONDS = 30


class Gate:
    """A lock that goes to whoever has waited longest: a job of many short transactions keeps no answer waiting."""

    def __init__(self) -> None:
        self._inside = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, timeout: float) -> bool:
        """Say whether the gate is ours; False when that took longer than *timeout* seconds."""
        with self._inside:
            if not self._held:
                self._held = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=timeout):
            return True
        with self._inside:
            if turn not in self._waiting:  # it was handed over in this very moment
                return True
            self._waiting.remove(turn)
            return False

    def locked(self) -> bool:
        """Say whether somebody holds the gate."""
        return self._held

    def release(self) -> None:
        """Hand the gate on."""
        with self._inside:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


write_gate = Gate()  # held from BEGIN IMMEDIATE until the connection is back in the pool
_writer: Engine | None = None  # the engine for sessions that write, where it differs
_reader: Engine | None = None  # the engine for sessions that only read


def connect(url: str) -> Engine:
    """Open the database behind *url* and let `Sessions` use it."""
    global _writer, _reader
    if url.startswith("sqlite"):
        engine = _sqlite(url)
        _writer = engine.execution_options(**{WRITES: True})
        _reader = engine.execution_options(**{_ALONE: True})
    else:
        engine = _postgresql(url)
        _writer = None
        _reader = engine.execution_options(isolation_level="AUTOCOMMIT")
    Sessions.configure(bind=engine)
    return engine


IDLE_SECONDS = 1.0
_LEFT = "gieo_left"


def _postgresql(url: str) -> Engine:
    """Connections that lay idle are tried before they are used; a busy pool pays for no such question."""
    url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, pool_size=10, max_overflow=20, pool_recycle=1800, hide_parameters=True)

    @event.listens_for(engine, "checkin")
    def leave(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info[_LEFT] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def enter(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        left = record.info.get(_LEFT)
        if left is None or time.monotonic() - left < IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise InvalidatePoolError from error  # the others have gone with it

    return engine


def _sqlite(url: str) -> Engine:
    path = url.removeprefix("sqlite:///")
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": 30},
        pool_size=20,
        max_overflow=20,
        hide_parameters=True,  # what people typed does not belong in a log
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # BEGIN is ours, below
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(_ALONE):
            return
        if not options.get(WRITES):
            connection.exec_driver_sql("BEGIN")
            return
        if not write_gate.acquire(timeout=GATE_SECONDS):
            raise TimeoutError(f"The write gate stayed shut for {GATE_SECONDS} s: a writer inside a writer?")
        connection.info[WRITES] = True
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine, "checkin")
    def leave(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        if record.info.pop(WRITES, False):
            write_gate.release()

    return engine


def open_session(*, writes: bool) -> Session:
    """Open a session; on SQLite one that *writes* takes its place in the queue of writers at its first statement."""
    return Sessions(bind=_writer) if writes and _writer is not None else Sessions()


def open_reading() -> Session:
    """Open a session that only reads, each statement for itself as the database then stands: nothing begins or ends."""
    return _Readings(bind=_reader)


def engine_for(*, writes: bool) -> Engine:
    """The engine behind such sessions, for the exam path, which uses Core and commits by itself.

    Raises:
        RuntimeError: no database was opened.
    """
    engine = _writer if writes and _writer is not None else Sessions.kw.get("bind")
    if not isinstance(engine, Engine):
        raise RuntimeError("No database is open.")
    return engine


M = TypeVar("M", bound=Base)


def stored(session: Session, thing: M) -> M:
    """Let *session* know an object whose row a statement of ours has just added, so that it need not be read."""
    make_transient_to_detached(thing)
    session.add(thing)
    return thing


def append_only_statements(table: str, dialect: str, may_go: str = "") -> tuple[str, ...]:
    """The triggers by which the database refuses to change or delete rows of *table*; migrations use them too.

    *may_go* is a condition on `OLD`, in SQL: rows for which it holds may be deleted, never changed.
    """
    if dialect == "sqlite":
        unless = f"WHEN NOT ({may_go}) " if may_go else ""
        return tuple(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} {when}"
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for verb, when in (("update", ""), ("delete", unless))
        )
    refuse = (
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    verbs = "UPDATE OR TRUNCATE" if may_go else "UPDATE OR DELETE OR TRUNCATE"
    act = f"EXECUTE FUNCTION {table}_refuse()"
    whole = f"CREATE TRIGGER {table}_append_only BEFORE {verbs} ON {table} FOR EACH STATEMENT {act}"
    if not may_go:
        return refuse, whole
    kept = f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW WHEN (NOT ({may_go})) {act}"
    return refuse, whole, kept


def append_only(model: type[Base], *, may_go: str = "") -> None:
    """Let the database refuse UPDATE and DELETE on the table of *model*, but the deletion of what *may_go* says."""
    table = model.__table__
    for dialect in ("sqlite", "postgresql"):
        for statement in append_only_statements(str(table.name), dialect, may_go):  # type: ignore[attr-defined]  # a Table
            event.listen(
                table,
                "after_create",
                DDL(statement).execute_if(dialect=dialect),  # type: ignore[no-untyped-call]  # SQLAlchemy's stub
            )


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Run *call* once the work is safely stored, and not at all if it is not."""
    session.info.setdefault("after_commit", []).append(call)


def before_commit(session: Session, call: Callable[[Session], None]) -> None:
    """Run *call* at the very end of the transaction; used for what must hold its lock for a moment only."""
    session.info.setdefault("before_commit", []).append(call)


def finish(session: Session, *, keep: bool) -> None:
    """Commit or roll back, then run what was waiting for the commit."""
    last = session.info.pop("before_commit", [])
    waiting = session.info.pop("after_commit", [])
    if not keep:
        session.rollback()
        return
    try:
        for call in last:
            call(session)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    for done in waiting:
        done()


_SQLITE_TROUBLE = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_READONLY")


def is_out_of_service(error: BaseException | None) -> bool:
    """Whether the database could not serve (no room, no connection, locked) rather than was asked for nonsense."""
    if not isinstance(error, OperationalError):
        return False
    name = getattr(error.orig, "sqlite_errorname", None)  # psycopg's OperationalError is trouble by definition
    return name is None or name.startswith(_SQLITE_TROUBLE)


@contextmanager
def transaction() -> Iterator[Session]:
    """One unit of work outside a request: a job, a command, a test."""
    with open_session(writes=True) as session:
        try:
            yield session
        except BaseException:
            finish(session, keep=False)
            raise
        finish(session, keep=True)
