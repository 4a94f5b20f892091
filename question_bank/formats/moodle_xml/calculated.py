"""Moodle's calculated questions ⇄ our templates with variables.

A formula of an answer becomes `{=formula;2}` (two places, or `;2s` two figures, as Moodle rounds it), and a relative
tolerance becomes a formula of its own. Moodle works with sets of numbers that were drawn when the question was written:
the sets are taken over, place by place; a question without sets gets the range that it names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from html import unescape

from lxml import etree

from question_bank.formats import drafting, fragments, problems, xml
from question_bank.items.domain import (
    AcceptedNumber,
    ChoiceKey,
    ItemBody,
    ItemDraft,
    ItemType,
    NumberKey,
    Option,
    Problem,
    Variable,
)
from question_bank.items.formulas import NAME, writes_power_as_xor
from question_bank.items.parameters import figures, values_for

SETS_AT_MOST = 100
SETS_MADE = 20  # for a template that has only ranges: Moodle shows no question without a set
RELATIVE, GEOMETRIC = "1", "3"

_VALUE = re.compile(r"\{=(?P<formula>(?:[^{};]|\{[^{}]*\})+)(?:;(?P<places>\d{1,2})(?P<figures>s?))?\}")
_WITHIN = re.compile(r"\{=(?P<share>\d+(?:\.\d+)?)\*abs\((?P<formula>.*)\)\}")


def variables(question: etree._Element) -> tuple[Variable, ...] | None:
    """Return the variables of a question; None when one has no usable name or numbers."""
    found: list[Variable] = []
    for definition in question.iterfind("dataset_definitions/dataset_definition"):
        name = fragments.tidy(xml.text_of(definition, "name/text")).strip()
        numbered = sorted(
            (int(number), value)
            for item in definition.iterfind("dataset_items/dataset_item")
            if (number := xml.text_of(item, "number").strip()).isdigit() and len(number) < 9
            and (value := drafting.number(xml.text_of(item, "value")))
        )  # fmt: skip
        low, high = (drafting.number(xml.text_of(definition, f"{end}/text")) for end in ("minimum", "maximum"))
        decimals = xml.text_of(definition, "decimals/text").strip()
        if not NAME.fullmatch(name) or not (numbered or (low and high)):
            return None
        step = "1" if not decimals.isdigit() or int(decimals) in (0, *range(13, 99)) else f"0.{'1':0>{int(decimals)}}"
        values = tuple(value for _, value in numbered[:SETS_AT_MOST])
        found.append(Variable(name, low or "1", high or "10", step, values))
    return tuple(found) or None


def accepted(answers: Sequence[tuple[etree._Element, Fraction]]) -> tuple[NumberKey | None, list[Problem]]:
    """Return the key of a calculated number, and what to say of it."""
    found: list[Problem] = []
    numbers: list[AcceptedNumber] = []
    for answer, share in answers:
        formula = fragments.tidy(xml.text_of(answer, "text")).strip()
        if share <= 0:
            continue
        if formula == "*":
            found.append(problems.any_number())
            continue
        if writes_power_as_xor(formula):
            found.append(problems.power_sign(formula))
            continue
        around = (drafting.number(xml.text_of(answer, "tolerance").strip() or "0") or "0").lstrip("-")
        kind = xml.text_of(answer, "tolerancetype").strip()
        if kind == GEOMETRIC:
            found.append(problems.geometric_tolerance())
        if kind in (RELATIVE, GEOMETRIC) and around.strip("0."):
            around = f"{{={around}*abs({formula})}}"
        numbers.append(AcceptedNumber(f"{{={formula}{_form(answer)}}}", around, share))
    blocked = any(problem.blocking for problem in found)
    if not numbers and not blocked:
        found.append(problems.no_key())
    return (NumberKey(tuple(numbers)) if numbers and not blocked else None), found


def _form(answer: etree._Element) -> str:
    """Return how Moodle rounds the value of an answer."""
    length = xml.text_of(answer, "correctanswerlength").strip()
    if not length.isdigit() or len(length) > 2:
        return ""
    significant = xml.text_of(answer, "correctanswerformat").strip() == "2"
    return f";{max(1, int(length))}s" if significant else f";{length}"


def worked_out(options: Sequence[Option], answers: Sequence[tuple[etree._Element, Fraction]]) -> tuple[Option, ...]:
    """Return options whose formulas are rounded as their answers say."""
    return tuple(
        replace(option, html=re.sub(r"(\{=(?:[^{};]|\{[^{}]*\})+)\}", rf"\1{_form(answer)}}}", option.html))
        for option, (answer, _) in zip(options, answers, strict=True)
    )


def powers(options: Sequence[Option]) -> list[Problem]:
    """Return what to say of options whose formulas hold Moodle's `^`."""
    formulas = [found["formula"] for option in options for found in _VALUE.finditer(option.html)]
    return [problems.power_sign(unescape(formula)) for formula in formulas if writes_power_as_xor(formula)]


def kind_of(draft: ItemDraft) -> str:
    """Return Moodle's type for a template, "" where it has none."""
    key = draft.key
    if isinstance(key, ChoiceKey):
        return "calculatedmulti"
    if draft.body.type is ItemType.SHORT_NUMBER and isinstance(key, NumberKey):
        return "calculated" if all(_VALUE.fullmatch(one.value) for one in key.accepted) else ""
    return ""


def write_number(answer: etree._Element, number: AcceptedNumber) -> None:
    """Put formula, tolerance and rounding of a calculated number into its `answer`."""
    value = _VALUE.fullmatch(number.value)
    within = _WITHIN.fullmatch(number.tolerance)
    assert value is not None, "kind_of was asked"
    text = answer.find("text")
    assert text is not None
    text.text = value["formula"]
    relative = within is not None and within["formula"] == value["formula"]
    for name, words in (
        ("tolerance", within["share"] if within is not None and relative else number.tolerance),
        ("tolerancetype", RELATIVE if relative else "2"),
        ("correctanswerformat", "2" if value["figures"] else "1"),
        ("correctanswerlength", value["places"] or "9"),
    ):
        etree.SubElement(answer, name).text = words


def write_datasets(question: etree._Element, body: ItemBody) -> None:
    """Put the variables of a template into its question."""
    listed = min((len(one.values) for one in body.variables if one.values), default=0)
    count = listed or SETS_MADE
    sets = [values_for(body.variables, f"set/{number}") for number in range(count)]
    holder = etree.SubElement(question, "dataset_definitions")
    for variable in body.variables:
        definition = etree.SubElement(holder, "dataset_definition")
        decimals = len(variable.step.replace(",", ".").partition(".")[2])
        for name, words in (
            ("status", "private"), ("name", variable.name), ("distribution", "uniform"), ("minimum", variable.low),
            ("maximum", variable.high), ("decimals", str(decimals)),
        ):  # fmt: skip
            etree.SubElement(etree.SubElement(definition, name), "text").text = words
        etree.SubElement(definition, "type").text = "calculated"
        etree.SubElement(definition, "itemcount").text = str(count)
        items = etree.SubElement(definition, "dataset_items")
        for number in range(count):
            item = etree.SubElement(items, "dataset_item")
            etree.SubElement(item, "number").text = str(number + 1)
            value = variable.values[number] if variable.values else figures(sets[number][variable.name])
            etree.SubElement(item, "value").text = value
        etree.SubElement(definition, "number_of_items").text = str(count)
