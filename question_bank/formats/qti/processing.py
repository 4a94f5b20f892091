"""Response processing: the standard templates and the rules of an item, run by QTI's own operators and no others.

There are no loops in the rules, so the size of the item bounds the work; numbers are exact and of bounded length.
An operator that is not in the table raises `Unprocessable`: a score is never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from lxml import etree

from question_bank.formats.drafting import number
from question_bank.formats.qti.tree import words

Scalar: TypeAlias = str | bool | Fraction | tuple[str, ...]
DEEPEST = 60  # rules and operators in one another
LONGEST = 2_000  # bits of a number

_NUMERIC = ("integer", "float")


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


def declaration(element: etree._Element) -> Declaration:
    """Return a response or outcome declaration.

    Raises:
        Unprocessable: a value is not of the type that it says.
    """
    base = element.get("baseType") or "identifier"
    ordered = element.get("cardinality") == "ordered"
    return Declaration(
        element.get("identifier") or "",
        element.get("cardinality") or "single",
        base,
        _values(element.find("defaultValue"), base, ordered),
        _values(element.find("correctResponse"), base, ordered),
        element.find("mapping"),
    )


def _values(element: etree._Element | None, base: str, ordered: bool) -> Value | None:
    found = tuple(scalar(words(one), base) for one in element.iterchildren("value")) if element is not None else ()
    return Value(found, ordered) if found else None


def scalar(text: str, base: str) -> Scalar:
    """Return a value in the form of its base type.

    Raises:
        Unprocessable: *text* is not of that type.
    """
    if base in _NUMERIC:
        found = number(text)
        if found is None or len(found) > 400:
            raise Unprocessable(text[:80])
        return Fraction(found)
    if base == "boolean":
        return text == "true"
    if base in ("pair", "directedPair"):
        parts = text.split()
        return tuple(sorted(parts)) if base == "pair" else tuple(parts)
    return text


@dataclass(slots=True)
class _Run:
    declared: Mapping[str, Declaration]
    values: dict[str, Value | None] = field(default_factory=dict)
    done: bool = False

    def value(self, element: etree._Element, depth: int) -> Value | None:
        if depth > DEEPEST:
            raise Unprocessable("depth")
        name = str(element.tag)
        if name in _LEAVES:
            return _LEAVES[name](self, element)
        operator = _OPERATORS.get(name)
        if operator is None:
            raise Unprocessable(name)
        given = [self.value(one, depth + 1) for one in element if isinstance(one.tag, str)]
        return operator(element, given)

    def declaration(self, element: etree._Element) -> Declaration:
        try:
            return self.declared[element.get("identifier") or ""]
        except KeyError as error:
            raise Unprocessable("variable") from error

    def rules(self, elements: Sequence[etree._Element], depth: int) -> None:
        for rule in elements:
            if self.done:
                return
            match rule.tag:
                case "responseCondition":
                    self.condition(rule, depth)
                case "setOutcomeValue":
                    self.values[self.declaration(rule).identifier] = self.value(_only(rule), depth + 1)
                case "exitResponse":
                    self.done = True
                case "responseProcessingFragment":
                    self.rules(_children(rule), depth + 1)
                case _:
                    raise Unprocessable(str(rule.tag))

    def condition(self, rule: etree._Element, depth: int) -> None:
        if depth > DEEPEST:
            raise Unprocessable("depth")
        for branch in _children(rule):
            inside = _children(branch)
            if branch.tag == "responseElse":
                self.rules(inside, depth + 1)
                return
            if not inside:
                raise Unprocessable("condition")
            if _holds(self.value(inside[0], depth + 1)):
                self.rules(inside[1:], depth + 1)
                return


def _children(element: etree._Element) -> list[etree._Element]:
    return [one for one in element if isinstance(one.tag, str)]


def _only(element: etree._Element) -> etree._Element:
    inside = _children(element)
    if len(inside) != 1:
        raise Unprocessable(str(element.tag))
    return inside[0]


def _holds(value: Value | None) -> bool:
    return value is not None and value.items == (True,)


def outcomes(
    item: etree._Element, declared: Mapping[str, Declaration], responses: Mapping[str, Value]
) -> dict[str, Value | None]:
    """Return the outcome variables after these responses.

    Raises:
        Unprocessable: the item has no rules, or asks for an operator that is not run here.
    """
    processing = item.find("responseProcessing")
    if processing is None:
        raise Unprocessable("none")
    numbers = {
        one.get("identifier") for one in item.iterchildren("outcomeDeclaration") if one.get("baseType") in _NUMERIC
    }
    run = _Run(declared)
    for name, one in declared.items():
        # QTI 2.2, 5.2: a numeric outcome without a default starts at 0.
        run.values[name] = responses.get(name, one.default) or (_one(Fraction(0)) if name in numbers else None)
    inside = _children(processing)
    template = (processing.get("template") or "").rstrip("/").rpartition("/")[2].removesuffix(".xml")
    if inside:
        run.rules(inside, 0)
    elif template in ("match_correct", "map_response") and "RESPONSE" in declared:
        response = declared["RESPONSE"]
        given = run.values["RESPONSE"]
        if template == "match_correct":
            run.values["SCORE"] = _one(Fraction(_holds(_match(given, response.correct))))
        else:
            run.values["SCORE"] = _one(mapped(response, given))
    else:
        raise Unprocessable(template or "none")
    return run.values


def score(item: etree._Element, declared: Mapping[str, Declaration], responses: Mapping[str, Value]) -> Fraction:
    """Return the outcome SCORE after these responses.

    Raises:
        Unprocessable: the rules cannot be run, or give no number.
    """
    found = outcomes(item, declared, responses).get("SCORE")
    if found is None:
        return Fraction(0)
    return _numbers([found])[0]


def _one(value: Scalar) -> Value:
    return Value((value,))


def _match(left: Value | None, right: Value | None) -> Value | None:
    if left is None or right is None:
        return None
    if left.ordered or right.ordered:
        return _one(left.items == right.items)
    return _one(sorted(map(repr, left.items)) == sorted(map(repr, right.items)))


def mapped(response: Declaration, given: Value | None, *, floor: bool = True) -> Fraction:
    """Return what a mapping gives for a response: each distinct value counts once, then the bounds hold.

    Without `floor` the lower one does not, to see what a value alone takes away.

    Raises:
        Unprocessable: the variable has no mapping.
    """
    if response.mapping is None:
        raise Unprocessable("mapping")
    otherwise = _figure(response.mapping.get("defaultValue") or "0")
    total = Fraction(0)
    for one in dict.fromkeys(given.items if given else ()):
        total += next(
            (
                _figure(entry.get("mappedValue") or "0")
                for entry in response.mapping.iterchildren("mapEntry")
                if _same(one, entry, response.base)
            ),
            otherwise,
        )
    low, high = response.mapping.get("lowerBound"), response.mapping.get("upperBound")
    if low and floor:
        total = max(total, _figure(low))
    return min(total, _figure(high)) if high else total


def _same(one: Scalar, entry: etree._Element, base: str) -> bool:
    key = scalar((entry.get("mapKey") or "").strip(), base)
    # Strings are matched with their case unless the entry says otherwise (QTI 2.1, mapEntry).
    if isinstance(one, str) and isinstance(key, str) and base == "string" and entry.get("caseSensitive") == "false":
        return one.lower() == key.lower()
    return one == key


def _figure(text: str) -> Fraction:
    found = scalar(text, "float")
    assert isinstance(found, Fraction)
    return found


def _numbers(given: Sequence[Value | None]) -> list[Fraction]:
    found: list[Fraction] = []
    for value in given:
        for one in value.items if value else ():
            if isinstance(one, str):
                one = scalar(one, "float")
            if isinstance(one, bool) or not isinstance(one, Fraction):
                raise Unprocessable("number")
            if one.numerator.bit_length() + one.denominator.bit_length() > LONGEST:
                raise Unprocessable("number")
            found.append(one)
    return found


def _arithmetic(work: Callable[[list[Fraction]], Scalar | None]) -> Callable[..., Value | None]:
    """Make an operator of numbers: NULL when any is NULL, or when there is no result."""

    def operator(element: etree._Element, given: list[Value | None]) -> Value | None:
        if any(one is None for one in given):
            return None
        numbers = _numbers(given)
        if len(numbers) < 2 and element.tag not in ("sum", "product"):
            raise Unprocessable(str(element.tag))
        result = work(numbers)
        return None if result is None else _one(result)

    return operator


def _product(numbers: list[Fraction]) -> Fraction:
    total = Fraction(1)
    for one in numbers:
        total *= one
        if total.numerator.bit_length() + total.denominator.bit_length() > LONGEST:
            raise Unprocessable("number")
    return total


def _equal(element: etree._Element, given: list[Value | None]) -> Value | None:
    if (element.get("toleranceMode") or "exact") != "exact":
        raise Unprocessable("tolerance")
    return _match(_pair(given)[0], _pair(given)[1])


def _pair(given: list[Value | None]) -> tuple[Value | None, Value | None]:
    if len(given) != 2:
        raise Unprocessable("two")
    return given[0], given[1]


def _string_match(element: etree._Element, given: list[Value | None]) -> Value | None:
    if element.get("substring") == "true":
        raise Unprocessable("substring")
    left, right = _pair(given)
    if left is None or right is None:
        return None
    a, b = str(left.items[0]), str(right.items[0])
    if element.get("caseSensitive") == "false":
        a, b = a.lower(), b.lower()
    return _one(a == b)


def _logic(name: str) -> Callable[..., Value | None]:
    def operator(element: etree._Element, given: list[Value | None]) -> Value | None:
        truths = [None if one is None else _holds(one) for one in given]
        decides = name == "or"
        if decides in truths:
            return _one(decides)
        return None if None in truths else _one(not decides)

    return operator


def _not(element: etree._Element, given: list[Value | None]) -> Value | None:
    return None if given[0] is None else _one(not _holds(given[0]))


def _gathered(ordered: bool) -> Callable[..., Value | None]:
    def operator(element: etree._Element, given: list[Value | None]) -> Value | None:
        items = tuple(one for value in given if value for one in value.items)
        return Value(items, ordered) if items else None

    return operator


def _member(element: etree._Element, given: list[Value | None]) -> Value | None:
    one, many = _pair(given)
    return None if one is None or many is None else _one(one.items[0] in many.items)


_LEAVES: Mapping[str, Callable[[_Run, etree._Element], Value | None]] = {
    "variable": lambda run, element: run.values.get(run.declaration(element).identifier),
    "correct": lambda run, element: run.declaration(element).correct,
    "default": lambda run, element: run.declaration(element).default,
    "baseValue": lambda run, element: _one(scalar(words(element), element.get("baseType") or "identifier")),
    "mapResponse": lambda run, element: _one(
        mapped(run.declaration(element), run.values.get(run.declaration(element).identifier))
    ),
    "null": lambda run, element: None,
}
_OPERATORS: Mapping[str, Callable[[etree._Element, list[Value | None]], Value | None]] = {
    "match": lambda element, given: _match(*_pair(given)),
    "equal": _equal,
    "stringMatch": _string_match,
    "and": _logic("and"),
    "or": _logic("or"),
    "not": _not,
    "isNull": lambda element, given: _one(given[0] is None),
    "member": _member,
    "multiple": _gathered(False),
    "ordered": _gathered(True),
    "sum": _arithmetic(lambda numbers: sum(numbers, start=Fraction(0))),
    "product": _arithmetic(_product),
    "subtract": _arithmetic(lambda numbers: numbers[0] - numbers[1]),
    "divide": _arithmetic(lambda numbers: numbers[0] / numbers[1] if numbers[1] else None),
    "gt": _arithmetic(lambda numbers: numbers[0] > numbers[1]),
    "gte": _arithmetic(lambda numbers: numbers[0] >= numbers[1]),
    "lt": _arithmetic(lambda numbers: numbers[0] < numbers[1]),
    "lte": _arithmetic(lambda numbers: numbers[0] <= numbers[1]),
}
