"""Answers that are typed, in QTI 1.2: a text, a number, several blanks."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from lxml import etree

from question_bank.formats import problems, xml
from question_bank.formats.qti12.material import Source
from question_bank.formats.qti12.rules import Rules, Unreadable, around
from question_bank.formats.qti12.tree import children
from question_bank.items.domain import AcceptedNumber, AcceptedText, NumberKey, TextKey

Range = tuple[Fraction, Fraction, bool]  # lowest, highest, whether an end is left out


def text_key(source: Source, rules: Rules, ident: str) -> TextKey | None:
    """Return the texts that count for a lone blank."""
    key = texts(source, rules, [ident])
    return TextKey(key[ident]) if key else None


def texts(source: Source, rules: Rules, names: list[str]) -> dict[str, tuple[AcceptedText, ...]] | None:
    """Return the texts that count in each blank and for how much, found by running the rules on each of them."""
    stated = {name: _stated(rules, name) for name in names}
    if not names or len(set(names)) != len(names) or not all(stated.values()):
        return None
    best = {name: (found[0][0],) for name, found in stated.items()}
    try:
        full = rules.score(best)
        if full <= rules.score({}):
            source.problems.append(problems.rules_disagree())
            return None
        key = {name: _shares(rules, best, name, found, full) for name, found in stated.items()}
        if any(not found or max(one.share for one in found) != 1 for found in key.values()):
            source.problems.append(problems.rules_disagree())
            return None
        if len(names) > 1 and all(rules.score({name: best[name]}) <= 0 for name in names):
            source.problems.append(problems.all_or_nothing())
    except Unreadable:
        source.problems.append(problems.rules_unknown())
        return None
    return key


def _stated(rules: Rules, ident: str) -> list[tuple[str, bool]]:
    """Return the texts that paying conditions name, each with whether it is only a part of the answer."""
    found = [
        (xml.text_of(one).strip(), one.tag == "varsubstring")
        for rule in rules.conditions
        if rules.pays(rule)
        for one in rule.iter("varequal", "varsubstring")
        if one.get("respident") == ident and not any(above.tag == "not" for above in one.iterancestors())
    ]
    return [one for one in dict.fromkeys(found) if one[0]]


def _shares(
    rules: Rules, best: dict[str, tuple[str]], name: str, found: list[tuple[str, bool]], full: Fraction
) -> tuple[AcceptedText, ...]:
    without = rules.score({**best, name: ()})
    if without >= full:
        return ()  # the rules pay the same for a blank
    accepted: dict[str, AcceptedText] = {}
    for text, part in found:
        paid = rules.score({**best, name: (text,)})
        share = (paid - without) / (full - without)
        if share <= 0:
            continue
        swapped = text.swapcase()
        exact = swapped != text and rules.score({**best, name: (swapped,)}) != paid
        written = text.replace("*", "\\*")
        written = f"*{written}*" if part else written
        one = AcceptedText(written, min(share, Fraction(1)), exact)
        accepted.setdefault(written if exact else written.casefold(), one)
    return tuple(accepted.values())


def number_key(source: Source, rules: Rules, ident: str) -> NumberKey | None:
    """Return the numbers that count: the ranges that paying conditions state, each for what the rules pay."""
    try:
        ranges = [one for rule in rules.conditions if rules.pays(rule) for one in _ranges(rule, ident)]
        paid = [rules.score({ident: (decimal((low + high) / 2),)}) for low, high, _ in ranges]
        nothing = rules.score({})
    except Unreadable:
        source.problems.append(problems.rules_unknown())
        return None
    best = max(paid, default=nothing)
    if best <= nothing:
        return None
    accepted: dict[tuple[str, str], AcceptedNumber] = {}
    for (low, high, is_open), pay in zip(ranges, paid, strict=True):
        if pay <= nothing:
            continue
        value, tolerance = decimal((low + high) / 2), decimal((high - low) / 2)
        share = (pay - nothing) / (best - nothing)
        accepted.setdefault((value, tolerance), AcceptedNumber(value, tolerance, share))
        if is_open and not any(one.code == "open_range" for one in source.problems):
            source.problems.append(problems.open_range())
    return NumberKey(tuple(accepted.values()))


def _ranges(rule: etree._Element, ident: str) -> list[Range]:
    condition = rule.find("conditionvar")
    found = _of(condition, ident, 0) if condition is not None else []
    # A number inside a range that counts the same says nothing more.
    wide = [one for one in found if one[0] < one[1]]
    return [one for one in found if one in wide or not any(low <= one[0] and one[1] <= high for low, high, _ in wide)]


def _of(condition: etree._Element, ident: str, depth: int) -> list[Range]:
    if depth > 20:
        raise Unreadable("depth")
    found: list[Range] = []
    lows: list[tuple[Fraction, bool]] = []
    highs: list[tuple[Fraction, bool]] = []
    for one in children(condition):
        tag = str(one.tag)
        if tag in ("or", "and"):
            found += _of(one, ident, depth + 1)
        elif tag == "varequal" and one.get("respident") == ident:
            found.append((*around(one), False))
        elif tag in ("vargt", "vargte") and one.get("respident") == ident:
            lows.append((around(one)[0], tag == "vargt"))
        elif tag in ("varlt", "varlte") and one.get("respident") == ident:
            highs.append((around(one)[1], tag == "varlt"))
        else:
            raise Unreadable(tag)
    if lows or highs:
        if len(lows) != 1 or len(highs) != 1 or lows[0][0] > highs[0][0] or (condition.tag == "or"):
            raise Unreadable("range")
        found.append((lows[0][0], highs[0][0], lows[0][1] or highs[0][1]))
    return found


def decimal(value: Fraction) -> str:
    """Return a number as a decimal; those of files have an end.

    Raises:
        Unreadable: it has none.
    """
    digits, scaled = 0, value
    while scaled.denominator != 1:
        digits, scaled = digits + 1, scaled * 10
        if digits > 60:
            raise Unreadable("digits")
    return format(Decimal(int(scaled)).scaleb(-digits), "f")
