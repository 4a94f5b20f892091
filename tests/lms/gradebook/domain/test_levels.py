"""Levels and their adjustment, against the rules' examples and against an oracle written another way."""

import itertools
from decimal import Decimal

import pytest

from lms.gradebook.domain.circular22 import VERSIONS, Level
from lms.gradebook.domain.levels import Results, find_level, plain_level

RULES = VERSIONS[0]
SCORED = ["Toán", "Ngữ văn", "Tiếng Anh", "KHTN", "Lịch sử và Địa lí", "GDCD", "Tin học", "Công nghệ"]
COMMENT = ["Giáo dục thể chất", "Nghệ thuật", "Giáo dục địa phương", "HĐTN"]


def results(marks: str, failed: int = 0) -> Results:
    """Eight marks (or fewer) by subject; the first *failed* comment subjects are Chưa đạt."""
    scored = dict(zip(SCORED, (Decimal(mark) for mark in marks.split()), strict=False))
    return Results(scored, {name: place >= failed for place, name in enumerate(COMMENT)})


@pytest.mark.parametrize(
    ("marks", "failed", "level"),
    [
        ("8 8 8 8 8 8 6.5 6.5", 0, Level.GOOD),
        ("8 8 8 8 8 7.9 6.5 6.5", 0, Level.FAIR),
        ("8 8 8 8 8 8 6.5 6.4", 0, Level.FAIR),
        ("6.5 6.5 6.5 6.5 6.5 6.5 5 5", 0, Level.FAIR),
        ("6.5 6.5 6.5 6.5 6.5 6.4 5 5", 0, Level.REACHED),
        ("6.5 6.5 6.5 6.5 6.5 6.5 5 4.9", 0, Level.REACHED),
        ("9 9 9 9 9 9 9 9", 1, Level.REACHED),
        ("9 9 9 9 9 9 9 9", 2, Level.NOT_REACHED),
        ("5 5 5 5 5 5 3.5 3.5", 1, Level.REACHED),
        ("5 5 5 5 5 4.9 3.5 3.5", 0, Level.NOT_REACHED),
        ("5 5 5 5 5 5 3.5 3.4", 0, Level.NOT_REACHED),
        ("9 9 9 9 9", 0, Level.NOT_REACHED),
        ("", 0, Level.NOT_REACHED),
    ],
)
def test_the_table_of_levels(marks: str, failed: int, level: Level) -> None:
    assert plain_level(results(marks, failed), RULES) is level


@pytest.mark.parametrize(
    ("marks", "failed", "before", "after", "raised_by"),
    [
        ("9 9 9 9 9 9 9 4.0", 0, Level.REACHED, Level.FAIR, "Công nghệ"),  # otherwise Tốt, one 4,0
        ("9 9 9 9 9 9 9 3.0", 0, Level.NOT_REACHED, Level.REACHED, "Công nghệ"),  # otherwise Tốt, one 3,0
        ("7 7 7 7 7 7 7 3.0", 0, Level.NOT_REACHED, Level.REACHED, "Công nghệ"),  # otherwise Khá, one 3,0
        ("9 9 9 9 9 9 9 9", 1, Level.REACHED, Level.FAIR, "Giáo dục thể chất"),  # otherwise Tốt, one comment failure
        ("7 7 7 7 7 7 7 4.0", 0, Level.REACHED, Level.REACHED, None),  # otherwise Khá, one 4,0
        ("9 9 9 9 9 9 4.0 4.0", 0, Level.REACHED, Level.REACHED, None),  # two bad subjects
        ("9 9 9 9 9 9 3.0 3.0", 0, Level.NOT_REACHED, Level.NOT_REACHED, None),
        ("9 9 9 9 9 9 9 4.0", 1, Level.REACHED, Level.REACHED, None),  # a mark and a comment subject
        ("9 9 9 9 9 9 9 9", 0, Level.GOOD, Level.GOOD, None),
    ],
)
def test_one_subject_that_costs_two_levels_gives_one_back(
    marks: str, failed: int, before: Level, after: Level, raised_by: str | None
) -> None:
    finding = find_level(results(marks, failed), RULES)
    assert (finding.before, finding.level, finding.raised_by) == (before, after, raised_by)
    assert finding.question is None


@pytest.mark.parametrize(
    ("marks", "before", "could_be"),
    [
        ("9 9 9 9 9 7 7 4.0", Level.REACHED, Level.FAIR),  # five at 8,0: the failing one would be the sixth
        ("7 7 7 7 7 3.0", Level.NOT_REACHED, Level.REACHED),  # six subjects in all, one of them failing
        ("9 9 9 9 9 4.0", Level.NOT_REACHED, Level.REACHED),
    ],
)
def test_a_failing_subject_that_is_itself_needed_is_left_to_a_person(
    marks: str, before: Level, could_be: Level
) -> None:
    finding = find_level(results(marks), RULES)
    assert (finding.level, finding.could_be) == (before, could_be)
    assert finding.question is not None


def oracle_level(scored: list[int], failed: int) -> int:
    """The table once more: sorted tenths, read from the sixth-best and the worst."""
    ordered = sorted(scored, reverse=True)
    if len(ordered) < 6:
        return 0
    sixth, worst = ordered[5], ordered[-1]
    if failed == 0 and sixth >= 80 and worst >= 65:
        return 3
    if failed == 0 and sixth >= 65 and worst >= 50:
        return 2
    return 1 if failed <= 1 and sixth >= 50 and worst >= 35 else 0


def oracle_adjusted(scored: list[int], failed: int, comments: int) -> int:
    before = oracle_level(scored, failed)
    hits = []
    for place in range(len(scored)):
        hits.append(oracle_level(scored[:place] + scored[place + 1 :], failed))
    hits += [oracle_level(scored, failed - 1)] * failed + [oracle_level(scored, failed)] * (comments - failed)
    return before + (sum(after >= 2 and after >= before + 2 for after in hits) == 1)


def test_agrees_with_the_oracle_on_every_mixture_of_marks() -> None:
    kinds = (90, 80, 79, 65, 64, 50, 49, 35, 34)
    seen = set()
    for scored in itertools.combinations_with_replacement(kinds, 8):
        for failed in (0, 1, 2):
            given = Results(
                {str(place): Decimal(tenths) / 10 for place, tenths in enumerate(scored)},
                {f"c{place}": place >= failed for place in range(2)},
            )
            finding = find_level(given, RULES)
            assert finding.before == oracle_level(list(scored), failed)
            assert finding.level == oracle_adjusted(list(scored), failed, 2)
            assert finding.could_be is None or finding.could_be == finding.level + 1
            seen.add((finding.before, finding.level, finding.could_be))
    assert {(1, 2, None), (0, 1, None), (1, 1, 2), (3, 3, None)} <= seen
