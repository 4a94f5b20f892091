"""Values of QTI: scalars, containers, and variables as an item declares them. NULL is None; an empty text is NULL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from lxml import etree

from question_bank.formats.drafting import number
from question_bank.formats.qti.tree import words

Scalar: TypeAlias = str | bool | Fraction | tuple[str, ...]
NUMERIC = ("integer", "float", "duration")
LONGEST = 2_000  # bits of a number


class Unprocessable(ValueError):
    """The rules of this item ask for something that is not run here."""


@dataclass(frozen=True, slots=True)
class Value:
    """A container of scalars; a single value is a container of one. NULL is None and never a Value."""

    items: tuple[Scalar, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Declaration:
    """A variable as the item declares it."""

    identifier: str
    cardinality: str
    base: str
    default: Value | None = None
    correct: Value | None = None
    mapping: etree._Element | None = None
    areas: etree._Element | None = None
    table: etree._Element | None = None  # a match or an interpolation table


def declaration(element: etree._Element) -> Declaration:
    """Return a response, outcome or template declaration.

    Raises:
        Unprocessable: a value is not of the type that it says.
    """
    base = element.get("baseType") or "identifier"
    ordered = element.get("cardinality") == "ordered"
    tables = list(element.iterchildren("matchTable", "interpolationTable"))
    return Declaration(
        element.get("identifier") or "",
        element.get("cardinality") or "single",
        base,
        _values(element.find("defaultValue"), base, ordered),
        _values(element.find("correctResponse"), base, ordered),
        element.find("mapping"),
        element.find("areaMapping"),
        tables[0] if tables else None,
    )


def _values(element: etree._Element | None, base: str, ordered: bool) -> Value | None:
    texts = [words(one) for one in element.iterchildren("value")] if element is not None else []
    return value_of(texts, base, ordered)


def value_of(texts: Sequence[str], base: str, ordered: bool = False) -> Value | None:
    """Return the value that texts stand for, NULL where they say nothing (QTI 2.2, 5.1: an empty string is NULL).

    Raises:
        Unprocessable: one is not of the type.
    """
    found = tuple(scalar(text, base) for text in texts if text)
    return Value(found, ordered) if found else None


def scalar(text: str, base: str) -> Scalar:
    """Return a value in the form of its base type; a duration in seconds.

    Raises:
        Unprocessable: *text* is not of that type.
    """
    if base in NUMERIC:
        found = number(seconds(text) if base == "duration" else text)
        if found is None or len(found) > 400:
            raise Unprocessable(text[:80])
        return Fraction(found)
    if base == "boolean":
        return text == "true"
    if base in ("pair", "directedPair", "point"):
        parts = text.split()
        return tuple(sorted(parts)) if base == "pair" else tuple(parts)
    return text


def seconds(text: str) -> str:
    """Return a duration (`PT1M30S`, or a number of seconds) in seconds."""
    if not text.startswith("PT"):
        return text
    total, digits = Fraction(0), ""
    for char in text[2:]:
        if char in "HMS":
            part = number(digits) if len(digits) < 30 else None
            if part is None:
                raise Unprocessable(text[:80])
            total, digits = total + Fraction(part) * {"H": 3600, "M": 60, "S": 1}[char], ""
        else:
            digits += char
    if digits:
        raise Unprocessable(text[:80])
    return str(float(total))


def one(value: Scalar) -> Value:
    """Return a single value."""
    return Value((value,))


def figure(text: str) -> Fraction:
    """Return a number that an attribute states.

    Raises:
        Unprocessable: it is none.
    """
    found = scalar(text, "float")
    assert isinstance(found, Fraction)
    return found


def bounded(found: Fraction) -> Fraction:
    """Return a number that is not longer than any honest one.

    Raises:
        Unprocessable: it is.
    """
    if found.numerator.bit_length() + found.denominator.bit_length() > LONGEST:
        raise Unprocessable("number")
    return found


def numbers(given: Sequence[Value | None]) -> list[Fraction]:
    """Return the numbers of all values in one row.

    Raises:
        Unprocessable: one is none.
    """
    found: list[Fraction] = []
    for value in given:
        for item in value.items if value else ():
            if isinstance(item, str):
                item = scalar(item, "float")
            if isinstance(item, bool) or not isinstance(item, Fraction):
                raise Unprocessable("number")
            found.append(bounded(item))
    return found


def whole(value: Value | None) -> int:
    """Return a single whole number.

    Raises:
        Unprocessable: it is none.
    """
    found = numbers([value])
    if len(found) != 1 or found[0].denominator != 1:
        raise Unprocessable("integer")
    return int(found[0])


def holds(value: Value | None) -> bool:
    """Tell whether a condition is true; NULL is not.

    Raises:
        Unprocessable: it is no truth value at all.
    """
    if value is None:
        return False
    if len(value.items) != 1 or not isinstance(value.items[0], bool):
        raise Unprocessable("boolean")
    return value.items[0]
