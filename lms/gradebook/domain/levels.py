"""Level of learning results of a semester or a year (Circular 22, Article 9.2) and its adjustment (Article 9.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from lms.base.errors import Message
from lms.base.i18n_marks import N_
from lms.gradebook.domain.circular22 import Level, RuleSet


@dataclass(frozen=True, slots=True)
class Results:
    """What one pupil reached: averages of the scored subjects, and Đạt or not in the comment subjects."""

    scored: Mapping[str, Decimal]
    comment: Mapping[str, bool]

    def without(self, subject: str) -> Results:
        """The same with one subject set aside."""
        return Results(
            {name: mark for name, mark in self.scored.items() if name != subject},
            {name: passed for name, passed in self.comment.items() if name != subject},
        )

    def perfect_in(self, subject: str, highest: Decimal) -> Results:
        """The same with the best result in one subject."""
        if subject in self.scored:
            return Results({**self.scored, subject: highest}, self.comment)
        return Results(self.scored, {**self.comment, subject: True})

    @property
    def subjects(self) -> tuple[str, ...]:
        return (*self.scored, *self.comment)


@dataclass(frozen=True, slots=True)
class LevelFinding:
    """A level and how it came about.

    `raised_by` names the one subject for whose sake Article 9.3 gave a level back. Where the text of the article can
    be read both ways, `level` is the lower one, `could_be` the higher, and `question` goes to a person.
    """

    level: Level
    before: Level
    raised_by: str | None = None
    could_be: Level | None = None
    question: Message | None = None


def plain_level(results: Results, rules: RuleSet) -> Level:
    """Return the level by the table of Article 9.2, without adjustment."""
    failed = sum(not passed for passed in results.comment.values())
    for rule in rules.levels:
        reached = sum(mark >= rule.reach for mark in results.scored.values())
        if failed <= rule.failed_at_most and reached >= rule.count and min(results.scored.values()) >= rule.every:
            return rule.level
    return Level.NOT_REACHED


def find_level(results: Results, rules: RuleSet) -> LevelFinding:
    """Return the level, raised by one where a single subject alone cost two or more below Tốt or Khá.

    Each subject is set aside in turn; exactly one that lifts the level to Khá or Tốt, by two or more, gives one level
    back. Where the rest would have lacked that very subject among the counted six, a person decides.
    """
    before = plain_level(results, rules)
    aside = [name for name in results.subjects if _lifts(before, plain_level(results.without(name), rules), rules)]
    if len(aside) == 1:
        return LevelFinding(Level(before + 1), before, raised_by=aside[0])
    perfect = [
        name
        for name in results.subjects
        if _lifts(before, plain_level(results.perfect_in(name, rules.highest), rules), rules)
    ]
    if not aside and len(perfect) == 1:
        question = Message(
            N_("Môn %(subject)s làm giảm từ hai mức, mà thiếu môn này không đủ %(count)s môn. Có nâng một mức không?"),
            {"subject": perfect[0], "count": rules.levels[0].count},
        )
        return LevelFinding(before, before, could_be=Level(before + 1), question=question)
    return LevelFinding(before, before)


def _lifts(before: Level, after: Level, rules: RuleSet) -> bool:
    return after >= Level.FAIR and after - before >= rules.fall_that_is_adjusted
