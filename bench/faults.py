"""Hundreds of pupils answer through a network that fails, while everything is killed; the count at the end must hold.

A proxy drops requests, loses replies after the commit, delays, sends twice at once and replays late; one pupil in ten
goes on with a second device, one in four starts and hands in three times at once, some answer beyond the end. SIGKILL
goes to workers, to the whole server and to PostgreSQL with its children; a kill counts when the process was alive, and
must be matched by a recovery. What clients were told is compared with the tables only at the end, and everything is
computed anew: I1 acknowledged answers, I2 doubles, I3 time, I4 submissions, I5 scores, I6 gradebook, I7 audit chain.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path
from typing import Any

from bench.harness import evening, victims
from bench.harness.evening import Plan
from bench.outcome import Outcome
from tests import postgres

GOALS = (
    "I1 to I7 without a finding, at least 25 kills that hit, every network fault met, at most 120 s, on each database"
)
KILLS = {
    "sqlite": {"worker": 16, "server": 10},
    "postgresql": {"worker": 9, "server": 6, "postgres": 11},
}
QUICK_KILLS = {"sqlite": {"worker": 2, "server": 1}, "postgresql": {"worker": 1, "server": 1, "postgres": 1}}
MOST_SECONDS = 120


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", choices=("both", "sqlite", "postgresql"), default="both")
    parser.add_argument("--pupils", type=int, default=300)
    parser.add_argument("--answers", type=int, default=40, help="answers of each pupil at least (default 40)")
    parser.add_argument("--seconds", type=int, default=62, help="how long the test lasts (default 62)")
    parser.add_argument("--seed", type=int, default=None, help="of answers, think times, faults and kills; printed")
    parser.add_argument("--quick", action="store_true", help="30 pupils, 3 kills, 12 seconds: under a minute")


def run(options: argparse.Namespace) -> Outcome:
    """Play the evening on each database that is asked for."""
    seed = options.seed if options.seed is not None else random.randrange(2**31)
    figures: dict[str, Any] = {"seed": seed}
    lines = [f"seed {seed}"]
    ok = True
    for kind in ("sqlite", "postgresql") if options.database == "both" else (options.database,):
        if kind == "postgresql" and postgres.programs() is None:
            lines.append("postgresql: not installed here, not played")
            ok = False
            continue
        plan = _plan(options, kind, seed)
        with tempfile.TemporaryDirectory(prefix="gieo-faults-") as folder, victims.database(kind) as server:
            played = evening.play(plan, Path(folder), server)
        short = _shortfall(plan, played)
        good = played.findings.clean and not short
        ok = ok and good
        figures[kind] = {**played.figures, "found": dict(played.findings.counts), "short": short}
        lines.append(f"{kind}: {'held' if good else 'BROKEN' if not played.findings.clean else 'SHORT'}; "
                     f"{plan.pupils} pupils × {plan.answers} answers in {plan.seconds} s")  # fmt: skip
        lines += evening.tell(played)
        lines += [f"  short of the goal: {what}" for what in short]
    return Outcome(figures=figures, ok=ok, text="\n".join(lines))


def _plan(options: argparse.Namespace, kind: str, seed: int) -> Plan:
    if options.quick:
        return Plan(seed, 30, 10, seconds=12, grace=2, start_within=3, kills=QUICK_KILLS[kind], stay=0.2)
    return Plan(seed, options.pupils, options.answers, options.seconds, kills=KILLS[kind])


def _shortfall(plan: Plan, played: evening.Evening) -> list[str]:
    """What was meant to happen and did not."""
    figures = played.figures
    short = [
        f"{name}: {figures[name]}" for name in ("not_begun", "undelivered", "bad_replies", "unmatched") if figures[name]
    ]
    if figures["kills"] < sum(plan.kills.values()):
        short.append(f"kills that hit: {figures['kills']} of {sum(plan.kills.values())}")
    short += [f"never {name}" for name in evening.NETWORK if not figures[name]]
    if figures["seconds"] > MOST_SECONDS:
        short.append(f"{figures['seconds']} s")
    return short
