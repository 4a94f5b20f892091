"""The servers that the harness kills: the product with its workers, and PostgreSQL. A kill counts when it hit."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from subprocess import Popen

from bench import processes
from bench.harness.disks import PowerDisk, SmallDisk
from tests import postgres

SECRET = "bench-secret-bench-secret-bench-secret"
SERVE = ("-m", "lms.cli", "serve")
FULL_SECONDS = 5.0  # that a disk stays full


class Server:
    """The server under test: started, killed whole or in part, started again on the same port."""

    def __init__(self, folder: Path, url: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.port = processes.free_port()
        self.log = folder / "server.log"
        self.starts = 0
        self._command = command
        self._environment = {
            "GIEO_DATA_DIR": str(folder / "data"),
            "GIEO_SECRET_KEY": SECRET,
            "GIEO_PORT": str(self.port),
            "GIEO_LOG_FORMAT": "json",
            **({"GIEO_DATABASE_URL": url} if url else {}),
            **environment,
        }
        self._process: Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and return once it answers."""
        self._process = processes.start(self._command, self._environment, self.log)
        self.starts += 1
        processes.wait_for(self.port, "/healthz", self._process, 90)

    @property
    def process(self) -> Popen[bytes]:
        """The watcher."""
        if self._process is None:
            raise RuntimeError("The server was not started.")
        return self._process

    def kill(self) -> bool:
        """SIGKILL the watcher and its workers; says whether at least one of each was alive."""
        return (
            self._process is not None and processes.alive(self._process.pid) and processes.kill_tree(self._process) >= 2
        )

    def kill_worker(self) -> bool:
        """SIGKILL the workers only and return once another one answers; says whether one was alive."""
        if self._process is None or not processes.alive(self._process.pid):
            return False
        before = set(self.workers)
        hit = processes.kill(sorted(before)) > 0
        processes.wait_for(self.port, "/healthz", self._process, 60)
        return hit and bool(set(self.workers) - before)

    @property
    def workers(self) -> list[int]:
        """The processes that the watcher started."""
        return processes.tree(self._process.pid)[1:] if self._process else []

    def announced(self) -> int:
        """How often the log says that the server came up."""
        return self.log.read_text(errors="replace").count("Gieo: http://") if self.log.exists() else 0

    def stop(self) -> None:
        """End it in an orderly way."""
        if self._process:
            processes.stop(self._process)


class Postgres:
    """A PostgreSQL of our own that is killed and comes back on the same files."""

    def __init__(self, server: postgres.Server) -> None:
        self.url = server.url(server.create())
        self._server = server
        self._again: AbstractContextManager[postgres.Server] | None = None

    def kill(self) -> bool:
        """SIGKILL the postmaster and its children; says whether the postmaster and a child were alive."""
        pids = processes.tree(self._server.process.pid)
        hit = processes.alive(pids[0]) and processes.kill(pids) >= 2
        self._server.process.wait(10)
        return hit

    def start(self) -> None:
        """Start on the files that were left; `tests.postgres` asserts that it is this folder's server."""
        self._again = postgres.started(self._server.folder, durable=True)
        self._server = self._again.__enter__()

    def stop(self) -> None:
        """End the one that was started last."""
        if self._again:
            self._again.__exit__(None, None, None)

    @property
    def alive(self) -> bool:
        """Whether the postmaster runs."""
        return processes.alive(self._server.process.pid)

    def recoveries(self) -> int:
        """How often the log says that it recovered after a crash."""
        return (self._server.folder / "server.log").read_text(errors="replace").count("automatic recovery in progress")


@contextmanager
def database(kind: str) -> Iterator[Postgres | None]:
    """A fresh durable PostgreSQL, or None for SQLite."""
    if kind == "sqlite":
        yield None
        return
    with postgres.started(durable=True) as server:
        found = Postgres(server)
        try:
            yield found
        finally:
            found.stop()


class Killer:
    """Kills one victim after the other and brings each back, in a thread of its own.

    Linux ends a child that dies with its parent when the *thread* that started it ends, so this one lives on until
    `close`.
    """

    def __init__(self, server: Server, postgres: Postgres | None, disk: PowerDisk | SmallDisk | None = None) -> None:
        self.hits: Counter[str] = Counter()
        self.down_seconds = 0.0
        self._server = server
        self._postgres = postgres
        self._disk = disk
        self.thread = ThreadPoolExecutor(1, "killer")

    def close(self) -> None:
        """Let the thread end, and with it what it started and what still runs."""
        self.thread.shutdown()

    def strike(self, what: str) -> None:
        """Kill `worker`, `server` or `postgres`, cut the `power` or take the `room`; return once the site answers."""
        began = time.monotonic()
        if what == "worker":
            hit = self._server.kill_worker()
        elif what == "server":
            hit = self._server.kill()
            self._server.start()
        elif what == "room" and isinstance(self._disk, SmallDisk):
            hit = self._fill(self._disk)
        elif what == "power" and isinstance(self._disk, PowerDisk):
            hit = self._server.kill()
            self._disk.cut()
            self._server.start()
        elif what == "postgres" and self._postgres:
            hit = self._postgres.kill()
            self._postgres.start()
        else:
            raise ValueError(f"There is no {what} to strike here.")
        self.hits[what] += hit
        self.down_seconds += time.monotonic() - began

    def _fill(self, disk: SmallDisk) -> bool:
        disk.fill()
        time.sleep(FULL_SECONDS)
        disk.free()
        if self._postgres and not self._postgres.alive:
            self._postgres.start()
        processes.wait_for(self._server.port, "/healthz", self._server.process, 60)
        return True

    @property
    def unmatched(self) -> int:
        """Kills that the logs show no recovery for."""
        missing = abs(self._server.announced() - self._server.starts)
        if self._postgres:
            missing += abs(self._postgres.recoveries() - self.hits["postgres"])
        return missing
