"""What chance alone can do: exact tails of counts, bounds of a correlation."""

from __future__ import annotations

import math
from fractions import Fraction
from statistics import NormalDist

from question_bank.analysis.domain.distributions import CONFIDENCE

RARE = Fraction(1, 20)
"""What happens less often than this by chance is taken to be no chance."""


def at_most(count: int, trials: int, share: Fraction) -> Fraction:
    """The probability that of so many trials, each hitting with this share, at most *count* hit; exact.

    >>> at_most(1, 3, Fraction(1, 2))
    Fraction(1, 2)
    """
    hit, miss, whole = share.numerator, share.denominator - share.numerator, share.denominator
    if not miss:
        return Fraction(int(count >= trials))
    term = miss**trials  # of 0 hits, in whole^trials
    found = term
    for hits in range(1, min(count, trials) + 1):
        term = term * (trials - hits + 1) * hit // (hits * miss)
        found += term
    return Fraction(found, whole**trials) if count >= 0 else Fraction(0)


def outnumbers(ours: int, theirs: int) -> bool:
    """Say whether more chose one thing than another beyond chance: had both been as likely, this were rare.

    >>> outnumbers(7, 2), outnumbers(8, 1)
    (False, True)
    """
    return ours > theirs and at_most(theirs, ours + theirs, Fraction(1, 2)) <= RARE


def correlation_bounds(found: float, papers: int, confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """The bounds of a correlation (Fisher's z: its standard error is 1/√(n − 3)); None for fewer than four papers."""
    if papers < 4:
        return None
    if abs(found) >= 1:
        return found, found
    reach = NormalDist().inv_cdf((1 + confidence) / 2) / math.sqrt(papers - 3)
    return math.tanh(math.atanh(found) - reach), math.tanh(math.atanh(found) + reach)


def share_bounds(share: Fraction, papers: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The bounds of a share of so many papers (Wilson 1927); wide enough for questions that give parts of their points.

    >>> [round(bound, 4) for bound in share_bounds(Fraction(1, 2), 20)]
    [0.2993, 0.7007]
    """
    reach = NormalDist().inv_cdf((1 + confidence) / 2)
    part, spread = float(share), reach * reach / papers
    middle = (part + spread / 2) / (1 + spread)
    half = reach * math.sqrt(part * (1 - part) / papers + spread / papers / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)
