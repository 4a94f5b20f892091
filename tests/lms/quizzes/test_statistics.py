"""The figures of questions, tests and forms, to six digits against values reckoned by hand and by other means."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import NormalDist
from statistics import correlation as plain_correlation

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lms.quizzes.domain.statistics import apart, interval, item_figures, student
from lms.quizzes.domain.statistics import test_figures as figures_of

# Six papers, four questions: two of one point, one of two points, one of a half.
PAPERS = [
    ("1", "1", "2", "1/2"),
    ("1", "1", "1", "1/2"),
    ("1", "0", "2", "0"),
    ("0", "1", "1", "1/2"),
    ("1", "0", "0", "0"),
    ("0", "0", "0", "1/2"),
]
MARKS = [[Fraction(mark) for mark in paper] for paper in PAPERS]
TOTALS = [sum(paper, Fraction(0)) for paper in MARKS]  # 4.5 3.5 3 2.5 1 0.5


def figures(place: int, most: str) -> tuple[float, float, float]:
    found = item_figures([paper[place] for paper in MARKS], TOTALS, Fraction(most))
    assert found.discrimination is not None
    assert found.efficiency is not None
    return float(found.facility), found.discrimination, found.efficiency


# Worked by hand. First question: x = 1 1 1 0 1 0, R = 3.5 2.5 2 2.5 0 0.5, Σ(x−x̄)(R−R̄) = 8 − 4·11/6 = 2/3,
# Σ(x−x̄)² = 4/3, Σ(R−R̄)² = 29 − 121/6 = 53/6; both in order: 10.5 − 22/3. Second: 1.5, 1.5, 7, in order 3.
# Third: 2, 4, 3.5, in order 3.5.
@pytest.mark.parametrize(
    ("place", "most", "expected"),
    [
        (0, "1", (4 / 6, 100 * (2 / 3) / math.sqrt(4 / 3 * 53 / 6), 100 * (2 / 3) / (10.5 - 22 / 3))),
        (1, "1", (3 / 6, 46.291005, 50)),
        (2, "2", (6 / 12, 53.452248, 57.142857)),
    ],
)
def test_figures_of_a_question(place: int, most: str, expected: tuple[float, float, float]) -> None:
    assert figures(place, most) == pytest.approx(expected, abs=5e-7)


def test_discrimination_is_the_correlation_with_the_rest() -> None:
    for place, most in enumerate(("1", "1", "2", "1/2")):
        marks = [float(paper[place]) for paper in MARKS]
        rests = [float(total) - mark for total, mark in zip(TOTALS, marks, strict=True)]
        assert figures(place, most)[1] == pytest.approx(100 * plain_correlation(marks, rests), abs=1e-9)


def test_what_nothing_can_be_said_of() -> None:
    alike = item_figures([Fraction(1)] * 3, [Fraction(1), Fraction(2), Fraction(3)], Fraction(1))
    assert (alike.facility, alike.discrimination, alike.efficiency) == (1, None, None)
    lone = item_figures([Fraction(1)], [Fraction(1)], Fraction(2))
    assert (lone.papers, lone.facility, lone.discrimination, lone.efficiency) == (1, Fraction(1, 2), None, None)


def test_alpha_and_standard_error() -> None:
    """Σvar x = 4/15 + 3/10 + 4/5 + 1/15 = 43/30, var T = 23/10, so alpha = 4/3·(1 − 43/69) = 104/207."""
    found = figures_of(MARKS)
    assert found is not None
    assert found.alpha == Fraction(104, 207)
    assert found.error == pytest.approx(math.sqrt(23 / 10 * 103 / 207), abs=5e-7)


@pytest.mark.parametrize("marks", [[], MARKS[:1], [[Fraction(1)], [Fraction(0)]], [[Fraction(1)] * 2] * 3])
def test_no_alpha_without_variety(marks: list[list[Fraction]]) -> None:
    assert figures_of(marks) is None


# Tables of Student's distribution (two-sided, 95 %).
@pytest.mark.parametrize(
    ("freedom", "expected"),
    [(1, 12.706205), (2, 4.302653), (3, 3.182446), (4, 2.776445), (9, 2.262157), (10, 2.228139), (29, 2.045230)],
)
def test_student(freedom: int, expected: float) -> None:
    assert student(freedom) == pytest.approx(expected, abs=5e-7)


def test_student_comes_to_the_normal_distribution() -> None:
    assert student(100_000) == pytest.approx(NormalDist().inv_cdf(0.975), abs=5e-5)


def test_the_mean_of_a_form_with_its_bounds() -> None:
    """5, 6, 8, 9 has the mean 7, s² = 10/3 and t(3) = 3.182446."""
    found = interval([Fraction(mark) for mark in (5, 6, 8, 9)])
    assert found is not None
    half = 3.182446305 * math.sqrt(10 / 3 / 4)
    assert (found.count, found.mean) == (4, 7)
    assert (found.low, found.high) == pytest.approx((7 - half, 7 + half), abs=5e-7)
    assert interval([Fraction(5)]) is None


def test_forms_that_are_apart() -> None:
    low, middle, high = (interval([Fraction(mark + step) for step in (0, 1, 0, 1)]) for mark in (2, 3, 7))
    assert low
    assert middle
    assert high
    assert apart([low, middle, high]) == [(0, 2), (1, 2)]


marks = some.lists(some.fractions(0, 4, max_denominator=8), min_size=2, max_size=12)


@given(marks)
def test_indices_stay_within_their_bounds(given_marks: list[Fraction]) -> None:
    totals = [mark * 2 + place % 3 for place, mark in enumerate(given_marks)]
    found = item_figures(given_marks, totals, Fraction(4))
    assert 0 <= found.facility <= 1
    for index in (found.discrimination, found.efficiency):
        assert index is None or -100.000001 <= index <= 100.000001
