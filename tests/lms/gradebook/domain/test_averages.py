"""The worked examples of the circular, and that nothing is averaged before it is complete."""

from decimal import Decimal
from fractions import Fraction

import pytest

from lms.gradebook.domain.averages import (
    SemesterResult,
    exact_semester_average,
    semester_average,
    semester_result,
    year_average,
    year_verdict,
)
from lms.gradebook.domain.cells import EMPTY, Cell, State, mark_cell, zero_by_rule
from lms.gradebook.domain.circular22 import VERSIONS
from lms.gradebook.domain.columns import FINAL, MIDTERM, Column, Kind, columns_of

RULES = VERSIONS[0]

EXAMPLES = [
    ("5.9 5.1 4.9", "6.2", "5.2", Fraction(54875, 10000), "5.5"),
    ("7 7 7", "6.5", "8", Fraction(725, 100), "7.3"),
    ("8 9 7 8", "7.5", "8", Fraction(71, 9), "7.9"),
    ("6 6 7", "7", "6.7", Fraction(66375, 10000), "6.6"),
    ("8 7", "7.5", "7.2", Fraction(516, 70), "7.4"),
]


def marks(text: str) -> list[Decimal]:
    return [Decimal(word) for word in text.split()]


def row(*texts: str) -> list[tuple[Column, Cell]]:
    cells = [mark_cell(Decimal(text), RULES) if text else EMPTY for text in texts]
    return list(zip(columns_of(len(texts) - 2), cells, strict=True))


@pytest.mark.parametrize(("regular", "midterm", "final", "exact", "shown"), EXAMPLES)
def test_semester_average_of_the_worked_examples(
    regular: str, midterm: str, final: str, exact: Fraction, shown: str
) -> None:
    given = (marks(regular), Decimal(midterm), Decimal(final), RULES)
    assert exact_semester_average(*given) == exact
    assert semester_average(*given) == Decimal(shown)


@pytest.mark.parametrize(
    ("first", "second", "year"),
    [("8.2", "8.5", "8.4"), ("7.5", "7.1", "7.2"), ("6.4", "6.5", "6.5"), ("7.9", "8.0", "8.0")],
)
def test_year_average_of_the_worked_examples(first: str, second: str, year: str) -> None:
    assert year_average(Decimal(first), Decimal(second), RULES) == Decimal(year)


def test_agrees_with_integer_arithmetic_over_a_grid_of_marks() -> None:
    for regular in range(0, 101, 7):
        for midterm in range(0, 101, 9):
            for final in range(0, 101, 11):
                tenths = 3 * regular + 2 * midterm + 3 * final
                expected = Decimal((2 * tenths + 8) // 16) / 10
                given = [Decimal(regular) / 10] * 3
                assert semester_average(given, Decimal(midterm) / 10, Decimal(final) / 10, RULES) == expected


def test_a_complete_row_has_its_average() -> None:
    assert semester_result(row("7", "7", "7", "6.5", "8"), required=3, rules=RULES) == SemesterResult(Decimal("7.3"))


def test_columns_beyond_the_required_may_stay_empty() -> None:
    result = semester_result(row("7", "7", "", "7", "", "6.5", "8"), required=3, rules=RULES)
    assert result.average == Decimal("7.3")


def test_what_is_missing_is_named_and_never_counted_as_zero() -> None:
    result = semester_result(row("7", "", "7", "", "8"), required=3, rules=RULES)
    assert result == SemesterResult(missing=(Column(Kind.REGULAR, 2), MIDTERM))
    assert semester_result([], required=2, rules=RULES).missing == (*columns_of(2)[:2], MIDTERM, FINAL)


@pytest.mark.parametrize("state", [State.MISSING, State.EXCUSED, State.MAKE_UP, State.NOT_YET])
def test_a_cell_without_a_mark_leaves_the_average_blank(state: State) -> None:
    cells = [*row("7", "7", "7", "6.5", "8")[:-1], (FINAL, Cell(state))]
    assert semester_result(cells, required=3, rules=RULES) == SemesterResult(missing=(FINAL,))


def test_a_zero_by_rule_counts() -> None:
    cells = [*row("7", "7", "7", "6.5", "8")[:-1], (FINAL, zero_by_rule("Vắng không phép"))]
    assert semester_result(cells, required=3, rules=RULES).average == Decimal("4.3")  # 34 / 8


def test_a_comment_subject_is_reached_when_every_test_is() -> None:
    reached, failed = Cell(State.MARK, passed=True), Cell(State.MARK, passed=False)
    columns = columns_of(2)
    everything = list(zip(columns, [reached] * 4, strict=True))
    assert semester_result(everything, required=2, rules=RULES, by_comment=True).passed is True
    one_failed = [*everything[:-1], (FINAL, failed)]
    assert semester_result(one_failed, required=2, rules=RULES, by_comment=True).passed is False
    blank = [*everything[:-1], (FINAL, EMPTY)]
    assert semester_result(blank, required=2, rules=RULES, by_comment=True) == SemesterResult(missing=(FINAL,))


def test_the_second_semester_decides_the_year_of_a_comment_subject() -> None:
    assert year_verdict(True, False) is False
    assert year_verdict(False, True) is True
    assert year_verdict(True, None) is None
