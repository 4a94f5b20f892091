"""Student's and Fisher's distributions, as far as bounds ask for them; of the standard library alone."""

from __future__ import annotations

import math
from collections.abc import Callable

CONFIDENCE = 0.95
_TINY = 1e-300
_SETTLED = 1e-15
_STEPS = 10_000
_HALVINGS = 200


def student(freedom: int, confidence: float = CONFIDENCE) -> float:
    """The t that Student's distribution stays within, on both sides, with this probability.

    >>> round(student(1), 4), round(student(30), 4)
    (12.7062, 2.0423)
    """
    return _found(lambda t: 1 - beta_share(freedom / 2, 0.5, freedom / (freedom + t * t)), confidence)


def fisher(probability: float, above: int, below: int) -> float:
    """The F with this probability of being no greater, with *above* and *below* degrees of freedom.

    >>> round(fisher(0.95, 5, 10), 4)
    3.3258
    """
    return _found(lambda f: beta_share(above / 2, below / 2, above * f / (above * f + below)), probability)


def beta_share(first: float, second: float, bound: float) -> float:
    """The regularised incomplete beta function: the probability that a beta variable is at most *bound*.

    Its continued fraction (Abramowitz and Stegun, 26.5.8), on the side where it settles soon.
    """
    if bound <= 0 or bound >= 1:
        return float(bound >= 1)
    if bound > (first + 1) / (first + second + 2):
        return 1 - beta_share(second, first, 1 - bound)
    front = math.exp(
        math.lgamma(first + second)
        - math.lgamma(first)
        - math.lgamma(second)
        + first * math.log(bound)
        + second * math.log1p(-bound)
    )
    return front / first / _denominator(first, second, bound)


def _denominator(first: float, second: float, bound: float) -> float:
    """The continued fraction 1 + d₁/(1 + d₂/(1 + …)), by Lentz's method."""
    value, upper, lower = 1.0, 1.0, 0.0
    for step in range(1, _STEPS):
        half, odd = divmod(step, 2)
        if odd:
            term = -(first + half) * (first + second + half) * bound / ((first + 2 * half) * (first + 2 * half + 1))
        else:
            term = half * (second - half) * bound / ((first + 2 * half - 1) * (first + 2 * half))
        lower = 1 / _away(1 + term * lower)
        upper = _away(1 + term / upper)
        value *= upper * lower
        if abs(1 - upper * lower) < _SETTLED:
            return value
    raise ArithmeticError(f"The beta function does not settle at {first}, {second}, {bound}.")


def _away(value: float) -> float:
    """The value, kept from nought."""
    return value if abs(value) > _TINY else _TINY


def _found(share: Callable[[float], float], wanted: float) -> float:
    """Where a growing share from 0 reaches what is wanted; halved until exact."""
    low, high = 0.0, 1.0
    while share(high) < wanted:
        high *= 2
    for _step in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if share(middle) < wanted else (low, middle)
    return (low + high) / 2
