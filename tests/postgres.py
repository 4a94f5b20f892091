"""A PostgreSQL of the tests' own: in a temporary folder, on a unix socket only, gone afterwards."""

from __future__ import annotations

import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

PATIENCE = 120  # seconds; reached only when something is wrong
_SET_PARENT_DEATH_SIGNAL = 1  # prctl(2)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Server:
    """A running server. `process.pid` is the postmaster, a direct child."""

    folder: Path
    process: subprocess.Popen[bytes]

    def url(self, database: str = "postgres") -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://gieo@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A connection that commits each statement; to this server and no other."""
        connection = psycopg.connect(f"host={self.folder} user=gieo dbname={database}", autocommit=True)
        (where,) = connection.execute("SHOW data_directory").fetchone() or ("",)
        if Path(where) != self.folder / "data":
            connection.close()
            raise RuntimeError(f"This is another server, in {where}.")
        return connection

    def create(self) -> str:
        """Make an empty database and return its name."""
        name = f"gieo_{next(_numbers)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        with self.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def programs() -> Path | None:
    """The folder of initdb and postgres, newest version first; None where they are not installed."""
    beside = [Path(found).resolve().parent for found in (shutil.which("initdb"), shutil.which("postgres")) if found]
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
    usual = [Path("/usr/local/pgsql/bin"), Path("/usr/local/bin"), Path("/opt/homebrew/bin")]
    for folder in [*debian, *beside, *usual]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


@contextmanager
def started(folder: Path | None = None, *, durable: bool = False) -> Iterator[Server]:
    """Run a server while the block lasts; a *durable* one syncs, as in earnest.

    With *folder* (made by an earlier call, left behind) the same databases come back.

    Raises:
        FileNotFoundError: PostgreSQL is not installed.
    """
    found = programs()
    if found is None:
        raise FileNotFoundError("no PostgreSQL server programs (initdb, postgres)")
    mine = folder is None
    folder = folder or Path(tempfile.mkdtemp(prefix="gieo-pg-", dir="/tmp"))  # short: a socket's path has 107 bytes
    try:
        if mine:
            _prepare(found, folder)
        server = _start(found, folder, durable=durable)
        try:
            yield server
        finally:
            stop(server)
    finally:
        if mine:
            shutil.rmtree(folder, ignore_errors=True)


def stop(server: Server) -> None:
    """Stop a server by its process id and wait for its end."""
    if server.process.poll() is None:
        server.process.send_signal(signal.SIGINT)  # "fast": ends what is going on, orderly
        try:
            server.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.process.send_signal(signal.SIGQUIT)
            server.process.wait(PATIENCE)


def _prepare(found: Path, folder: Path) -> None:
    if os.getuid() == 0:
        os.chown(folder, *_servant())
    # --no-sync: a new, empty cluster that a power cut may take.
    _as_servant(
        [found / "initdb", "-D", folder / "data", "-U", "gieo", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        folder,
    )


def _start(found: Path, folder: Path, *, durable: bool) -> Server:
    options = {"listen_addresses": "", "unix_socket_directories": str(folder), "max_connections": "120"}
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [found / "postgres", "-D", folder / "data", *words],
            stdout=log,
            stderr=log,
            cwd=folder,
            preexec_fn=_end_with_parent,
            **_identity(),
        )
    server = Server(folder, process)
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            server.connect().close()
            return server
        except psycopg.OperationalError:
            time.sleep(0.05)
    stop(server)
    raise RuntimeError("PostgreSQL did not start: " + (folder / "server.log").read_text()[-2000:])


def _as_servant(command: list[object], folder: Path) -> None:
    done = subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, **_identity())
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr.decode()[-2000:]}")


def _servant() -> tuple[int, int]:
    """PostgreSQL refuses to run as root: somebody without rights runs it then."""
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise RuntimeError("neither a user postgres nor a user nobody to run PostgreSQL as")


def _identity() -> dict[str, object]:
    if os.getuid() != 0:
        return {}
    uid, gid = _servant()
    return {"user": uid, "group": gid, "extra_groups": []}


def _end_with_parent() -> None:
    if os.uname().sysname == "Linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGQUIT)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL server for this test run; tests that ask for it are skipped where none is installed."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed here (initdb and postgres were not found)")
    with started() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own."""
    name = postgres_server.create()
    yield postgres_server.url(name)
    postgres_server.drop(name)
