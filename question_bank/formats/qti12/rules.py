"""Response processing of QTI 1.2: the conditions of an item, run on a response.

Where the standard and the programs that write it differ, the programs are followed: a condition goes on to the next
unless it says `continue="No"`, several `varequal` for one single response are alternatives, and `other` holds when no
condition before it has changed the score. Bounds of the score are left aside: a key speaks of shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from lxml import etree

from question_bank.formats import xml
from question_bank.formats.drafting import number
from question_bank.formats.qti12.tree import RESPONSES, children, is_yes

DEEPEST = 40
LARGEST = 10**12
FINEST = 20  # decimals of a number that still counts
MOST = 300_000  # comparisons for one item; no honest one comes near
Given = Mapping[str, tuple[str, ...]]
_BOUNDS = {"vargt", "vargte", "varlt", "varlte"}


class Unreadable(ValueError):
    """The rules of this item ask for something that is not run here."""


def figure(text: str) -> Fraction:
    """Return a number.

    Raises:
        Unreadable: it is none, or out of all measure.
    """
    found = number(text)
    if found is None or len(found) > 60 or abs(value := Fraction(found)) > LARGEST:
        raise Unreadable(text[:40])
    return value


class Rules:
    """The conditions of one item; `silent` when none of them changes a score."""

    def __init__(self, item: etree._Element, *, numbers: bool = False) -> None:
        """Read the conditions; `numbers` where the item says that what is typed is a number.

        Raises:
            Unreadable: they change several scores at once.
        """
        self.conditions = [one for place in item.iterchildren("resprocessing") for one in place.iter("respcondition")]
        self._asked = {one.get("ident") or "": one for one in item.iter() if one.tag in RESPONSES}
        self._declared = {
            one.get("varname") or "SCORE": one
            for place in item.iter("outcomes")
            for one in place.iterchildren("decvar")
        }
        names = {self._name(one) for rule in self.conditions for one in rule.iterchildren("setvar")}
        if len(names) > 1:
            names &= {"SCORE", "que_score"}
        if len(names) > 1:
            raise Unreadable("variables")
        self._variable = next(iter(names), "")
        self._numbers = numbers
        self._done = 0
        self.silent = not names and not any(_says_correct(one) for one in self.conditions)

    def _name(self, change: etree._Element) -> str:
        return change.get("varname") or change.get("variablename") or "SCORE"

    def numeric(self, ident: str) -> bool:
        """Tell whether a response is a number."""
        asked = self._asked.get(ident)
        if asked is None:
            return False
        kind = next((one.get("fibtype") or "" for one in asked.iter("render_fib")), "")
        if asked.tag == "response_num" or kind.lower() in ("decimal", "integer", "scientific"):
            return True
        return self._numbers and asked.tag == "response_str"

    def cardinality(self, ident: str) -> str:
        """Return `single`, `multiple` or `ordered`."""
        asked = self._asked.get(ident)
        return (asked.get("rcardinality") or "Single").lower() if asked is not None else "single"

    def score(self, given: Given) -> Fraction:
        """Return what a response earns.

        Raises:
            Unreadable: a condition cannot be run.
        """
        start = self._declared.get(self._variable)
        first = start.get("defaultval") if start is not None else None
        total = figure(first) if first else Fraction(0)
        changed = False
        for rule in self.conditions:
            changes = [one for one in rule.iterchildren("setvar") if self._name(one) == self._variable]
            said = not self._variable and _says_correct(rule)
            if not changes and not said:
                continue
            condition = rule.find("conditionvar")
            if condition is None or not self._met(condition, given, changed, 0):
                continue
            changed = True
            total = Fraction(1) if said else total
            for one in changes:
                total = self._changed(total, one)
            if (rule.get("continue") or "").lower() == "no":
                break
        return total

    def pays(self, rule: etree._Element) -> bool:
        """Tell whether a condition adds to the score."""
        if not self._variable:
            return _says_correct(rule)
        return any(
            self._changed(Fraction(0), one) > 0
            for one in rule.iterchildren("setvar")
            if self._name(one) == self._variable
        )

    def _changed(self, total: Fraction, change: etree._Element) -> Fraction:
        text = xml.text_of(change).strip()
        if text.lower().endswith(".max"):
            declared = self._declared.get(self._variable)
            text = (declared.get("maxvalue") if declared is not None else "") or "1"
        value = figure(text)
        match (change.get("action") or "Set").lower():
            case "set":
                return value
            case "add":
                return total + value
            case "subtract":
                return total - value
            case "multiply":
                return total * value
            case "divide" if value:
                return total / value
        raise Unreadable("action")

    def _met(self, condition: etree._Element, given: Given, changed: bool, depth: int) -> bool:
        self._done += 1
        if depth > DEEPEST or self._done > MOST:
            raise Unreadable("depth")
        tag = str(condition.tag)
        if tag == "conditionvar":
            return self._all(children(condition), given, changed, depth)
        inside = [self._met(one, given, changed, depth + 1) for one in children(condition)]
        match tag:
            case "and":
                return all(inside)
            case "or":
                return any(inside)
            case "not":
                return not all(inside)
            case "other":
                return not changed
            case "unanswered":
                return not given.get(condition.get("respident") or "")
            case "varequal" | "varsubstring" | "vargt" | "vargte" | "varlt" | "varlte":
                return any(self.fits(condition, one) for one in given.get(condition.get("respident") or "", ()))
        raise Unreadable(tag)

    def _all(self, inside: list[etree._Element], given: Given, changed: bool, depth: int) -> bool:
        """Tell whether all hold that stand beside one another; what one response cannot be at once, it may be."""
        equal: dict[str, list[etree._Element]] = {}
        for one in inside:
            if one.tag in ("varequal", "varsubstring"):
                equal.setdefault(one.get("respident") or "", []).append(one)
            elif not self._met(one, given, changed, depth + 1):
                return False
        for ident, wanted in equal.items():
            values = given.get(ident, ())
            if self.cardinality(ident) == "ordered":
                asked = [(one.get("index") or str(place + 1), one) for place, one in enumerate(wanted)]
                stand = {str(place + 1): value for place, value in enumerate(values)}
                if not all(place in stand and self.fits(one, stand[place]) for place, one in asked):
                    return False
            else:
                met = [any(self.fits(one, value) for value in values) for one in wanted]
                if not (any(met) if self.cardinality(ident) == "single" else all(met)):
                    return False
        return True

    def fits(self, condition: etree._Element, value: str) -> bool:
        """Tell whether one value meets a comparison."""
        self._done += 1
        wanted, tag = xml.text_of(condition).strip(), str(condition.tag)
        if tag in _BOUNDS:
            a, b = figure(value), figure(wanted)
            return {"vargt": a > b, "vargte": a >= b, "varlt": a < b, "varlte": a <= b}[tag]
        ident = condition.get("respident") or ""
        if tag == "varequal" and self.numeric(ident):
            low, high = around(condition)
            return low <= figure(value) <= high
        asked = self._asked.get(ident)
        if asked is not None and asked.tag != "response_lid" and not is_yes(condition.get("case")):
            wanted, value = wanted.casefold(), value.casefold()
        return wanted in value if tag == "varsubstring" else wanted == value


def around(condition: etree._Element) -> tuple[Fraction, Fraction]:
    """Return the lowest and the highest number that equal the one stated.

    Raises:
        Unreadable: what is stated is no number.
    """
    value = figure(xml.text_of(condition).strip())
    half = Fraction(0)
    if condition.get("margin"):
        margin = abs(figure(condition.get("margin") or "0"))
        half = abs(value) * margin / 100 if condition.get("margintype") == "percent" else margin
    elif (condition.get("precisiontype") or "").lower() == "decimals":
        digits = figure(condition.get("precision") or "")
        if digits.denominator != 1 or not 0 <= digits <= FINEST:
            raise Unreadable("precision")
        half = Fraction(1, 2 * 10 ** int(digits))
    return value - half, value + half


def _says_correct(rule: etree._Element) -> bool:
    """Tell whether a condition without a score still names the right answer, as Blackboard writes it."""
    if rule.find("setvar") is not None or (rule.find("conditionvar/other") is not None):
        return False
    named = [(one.get("linkrefid") or "").lower() for one in rule.iterchildren("displayfeedback")]
    return (rule.get("title") or "").lower() == "correct" or "correct" in named
