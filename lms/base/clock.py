"""The clock: the only place that asks the machine what time it is."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC. Verbs take it as an argument; only views, jobs and commands call this."""
    return datetime.now(UTC)
