"""Bring the difficulties of two tests to one scale by the questions they have in common, and see which ones moved.

Each test gives difficulties on a scale of its own: its pupils are its zero. With the anchors of an older test at bₒ and
of a newer one at bₙ, a new difficulty b stands at A·b + B on the old scale, where A = sd(bₒ)/sd(bₙ) and B = mean(bₒ) −
A·mean(bₙ) (mean/sigma, Marco 1977). Of fewer than ten anchors the deviations are too rough: A is one then.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist, fmean, stdev
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
FEWEST_ANCHORS = 5
ENOUGH_FOR_SIGMA = 10
OUTLYING = 2.58  # errors: an anchor farther off than one in a hundred by chance is none
SURE = 1.96
NOTABLE = 0.3  # of a standard deviation of abilities: some ten points of a hundred in the middle
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Placed:
    """A difficulty with its standard error."""

    difficulty: float
    error: float


@dataclass(frozen=True, slots=True)
class Link:
    """How a newer scale lies on an older one, and by how many anchors that is known."""

    slope: float
    shift: float
    anchors: int

    def moved(self, one: Placed) -> Placed:
        """A difficulty of the newer scale on the older one."""
        return Placed(self.slope * one.difficulty + self.shift, self.slope * one.error)


@dataclass(frozen=True, slots=True)
class Drift:
    """By how much a question became harder (or easier, below 0) than the anchors let expect, with its error."""

    change: float
    error: float

    @property
    def sure(self) -> bool:
        """Whether it moved notably and by more than chance."""
        return abs(self.change) >= NOTABLE and abs(self.change) > SURE * self.error


def from_facility(facility: Fraction, papers: int) -> Placed:
    """The difficulty that a share of right answers stands for: the normal deviate that so many pupils are above.

    Half a paper right and half a paper wrong are added, so that all or none have a place too.

    >>> round(from_facility(Fraction(84, 100), 200).difficulty, 2)
    -0.99
    """
    share = float((facility * papers + Fraction(1, 2)) / (papers + 1))
    deviate = _NORMAL.inv_cdf(share)
    return Placed(-deviate, math.sqrt(share * (1 - share) / papers) / _NORMAL.pdf(deviate))


def mean_sigma(older: Mapping[K, Placed], newer: Mapping[K, Placed]) -> Link | None:
    """The link by all questions that both tests have; None for fewer than `FEWEST_ANCHORS`."""
    anchors = [key for key in older if key in newer]
    if len(anchors) < FEWEST_ANCHORS:
        return None
    old, new = ([side[key].difficulty for key in anchors] for side in (older, newer))
    wide = len(anchors) >= ENOUGH_FOR_SIGMA and stdev(new) > 0
    slope = stdev(old) / stdev(new) if wide else 1.0
    return Link(slope, fmean(old) - slope * fmean(new), len(anchors))


def link(older: Mapping[K, Placed], newer: Mapping[K, Placed]) -> Link | None:
    """The link by those common questions that did not move: the farthest off is left out, again and again."""
    kept = {key: older[key] for key in older if key in newer}
    while (found := mean_sigma(kept, newer)) is not None:
        off = {key: _errors_off(found, one, newer[key]) for key, one in kept.items()}
        worst = max(off, key=lambda key: off[key])
        if off[worst] <= OUTLYING or len(kept) == FEWEST_ANCHORS:
            return found
        del kept[worst]
    return None


def _errors_off(found: Link, older: Placed, newer: Placed) -> float:
    moved = drift_of(found, older, newer)
    return abs(moved.change) / moved.error if moved.error else math.inf


def drift_of(found: Link, older: Placed, newer: Placed) -> Drift:
    """How far a question moved between two tests that are linked; its own error counts on both sides."""
    moved = found.moved(newer)
    return Drift(moved.difficulty - older.difficulty, math.hypot(older.error, moved.error))


def drift_between(older: Mapping[K, Placed], newer: Mapping[K, Placed], question: K) -> tuple[Link, Drift] | None:
    """How far one question moved, linked by the others; None without anchors enough."""
    others = {key: one for key, one in older.items() if key != question}
    found = link(others, newer)
    return None if found is None else (found, drift_of(found, older[question], newer[question]))
