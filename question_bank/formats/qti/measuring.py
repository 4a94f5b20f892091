"""Numbers that are typed: which count, for how much, and how far around; held against the rules of the item."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from lxml import etree

from question_bank.formats import problems
from question_bank.formats.qti.judging import Judge, candidates, near
from question_bank.formats.qti.source import Source
from question_bank.formats.qti.tree import words
from question_bank.formats.qti.values import Scalar, Unprocessable, figure
from question_bank.items.domain import AcceptedNumber, NumberKey

_LITTLE = Fraction(1, 1000)  # of a tolerance, or of a number without one: enough to be outside


def number_key(source: Source, name: str) -> NumberKey | None:
    """Return the numbers that count: those stated and those that the rules compare with, each as the rules pay."""
    judge = source.judge
    compared = _compared(source.root, name)
    stated = [one for one in candidates(judge.response(name)) if isinstance(one, Fraction)]
    values = list(dict.fromkeys((*stated, *compared)))
    if not values:
        return None
    if judge.silent:
        return NumberKey((AcceptedNumber(written(values[0])),))
    try:
        nothing = judge.score({})
        paid = {value: judge.score({name: (value,)}) - nothing for value in values}
        best = max(paid.values())
        if best <= 0 or (stated and paid[stated[0]] <= 0):
            source.problems.append(problems.rules_disagree())
            return None
        kept = [value for value in values if paid[value] > 0]
        accepted = [_accepted(judge, name, value, compared.get(value, Fraction(0)), paid[value]) for value in kept]
    except Unprocessable:
        source.problems.append(problems.rules_unknown())
        return None
    return NumberKey(
        tuple(
            AcceptedNumber(written(value), written(tolerance), near(paid[value] / best))
            for value, tolerance in zip(kept, accepted, strict=True)
        )
    )


def _accepted(judge: Judge, name: str, value: Fraction, tolerance: Fraction, paid: Fraction) -> Fraction:
    """Return the tolerance of a number when the rules pay the same up to its ends, and less beyond.

    Raises:
        Unprocessable: they draw the line elsewhere.
    """
    nothing = judge.score({})
    beyond = tolerance * (1 + _LITTLE) if tolerance else max(abs(value), Fraction(1)) * _LITTLE / 1000
    for side in (-1, 1):
        if judge.score({name: (value + side * tolerance,)}) - nothing < paid:
            raise Unprocessable("tolerance")
        if judge.score({name: (value + side * beyond,)}) - nothing >= paid:
            raise Unprocessable("tolerance")
    return tolerance


def pays_around(judge: Judge, best: Mapping[str, tuple[Scalar, ...]], name: str, value: Scalar) -> bool:
    """Tell whether a number a little beside the stated one is paid for as well.

    Raises:
        Unprocessable: the rules cannot be run.
    """
    if not isinstance(value, Fraction):
        return False
    beside = value + max(abs(value), Fraction(1)) * _LITTLE / 1000
    return judge.score({**best, name: (beside,)}) >= judge.score(best)


def _compared(root: etree._Element, name: str) -> dict[Fraction, Fraction]:
    """Return the numbers that the rules compare a response with, each with the tolerance stated there."""
    found: dict[Fraction, Fraction] = {}
    for same in root.iter("equal"):
        if not any(one.get("identifier") == name for one in same.iterchildren("variable")):
            continue
        for one in same.iterchildren("baseValue"):
            try:
                value = figure(words(one))
                found.setdefault(value, _tolerance(same, value))
            except Unprocessable:
                continue
        for _ in same.iterchildren("correct"):
            for text in root.iterfind(f"responseDeclaration[@identifier='{name}']/correctResponse/value"):
                value = figure(words(text))
                found.setdefault(value, _tolerance(same, value))
    return found


def _tolerance(same: etree._Element, value: Fraction) -> Fraction:
    parts = [figure(part) for part in (same.get("tolerance") or "0").split()]
    if same.get("toleranceMode") == "relative":
        return abs(value) * parts[0] / 100
    return parts[0] if same.get("toleranceMode") == "absolute" else Fraction(0)


def written(one: Scalar) -> str:
    """Return an answer as it is typed: a number with all its decimals, a text with its stars escaped."""
    if not isinstance(one, Fraction):
        return str(one).replace("*", "\\*")
    digits = 0
    while (one * 10**digits).denominator != 1:
        digits += 1
        if digits > 60:
            raise Unprocessable("digits")
    whole = one * 10**digits
    return format(Decimal(int(whole)).scaleb(-digits), "f")
