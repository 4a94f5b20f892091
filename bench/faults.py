"""Hundreds of pupils answer through a network that fails, while everything is killed; the count at the end must hold.

A proxy drops requests, loses replies after the commit, delays, sends twice at once and replays late; one pupil in ten
goes on with a second device, one in four starts and hands in three times at once, some answer beyond the end. SIGKILL
goes to workers, to the whole server and to PostgreSQL with its children; a kill counts when the process was alive, and
must be matched by a recovery. What clients were told is compared with the tables only at the end, and everything is
computed anew: I1 acknowledged answers, I2 doubles, I3 time, I4 submissions, I5 scores, I6 gradebook, I7 audit chain.
"""

from __future__ import annotations

import argparse

from bench.harness import evening, rounds
from bench.harness.evening import Evening, Plan
from bench.outcome import Outcome

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
    parser.add_argument("--database", choices=("both", *rounds.DATABASES), default="both")
    parser.add_argument("--pupils", type=int, default=300)
    parser.add_argument("--answers", type=int, default=40, help="answers of each pupil at least (default 40)")
    parser.add_argument("--seconds", type=int, default=62, help="how long the test lasts (default 62)")
    parser.add_argument("--seed", type=int, default=None, help="of answers, think times, faults and kills; printed")
    parser.add_argument("--quick", action="store_true", help="30 pupils, 3 kills, 8 seconds on each")


def run(options: argparse.Namespace) -> Outcome:
    """Play the evening on each database that is asked for."""
    return rounds.play(options.database, options.seed, lambda kind, seed: _plan(options, kind, seed), _shortfall)


def _plan(options: argparse.Namespace, kind: str, seed: int) -> Plan:
    if options.quick:
        return Plan(seed, 30, 8, seconds=8, grace=2, start_within=2, kills=QUICK_KILLS[kind], stay=0.2)
    return Plan(seed, options.pupils, options.answers, options.seconds, kills=KILLS[kind])


def _shortfall(_plan: Plan, played: Evening) -> list[str]:
    """Faults that the network never made, or too long an evening."""
    figures = played.figures
    short = [f"never {name}" for name in evening.NETWORK if not figures[name]]
    if figures["seconds"] > MOST_SECONDS:
        short.append(f"{figures['seconds']} s")
    return short
