"""Figures of questions and tests, by the formulae of classical test theory; sums are exact, roots come last.

With x the marks of papers for a question, T their totals, R = T − x the rest of each, and sample moments (n − 1).
Marks are fractions; they are brought to one denominator first, so that every sum is one of whole numbers: exact, and
quick enough for ten thousand papers.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Generic, TypeVar

from question_bank.analysis.domain.distributions import CONFIDENCE, fisher, student

ZERO = Fraction(0)
Q = TypeVar("Q", bound=Hashable)
P = TypeVar("P", bound=Hashable)


def mean(values: Sequence[Fraction]) -> Fraction:
    """The arithmetic mean of at least one value."""
    return sum(values, ZERO) / len(values)


def whole_numbers(values: Iterable[Fraction], unit: int) -> list[int]:
    """The values as multiples of 1/unit, of which each is one."""
    return [value.numerator * (unit // value.denominator) for value in values]


def spread_of(first: Sequence[int], second: Sequence[int]) -> int:
    """n·Σxy − Σx·Σy: the sample covariance of two rows times n·(n − 1)."""
    products: int = sum(map(mul, first, second))
    return len(first) * products - sum(first) * sum(second)


def correlation(first: Sequence[int], second: Sequence[int]) -> float | None:
    """Pearson's correlation; None where one side does not vary."""
    wide = spread_of(first, first) * spread_of(second, second)
    return spread_of(first, second) / math.sqrt(wide) if wide else None


def variance(values: Sequence[Fraction]) -> Fraction:
    """The sample variance of at least two values."""
    unit = math.lcm(*(value.denominator for value in values))
    row = whole_numbers(values, unit)
    return Fraction(spread_of(row, row), len(row) * (len(row) - 1) * unit * unit)


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """How a question worked: shares from 0 to 1, indices from −100 to 100; None where nothing can be said."""

    papers: int
    facility: Fraction
    deviation: float | None  # sd of x
    discrimination: float | None  # 100·corr(x, R)
    efficiency: float | None  # 100·cov(x, R) / cov(sort x, sort R)
    weight: float | None  # 100·√cov(x, T) / Σ√cov(x, T): its share of what sets papers apart


@dataclass(frozen=True, slots=True)
class TestFigures:
    """How far a test can be relied on, in its own points, with the bounds of alpha at a confidence of 95 %."""

    papers: int
    questions: int
    mean: Fraction
    deviation: float  # sd of T
    alpha: Fraction  # Cronbach's: k/(k−1)·(1 − Σvar x / var T)
    low: float
    high: float

    @property
    def ratio(self) -> float:
        """The error ratio: the part of the spread of totals that is chance, in per cent."""
        return 100 * math.sqrt(1 - self.alpha)

    @property
    def error(self) -> float:
        """The standard error of a total."""
        return self.deviation * math.sqrt(1 - self.alpha)


@dataclass(frozen=True, slots=True)
class Analysis(Generic[Q, P]):
    """The figures of a test: each question's, the test's own where all papers have the same questions."""

    items: Mapping[Q, ItemFigures]
    test: TestFigures | None
    unit: int
    rests: Mapping[Q, Mapping[P, int]]  # of each question, what its papers earned elsewhere, in 1/unit


def analyse(marks: Mapping[Q, Mapping[P, Fraction]], most: Mapping[Q, Fraction]) -> Analysis[Q, P]:
    """The figures of a test from the marks of each question by paper; *most* is what each question is worth.

    Papers need not have the same questions: then there are no figures of the test, and no effective weights.
    """
    unit = math.lcm(*{mark.denominator for own in marks.values() for mark in own.values()})
    rows = {question: dict(zip(own, whole_numbers(own.values(), unit), strict=True)) for question, own in marks.items()}
    totals: dict[P, int] = {}
    for own in rows.values():
        for paper, mark in own.items():
            totals[paper] = totals.get(paper, 0) + mark
    whole = all(len(own) == len(totals) for own in rows.values())
    weights = _weights(rows, totals) if whole else {}
    rests = {question: {paper: totals[paper] - mark for paper, mark in own.items()} for question, own in rows.items()}
    items = {
        question: _figures(
            list(own.values()), list(rests[question].values()), unit, most[question], weights.get(question)
        )
        for question, own in rows.items()
    }
    return Analysis(items, _test(rows, totals, unit) if whole else None, unit, rests)


def _figures(marks: list[int], rests: list[int], unit: int, most: Fraction, weight: float | None) -> ItemFigures:
    papers = len(marks)
    found = correlation(marks, rests)
    best = spread_of(sorted(marks), sorted(rests))
    return ItemFigures(
        papers=papers,
        facility=Fraction(sum(marks), papers * unit) / most if most else ZERO,
        deviation=_deviation(spread_of(marks, marks), papers, unit),
        discrimination=None if found is None else 100 * found,
        efficiency=100 * spread_of(marks, rests) / best if best else None,
        weight=weight,
    )


def _deviation(spread: int, papers: int, unit: int) -> float | None:
    return math.sqrt(Fraction(spread, papers * (papers - 1))) / unit if papers > 1 else None


def _weights(rows: Mapping[Q, Mapping[P, int]], totals: Mapping[P, int]) -> dict[Q, float]:
    """The effective weights; a question that goes against the totals has none."""
    roots = {
        question: math.sqrt(max(spread_of(list(own.values()), [totals[paper] for paper in own]), 0))
        for question, own in rows.items()
    }
    whole = sum(roots.values())
    return {question: 100 * root / whole for question, root in roots.items()} if whole else {}


def _test(rows: Mapping[Q, Mapping[P, int]], totals: Mapping[P, int], unit: int) -> TestFigures | None:
    papers, count = len(totals), len(rows)
    row = list(totals.values())
    spread = spread_of(row, row) if papers > 1 and count > 1 else 0
    if not spread:
        return None
    single = sum(spread_of(own, own) for own in (list(marks.values()) for marks in rows.values()))
    alpha = Fraction(count, count - 1) * (1 - Fraction(single, spread))
    deviation = math.sqrt(Fraction(spread, papers * (papers - 1))) / unit
    low, high = alpha_bounds(alpha, papers, count)
    return TestFigures(papers, count, Fraction(sum(row), papers * unit), deviation, alpha, low, high)


def alpha_bounds(alpha: Fraction, papers: int, questions: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The bounds of an alpha (Feldt 1965): (1 − alpha) is divided by F with n − 1 and (n − 1)(k − 1) degrees."""
    above, below, tail = papers - 1, (papers - 1) * (questions - 1), (1 - confidence) / 2
    error = float(1 - alpha)
    return 1 - error * fisher(1 - tail, above, below), 1 - error * fisher(tail, above, below)


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds between which the true one lies with a confidence of 95 %."""

    count: int
    mean: Fraction
    low: float
    high: float

    def meets(self, other: Interval) -> bool:
        return self.low <= other.high and other.low <= self.high


def interval(values: Sequence[Fraction]) -> Interval | None:
    """The mean of values with its Student interval: mean ± t·s/√n; None for fewer than two."""
    if len(values) < 2:
        return None
    middle = mean(values)
    half = student(len(values) - 1) * math.sqrt(variance(values) / len(values))
    return Interval(len(values), middle, float(middle) - half, float(middle) + half)


def apart(intervals: Sequence[Interval]) -> list[tuple[int, int]]:
    """Which pairs of intervals do not meet, by their places: too far from each other for chance alone."""
    return [
        (one, other)
        for one in range(len(intervals))
        for other in range(one + 1, len(intervals))
        if not intervals[one].meets(intervals[other])
    ]
