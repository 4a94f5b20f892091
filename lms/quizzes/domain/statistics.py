"""Figures of questions and tests, by the formulae of classical test theory; sums are exact, roots come last.

With x the marks of papers for a question, T their totals, R = T − x the rest of each, and sample moments (n − 1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

ZERO = Fraction(0)
CONFIDENCE = 0.95


def mean(values: Sequence[Fraction]) -> Fraction:
    """The arithmetic mean of at least one value."""
    return sum(values, ZERO) / len(values)


def covariance(first: Sequence[Fraction], second: Sequence[Fraction]) -> Fraction:
    """The sample covariance of at least two pairs."""
    middle, other = mean(first), mean(second)
    return sum(((a - middle) * (b - other) for a, b in zip(first, second, strict=True)), ZERO) / (len(first) - 1)


def variance(values: Sequence[Fraction]) -> Fraction:
    return covariance(values, values)


def correlation(first: Sequence[Fraction], second: Sequence[Fraction]) -> float | None:
    """Pearson's correlation; None where one side does not vary or there are fewer than two pairs."""
    if len(first) < 2:
        return None
    spread = variance(first) * variance(second)
    return float(covariance(first, second)) / math.sqrt(spread) if spread else None


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """How a question worked: shares from 0 to 1, indices from −100 to 100; None where nothing can be said."""

    papers: int
    facility: Fraction
    discrimination: float | None  # 100·corr(x, R)
    efficiency: float | None  # 100·cov(x, R) / cov(sort x, sort R)


def item_figures(marks: Sequence[Fraction], totals: Sequence[Fraction], most: Fraction) -> ItemFigures:
    """The figures of a question worth *most* from its mark and the total of each paper, at least one.

    >>> item_figures([Fraction(1), Fraction(0)], [Fraction(3), Fraction(1)], Fraction(1)).discrimination
    100.0
    """
    rests = [total - mark for mark, total in zip(marks, totals, strict=True)]
    found = correlation(marks, rests)
    best = covariance(sorted(marks), sorted(rests)) if len(marks) > 1 else ZERO
    return ItemFigures(
        papers=len(marks),
        facility=mean(marks) / most,
        discrimination=None if found is None else 100 * found,
        efficiency=float(100 * covariance(marks, rests) / best) if best else None,
    )


@dataclass(frozen=True, slots=True)
class TestFigures:
    """How far a test can be relied on, in its own points."""

    alpha: Fraction  # Cronbach's: k/(k−1)·(1 − Σvar x / var T)
    error: float  # standard error of a total: sd T·√(1 − alpha)


def test_figures(marks: Sequence[Sequence[Fraction]]) -> TestFigures | None:
    """The figures of a test from the marks of each paper, all for the same questions in the same order.

    None where they cannot be had: fewer than two papers or questions, totals that do not vary.
    """
    if len(marks) < 2 or len(marks[0]) < 2:
        return None
    spread = variance([sum(paper, ZERO) for paper in marks])
    if not spread:
        return None
    count = len(marks[0])
    single = sum((variance(question) for question in zip(*marks, strict=True)), ZERO)
    alpha = Fraction(count, count - 1) * (1 - single / spread)
    return TestFigures(alpha, math.sqrt(spread * (1 - alpha)))


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


def student(freedom: int, confidence: float = CONFIDENCE) -> float:
    """The t that Student's distribution stays within, on both sides, with this probability; halved until exact.

    >>> round(student(1), 4), round(student(30), 4)
    (12.7062, 2.0423)
    """
    low, high = 0.0, 1.0
    while _within(high, freedom) < confidence:
        high *= 2
    for _step in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < confidence else (low, middle)
    return (low + high) / 2


def _within(bound: float, freedom: int) -> float:
    """The probability of |t| ≤ bound, a finite sum (Abramowitz and Stegun, 26.7.3 and 26.7.4)."""
    angle = math.atan(bound / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term, total = (cosine, cosine if freedom > 1 else 0.0) if odd else (1.0, 1.0)
    for step in range(3 if odd else 2, freedom, 2):
        term *= cosine * cosine * ((step - 1) / step)
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total


def apart(intervals: Sequence[Interval]) -> list[tuple[int, int]]:
    """Which pairs of intervals do not meet, by their places: too far from each other for chance alone."""
    return [
        (one, other)
        for one in range(len(intervals))
        for other in range(one + 1, len(intervals))
        if not intervals[one].meets(intervals[other])
    ]
