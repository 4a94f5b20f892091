"""Circular 22/2021/TT-BGDĐT (secondary schools) as data, with the school year from which each version counts.

An amendment becomes a further `RuleSet` in `VERSIONS`; marks of earlier years keep the rules of their year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction

from lms.base.errors import Conflict
from lms.base.i18n_marks import N_
from lms.base.text import fold


class Level(IntEnum):
    """Level of learning results and of conduct (kết quả học tập, kết quả rèn luyện), lowest first."""

    NOT_REACHED = 0
    REACHED = 1
    FAIR = 2
    GOOD = 3


LEVEL_NAMES: Mapping[Level, str] = {
    Level.NOT_REACHED: N_("Chưa đạt"),
    Level.REACHED: N_("Đạt"),
    Level.FAIR: N_("Khá"),
    Level.GOOD: N_("Tốt"),
}


@dataclass(frozen=True, slots=True)
class LevelRule:
    """What a level asks: so many failed comment subjects at most, `every` average, and `count` averages of `reach`."""

    level: Level
    failed_at_most: int
    every: Decimal
    count: int
    reach: Decimal


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of the rules of assessment."""

    code: str
    title: str
    source: str
    effective_from: date
    first_school_year: Mapping[int, int]  # grade → the autumn from which it counts
    regular_by_periods: tuple[tuple[int | None, int], ...]  # (annual periods up to, number of regular marks)
    regular_of_comment_subject: int
    columns_at_most: int  # regular columns that the portals have room for
    weight_regular: int
    weight_midterm: int
    weight_final: int
    weight_first_semester: int
    weight_second_semester: int
    highest: Decimal
    step: Fraction
    levels: tuple[LevelRule, ...]  # best first; whoever meets none has not reached
    fall_that_is_adjusted: int  # Article 9.3: levels lost to one subject before one is given back
    absences_at_most: int
    excellent_count: int
    excellent_reach: Decimal


VERSIONS: tuple[RuleSet, ...] = (
    RuleSet(
        code="tt22-2021",
        title=N_("Thông tư 22/2021/TT-BGDĐT"),
        source=N_("Thông tư 22/2021/TT-BGDĐT ngày 20/7/2021, điều 5–16; lộ trình áp dụng ở điều 21"),
        effective_from=date(2021, 9, 5),
        first_school_year={6: 2021, 7: 2022, 10: 2022, 8: 2023, 11: 2023, 9: 2024, 12: 2024},
        regular_by_periods=((35, 2), (70, 3), (None, 4)),
        regular_of_comment_subject=2,
        columns_at_most=5,
        weight_regular=1,
        weight_midterm=2,
        weight_final=3,
        weight_first_semester=1,
        weight_second_semester=2,
        highest=Decimal(10),
        step=Fraction(1, 10),
        levels=(
            LevelRule(Level.GOOD, 0, Decimal("6.5"), 6, Decimal("8.0")),
            LevelRule(Level.FAIR, 0, Decimal("5.0"), 6, Decimal("6.5")),
            LevelRule(Level.REACHED, 1, Decimal("3.5"), 6, Decimal("5.0")),
        ),
        fall_that_is_adjusted=2,
        absences_at_most=45,
        excellent_count=6,
        excellent_reach=Decimal("9.0"),
    ),
)

# Subjects assessed by comments alone (Article 6.1), by folded names and their usual short forms.
_COMMENT_ONLY = frozenset(
    fold(name)
    for name in (
        "Giáo dục thể chất", "GDTC", "Thể dục", "Nghệ thuật", "Âm nhạc", "Mĩ thuật", "Mỹ thuật",
        "Nội dung giáo dục của địa phương", "Nội dung giáo dục địa phương", "Giáo dục địa phương", "GDĐP",
        "Hoạt động trải nghiệm", "Hoạt động trải nghiệm, hướng nghiệp", "HĐTN", "HĐTNHN",
    )
)  # fmt: skip

# Annual periods by the 2018 curriculum (Circular 32/2018): lower secondary, then upper secondary.
_LOWER = {
    "Toán": 140, "Ngữ văn": 140, "Ngoại ngữ": 105, "Tiếng Anh": 105, "Khoa học tự nhiên": 140, "KHTN": 140,
    "Lịch sử và Địa lí": 105, "Giáo dục công dân": 35, "GDCD": 35, "Tin học": 35, "Công nghệ": 35,
}  # fmt: skip
_UPPER = {
    "Toán": 105, "Ngữ văn": 105, "Ngoại ngữ": 105, "Tiếng Anh": 105, "Lịch sử": 52, "Địa lí": 70,
    "Giáo dục kinh tế và pháp luật": 70, "Vật lí": 70, "Hoá học": 70, "Sinh học": 70, "Công nghệ": 70, "Tin học": 70,
    "Giáo dục quốc phòng và an ninh": 35, "Giáo dục quốc phòng": 35,
}  # fmt: skip
_PERIODS: Mapping[int, Mapping[str, int]] = {
    grade: {fold(name): periods for name, periods in (_LOWER if grade < 10 else _UPPER).items()}
    | ({fold("Công nghệ"): 52} if grade in (8, 9) else {})
    for grade in range(6, 13)
}


def rules_for(grade: int, school_year: int) -> RuleSet:
    """Return the rules by which a grade is assessed in the school year that began in the autumn of *school_year*.

    Raises:
        Conflict: no rule set is known for that grade and year.
    """
    for rules in reversed(VERSIONS):
        if school_year >= rules.first_school_year.get(grade, 9999):
            return rules
    raise Conflict(N_("Chưa có quy định đánh giá cho khối %(grade)s, năm học %(year)s."), grade=grade, year=school_year)


def comment_only(subject: str) -> bool:
    """Say whether a subject is assessed by comments alone (Đạt / Chưa đạt).

    >>> comment_only("Mỹ thuật"), comment_only("Toán")
    (True, False)
    """
    return fold(subject) in _COMMENT_ONLY


def annual_periods(subject: str, grade: int) -> int | None:
    """Return the periods a year that the curriculum gives the subject, or None where it does not say."""
    return _PERIODS.get(grade, {}).get(fold(subject))


def regular_marks(rules: RuleSet, *, periods: int, by_comment: bool = False) -> int:
    """Return how many regular assessments (ĐĐGtx) a semester asks for (Article 6.2, 6.3).

    >>> [regular_marks(VERSIONS[0], periods=periods) for periods in (35, 36, 70, 71)]
    [2, 3, 3, 4]
    """
    if by_comment:
        return rules.regular_of_comment_subject
    return next(count for most, count in rules.regular_by_periods if most is None or periods <= most)
