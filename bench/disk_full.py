"""The disk under the database runs full in the middle of a test: what pupils are told, what is kept, how it goes on.

The database lies on a small file system in memory (`mount` needs root; where that is not allowed this is not played,
and says so). A file fills it to the last byte while pupils start, save and hand in. A save must be refused with 503 and
a sentence, or be durable; what was acknowledged must be there at the end, by the count of `faults`. Then the space
comes back: every pupil must get everything in and hand in, with no command and no repair. A PostgreSQL that ended for
want of room is started again, as any service manager does.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.harness import disks, evening
from bench.harness.disks import SmallDisk
from bench.harness.evening import Plan
from bench.harness.ledger import Trouble
from bench.harness.proxy import CALM
from bench.harness.rounds import DATABASES
from bench.harness.victims import Postgres
from bench.outcome import Outcome
from tests import postgres

GOALS = (
    "saves refused with 503 and a sentence, no acknowledged answer lost, all delivered and handed in once there is room"
)
MEGABYTES = {"sqlite": 24, "postgresql": 160}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", choices=("both", *DATABASES), default="both")
    parser.add_argument("--pupils", type=int, default=60)
    parser.add_argument("--answers", type=int, default=40)
    parser.add_argument("--seconds", type=int, default=40, help="how long the test lasts (default 40)")
    parser.add_argument("--times", type=int, default=3, help="how often the disk runs full (default 3)")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--quick", action="store_true", help="24 pupils, 8 seconds, once: under a minute")


def run(options: argparse.Namespace) -> Outcome:
    """Play it on each database that is asked for."""
    seed = options.seed if options.seed is not None else random.randrange(2**31)
    figures: dict[str, Any] = {"seed": seed}
    lines = [f"seed {seed}"]
    ok = True
    for kind in DATABASES if options.database == "both" else (options.database,):
        try:
            found, told = _play(options, kind, seed)
        except (disks.CannotMount, FileNotFoundError) as problem:
            found, told = {"short": [f"not played: {problem}"]}, []
        figures[kind] = found
        ok = ok and not found["short"]
        lines += [f"{kind}: {'held' if not found['short'] else 'BROKEN'}", *told]
        lines += [f"  short of the goal: {what}" for what in found["short"]]
    return Outcome(figures=figures, ok=ok, text="\n".join(lines))


def _play(options: argparse.Namespace, kind: str, seed: int) -> tuple[dict[str, Any], list[str]]:
    size = (24, 20, 8, 1) if options.quick else (options.pupils, options.answers, options.seconds, options.times)
    pupils, answers, seconds, times = size
    plan = Plan(
        seed, pupils, answers, seconds, grace=2, start_within=2, kills={"room": times}, strikes_within=0.6,
        weather=CALM, stay=0.25, holds=0, two_devices=0.0, reload=0.0, triple=0.25, hurried=0.25,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="gieo-full-") as folder, _place(kind, Path(folder)) as (disk, server):
        played = evening.play(plan, Path(folder), server, disk=disk)
    troubles = played.troubles
    refused = Counter(f"{one.what} {one.status}" for one in troubles)
    silent = [one for one in troubles if not said(one)]
    saves = [one for one in troubles if one.what == "save"]
    short = [f"{name} {played.findings.cases[name]}" for name in played.findings.caught]
    short += [
        f"{name}: {played.figures[name]}"
        for name in ("not_begun", "undelivered", "bad_replies")
        if played.figures[name]
    ]
    short += [f"{one.what} was answered with {one.status}: {one.body[:60]!r}" for one in silent[:3]]
    if not saves:
        short.append("no save was refused: the disk was never full")
    figures = {**played.figures, "refused": dict(refused), "found": dict(played.findings.counts), "short": short}
    sentence = next((said(one) for one in saves), "")
    return figures, [
        f"  full {played.figures['kills']} times, {played.figures['down_s']} s; refused: "
        + ", ".join(f"{count} × {what}" for what, count in sorted(refused.items())),
        f"  the page is told: {sentence}",
        *evening.tell(played)[2:],
    ]


def said(trouble: Trouble) -> str:
    """The sentence of a refusal; nothing where it is none that a page or a person could use."""
    if trouble.status != 503:
        return ""
    if trouble.what in {"save", "finish"}:
        try:
            return str(json.loads(trouble.body)["title"])
        except (ValueError, KeyError):
            pass
    return trouble.body if "<html" in trouble.body and "<h1" in trouble.body else ""


@contextmanager
def _place(kind: str, folder: Path) -> Iterator[tuple[SmallDisk, Postgres | None]]:
    """The small disk with the database on it."""
    if kind == "sqlite":
        with disks.small_disk(folder / "data", MEGABYTES[kind]) as disk:
            yield disk, None
        return
    place = Path(tempfile.mkdtemp(prefix="gieo-pg-", dir="/tmp"))  # short: a socket's path has 107 bytes
    try:
        with disks.small_disk(place, MEGABYTES[kind]) as disk:
            with postgres.started() as made:
                postgres.stop(made)
                shutil.copytree(made.folder / "data", place / "data", symlinks=True)
                _give(made.folder, place)
            with postgres.started(place, durable=True) as server:
                found = Postgres(server)
                try:
                    yield disk, found
                finally:
                    found.stop()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _give(like: Path, place: Path) -> None:
    """Let the copy belong to whom the original belongs to."""
    owner = (like / "data").stat()
    for path in (place, *_below(place / "data")):
        os.chown(path, owner.st_uid, owner.st_gid)


def _below(folder: Path) -> Sequence[Path]:
    return [folder, *folder.rglob("*")]
