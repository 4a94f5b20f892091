"""A blank is never a zero, and what a teacher types is read once, exactly."""

from decimal import Decimal
from fractions import Fraction

import pytest

from lms.base.errors import Conflict, Invalid
from lms.gradebook.domain.cells import (
    EMPTY,
    Cell,
    Doubt,
    State,
    mark_cell,
    mark_of_test,
    may_follow,
    read_typed,
    shown,
    zero_by_rule,
)
from lms.gradebook.domain.circular22 import VERSIONS

RULES = VERSIONS[0]


def mark(text: str) -> Cell:
    return Cell(State.MARK, mark=Decimal(text))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("8,5", "8.5"), ("8.5", "8.5"), (" 8,5 ", "8.5"), ("8", "8.0"), ("8,", "8.0"), ("8,50", "8.5"), ("10", "10.0"),
        ("10,0", "10.0"), ("0", "0.0"), ("0,0", "0.0"), ("８，５", "8.5"), ("08,5", "8.5"),
    ],
)  # fmt: skip
def test_reads_a_mark_with_comma_or_point(typed: str, expected: str) -> None:
    assert read_typed(typed, RULES) == mark(expected)


@pytest.mark.parametrize(
    ("typed", "meant"), [("85", "8.5"), ("75", "7.5"), ("100", "10.0"), ("99", "9.9"), ("05", "0.5")]
)
def test_asks_back_where_a_comma_was_most_likely_forgotten(typed: str, meant: str) -> None:
    doubt = read_typed(typed, RULES)
    assert isinstance(doubt, Doubt)
    assert doubt.suggestion == mark(meant)
    assert typed in str(doubt.question)


@pytest.mark.parametrize(
    "typed",
    ["10,1", "11,0", "101", "850", "-1", "8,25", "8,5,5", "8/10", "tám", "=8", "1e1", "½", "8 5", "Đ", "9" * 400],
)
def test_refuses_what_is_not_a_mark(typed: str) -> None:
    with pytest.raises(Invalid):
        read_typed(typed, RULES)


@pytest.mark.parametrize(
    ("typed", "state"),
    [("", State.NOT_YET), ("-", State.NOT_YET), ("v", State.MISSING), ("Vắng", State.MISSING), ("P", State.EXCUSED),
     ("vắng phép", State.EXCUSED), ("b", State.MAKE_UP), ("Chờ bù", State.MAKE_UP)],
)  # fmt: skip
def test_reads_a_reason_for_having_no_mark(typed: str, state: State) -> None:
    cell = read_typed(typed, RULES)
    assert cell == Cell(state)
    assert isinstance(cell, Cell)
    assert cell.counted is None


@pytest.mark.parametrize(
    ("typed", "passed"), [("Đ", True), ("đ", True), ("Đạt", True), ("CĐ", False), ("chưa đạt", False)]
)
def test_reads_a_verdict_in_a_comment_subject(typed: str, passed: bool) -> None:
    assert read_typed(typed, RULES, by_comment=True) == Cell(State.MARK, passed=passed)
    with pytest.raises(Invalid):
        read_typed("8,5", RULES, by_comment=True)


def test_what_is_shown_reads_back_as_the_same_cell() -> None:
    for tenths in range(101):
        cell = mark_cell(Decimal(tenths) / 10, RULES)
        assert read_typed(shown(cell), RULES) == cell
    for state in (State.NOT_YET, State.MISSING, State.EXCUSED, State.MAKE_UP):
        assert read_typed(shown(Cell(state)), RULES) == Cell(state)
    for passed in (True, False):
        cell = Cell(State.MARK, passed=passed)
        assert read_typed(shown(cell), RULES, by_comment=True) == cell


@pytest.mark.parametrize(
    ("points", "out_of", "expected"),
    [(Fraction(29), Fraction(40), "7.3"), (Fraction(635, 100), Fraction(10), "6.4"), (Fraction(5), Fraction(5), "10.0"),
     (Fraction(0), Fraction(7), "0.0")],
)  # fmt: skip
def test_a_test_of_n_points_is_brought_to_ten_and_rounded_once(
    points: Fraction, out_of: Fraction, expected: str
) -> None:
    assert mark_of_test(points, out_of, RULES) == mark(expected)


def test_a_test_without_points_or_with_too_many_is_refused() -> None:
    for points, out_of in ((Fraction(1), Fraction(0)), (Fraction(11), Fraction(10)), (Fraction(-1), Fraction(10))):
        with pytest.raises(Invalid):
            mark_of_test(points, out_of, RULES)


def test_a_zero_by_rule_counts_and_needs_its_reason() -> None:
    cell = zero_by_rule("Vắng không phép, đã báo phụ huynh 12/10")
    assert cell.counted == 0
    assert cell.verdict is False
    assert shown(cell) == "0"
    with pytest.raises(Invalid):
        zero_by_rule("  ")


def test_a_value_stands_in_a_marked_cell_only() -> None:
    for build in (
        lambda: Cell(State.MARK),
        lambda: Cell(State.MISSING, mark=Decimal(0)),
        lambda: Cell(State.MARK, mark=Decimal(5), passed=True),
    ):
        with pytest.raises(ValueError, match="MARK"):
            build()


def test_a_locked_book_takes_no_change() -> None:
    may_follow(mark("5.0"), mark("5.0"), locked=True)
    may_follow(EMPTY, mark("5.0"), locked=False)
    with pytest.raises(Conflict):
        may_follow(EMPTY, mark("5.0"), locked=True)
    with pytest.raises(Invalid):
        may_follow(EMPTY, Cell(State.ZERO_BY_RULE), locked=False)
