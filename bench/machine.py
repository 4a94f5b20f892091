"""The machine that a bench runs on: its limits raised as far as they go, and who used its processors."""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

FILES_NEEDED = 4096  # connections of pupils, of the server to the database, and files, with room to spare
MEMORY_NEEDED_MB = 1500


def prepare() -> list[str]:
    """Raise what this process may raise, children inherit it; returns a sentence for each thing that may be in the way.

    The pupils keep their connections open, so that ports in TIME_WAIT do not add up; the server's connections to
    PostgreSQL are bounded by its pools and stay below what the bench's own PostgreSQL takes.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else max(soft, FILES_NEEDED)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    problems = []
    if wanted < FILES_NEEDED:
        problems.append(f"only {wanted} files may be open, {FILES_NEEDED} are wanted")
    if available_mb() < MEMORY_NEEDED_MB:
        problems.append(f"only {available_mb()} MB of memory are free, {MEMORY_NEEDED_MB} are wanted")
    return problems


def available_mb() -> int:
    """Memory that can be had without swapping."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) // 1024
    return MEMORY_NEEDED_MB


def cpu_seconds() -> float:
    """How long all processors together were at work since the machine started, whoever for."""
    user, nice, system, _idle, _waiting, irq, softirq, *_more = map(
        int, Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    )
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def say(words: str) -> None:
    """Tell whoever waits how far a long bench is; on standard error, the outcome is not mixed with it."""
    print(f"{time.strftime('%H:%M:%S')}  {words}", file=sys.stderr, flush=True)
