"""How the class did with each question, as far as pupils may read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.kept import Kept
from lms.quizzes.models import ItemScore, Quiz

FEWEST = 10
"""So many papers at least: of fewer, a pupil could work out what another one did."""
FRESH_SECONDS = 60

_shares: Kept[tuple[str, int | None, int], Mapping[str, Fraction]] = Kept(64)


def class_shares(session: Session, quiz: Quiz, at: datetime) -> Mapping[str, Fraction]:
    """Of each question, by its version, the share of the points that all papers earned; at most a minute old.

    A question that fewer than `FEWEST` papers answer for, or that still waits for marking, is left out.
    """
    key = quiz.uid, quiz.current_run_id, int(at.timestamp()) // FRESH_SECONDS
    return _shares.get(key, lambda: _earned(session, quiz))


def _earned(session: Session, quiz: Quiz) -> dict[str, Fraction]:
    sums: dict[str, tuple[int, Fraction, Fraction]] = {}
    waiting = set()
    for version, points, worth in session.execute(
        select(ItemScore.version_uid, ItemScore.points, ItemScore.worth).where(ItemScore.run_id == quiz.current_run_id)
    ):
        if points is None:
            waiting.add(version)
            continue
        count, earned, most = sums.get(version, (0, Fraction(0), Fraction(0)))
        sums[version] = count + 1, earned + points, most + worth
    return {
        version: earned / most
        for version, (count, earned, most) in sums.items()
        if count >= FEWEST and most and version not in waiting
    }
