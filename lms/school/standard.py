"""What a school of each level has by the 2018 curriculum: subjects and their periods, subject groups, the year's days.

Periods a year: general programme of Circular 32/2018/TT-BGDĐT, for upper secondary as amended by Circular 13/2022.
Comment-only subjects: Circular 22/2021 (secondary), Circular 27/2020 (primary: those without a marked test). A school
starts from this and changes what is different there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lms.base.i18n_marks import N_


class Level(StrEnum):
    """The level of a school (cấp học)."""

    LOWER_SECONDARY = "lower_secondary"
    PRIMARY = "primary"
    UPPER_SECONDARY = "upper_secondary"


LEVEL_NAMES: Mapping[Level, str] = {
    Level.LOWER_SECONDARY: N_("Trung học cơ sở"),
    Level.PRIMARY: N_("Tiểu học"),
    Level.UPPER_SECONDARY: N_("Trung học phổ thông"),
}
FIRST_GRADES: Mapping[Level, int] = {Level.PRIMARY: 1, Level.LOWER_SECONDARY: 6, Level.UPPER_SECONDARY: 10}


@dataclass(frozen=True, slots=True)
class StandardSubject:
    """A subject of the curriculum; `periods` are those a year, from the level's first grade on (0: not taught)."""

    code: str
    name: str
    hue: int
    periods: Sequence[int]
    comment_only: bool = False


def _comment(code: str, name: str, hue: int, periods: Sequence[int]) -> StandardSubject:
    return StandardSubject(code, name, hue, periods, comment_only=True)


# Group → its subjects. Primary schools group teachers by grade; here a group keeps subjects, so theirs are few.
GROUPS: Mapping[Level, Mapping[str, Sequence[StandardSubject]]] = {
    Level.PRIMARY: {
        "Các môn cơ bản": (
            StandardSubject("tieng-viet", "Tiếng Việt", 2, (420, 350, 245, 245, 245)),
            StandardSubject("toan", "Toán", 1, (105, 175, 175, 175, 175)),
            _comment("dao-duc", "Đạo đức", 6, (35, 35, 35, 35, 35)),
            _comment("tnxh", "Tự nhiên và Xã hội", 4, (70, 70, 70, 0, 0)),
            StandardSubject("khoa-hoc", "Khoa học", 4, (0, 0, 0, 70, 70)),
            StandardSubject("ls-dl", "Lịch sử và Địa lí", 5, (0, 0, 0, 70, 70)),
            _comment("hdtn", "Hoạt động trải nghiệm", 12, (105, 105, 105, 105, 105)),
        ),
        "Ngoại ngữ – Tin học": (
            StandardSubject("tieng-anh", "Tiếng Anh", 3, (0, 0, 140, 140, 140)),
            StandardSubject("tin-hoc-cong-nghe", "Tin học và Công nghệ", 7, (0, 0, 70, 70, 70)),
        ),
        "Nghệ thuật – Thể chất": (
            _comment("gdtc", "Giáo dục thể chất", 9, (70, 70, 70, 70, 70)),
            _comment("am-nhac", "Âm nhạc", 10, (35, 35, 35, 35, 35)),
            _comment("mi-thuat", "Mĩ thuật", 11, (35, 35, 35, 35, 35)),
        ),
    },
    Level.LOWER_SECONDARY: {
        "Toán": (StandardSubject("toan", "Toán", 1, (140, 140, 140, 140)),),
        "Ngữ văn": (StandardSubject("ngu-van", "Ngữ văn", 2, (140, 140, 140, 140)),),
        "Ngoại ngữ": (StandardSubject("tieng-anh", "Tiếng Anh", 3, (105, 105, 105, 105)),),
        "Khoa học tự nhiên": (StandardSubject("khtn", "Khoa học tự nhiên", 4, (140, 140, 140, 140)),),
        "Lịch sử và Địa lí – GDCD": (
            StandardSubject("ls-dl", "Lịch sử và Địa lí", 5, (105, 105, 105, 105)),
            StandardSubject("gdcd", "Giáo dục công dân", 6, (35, 35, 35, 35)),
        ),
        "Tin học – Công nghệ": (
            StandardSubject("tin-hoc", "Tin học", 7, (35, 35, 35, 35)),
            StandardSubject("cong-nghe", "Công nghệ", 8, (35, 35, 52, 52)),
        ),
        "Nghệ thuật – Thể chất": (
            _comment("gdtc", "Giáo dục thể chất", 9, (70, 70, 70, 70)),
            _comment("am-nhac", "Âm nhạc", 10, (35, 35, 35, 35)),
            _comment("mi-thuat", "Mĩ thuật", 11, (35, 35, 35, 35)),
        ),
        "Trải nghiệm – Địa phương": (
            _comment("hdtn", "Hoạt động trải nghiệm, hướng nghiệp", 12, (105, 105, 105, 105)),
            _comment("gddp", "Giáo dục địa phương", 12, (35, 35, 35, 35)),
        ),
    },
    Level.UPPER_SECONDARY: {
        "Toán": (StandardSubject("toan", "Toán", 1, (105, 105, 105)),),
        "Ngữ văn": (StandardSubject("ngu-van", "Ngữ văn", 2, (105, 105, 105)),),
        "Ngoại ngữ": (StandardSubject("tieng-anh", "Tiếng Anh", 3, (105, 105, 105)),),
        "Vật lí – Công nghệ": (
            StandardSubject("vat-li", "Vật lí", 4, (70, 70, 70)),
            StandardSubject("cong-nghe", "Công nghệ", 8, (70, 70, 70)),
        ),
        "Hoá học – Sinh học": (
            StandardSubject("hoa-hoc", "Hoá học", 9, (70, 70, 70)),
            StandardSubject("sinh-hoc", "Sinh học", 10, (70, 70, 70)),
        ),
        "Lịch sử – Địa lí – GDKT&PL": (
            StandardSubject("lich-su", "Lịch sử", 5, (52, 52, 52)),
            StandardSubject("dia-li", "Địa lí", 11, (70, 70, 70)),
            StandardSubject("gdktpl", "Giáo dục kinh tế và pháp luật", 6, (70, 70, 70)),
        ),
        "Tin học": (StandardSubject("tin-hoc", "Tin học", 7, (70, 70, 70)),),
        "Thể chất – Quốc phòng – Nghệ thuật": (
            _comment("gdtc", "Giáo dục thể chất", 9, (70, 70, 70)),
            StandardSubject("gdqpan", "Giáo dục quốc phòng và an ninh", 8, (35, 35, 35)),
            _comment("am-nhac", "Âm nhạc", 10, (70, 70, 70)),
            _comment("mi-thuat", "Mĩ thuật", 11, (70, 70, 70)),
        ),
        "Trải nghiệm – Địa phương": (
            _comment("hdtn", "Hoạt động trải nghiệm, hướng nghiệp", 12, (105, 105, 105)),
            _comment("gddp", "Giáo dục địa phương", 12, (35, 35, 35)),
        ),
    },
}


@dataclass(frozen=True, slots=True)
class StandardYear:
    """The name and the days of a school year; `semesters` are (first day, last day) of both."""

    name: str
    semesters: tuple[tuple[date, date], tuple[date, date]]

    @property
    def starts_on(self) -> date:
        return self.semesters[0][0]

    @property
    def ends_on(self) -> date:
        return self.semesters[1][1]


def year_from(first: int) -> StandardYear:
    """Return the school year that begins in September of *first*, by the Ministry's frame of the year.

    The first semester ends on the Sunday before 18 January or on it, the second on 31 May.
    """
    frame = date(first + 1, 1, 18)
    ends = frame - timedelta(days=frame.isoweekday() % 7)
    return StandardYear(
        f"{first}–{first + 1}",
        ((date(first, 9, 5), ends), (ends + timedelta(days=1), date(first + 1, 5, 31))),
    )


def year_on(day: date) -> StandardYear:
    """Return the school year that runs on *day*; from June on it is the coming one.

    >>> year_on(date(2026, 11, 22)).name, year_on(date(2027, 5, 31)).name, year_on(date(2027, 6, 1)).name
    ('2026–2027', '2026–2027', '2027–2028')
    """
    return year_from(day.year if day.month >= 6 else day.year - 1)
