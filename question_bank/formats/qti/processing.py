"""Template and response processing: the rules of an item, run by QTI's own operators and no others.

There are no loops in the rules, so the size of the item bounds the work; numbers are exact and of bounded length.
An operator that is not in the tables raises `Unprocessable`: a score is never guessed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from lxml import etree

from question_bank.formats.qti.looking_up import looked_up, mapped, mapped_points
from question_bank.formats.qti.operators import OPERATORS, match
from question_bank.formats.qti.tree import words
from question_bank.formats.qti.values import (
    NUMERIC,
    Declaration,
    Unprocessable,
    Value,
    figure,
    holds,
    numbers,
    one,
    value_of,
)

DEEPEST = 60  # rules and operators in one another
_CONSTRAINT_TRIES = 100
_BRANCHES = ("responseElse", "templateElse")


@dataclass(slots=True)
class Run:
    """One run of the rules: the variables as they stand. `draw` is the source of chance; without it there is none."""

    declared: dict[str, Declaration]
    values: dict[str, Value | None] = field(default_factory=dict)
    draw: random.Random | None = None
    done: bool = False

    def value(self, element: etree._Element, depth: int) -> Value | None:
        """Return what an expression comes to.

        Raises:
            Unprocessable: it holds what is not run here.
        """
        if depth > DEEPEST:
            raise Unprocessable("depth")
        name = str(element.tag)
        if name in _LEAVES:
            return _LEAVES[name](self, element)
        given = [self.value(child, depth + 1) for child in children(element)]
        if name == "random":
            return self._random(given)
        operator = OPERATORS.get(name)
        if operator is None:
            raise Unprocessable(name)
        return operator(element, given)

    def declaration(self, element: etree._Element) -> Declaration:
        """Return the variable that an element names."""
        try:
            return self.declared[element.get("identifier") or ""]
        except KeyError as error:
            raise Unprocessable("variable") from error

    def chance(self) -> random.Random:
        """Return the source of chance.

        Raises:
            Unprocessable: there is none: what is drawn cannot be judged.
        """
        if self.draw is None:
            raise Unprocessable("random")
        return self.draw

    def _random(self, given: list[Value | None]) -> Value | None:
        if len(given) != 1 or given[0] is None:
            return None
        return one(self.chance().choice(given[0].items))

    def attribute(self, element: etree._Element, name: str, otherwise: str = "") -> Fraction:
        """Return a number of an attribute, which may name a template variable in braces."""
        text = (element.get(name) or otherwise).strip()
        if text.startswith("{") and text.endswith("}"):
            found = numbers([self.values.get(text[1:-1])])
            if len(found) != 1:
                raise Unprocessable(text[:80])
            return found[0]
        return figure(text)

    def rules(self, elements: Sequence[etree._Element], depth: int) -> None:
        """Run rules one after the other."""
        for rule in elements:
            if self.done:
                return
            match rule.tag:
                case "responseCondition" | "templateCondition":
                    self._condition(rule, depth)
                case "setOutcomeValue" | "setTemplateValue" | "setResponseValue":
                    self.values[self.declaration(rule).identifier] = self.value(_only(rule), depth + 1)
                case "setCorrectResponse" | "setDefaultValue" if children(rule):
                    self._declare(rule, depth)
                case "lookupOutcomeValue":
                    found = self.declaration(rule)
                    self.values[found.identifier] = looked_up(found, self.value(_only(rule), depth + 1))
                case "exitResponse" | "exitTemplate":
                    self.done = True
                case "responseProcessingFragment":
                    self.rules(children(rule), depth + 1)
                case _:
                    raise Unprocessable(str(rule.tag))

    def _declare(self, rule: etree._Element, depth: int) -> None:
        found, value = self.declaration(rule), self.value(_only(rule), depth + 1)
        if rule.tag == "setCorrectResponse":
            self.declared[found.identifier] = replace(found, correct=value)
        else:
            self.declared[found.identifier] = replace(found, default=value)
            self.values[found.identifier] = value

    def _condition(self, rule: etree._Element, depth: int) -> None:
        if depth > DEEPEST:
            raise Unprocessable("depth")
        for branch in children(rule):
            inside = children(branch)
            if branch.tag in _BRANCHES:
                self.rules(inside, depth + 1)
                return
            if not inside:
                raise Unprocessable("condition")
            if holds(self.value(inside[0], depth + 1)):
                self.rules(inside[1:], depth + 1)
                return


def children(element: etree._Element) -> list[etree._Element]:
    """Return the elements below one, without comments."""
    return [child for child in element if isinstance(child.tag, str)]


def _only(element: etree._Element) -> etree._Element:
    inside = children(element)
    if len(inside) != 1:
        raise Unprocessable(str(element.tag))
    return inside[0]


def outcomes(
    item: etree._Element,
    declared: Mapping[str, Declaration],
    responses: Mapping[str, Value],
    draw: random.Random | None = None,
) -> dict[str, Value | None]:
    """Return all variables after these responses; `draw` lets templates and rules draw at random.

    Raises:
        Unprocessable: the item has no rules, or asks for an operator that is not run here.
    """
    processing = item.find("responseProcessing")
    if processing is None:
        raise Unprocessable("none")
    run = Run(dict(declared), draw=draw)
    _start(run, item)
    for name, found in run.declared.items():
        if name in responses:
            run.values[name] = responses[name]
        elif name not in run.values:
            run.values[name] = found.default
    inside = children(processing)
    template = (processing.get("template") or "").rstrip("/").rpartition("/")[2].removesuffix(".xml")
    if inside:
        run.rules(inside, 0)
    elif template in _TEMPLATES and "RESPONSE" in run.declared:
        run.values["SCORE"] = one(_TEMPLATES[template](run.declared["RESPONSE"], run.values["RESPONSE"]))
    elif template or item.find("responseDeclaration") is None:
        raise Unprocessable(template or "none")
    return run.values


def _start(run: Run, item: etree._Element) -> None:
    """Set numeric outcomes to 0 (QTI 2.2, 5.2) and run the template, again while its constraints do not hold."""
    for element in item.iterchildren("outcomeDeclaration"):
        found = run.declaration(element)
        if found.default is None and element.get("baseType") in NUMERIC:
            run.values[found.identifier] = one(Fraction(0))
    template = item.find("templateProcessing")
    if template is None:
        return
    declared, values = dict(run.declared), dict(run.values)
    for _ in range(_CONSTRAINT_TRIES):
        run.declared, run.values, run.done = dict(declared), dict(values), False
        if _drawn(run, template):
            run.done = False
            return
    raise Unprocessable("templateConstraint")


def _drawn(run: Run, template: etree._Element) -> bool:
    for rule in children(template):
        if run.done:
            break
        if rule.tag == "templateConstraint":
            if not holds(run.value(_only(rule), 1)):
                return False
        else:
            run.rules([rule], 0)
    return True


def score(item: etree._Element, declared: Mapping[str, Declaration], responses: Mapping[str, Value]) -> Fraction:
    """Return the outcome SCORE after these responses.

    Raises:
        Unprocessable: the rules cannot be run, or give no number.
    """
    found = outcomes(item, declared, responses).get("SCORE")
    if found is None:
        return Fraction(0)
    return numbers([found])[0]


def _match_correct(response: Declaration, given: Value | None) -> Fraction:
    return Fraction(holds(match(given, response.correct)))


_TEMPLATES: Mapping[str, Callable[[Declaration, Value | None], Fraction]] = {
    "match_correct": _match_correct,
    "map_response": mapped,
    "map_response_point": mapped_points,
}


def _random_integer(run: Run, element: etree._Element) -> Value | None:
    low, high, step = (run.attribute(element, *name) for name in (("min", "0"), ("max",), ("step", "1")))
    if any(bound.denominator != 1 for bound in (low, high, step)) or step < 1 or high < low:
        raise Unprocessable("randomInteger")
    return one(low + step * run.chance().randint(0, int((high - low) / step)))


def _random_float(run: Run, element: etree._Element) -> Value | None:
    low, high = run.attribute(element, "min", "0"), run.attribute(element, "max")
    return one(Fraction(repr(run.chance().uniform(float(low), float(high)))))


def _constant(run: Run, element: etree._Element) -> Value | None:
    name = element.get("name")
    if name not in ("pi", "e"):
        raise Unprocessable("mathConstant")
    return one(Fraction(repr(math.pi if name == "pi" else math.e)))


def _variable(run: Run, element: etree._Element) -> Value | None:
    return run.values.get(run.declaration(element).identifier)


_LEAVES: Mapping[str, Callable[[Run, etree._Element], Value | None]] = {
    "variable": _variable,
    "correct": lambda run, element: run.declaration(element).correct,
    "default": lambda run, element: run.declaration(element).default,
    "baseValue": lambda run, element: value_of([words(element)], element.get("baseType") or "identifier"),
    "mapResponse": lambda run, element: one(mapped(run.declaration(element), _variable(run, element))),
    "mapResponsePoint": lambda run, element: one(mapped_points(run.declaration(element), _variable(run, element))),
    "null": lambda run, element: None,
    "randomInteger": _random_integer,
    "randomFloat": _random_float,
    "mathConstant": _constant,
}
