"""The circular's numbers: how many regular marks, for which grade and year, which subjects by comments."""

import pytest

from lms.base.errors import Conflict, Invalid
from lms.gradebook.domain.circular22 import VERSIONS, annual_periods, comment_only, regular_marks, rules_for
from lms.gradebook.domain.columns import Column, Kind, column_of, columns_of

RULES = VERSIONS[0]


@pytest.mark.parametrize(
    ("periods", "count"), [(17, 2), (35, 2), (36, 3), (52, 3), (70, 3), (71, 4), (105, 4), (140, 4)]
)
def test_regular_marks_follow_the_annual_periods(periods: int, count: int) -> None:
    assert regular_marks(RULES, periods=periods) == count
    assert regular_marks(RULES, periods=periods, by_comment=True) == 2


@pytest.mark.parametrize(
    ("subject", "grade", "periods"),
    [
        ("Toán", 8, 140),
        ("Ngữ văn", 6, 140),
        ("Tiếng Anh", 7, 105),
        ("Lịch sử và Địa lí", 9, 105),
        ("Lịch sử và Địa lý", 9, 105),
        ("Công nghệ", 7, 35),
        ("Công nghệ", 8, 52),
        ("Tin học", 6, 35),
        ("Toán", 11, 105),
        ("Lịch sử", 10, 52),
        ("Vật lý", 12, 70),
        ("Giáo dục quốc phòng và an ninh", 10, 35),
        ("Cờ vua", 8, None),
        ("Toán", 5, None),
    ],
)
def test_periods_of_the_curriculum(subject: str, grade: int, periods: int | None) -> None:
    assert annual_periods(subject, grade) == periods


@pytest.mark.parametrize(
    "name", ["Giáo dục thể chất", "Âm nhạc", "Mĩ thuật", "mỹ thuật", "Hoạt động trải nghiệm, hướng nghiệp"]
)
def test_comment_subjects_are_known_in_both_spellings(name: str) -> None:
    assert comment_only(name)
    assert not comment_only("Khoa học tự nhiên")


def test_rules_reach_each_grade_in_its_autumn() -> None:
    assert rules_for(6, 2021) is RULES
    assert rules_for(8, 2026) is RULES
    assert rules_for(12, 2024) is RULES
    for grade, year in ((8, 2022), (12, 2023), (5, 2026)):
        with pytest.raises(Conflict):
            rules_for(grade, year)


def test_columns_have_keys_and_the_circulars_headings() -> None:
    assert [column.key for column in columns_of(4)] == ["tx1", "tx2", "tx3", "tx4", "gk", "ck"]
    assert [column.heading for column in columns_of(1)] == ["ĐĐGtx 1", "ĐĐGgk", "ĐĐGck"]
    assert all(column_of(column.key) == column for column in columns_of(5))
    assert column_of("tx3") == Column(Kind.REGULAR, 3)


@pytest.mark.parametrize("key", ["", "tx", "tx0", "tx6", "tx12", "gk1", "ck2", "tb", "TX1", "tx１"])
def test_a_key_of_no_column_is_refused(key: str) -> None:
    with pytest.raises(Invalid):
        column_of(key)
