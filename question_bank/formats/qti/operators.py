"""Operators of truth, texts and containers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lxml import etree

from question_bank.formats.qti import arithmetic, patterns
from question_bank.formats.qti.arithmetic import Operator
from question_bank.formats.qti.looking_up import within
from question_bank.formats.qti.values import Scalar, Unprocessable, Value, holds, numbers, one, whole


def match(left: Value | None, right: Value | None) -> Value | None:
    """Tell whether two values are the same; in a container without order only the items count."""
    if left is None or right is None:
        return None
    if left.ordered or right.ordered:
        return one(left.items == right.items)
    return one(sorted(map(repr, left.items)) == sorted(map(repr, right.items)))


def pair(given: list[Value | None]) -> tuple[Value | None, Value | None]:
    """Return the two operands.

    Raises:
        Unprocessable: there are not two.
    """
    if len(given) != 2:
        raise Unprocessable("two")
    return given[0], given[1]


def _equal(element: etree._Element, given: list[Value | None]) -> Value | None:
    if (element.get("toleranceMode") or "exact") != "exact":
        return arithmetic.near(element, given)
    left, right = pair(given)
    if left is None or right is None:
        return None
    try:
        return one(numbers([left]) == numbers([right]))  # a number that stands as a text is a number here
    except Unprocessable:
        return match(left, right)


def _text(value: Value) -> str:
    if len(value.items) != 1 or isinstance(value.items[0], tuple | bool):
        raise Unprocessable("string")
    return str(value.items[0])


def _string_match(element: etree._Element, given: list[Value | None]) -> Value | None:
    left, right = pair(given)
    if left is None or right is None:
        return None
    a, b = _text(left), _text(right)
    if element.get("caseSensitive") == "false":
        a, b = a.lower(), b.lower()
    return one(b in a if element.get("substring") == "true" else a == b)


def _contains_text(element: etree._Element, given: list[Value | None]) -> Value | None:
    left, right = pair(given)
    if left is None or right is None:
        return None
    a, b = _text(left), _text(right)
    if element.get("caseSensitive") == "false":
        a, b = a.lower(), b.lower()
    return one(a in b)


def _pattern(element: etree._Element, given: list[Value | None]) -> Value | None:
    pattern = element.get("pattern")
    if pattern is None or len(given) != 1:
        raise Unprocessable("patternMatch")
    if given[0] is None:
        return None
    return one(patterns.fits(pattern, _text(given[0])))


def _logic(name: str) -> Operator:
    def operator(element: etree._Element, given: list[Value | None]) -> Value | None:
        truths = [None if value is None else holds(value) for value in given]
        decides = name == "or"
        if decides in truths:
            return one(decides)
        return None if None in truths else one(not decides)

    return operator


def _any_n(element: etree._Element, given: list[Value | None]) -> Value | None:
    low, high = element.get("min") or "", element.get("max") or ""
    if not (low.isdecimal() and high.isdecimal()) or len(low + high) > 8:
        raise Unprocessable("anyN")
    true = sum(holds(value) for value in given)
    unknown = sum(value is None for value in given)
    if true > int(high) or true + unknown < int(low):
        return one(False)
    return one(True) if true >= int(low) and true + unknown <= int(high) else None


def _not(element: etree._Element, given: list[Value | None]) -> Value | None:
    return None if given[0] is None else one(not holds(given[0]))


def _gathered(ordered: bool) -> Operator:
    def operator(element: etree._Element, given: list[Value | None]) -> Value | None:
        items = tuple(item for value in given if value for item in value.items)
        return Value(items, ordered) if items else None

    return operator


def _member(element: etree._Element, given: list[Value | None]) -> Value | None:
    item, many = pair(given)
    return None if item is None or many is None else one(item.items[0] in many.items)


def _contains(element: etree._Element, given: list[Value | None]) -> Value | None:
    many, few = pair(given)
    if many is None or few is None:
        return None
    if many.ordered and few.ordered:
        length = len(few.items)
        return one(any(many.items[at : at + length] == few.items for at in range(len(many.items) - length + 1)))
    left = list(many.items)
    for item in few.items:
        if item not in left:
            return one(False)
        left.remove(item)
    return one(True)


def _delete(element: etree._Element, given: list[Value | None]) -> Value | None:
    item, many = pair(given)
    if item is None or many is None:
        return None
    left = tuple(kept for kept in many.items if kept != item.items[0])
    return Value(left, many.ordered) if left else None


def _index(element: etree._Element, given: list[Value | None]) -> Value | None:
    place = element.get("n") or ""
    if not place.isdecimal() or len(place) > 6 or int(place) < 1:
        raise Unprocessable("index")
    if len(given) != 1 or given[0] is None or int(place) > len(given[0].items):
        return None
    return one(given[0].items[int(place) - 1])


def _size(element: etree._Element, given: list[Value | None]) -> Value | None:
    return one(Fraction(len(given[0].items) if given and given[0] else 0))


def _repeat(element: etree._Element, given: list[Value | None]) -> Value | None:
    times = element.get("numberRepeats") or ""
    if not times.isdecimal() or len(times) > 3:
        raise Unprocessable("repeat")
    items: tuple[Scalar, ...] = tuple(item for value in given if value for item in value.items) * int(times)
    return Value(items, True) if items else None


def _substring(element: etree._Element, given: list[Value | None]) -> Value | None:
    # QTI 2: does the second text hold the first; with numbers (an extension) a piece of a text from a place on.
    if len(given) == 2:
        return _contains_text(element, given)
    if len(given) != 3 or any(value is None for value in given):
        return None
    text, start, length = given
    assert text is not None
    first = whole(start) - 1
    piece = _text(text)[max(first, 0) : max(first, 0) + max(whole(length), 0)]
    return one(piece) if piece else None


def _inside(element: etree._Element, given: list[Value | None]) -> Value | None:
    if not given or given[0] is None:
        return None
    shape, coords = element.get("shape") or "", element.get("coords") or ""
    return one(any(within(item, shape, coords) for item in given[0].items))


OPERATORS: Mapping[str, Operator] = {
    **arithmetic.OPERATORS,
    "match": lambda element, given: match(*pair(given)),
    "equal": _equal,
    "stringMatch": _string_match,
    "substring": _substring,
    "patternMatch": _pattern,
    "and": _logic("and"),
    "or": _logic("or"),
    "not": _not,
    "anyN": _any_n,
    "isNull": lambda element, given: one(given[0] is None),
    "member": _member,
    "contains": _contains,
    "delete": _delete,
    "index": _index,
    "containerSize": _size,
    "repeat": _repeat,
    "inside": _inside,
    "multiple": _gathered(False),
    "ordered": _gathered(True),
}
