"""Operators of numbers. Exact where the result is; roots and functions are taken to the digits of a float."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

from lxml import etree

from question_bank.formats.qti.values import Scalar, Unprocessable, Value, bounded, figure, numbers, one

Operator = Callable[[etree._Element, list[Value | None]], Value | None]
_LARGEST_POWER = 60


def _of_numbers(work: Callable[[list[Fraction]], Scalar | None], least: int = 2, most: int | None = None) -> Operator:
    """Make an operator of numbers: NULL when any is NULL, or when there is no result."""

    def operator(element: etree._Element, given: list[Value | None]) -> Value | None:
        if any(value is None for value in given):
            return None
        found = numbers(given)
        if len(found) < least or (most is not None and len(found) > most):
            raise Unprocessable(str(element.tag))
        result = work(found)
        if result is None:
            return None
        return one(bounded(result) if isinstance(result, Fraction) else result)

    return operator


def _product(found: list[Fraction]) -> Fraction:
    total = Fraction(1)
    for item in found:
        total = bounded(total * item)
    return total


def _power(found: list[Fraction]) -> Fraction | None:
    base, exponent = found
    if exponent.denominator != 1:
        return _float(lambda: math.pow(base, exponent))
    if abs(exponent) > _LARGEST_POWER:
        raise Unprocessable("power")
    return None if not base and exponent < 0 else Fraction(base ** int(exponent))


def _float(work: Callable[[], float]) -> Fraction | None:
    """Return a result of the mathematics library, NULL where it has none."""
    try:
        result = work()
    except (ValueError, OverflowError, ZeroDivisionError):
        return None
    return Fraction(repr(result)) if math.isfinite(result) else None


def _whole(work: Callable[[int, int], int]) -> Callable[[list[Fraction]], Fraction | None]:
    def run(found: list[Fraction]) -> Fraction | None:
        if any(item.denominator != 1 for item in found):
            raise Unprocessable("integer")
        return Fraction(work(int(found[0]), int(found[1]))) if found[1] else None

    return run


def _all_whole(work: Callable[..., int]) -> Callable[[list[Fraction]], Fraction]:
    def run(found: list[Fraction]) -> Fraction:
        if any(item.denominator != 1 for item in found):
            raise Unprocessable("integer")
        return Fraction(work(*(int(item) for item in found)))

    return run


def _spread(found: list[Fraction], *, sample: bool) -> Fraction | None:
    count = len(found) - sample
    if count < 1:
        return None
    middle = sum(found, start=Fraction(0)) / len(found)
    return sum(((item - middle) ** 2 for item in found), start=Fraction(0)) / count


def _deviation(found: list[Fraction], *, sample: bool) -> Fraction | None:
    spread = _spread(found, sample=sample)
    return None if spread is None else _float(lambda: math.sqrt(spread))


_STATISTICS: Mapping[str, Callable[[list[Fraction]], Fraction | None]] = {
    "mean": lambda found: sum(found, start=Fraction(0)) / len(found),
    "sampleVariance": lambda found: _spread(found, sample=True),
    "popVariance": lambda found: _spread(found, sample=False),
    "sampleSD": lambda found: _deviation(found, sample=True),
    "popSD": lambda found: _deviation(found, sample=False),
}


def _statistics(element: etree._Element, given: list[Value | None]) -> Value | None:
    work = _STATISTICS.get(element.get("name") or str(element.tag))
    if work is None or len(given) != 1:
        raise Unprocessable("statsOperator")
    if given[0] is None or not all(isinstance(item, Fraction) for item in given[0].items):
        return None  # NULL where the container holds anything but numbers
    result = work(numbers(given))
    return None if result is None else one(bounded(result))


_FUNCTIONS: Mapping[str, Callable[[float], float]] = {
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin, "acos": math.acos, "atan": math.atan,
    "sec": lambda x: 1 / math.cos(x), "csc": lambda x: 1 / math.sin(x), "cot": lambda x: 1 / math.tan(x),
    "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh, "sech": lambda x: 1 / math.cosh(x),
    "csch": lambda x: 1 / math.sinh(x), "coth": lambda x: 1 / math.tanh(x), "log": math.log10, "ln": math.log,
    "exp": math.exp, "toRadians": math.radians, "toDegrees": math.degrees,
}  # fmt: skip


def _function(element: etree._Element, given: list[Value | None]) -> Value | None:
    name = element.get("name") or ""
    if any(value is None for value in given):
        return None
    found = numbers(given)
    result: Fraction | None
    if name == "atan2" and len(found) == 2:
        result = _float(lambda: math.atan2(found[0], found[1]))
    elif len(found) != 1:
        raise Unprocessable(name)
    elif name in ("abs", "floor", "ceil", "signum"):
        value = found[0]
        exact = {"abs": abs(value), "floor": Fraction(math.floor(value)), "ceil": Fraction(math.ceil(value))}
        result = exact.get(name, Fraction((value > 0) - (value < 0)))
    elif name in _FUNCTIONS:
        result = _float(lambda: _FUNCTIONS[name](float(found[0])))
    else:
        raise Unprocessable(name)
    return None if result is None else one(result)


def rounded(value: Fraction, mode: str, figures: int) -> Fraction:
    """Return a number to so many decimal places or significant figures, half away from zero.

    Raises:
        Unprocessable: an unknown mode, or more digits than any honest number has.
    """
    if not 0 <= figures <= 30:
        raise Unprocessable("figures")
    if mode in ("significantFigures", "significantFigure"):
        if not value:
            return value
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        digits = figures - 1 - exact.adjusted()
    elif mode in ("decimalPlaces", "decimalPlace"):
        digits = figures
    else:
        raise Unprocessable(mode)
    scaled = value * Fraction(10) ** digits
    whole = math.floor(abs(scaled) + Fraction(1, 2)) * (1 if scaled >= 0 else -1)
    return Fraction(whole) / Fraction(10) ** digits


def _figures(element: etree._Element) -> tuple[str, int]:
    text = element.get("figures") or "0"
    if not text.isdecimal() or len(text) > 3:
        raise Unprocessable("figures")
    return element.get("roundingMode") or "significantFigures", int(text)


def _round_to(element: etree._Element, given: list[Value | None]) -> Value | None:
    mode, figures = _figures(element)
    return _of_numbers(lambda found: rounded(found[0], mode, figures), 1, 1)(element, given)


def _equal_rounded(element: etree._Element, given: list[Value | None]) -> Value | None:
    mode, figures = _figures(element)
    return _of_numbers(lambda found: rounded(found[0], mode, figures) == rounded(found[1], mode, figures), 2, 2)(
        element, given
    )


def near(element: etree._Element, given: list[Value | None]) -> Value | None:
    """Tell whether two numbers are equal within the tolerance of the element.

    Raises:
        Unprocessable: the tolerance is not given as numbers.
    """
    parts = [bounded(figure(part)) for part in (element.get("tolerance") or "").split()]
    if not 1 <= len(parts) <= 2 or any(part < 0 for part in parts):
        raise Unprocessable("tolerance")
    mode = element.get("toleranceMode")

    def work(found: list[Fraction]) -> bool:
        first, second = found
        down, up = (abs(first) * part / 100 if mode == "relative" else part for part in (parts[0], parts[-1]))
        low, high = first - down, first + up
        above = second > low or (second == low and element.get("includeLowerBound") != "false")
        return above and (second < high or (second == high and element.get("includeUpperBound") != "false"))

    return _of_numbers(work, 2, 2)(element, given)


OPERATORS: Mapping[str, Operator] = {
    "sum": _of_numbers(lambda found: sum(found, start=Fraction(0)), 1),
    "product": _of_numbers(_product, 1),
    "subtract": _of_numbers(lambda found: found[0] - found[1], 2, 2),
    "divide": _of_numbers(lambda found: found[0] / found[1] if found[1] else None, 2, 2),
    "power": _of_numbers(_power, 2, 2),
    "integerDivide": _of_numbers(_whole(lambda a, b: a // b), 2, 2),
    "integerModulus": _of_numbers(_whole(lambda a, b: a % b), 2, 2),
    "gcd": _of_numbers(_all_whole(math.gcd), 1),
    "lcm": _of_numbers(_all_whole(math.lcm), 1),
    "max": _of_numbers(max, 1),
    "min": _of_numbers(min, 1),
    "truncate": _of_numbers(lambda found: Fraction(math.trunc(found[0])), 1, 1),
    "round": _of_numbers(lambda found: Fraction(math.floor(found[0] + Fraction(1, 2))), 1, 1),
    "integerToFloat": _of_numbers(lambda found: found[0], 1, 1),
    "roundTo": _round_to,
    "equalRounded": _equal_rounded,
    "gt": _of_numbers(lambda found: found[0] > found[1], 2, 2),
    "gte": _of_numbers(lambda found: found[0] >= found[1], 2, 2),
    "lt": _of_numbers(lambda found: found[0] < found[1], 2, 2),
    "lte": _of_numbers(lambda found: found[0] <= found[1], 2, 2),
    "durationLT": _of_numbers(lambda found: found[0] < found[1], 2, 2),
    "durationGTE": _of_numbers(lambda found: found[0] >= found[1], 2, 2),
    "statsOperator": _statistics,
    "mathOperator": _function,
}
