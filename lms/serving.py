"""The server: granian in WSGI mode, watched, so that it comes back however its processes die.

On SQLite one worker process serves requests and does the jobs. On PostgreSQL there may be several; then (and wherever
Redis carries the queue) a process of its own does the jobs: `python -m lms.cli jobs`.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.util import Finalize
from pathlib import Path

import structlog
from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from sqlalchemy import Engine

from lms.app import create_app
from lms.base import jobs, logs, streams
from lms.base.config import Settings
from lms.migrations import upgrade

log = structlog.get_logger()

GRACE = 30  # seconds that requests at hand get when the server stops
_RESTARTS = (20, 60.0)  # so many in so many seconds mean that something is wrong for good
_NUMBERS = "PROMETHEUS_MULTIPROC_DIR"
_PARENT_DEATH = 1  # PR_SET_PDEATHSIG of prctl(2)


class AlreadyRunning(Exception):
    """Another server has this data folder's SQLite database open."""


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve until told to stop (SIGTERM, SIGINT).

    Raises:
        AlreadyRunning: another server works in this data folder.
        ValueError: several workers on SQLite.
    """
    if settings.is_sqlite and settings.workers > 1:
        raise ValueError("SQLite takes one worker process. Use PostgreSQL for more.")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if settings.workers > 1:
        _share_numbers(settings.data_dir.resolve() / "metrics")
    with _alone(settings):
        prepare(settings)
        settle()  # what workers share with us stays shared: a collection would write into it
        announce(f"http://{settings.host}:{settings.port}")
        _watch(lambda: _granian(settings))


def prepare(settings: Settings) -> None:
    """Bring the database to the present shape, before any worker opens it."""
    app = create_app(settings)
    engine: Engine = app.extensions["gieo_engine"]
    upgrade(engine)
    jobs.close()
    engine.dispose()


def do_jobs(settings: Settings, workers: int) -> None:
    """Do jobs until told to stop, in a process of its own."""
    app = create_app(settings)
    upgrade(app.extensions["gieo_engine"])
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_arguments: stop.set())
    jobs.start(workers)
    log.info("jobs.started", workers=workers)
    stop.wait()
    jobs.close()
    log.info("jobs.stopped")


def jobs_inside(settings: Settings) -> bool:
    """Whether the serving process does the jobs too."""
    return settings.workers == 1 and not settings.redis_url


def _granian(settings: Settings) -> None:
    parent = os.getpid()
    server = Granian(
        target="lms",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=settings.workers,
        # Long transfers have threads of their own, so that they never take those that exams need.
        blocking_threads=settings.threads + streams.LANES,
        backlog=2048,
        backpressure=2048,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
        log_level=LogLevels.error,
    )
    server.serve(target_loader=lambda _target: _worker(settings, parent), wrap_loader=True)


def _worker(settings: Settings, parent: int) -> Flask:
    """Make the application inside a fresh worker process."""
    _end_with(parent)
    app = create_app(settings)
    settle()
    if jobs_inside(settings):
        jobs.start()
        Finalize(None, jobs.close, exitpriority=10)
    return app


def settle() -> None:
    """Let the garbage collector pass over what the application is made of: it stays as long as the process."""
    gc.collect()
    gc.freeze()


def _end_with(parent: int) -> None:
    """Die with the process that watches us: a worker left over would hold the port and the database."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _watch(server: Callable[[], None]) -> None:
    """Start the server again when it gave up; it does so when a worker dies twice within seconds."""
    many, span = _RESTARTS
    starts: list[float] = []
    while True:
        starts = [at for at in starts if at > time.monotonic() - span] + [time.monotonic()]
        try:
            server()
        except SystemExit as end:
            if len(starts) >= many:
                log.error("server.given_up", starts=len(starts))
                raise
            log.warning("server.restarted", status=end.code)
        else:
            return


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the data folder while the server runs; the kernel lets go of it however we die."""
    if not settings.is_sqlite:
        yield
        return
    with (settings.data_dir / "server.lock").open("w") as file:
        for left in range(50, -1, -1):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not left:
                    raise AlreadyRunning(str(settings.data_dir)) from None
                time.sleep(0.1)  # workers of a server that was just killed need a moment to go
        yield


def _share_numbers(folder: Path) -> None:
    """Let several workers add up their metrics, the way prometheus-client does it: files in a folder.

    The library decides at its import, so the process begins anew with the folder in its environment.
    """
    if os.environ.get(_NUMBERS) == str(folder):
        return
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()
    os.environ[_NUMBERS] = str(folder)
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - the very command that started us


def console(settings: Settings) -> None:
    """Log this process the way the workers do."""
    logs.configure(settings)
