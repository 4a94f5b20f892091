"""Servers as child processes: start, wait until they answer, read their CPU, end the whole tree."""

from __future__ import annotations

import ctypes
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_chance = random.SystemRandom()
_NOT_OURS = ("GIEO_", "PYTHONDONTWRITEBYTECODE")
_TICK = os.sysconf("SC_CLK_TCK")
_PARENT_DEATH = 1  # PR_SET_PDEATHSIG of prctl(2)


def free_port() -> int:
    """A loopback port that nobody listens on.

    It lies below those that the system gives to outgoing connections, so that none takes it before the server does.
    """
    while True:
        port = _chance.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PARENT_DEATH, signal.SIGKILL)


def start(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start `python …` in a process group of its own; it dies with us.

    It keeps its compiled modules like one that was installed, whatever the shell says: starting anew is part of what is
    measured.
    """
    given = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_OURS)}
    with log.open("ab") as file:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**given, **environment},
            stdout=file,
            stderr=file,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )


def wait_for(port: int, path: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Return once the server answers *path*, whatever the status.

    Raises:
        RuntimeError: it ended, or did not answer in time.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"The server ended with status {process.returncode}.")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", path)
            connection.getresponse().read()
            connection.close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("The server did not answer in time.")


def tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        todo += parents.get(one, [])
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its descendants so far, from /proc."""
    ticks = 0
    for one in tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICK


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not buried yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def kill(pids: Sequence[int], seconds: float = 10) -> int:
    """SIGKILL these processes and wait for their end; returns how many were alive before.

    Raises:
        TimeoutError: one of them would not go.
    """
    before = [pid for pid in pids if alive(pid)]
    for pid in before:
        with suppress(ProcessLookupError):  # it died with its parent
            os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > until:
            raise TimeoutError("A killed process would not go.")
        time.sleep(0.01)
    return len(before)


def megabytes(pid: int) -> float:
    """What a process and its descendants hold now (PSS: memory that several share is shared out among them)."""
    kilobytes = 0
    for one in tree(pid):
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        kilobytes += next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return kilobytes / 1024


def kill_tree(process: subprocess.Popen[bytes]) -> int:
    """Kill a server and everything it started, at once; returns how many processes were alive."""
    killed = kill(tree(process.pid))
    process.wait(10)
    return killed


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server in an orderly way, else at once."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            kill_tree(process)
