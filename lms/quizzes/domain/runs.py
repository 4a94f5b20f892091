"""Runs of marking: why there is one more."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """What a run of marking was made for."""

    PUBLISHED = "published"  # the first one, filled as pupils hand in
    REGRADE = "regrade"
    LATE = "late"  # answers that came late or from another device count after all
