from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from lms.base.errors import Invalid
from question_bank.assembly import codec
from question_bank.assembly.domain.specification import (
    Part,
    PartKind,
    Place,
    Row,
    Specification,
    Sum,
    blank_row,
    check,
    level_place,
    rearranged,
)
from question_bank.assembly.domain.templates import TEMPLATES
from tests.question_bank.assembly.samples import matrix


def test_sums_are_exact() -> None:
    whole = matrix()
    assert whole.total() == Sum(21, Fraction(10))
    assert [whole.total(part=part).points for part in range(4)] == [3, 2, 2, 3]
    assert [whole.total(level=level).questions for level in range(3)] == [9, 8, 4]
    assert whole.total(row=2) == Sum(8, Fraction(4))
    assert whole.total(row=2).share_of(whole.total()) == 40
    assert whole.total(row=0, part=3, level=1) == Sum(1, Fraction(1))
    assert Sum().share_of(Sum()) == 0


def test_wanted_cells_come_in_the_order_of_a_paper() -> None:
    places = list(matrix().wanted())
    assert places[:3] == [Place(0, 0, 0), Place(1, 0, 0), Place(2, 0, 0)]
    assert places[-1] == Place(2, 3, 2)


def test_a_kept_specification_is_the_same_specification() -> None:
    assert codec.decode(codec.encode(matrix())) == matrix()


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_a_template_can_be_kept_and_its_parts_make_ten(template: object) -> None:
    begun = template.begin()  # type: ignore[attr-defined]
    assert check(begun).rows == ()
    goals = sum(part.goal for part in begun.parts)
    assert goals == (0 if begun.scheme == "primary" else 10)


def test_the_national_format_has_its_numbers_of_questions() -> None:
    found = {
        name: [part.goal / part.worths[0] for part in TEMPLATES[name].parts]
        for name in ("national_maths", "national_sciences", "national_others")
    }
    assert found == {
        "national_maths": [12, 4, 6],
        "national_sciences": [18, 4, 6],
        "national_others": [24, 4],
    }


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((Row("", "", ((1, 0, 0),), ("", "", "")),), "chưa ghi chủ đề"),
        ((Row("A", "", ((51, 0, 0),), ("", "", "")),), "mỗi ô từ 0 đến"),
        ((Row("A", "", ((-1, 0, 0),), ("", "", "")),), "mỗi ô từ 0 đến"),
        ((Row("A", "", ((1, 0),), ("", "", "")),), "thiếu ô"),
        ((Row("A" * 201, "", ((1, 0, 0),), ("", "", "")),), "dài quá"),
        ((Row("A", "", ((50, 50, 50),), ("", "", "")),) * 2, "nhiều nhất %(most)s câu"),
        ((Row("A", "", ((1, 0, 0),), ("", "", "")),) * 61, "nhiều nhất %(most)s dòng"),
    ],
)
def test_what_cannot_be_is_refused(rows: tuple[Row, ...], said: str) -> None:
    parts = (Part(PartKind.CHOICE, (Fraction(1, 4),) * 3),)
    with pytest.raises(Invalid) as refused:
        check(Specification("three", parts, rows))
    assert said in refused.value.fields["rows"][0].text


def test_blank_rows_at_the_end_are_left_out_and_others_stay() -> None:
    whole = matrix()
    blank = blank_row(4, 3)
    kept = check(replace(whole, rows=(blank, *whole.rows, blank, blank)))
    assert kept.rows == (blank, *whole.rows)


def test_another_head_keeps_the_counts_of_its_parts() -> None:
    choice = Part(PartKind.CHOICE, (Fraction(1, 4),) * 4)
    pairs = Part(PartKind.PAIRS, (Fraction(1),) * 4)
    wider = rearranged(matrix(), "four", [choice, pairs])
    assert wider.rows[2].counts == ((2, 1, 1, 0), (0, 0, 0, 0))
    assert wider.rows[2].requirements == ("", "", "Vận dụng tính chất hình thoi.", "")


def test_a_shorter_scheme_gathers_what_stood_past_its_end() -> None:
    parts = (Part(PartKind.CHOICE, (Fraction(1),) * 4),)
    four = Specification("four", parts, (Row("A", "", ((1, 2, 3, 4),), ("", "", "c", "d")),))
    three = rearranged(four, "three", [Part(PartKind.CHOICE, (Fraction(1),) * 3)])
    assert three.rows[0].counts == ((1, 2, 7),)
    assert three.rows[0].requirements == ("", "", "c\nd")


@pytest.mark.parametrize(
    ("written", "scheme", "place"),
    [
        ("NB", "three", 0), ("B", "four", 0), ("VDC", "three", 2), ("VDC", "four", 3), ("TH", "primary", 1),
        ("M3", "primary", 2), ("VDC", "primary", 2), ("", "three", None), ("?", "four", None),
    ],
)  # fmt: skip
def test_levels_of_the_bank_have_a_place_in_every_scheme(written: str, scheme: str, place: int | None) -> None:
    assert level_place(written, scheme) == place
