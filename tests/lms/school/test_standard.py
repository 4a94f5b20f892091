"""What a school starts from: sound data, and the days of a year."""

from __future__ import annotations

from datetime import date

import pytest

from lms.school.standard import FIRST_GRADES, GROUPS, LEVEL_NAMES, Level, year_from, year_on


@pytest.mark.parametrize("level", Level)
def test_every_level_is_told_whole(level: Level) -> None:
    subjects = [one for listed in GROUPS[level].values() for one in listed]
    grades = {Level.PRIMARY: 5, Level.LOWER_SECONDARY: 4, Level.UPPER_SECONDARY: 3}[level]
    assert level in LEVEL_NAMES
    assert level in FIRST_GRADES
    assert len({one.code for one in subjects}) == len({one.name for one in subjects}) == len(subjects)
    assert {len(one.periods) for one in subjects} == {grades}
    assert all(1 <= one.hue <= 12 and len(one.code) <= 20 for one in subjects)


def test_lower_secondary_periods_are_those_of_the_curriculum() -> None:
    periods = {one.name: one.periods for listed in GROUPS[Level.LOWER_SECONDARY].values() for one in listed}
    assert periods["Toán"] == (140, 140, 140, 140)
    assert periods["Công nghệ"] == (35, 35, 52, 52)
    assert sum(grades[0] for grades in periods.values()) == 1015  # 29 periods a week over 35 weeks


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 11, 22), "2026–2027"),
        (date(2027, 5, 31), "2026–2027"),
        (date(2027, 6, 1), "2027–2028"),
        (date(2027, 1, 1), "2026–2027"),
    ],
)
def test_a_day_belongs_to_a_year(day: date, name: str) -> None:
    assert year_on(day).name == name


@pytest.mark.parametrize("first", range(2020, 2040))
def test_semesters_meet_and_the_first_ends_on_a_sunday_by_18_january(first: int) -> None:
    (starts, ends), (again, last) = year_from(first).semesters
    assert (starts, last) == (date(first, 9, 5), date(first + 1, 5, 31))
    assert ends.weekday() == 6
    assert (again - ends).days == 1
    assert date(first + 1, 1, 12) <= ends <= date(first + 1, 1, 18)
