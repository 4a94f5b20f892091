"""The end of the year: going up a grade, re-tests, titles (Circular 22, Articles 12, 13, 15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lms.gradebook.domain.circular22 import Level, RuleSet
from lms.gradebook.domain.levels import LevelFinding, Results, find_level


class Title(StrEnum):
    """Titles of the year."""

    EXCELLENT = "excellent"  # Học sinh Xuất sắc
    GOOD = "good"  # Học sinh Giỏi


class Promotion(StrEnum):
    """What happens after the year."""

    UP = "up"
    SECOND_CHANCE = "second_chance"  # re-test, training in the holidays, or both
    REPEAT = "repeat"  # absent too often


@dataclass(frozen=True, slots=True)
class YearFinding:
    """A pupil's year: the level of learning, what follows, and the title if there is one."""

    learning: LevelFinding
    promotion: Promotion
    title: Title | None


def with_retests(results: Results, marks: Mapping[str, Decimal], verdicts: Mapping[str, bool]) -> Results:
    """Return the year's results with those of the re-tests in their place (Article 14)."""
    return Results({**results.scored, **marks}, {**results.comment, **verdicts})


def find_year(results: Results, conduct: Level, absences: int, rules: RuleSet) -> YearFinding:
    """Return promotion and title; *absences* counts sessions of the whole year, with and without leave."""
    learning = find_level(results, rules)
    if absences > rules.absences_at_most:
        promotion = Promotion.REPEAT
    elif conduct >= Level.REACHED and learning.level >= Level.REACHED:
        promotion = Promotion.UP
    else:
        promotion = Promotion.SECOND_CHANCE
    return YearFinding(learning, promotion, _title(results, conduct, learning.level, rules))


def _title(results: Results, conduct: Level, learning: Level, rules: RuleSet) -> Title | None:
    if conduct is not Level.GOOD or learning is not Level.GOOD:
        return None
    top = sum(mark >= rules.excellent_reach for mark in results.scored.values())
    return Title.EXCELLENT if top >= rules.excellent_count else Title.GOOD
