"""Forty pupils answer at the same time while the whole server is killed three times; nothing acknowledged may be lost.

The network is sound here: what is lost would be lost by the server. One pupil in four never hands in and is left to the
server's clock. SIGKILL goes to every process of the server at seeded moments; it is then started again on what it left.
What the clients were told is compared with the tables only at the end. `faults` is the same evening under far worse.
"""

from __future__ import annotations

import argparse

from bench.harness import rounds
from bench.harness.evening import Evening, Plan
from bench.harness.invariants import CLOSED_WITHIN
from bench.harness.proxy import CALM
from bench.outcome import Outcome

GOALS = "acknowledged answers lost 0; exactly one submission each; each attempt closed within 60 s of its deadline"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", choices=("both", *rounds.DATABASES), default="both")
    parser.add_argument("--pupils", type=int, default=40)
    parser.add_argument("--answers", type=int, default=20, help="answers of each pupil at least (default 20)")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=60, help="how long the test lasts (default 60)")
    parser.add_argument("--seed", type=int, default=None, help="of answers, think times and kills; printed")
    parser.add_argument("--quick", action="store_true", help="20 pupils, 8 seconds, 2 kills: under a minute")


def run(options: argparse.Namespace) -> Outcome:
    """Play the test on each database that is asked for."""
    if options.quick:
        options.pupils, options.answers, options.seconds, options.kills = 20, 6, 8, 2
    return rounds.play(options.database, options.seed, lambda _kind, seed: _plan(options, seed), _shortfall)


def _plan(options: argparse.Namespace, seed: int) -> Plan:
    return Plan(
        seed,
        options.pupils,
        options.answers,
        options.seconds,
        grace=2 if options.quick else 4,
        start_within=2.0,
        kills={"server": options.kills},
        weather=CALM,
        two_devices=0,
        reload=0,
        hurried=0,
        stay=0.25,
        holds=0,
    )


def _shortfall(plan: Plan, played: Evening) -> list[str]:
    """Fewer answers than were to be given, or attempts left open for long."""
    figures = played.figures
    short = []
    if figures["acknowledged"] < plan.pupils * plan.answers:
        short.append(f"acknowledged: {figures['acknowledged']} of {plan.pupils * plan.answers}")
    if figures["slowest_closing_s"] > CLOSED_WITHIN.total_seconds():
        short.append(f"closed after {figures['slowest_closing_s']} s")
    return short
