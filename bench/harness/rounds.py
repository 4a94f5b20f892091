"""The same evening on each database that was asked for, told in one outcome."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.harness import evening, victims
from bench.harness.evening import Evening, Plan
from bench.outcome import Outcome
from tests import postgres

DATABASES = ("sqlite", "postgresql")
NEEDED = ("not_begun", "undelivered", "bad_replies", "unmatched")  # figures that must be nought


def play(
    database: str,
    seed: int | None,
    plan_for: Callable[[str, int], Plan],
    shortfall: Callable[[Plan, Evening], Sequence[str]],
) -> Outcome:
    """Play *plan_for(kind, seed)* on `sqlite`, `postgresql` or `both`; without a seed one is drawn and printed.

    The goal holds where no invariant has a finding, everything meant to happen happened, and *shortfall* is empty.
    """
    seed = seed if seed is not None else random.randrange(2**31)
    figures: dict[str, Any] = {"seed": seed}
    lines = [f"seed {seed}"]
    ok = True
    for kind in DATABASES if database == "both" else (database,):
        if kind == "postgresql" and postgres.programs() is None:
            lines.append("postgresql: not installed here, not played")
            ok = False
            continue
        plan = plan_for(kind, seed)
        with tempfile.TemporaryDirectory(prefix="gieo-evening-") as folder, victims.database(kind) as server:
            played = evening.play(plan, Path(folder), server)
        short = [*_unfinished(plan, played), *shortfall(plan, played)]
        good = played.findings.clean and not short
        ok = ok and good
        figures[kind] = {**played.figures, "found": dict(played.findings.counts), "short": short}
        lines.append(f"{kind}: {'held' if good else 'BROKEN' if not played.findings.clean else 'SHORT'}; "
                     f"{plan.pupils} pupils × {plan.answers} answers in {plan.seconds} s")  # fmt: skip
        lines += evening.tell(played)
        lines += [f"  short of the goal: {what}" for what in short]
    return Outcome(figures=figures, ok=ok, text="\n".join(lines))


def _unfinished(plan: Plan, played: Evening) -> list[str]:
    """What was meant to happen on any evening and did not."""
    figures = played.figures
    short = [f"{name}: {figures[name]}" for name in NEEDED if figures[name]]
    if figures["kills"] < sum(plan.kills.values()):
        short.append(f"kills that hit: {figures['kills']} of {sum(plan.kills.values())}")
    return short
