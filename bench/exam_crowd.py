"""Let `bench.pupils` play a plan in a process of its own: watched, told of as it goes, ended when it takes too long."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench import machine, processes

LOOK_SECONDS = 2  # between looks at the memory
PATIENCE = 300  # seconds beyond what the plan takes by itself, after which it is given up


def play(folder: Path, plan: Mapping[str, Any], megabytes: Callable[[], float]) -> dict[str, Any]:
    """What the pupils wrote down, with the most *megabytes* that were seen meanwhile.

    Raises:
        RuntimeError: they gave up, or were not done in time; their last words are in it.
    """
    written, result, log = folder / "plan.json", folder / "told.json", folder / "pupils.log"
    written.write_text(json.dumps(plan))
    process = processes.start(["-m", "bench.pupils", str(written), str(result)], {}, log)
    until = time.monotonic() + plan["start_seconds"] + plan["middle_seconds"] + plan["end_seconds"] + PATIENCE
    most, heard = 0.0, 0
    try:
        while process.poll() is None:
            most = max(most, megabytes())
            heard = _relay(log, heard)
            if time.monotonic() > until:
                raise RuntimeError(f"The pupils were not done in time: {log.read_text()[-2000:]}")
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_SECONDS)
    finally:
        if process.poll() is None:
            processes.kill_tree(process)
    if process.returncode:
        raise RuntimeError(f"The pupils gave up: {log.read_text()[-2000:]}")
    _relay(log, heard)
    told: dict[str, Any] = json.loads(result.read_text())
    return {**told, "memory_mb": round(most)}


def _relay(log: Path, heard: int) -> int:
    """Say what came since; returns how much has been said."""
    lines = log.read_text().splitlines()
    for line in lines[heard:]:
        machine.say(f"  {line}")
    return len(lines)
