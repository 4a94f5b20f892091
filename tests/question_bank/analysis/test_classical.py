"""The figures of questions, tests and forms, to six digits against values reckoned by hand and by other means."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import NormalDist
from statistics import correlation as plain_correlation

import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy import stats

from question_bank.analysis.domain.classical import Analysis, ItemFigures, analyse, apart, interval
from question_bank.analysis.domain.distributions import fisher, student

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


def analysed(papers: Sequence[Sequence[Fraction]], most: Sequence[str]) -> Analysis[int, int]:
    """The analysis of papers that all have the same questions."""
    marks = {place: dict(enumerate(column)) for place, column in enumerate(zip(*papers, strict=True))}
    return analyse(marks, {place: Fraction(worth) for place, worth in enumerate(most)})


def figures(place: int, most: str) -> tuple[float, float, float]:
    found = analysed(MARKS, [most] * 4).items[place]
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
    alike = analysed([[Fraction(1), Fraction(mark)] for mark in (0, 1, 2)], ["1", "2"]).items[0]
    assert (alike.facility, alike.discrimination, alike.efficiency) == (1, None, None)
    lone = analysed([[Fraction(1)]], ["2"]).items[0]
    assert (lone.papers, lone.facility, lone.deviation, lone.discrimination) == (1, Fraction(1, 2), None, None)


def test_alpha_and_standard_error() -> None:
    """Σvar x = 4/15 + 3/10 + 4/5 + 1/15 = 43/30, var T = 23/10, so alpha = 4/3·(1 − 43/69) = 104/207."""
    found = analysed(MARKS, ["1"] * 4).test
    assert found is not None
    assert (found.papers, found.questions, found.mean) == (6, 4, Fraction(5, 2))
    assert found.alpha == Fraction(104, 207)
    assert found.error == pytest.approx(math.sqrt(23 / 10 * 103 / 207), abs=5e-7)
    assert found.low < float(found.alpha) < found.high


@pytest.mark.parametrize("marks", [[], MARKS[:1], [[Fraction(1)], [Fraction(0)]], [[Fraction(1)] * 2] * 3])
def test_no_alpha_without_variety(marks: list[list[Fraction]]) -> None:
    assert analysed(marks, ["1"] * 4).test is None


def test_papers_of_different_questions_have_no_alpha() -> None:
    found = analyse({"a": {1: Fraction(1), 2: Fraction(0)}, "b": {1: Fraction(1)}}, dict.fromkeys("ab", Fraction(1)))
    assert found.test is None
    assert found.items["a"].weight is None
    assert (found.unit, found.rests["a"]) == (1, {1: 1, 2: 0})


@dataclass
class Plain:
    """The formulae once more, as they are written, in fractions throughout."""

    marks: list[list[Fraction]]

    def covariance(self, first: Sequence[Fraction], second: Sequence[Fraction]) -> Fraction:
        one, two = (sum(row, Fraction(0)) / len(row) for row in (first, second))
        return sum(((a - one) * (b - two) for a, b in zip(first, second, strict=True)), Fraction(0)) / (len(first) - 1)

    def figures(self, place: int) -> tuple[float, ...]:
        totals = [sum(paper, Fraction(0)) for paper in self.marks]
        columns = list(zip(*self.marks, strict=True))
        x = columns[place]
        rests = [total - mark for total, mark in zip(totals, x, strict=True)]
        over = self.covariance(x, rests)
        roots = [math.sqrt(max(self.covariance(column, totals), 0)) for column in columns]
        return (
            float(sum(x) / len(x)),
            math.sqrt(self.covariance(x, x)),
            100 * over / math.sqrt(self.covariance(x, x) * self.covariance(rests, rests)),
            float(100 * over / self.covariance(sorted(x), sorted(rests))),
            100 * roots[place] / sum(roots),
        )


def as_numbers(found: ItemFigures) -> tuple[float | None, ...]:
    return float(found.facility), found.deviation, found.discrimination, found.efficiency, found.weight


# facility, sd, discrimination, efficiency, weight of the seven questions, worked out apart by `Plain`.
GOLDEN = [
    (0.44, 0.469515, 30.798319, 36.327078, 16.668355),
    (0.7, 0.483046, 55.614502, 60.681520, 19.497509),
    (0.866667, 0.281091, -3.664713, -4.602510, 6.431993),
    (0.7, 0.483046, 79.231508, 100, 21.294297),
    (0.55, 0.158114, 8.400270, 18.433930, 5.504085),
    (0.7, 0.483046, 52.023772, 57.404980, 19.181687),
    (0.55, 0.437798, 0.911501, 0.947459, 11.422073),
]


def test_the_attempts_of_the_inputs(inputs: Path) -> None:
    folder = inputs / "7-roster-case-oai/winmagpantay+dps/mod/quiz/tests/fixtures"
    with (folder / "results00.csv").open(newline="") as file:
        marks = [[Fraction(row[f"slots.{n}.mark"]) for n in range(1, 8)] for row in csv.DictReader(file)]
    found = analysed(marks, ["1"] * 7)
    for place, golden in enumerate(GOLDEN):
        assert as_numbers(found.items[place]) == pytest.approx(golden, abs=5e-7)
        assert as_numbers(found.items[place]) == pytest.approx(Plain(marks).figures(place), abs=1e-9)
    test = found.test
    assert test is not None
    assert (float(test.alpha), test.ratio, test.error) == pytest.approx((0.610071, 62.444303, 0.996977), abs=5e-7)
    assert (test.low, test.high) == pytest.approx((0.079730, 0.887365), abs=5e-7)


# facility, sd, discrimination, efficiency, weight as the peer prints them.
PEER = [
    (0.704, 0.4513682901, -7.0650767526, -9.4550536967, 21.2922742344),
    (0.48, 0.5099019514, -28.8982125772, -36.7834118938, 18.8979800309),
    (0.973333332, 0.13333334, -9.1230674268, -21.6545012165, 4.443012573),
    (0.68, 0.4760952286, -22.6306444113, -31.4411395613, 18.9347251357),
    (0.52, 0.3055050463, -17.6997047674, -21.1794802584, 11.1450138688),
    (0.64, 0.4898979486, -45.3785178421, -56.9365974439, 9.8081339177),
    (0.62, 0.331662479, -5.6543166602, -6.5043742058, 15.4788602394),
]


def test_what_a_peer_publishes_comes_out_too() -> None:
    lines = (Path(__file__).parent / "peer_marks.txt").read_text(encoding="utf-8").splitlines()
    marks = [[Fraction(mark) for mark in line.split()] for line in lines if not line.startswith("#")]
    found = analysed(marks, ["1"] * 7)
    for place, published in enumerate(PEER):
        assert as_numbers(found.items[place]) == pytest.approx(published, abs=1e-6)
    test = found.test
    assert test is not None
    assert (100 * float(test.alpha), test.ratio) == pytest.approx((-87.2230935542, 136.8294900795), rel=2e-6)
    assert (test.deviation, test.error) == pytest.approx((0.8117265554, 1.1106813066), abs=1e-6)


def test_bounds_of_alpha_are_those_of_fishers_distribution() -> None:
    for probability, above, below in ((0.025, 9, 54), (0.975, 9, 54), (0.975, 499, 19461), (0.5, 1, 3)):
        assert fisher(probability, above, below) == pytest.approx(stats.f.ppf(probability, above, below), rel=1e-8)


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
    rest = [mark + place % 3 for place, mark in enumerate(given_marks)]
    found = analysed(list(zip(given_marks, rest, strict=True)), ["4", "6"]).items[0]
    assert 0 <= found.facility <= 1
    for index in (found.discrimination, found.efficiency):
        assert index is None or -100.000001 <= index <= 100.000001
