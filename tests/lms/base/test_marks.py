"""Rounding once, half up, without ever leaving exact numbers."""

from decimal import Decimal
from fractions import Fraction

import pytest

from lms.base.marks import HUNDREDTH, TENTH, WHOLE, round_half_up, with_comma


@pytest.mark.parametrize(
    ("value", "step", "expected"),
    [
        (Fraction(29, 4), TENTH, "7.3"),
        (Fraction(725, 100), TENTH, "7.3"),
        (Fraction(54875, 10000), TENTH, "5.5"),
        (Fraction(71, 9), TENTH, "7.9"),
        (Fraction(13, 2), WHOLE, "7"),
        (Fraction(1, 8), HUNDREDTH, "0.13"),
        (Fraction(0), TENTH, "0.0"),
        (Fraction(10), TENTH, "10.0"),
        (Fraction(-29, 4), TENTH, "-7.3"),
        (Fraction(3, 8), Fraction(1, 4), "0.50"),
    ],
)
def test_rounds_half_away_from_zero_with_the_places_of_the_step(value: Fraction, step: Fraction, expected: str) -> None:
    assert str(round_half_up(value, step)) == expected


def test_agrees_with_decimal_arithmetic_on_every_thousandth() -> None:
    for thousandths in range(10_001):
        exact = Decimal(thousandths) / 1000
        assert round_half_up(Fraction(thousandths, 1000), TENTH) == exact.quantize(Decimal("0.1"), "ROUND_HALF_UP")


def test_shows_a_decimal_comma() -> None:
    assert [with_comma(Decimal(text)) for text in ("8.0", "7.25", "10.0", "0.5")] == ["8,0", "7,25", "10", "0,5"]
