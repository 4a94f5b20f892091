"""Work that is done after the answer: mail, the search index, pictures, closing tests whose time is up.

A verb queues a job in its own transaction, as a row of `job`, so that a job exists exactly when what asked for it was
stored. The row stays until the job's own transaction removes it together with storing what the job did: killed at any
moment, a job runs again, and what it did to the database it did once. Huey wakes the workers up, waits for due times
and, over Redis, spreads jobs over machines; a message it loses is sent again from the rows.

    @job
    def index_edition(session: Session, uid: str) -> None: ...

    enqueue_after_commit(session, index_edition, edition.uid)

A job that is slow outside the database (mail, large files) is marked `@job(long=True)`: it gets no session, opens short
`transaction()`s itself, may run twice when killed, and never holds up writers.
"""

from __future__ import annotations

import functools
import hashlib
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar, overload

import structlog
from flask import Flask
from sqlalchemy import String, Text, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from lms.base import metrics
from lms.base.clock import now
from lms.base.config import Settings
from lms.base.db import Base, Sessions, after_commit, transaction
from lms.base.errors import NotFound
from lms.base.ids import new_uid
from lms.base.queue import Queue, open_queue

log = structlog.get_logger()
F = TypeVar("F", bound=Callable[..., None])
Id = str | int

TRIES = 6
FIRST_WAIT = timedelta(seconds=5)  # before the second try; four times as long before each further one
LOST_AFTER = timedelta(minutes=2)  # a row due for so long, with nothing in the queue, was lost on the way


class JobRow(Base):
    """A job that has not been done yet, or that was given up (`failed_at`)."""

    __tablename__ = "job"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid)
    name: Mapped[str] = mapped_column(String(120))
    args: Mapped[str] = mapped_column(Text)  # JSON list of identifiers
    queued_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(200), default="")


@dataclass(frozen=True, slots=True)
class Job:
    """A registered function. `long` ones open their own transactions; `every` is a period in seconds, or None."""

    name: str
    call: Callable[..., None]
    long: bool = False
    tries: int = TRIES
    every: float | None = None


@dataclass(slots=True)
class _Running:
    """How jobs run in this process."""

    eager: bool = True
    working: bool = False
    queue: Queue | None = None
    app: Flask | None = None
    postgresql: bool = False
    claimed: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)


_jobs: dict[str, Job] = {}
_running = _Running()


@overload
def job(call: F) -> F: ...
@overload
def job(*, long: bool = False, tries: int = TRIES) -> Callable[[F], F]: ...
def job(call: F | None = None, *, long: bool = False, tries: int = TRIES) -> F | Callable[[F], F]:
    """Register a function as a job; it stays an ordinary function.

    It is called with a session (unless *long*) and the identifiers that were queued.
    """

    def register(call: F) -> F:
        _register(Job(_name(call), call, long, tries))
        return call

    return register if call is None else register(call)


def periodic(seconds: float, *, long: bool = False) -> Callable[[F], F]:
    """Register a function that runs every so many seconds, one run at a time; a run that was killed is not repeated."""

    def register(call: F) -> F:
        _register(Job(_name(call), call, long, tries=1, every=seconds))
        return call

    return register


def enqueue_after_commit(session: Session, call: Callable[..., None], *ids: Id, due_at: datetime | None = None) -> str:
    """Have a job done once this transaction is stored (and not before *due_at*); return the job's uid.

    Only identifiers go along: the job reads what it needs when it runs.
    """
    found = _jobs[_name(call)]
    at = now()
    row = JobRow(uid=new_uid(), name=found.name, args=json.dumps(ids), queued_at=at, due_at=due_at or at)
    session.add(row)
    after_commit(session, functools.partial(_dispatch, row.uid, row.due_at))
    return row.uid


def init_app(app: Flask) -> None:
    """Run jobs the way the settings say; in tests at once, right after the commit."""
    settings: Settings = app.config["GIEO"]
    configure(settings, app)


def configure(settings: Settings, app: Flask | None = None) -> None:
    """Open the queue of these settings."""
    close()
    _running.eager = settings.testing
    _running.queue = None if settings.testing else open_queue(settings, run, run_periodic)
    _running.app = app
    _running.postgresql = not settings.is_sqlite


def close() -> None:
    """Close the queue; jobs stay in their rows."""
    if _running.queue is not None:
        _running.queue.close()
    _running.queue, _running.working = None, False


def start(workers: int = 2) -> None:
    """Begin to do jobs in threads of this process, those that an earlier process left behind first."""
    if _running.queue is None:
        raise RuntimeError("Jobs have no queue here: call jobs.configure(settings) first.")
    recover(everything=True)
    _running.queue.start(workers, {found.name: found.every for found in periodic_jobs() if found.every is not None})
    _running.working = True


def at_work() -> bool:
    """Say whether the workers that this process started are alive; True where it started none."""
    return not _running.working or (_running.queue is not None and _running.queue.alive())


def run(uid: str) -> None:
    """Do one queued job now, unless it is done, given up, not due, or being done elsewhere."""
    with _claim(uid) as mine:
        if not mine:
            return
        started = _begin(uid)
        if started is None:
            return
        found, ids, tries = started
        before = time.monotonic()
        try:
            with structlog.contextvars.bound_contextvars(job=found.name, job_uid=uid), _context():
                _call(found, uid, ids)
        except NotFound:
            _forget(uid)  # what it was about is gone: nothing left to do
            log.info("job.pointless", job=found.name, job_uid=uid)
            metrics.job_done(found.name, "pointless", time.monotonic() - before)
        except Exception as error:
            _fail(found, uid, tries, error)
            metrics.job_done(found.name, "failed", time.monotonic() - before)
            if _running.eager:
                raise
        else:
            spent = time.monotonic() - before
            metrics.job_done(found.name, "done", spent)
            log.info("job.done", job=found.name, job_uid=uid, tries=tries, ms=round(spent * 1000))


def run_due(at: datetime | None = None) -> int:
    """Do every job that is due, here and now; return how many were tried. For commands and tests."""
    with transaction() as session:
        uids = session.scalars(_waiting().where(JobRow.due_at <= (at or now()))).all()
    for uid in uids:
        run(uid)
    return len(uids)


def run_periodic(name: str) -> None:
    """Do one run of a periodic job, unless the run before is still going."""
    found = _jobs.get(name)
    if found is None:
        log.error("job.unknown", job=name)
        return
    with _claim(name) as mine:
        if not mine:
            return
        before = time.monotonic()
        try:
            with structlog.contextvars.bound_contextvars(job=name), _context():
                if found.long:
                    found.call()
                else:
                    with transaction() as session:
                        found.call(session)
        except Exception:
            log.exception("job.failed", job=name)
            metrics.job_done(name, "failed", time.monotonic() - before)
            if _running.eager:
                raise
        else:
            metrics.job_done(name, "done", time.monotonic() - before)


def periodic_jobs() -> list[Job]:
    """Return what runs periodically."""
    return [found for found in _jobs.values() if found.every is not None]


def waiting(session: Session) -> int:
    """Count the jobs that are not done yet."""
    return session.scalar(select(func.count()).select_from(JobRow).where(JobRow.failed_at.is_(None))) or 0


def recover(*, everything: bool = False) -> int:
    """Send the workers what was lost between the database and them; return how many jobs.

    With *everything* (when a worker process starts) every waiting job is sent; one sent twice is done once.
    """
    queue = _running.queue
    if queue is None or (not everything and queue.pending()):
        return 0
    late = _waiting(JobRow.due_at)
    if not everything:
        late = late.where(JobRow.due_at <= now() - LOST_AFTER)
    with transaction() as session:
        lost = session.execute(late).all()
    for uid, due_at in lost:
        queue.send(uid, due_at)
    return len(lost)


def _waiting(*further: Any) -> Any:
    return select(JobRow.uid, *further).where(JobRow.failed_at.is_(None)).order_by(JobRow.due_at, JobRow.id)


def _register(new: Job) -> None:
    if new.name in _jobs and _jobs[new.name].call.__code__ is not new.call.__code__:
        raise ValueError(f"Two jobs are called {new.name}.")
    _jobs[new.name] = new


def _name(call: Callable[..., None]) -> str:
    return f"{call.__module__}.{call.__qualname__}"


def _dispatch(uid: str, due_at: datetime) -> None:
    if _running.eager:
        if due_at <= now():
            run(uid)
    elif _running.queue is not None:
        try:
            _running.queue.send(uid, due_at)
        except Exception:
            # The work is stored and so is the job: it will be found among the rows. The answer must not fail for it.
            log.exception("job.not_sent", job_uid=uid)


def _begin(uid: str) -> tuple[Job, list[Id], int] | None:
    """Count the try before it starts, so that a job that kills its process is given up some day."""
    with transaction() as session:
        row = _row(session, uid)
        if row is None or row.failed_at is not None or row.due_at > now():
            return None
        found = _jobs.get(row.name)
        if found is None:
            log.error("job.unknown", job=row.name, job_uid=uid)
            row.failed_at, row.problem = now(), "unknown"
            return None
        if row.tries >= found.tries:
            row.failed_at = now()
            log.error("job.given_up", job=row.name, job_uid=uid, tries=row.tries)
            return None
        row.tries += 1
        return found, json.loads(row.args), row.tries


def _call(found: Job, uid: str, ids: list[Id]) -> None:
    if found.long:
        found.call(*ids)
        _forget(uid)
        return
    with transaction() as session:
        row = _row(session, uid)
        if row is not None:
            found.call(session, *ids)
            session.delete(row)


def _forget(uid: str) -> None:
    with transaction() as session:
        row = _row(session, uid)
        if row is not None:
            session.delete(row)


def _fail(found: Job, uid: str, tries: int, error: Exception) -> None:
    wait = FIRST_WAIT * 4 ** (tries - 1) * random.uniform(0.9, 1.1)  # noqa: S311 - spreads retries, guards nothing
    with transaction() as session:
        row = _row(session, uid)
        if row is None:
            return
        row.problem = type(error).__name__
        row.due_at = now() + wait
        if tries >= found.tries:
            row.failed_at = now()
    if tries >= found.tries:
        log.error("job.given_up", job=found.name, job_uid=uid, tries=tries, exc_info=error)
        return
    log.warning("job.failed", job=found.name, job_uid=uid, tries=tries, again_in=round(wait.total_seconds()))
    if not _running.eager:
        _dispatch(uid, row.due_at)


def _row(session: Session, uid: str) -> JobRow | None:
    return session.scalar(select(JobRow).where(JobRow.uid == uid).with_for_update())


@contextmanager
def _claim(key: str) -> Iterator[bool]:
    """Hold a job for one worker: among the threads here, and on PostgreSQL among all processes, until they die."""
    with _running.lock:
        mine = key not in _running.claimed
        if mine:
            _running.claimed.add(key)
    if not mine:
        yield False
        return
    try:
        with _server_lock(key) if _running.postgresql else nullcontext(True) as held:
            yield held
    finally:
        with _running.lock:
            _running.claimed.discard(key)


@contextmanager
def _server_lock(key: str) -> Iterator[bool]:
    """Take a lock that PostgreSQL drops by itself when this process dies."""
    number = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
    with Sessions() as session:
        bind = session.get_bind()
    with bind.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        held = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": number}))
        try:
            yield held
        finally:
            if held:
                connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})


def _context() -> Any:
    """An application context of its own, so that templates and translations work as in a request."""
    return _running.app.app_context() if _running.app is not None else nullcontext()


@periodic(60, long=True)
def _find_lost_jobs() -> None:
    recover()
