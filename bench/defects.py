"""Seeded defects: thirteen ways to break the promise of the exam, each caught by the invariants of `faults`.

A defect is patched into the server (or the client) by the bench alone. Each plays a small evening through the bad
network; those of durability are killed under load, and on SQLite the current of the disk is cut, since a killed process
does not lose what the kernel already has. The product as it is plays the same evenings first and must be clean.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.harness import disks, evening, victims
from bench.harness.evening import Evening, Plan
from bench.harness.seeded import DEFECTS, KILLED, LATE, SECONDS, Defect
from bench.outcome import Outcome
from tests import postgres

GOALS = (
    "the product as it is clean; every seeded defect caught by an invariant it was expected to break, on each database"
)
CONTROL = Defect("as it is", "no defect", frozenset())
CONTROLS = (
    replace(CONTROL, needs={**KILLED, "stay": 0.2}, power_cut=True),
    replace(CONTROL, name="as it is, late answers", needs=LATE),
)
QUICK = ("as it is, late answers", "no_unique_key", "deadline_outside_transaction")


@dataclass
class Row:
    """A line of the table."""

    database: str
    defect: Defect
    played: Evening | None = None
    why_not: str = ""

    @property
    def good(self) -> bool:
        if self.played is None:
            return False
        caught = set(self.played.findings.caught)
        if not self.defect.expects:
            return not caught and self.played.complete
        return bool(caught & self.defect.expects)

    def __str__(self) -> str:
        caught = " ".join(self.played.findings.caught) if self.played else ""
        word = (
            ("clean" if not self.defect.expects else "caught")
            if self.good
            else "MISSED"
            if self.played
            else "not played"
        )
        example = ""
        if self.played and caught:
            first = next((name for name in self.played.findings.caught if name in self.defect.expects), "")
            example = self.played.findings.cases[first][0] if first else ""
        if self.played and not self.good:
            names = ("kills", "answers", "acknowledged", "not_begun", "undelivered", "bad_replies", "seconds")
            example = ", ".join(f"{name} {self.played.figures[name]}" for name in names)
            example += "".join(f"; {case}" for cases in self.played.findings.cases.values() for case in cases)
        return f"{self.database:<11} {self.defect.name:<29} {word:<10} {caught:<12} {example or self.why_not}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", choices=("both", "sqlite", "postgresql"), default="both")
    parser.add_argument(
        "--only", action="append", choices=[one.name for one in DEFECTS], help="this defect (repeatable)"
    )
    parser.add_argument("--seed", type=int, default=None, help="of everything; printed")
    parser.add_argument(
        "--quick", action="store_true", help="two defects and the product as it is on SQLite: under a minute"
    )


def run(options: argparse.Namespace) -> Outcome:
    """Play the product as it is and each defect on each database that is asked for."""
    seed = options.seed if options.seed is not None else random.randrange(2**31)
    rows: list[Row] = []
    kinds = ("sqlite", "postgresql") if options.database == "both" else (options.database,)
    for kind in ("sqlite",) if options.quick else kinds:
        for defect in _chosen(options):
            if kind in defect.databases:
                rows.append(_play(kind, defect, seed))
                print(rows[-1], flush=True)
    missed = [f"{row.database}: {row.defect.name}" for row in rows if not row.good]
    figures: dict[str, Any] = {
        "seed": seed,
        "caught": sum(1 for row in rows if row.good and row.defect.expects),
        "missed": missed,
        "table": {
            f"{row.database} {row.defect.name}": row.played.findings.caught if row.played else row.why_not
            for row in rows
        },
    }
    return Outcome(figures=figures, ok=not missed, text=f"seed {seed}")


def _chosen(options: argparse.Namespace) -> Sequence[Defect]:
    everything = (*CONTROLS, *DEFECTS)
    if options.only:
        return [one for one in everything if one.name in options.only]
    return [one for one in everything if one.name in QUICK] if options.quick else everything


def _play(kind: str, defect: Defect, seed: int) -> Row:
    row = Row(kind, defect)
    if kind == "postgresql" and postgres.programs() is None:
        row.why_not = "PostgreSQL is not installed here"
        return row
    with tempfile.TemporaryDirectory(prefix="gieo-defects-") as name, victims.database(kind) as server:
        folder = Path(name)
        try:
            with _disk(folder, kind == "sqlite" and defect.power_cut) as disk:
                plan = _plan(kind, defect, seed, power_cut=disk is not None)
                row.played = evening.play(
                    plan,
                    folder,
                    server,
                    command=("-m", "bench.harness.seeded", defect.name) if defect.patch else victims.SERVE,
                    client=defect.client,
                    prepare=defect.prepare,
                    disk=disk,
                    environment={SECONDS: str(plan.seconds)},
                )
        except disks.CannotMount as problem:
            row.why_not = f"the current cannot be cut here: {problem}"
    return row


@contextmanager
def _disk(folder: Path, wanted: bool) -> Iterator[disks.PowerDisk | None]:
    if not wanted:
        yield None
        return
    with disks.power_disk(folder, folder / "data") as found:
        yield found


def _plan(kind: str, defect: Defect, seed: int, *, power_cut: bool) -> Plan:
    """A small evening, with what the defect needs to show itself."""
    needs = dict(defect.needs)
    kills = needs.pop("kills", {}).get(kind, {})
    small = Plan(
        seed, 24, 8, seconds=8, grace=2, start_within=1.5, stay=0.0, triple=0.5, hurried=0.3, reload=0.25, holds=0
    )
    return replace(small, **{**needs, "kills": {"power": 2} if power_cut else kills})
