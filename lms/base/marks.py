"""Marks as exact numbers: one way to round, one way to show them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

TENTH = Fraction(1, 10)  # secondary schools (Circular 22/2021)
HUNDREDTH = Fraction(1, 100)  # national format (Decision 764/2024)
WHOLE = Fraction(1)  # primary schools (Circular 27/2020)


def round_half_up(value: Fraction, step: Fraction) -> Decimal:
    """Round to the nearest multiple of *step*, a half away from zero, with exactly the places that *step* has.

    >>> round_half_up(Fraction(29, 4), Fraction(1, 10))
    Decimal('7.3')
    """
    steps = abs(value) / step
    whole = (2 * steps.numerator + steps.denominator) // (2 * steps.denominator)
    rounded = whole * step if value >= 0 else -whole * step
    grid = Decimal(step.numerator) / Decimal(step.denominator)
    return (Decimal(rounded.numerator) / Decimal(rounded.denominator)).quantize(grid)


def with_comma(value: Decimal) -> str:
    """Write a mark the Vietnamese way, 8,0 and 7,25, and a full ten without places.

    >>> with_comma(Decimal("8.0")), with_comma(Decimal("10.0"))
    ('8,0', '10')
    """
    return "10" if value == 10 else format(value, "f").replace(".", ",")
