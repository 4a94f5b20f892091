"""Choices of QTI 1.2: one, several, true or false, and things to put in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from lxml import etree

from question_bank.formats import drafting, fragments, problems
from question_bank.formats.qti12.material import Source
from question_bank.formats.qti12.rules import Rules, Unreadable
from question_bank.formats.qti12.tree import is_yes
from question_bank.items.domain import (
    ChoiceKey,
    ItemBody,
    ItemKey,
    ItemType,
    Option,
    OrderKey,
    TruthKey,
)

_TRUE = {"true", "đúng", "t", "đ"}
_FALSE = {"false", "sai", "f", "s"}


def labels_of(response: etree._Element) -> list[etree._Element]:
    """Return what there is to choose for a response."""
    return list(response.iter("response_label"))


def options(source: Source, labels: Sequence[etree._Element], prefix: str = "") -> tuple[Option, ...]:
    """Return choices with ids of ours; one that says not to be shuffled stays in its place."""
    return tuple(
        Option(
            f"{prefix}{place + 1}" if prefix else drafting.option_id(place),
            source.label(one),
            fixed=(one.get("rshuffle") or "").lower() == "no",
        )
        for place, one in enumerate(labels)
    )


def shuffles(response: etree._Element) -> bool:
    """Tell whether the choices may change places."""
    return any(is_yes(one.get("shuffle")) for one in response.iter("render_choice", "ims_render_object"))


def truth(labels: Sequence[etree._Element], source: Source) -> tuple[str, str] | None:
    """Return the idents of true and false where the two choices say no more than that."""
    if len({one.get("ident") for one in labels}) != len(labels):
        return None
    return sides_of({one.get("ident") or "": fragments.plain(source.label(one)) for one in labels})


def sides_of(words: Mapping[str, str]) -> tuple[str, str] | None:
    """Return which of two names says true and which says false, None where they say anything else."""
    said = {text.strip().lower(): name for name, text in words.items()}
    true, false = _TRUE & said.keys(), _FALSE & said.keys()
    if len(words) != 2 or len(true) != 1 or len(false) != 1:
        return None
    return said[true.pop()], said[false.pop()]


def true_false(
    source: Source, rules: Rules, prompt: str, response: etree._Element, sides: tuple[str, str]
) -> tuple[ItemBody, ItemKey | None]:
    """Return a statement that is true or false."""
    body, ident = ItemBody(ItemType.TRUE_FALSE, prompt), response.get("ident") or ""
    try:
        true, false = (rules.score({ident: (side,)}) for side in sides)
    except Unreadable:
        source.problems.append(problems.rules_unknown())
        return body, None
    if true == false or max(true, false) <= 0:
        return body, None
    return body, TruthKey({"s": true > false})


def single(source: Source, rules: Rules, prompt: str, response: etree._Element) -> tuple[ItemBody, ItemKey | None]:
    """Return a choice of one; each option weighs what the rules pay for it."""
    labels, ident = labels_of(response), response.get("ident") or ""
    found = options(source, labels)
    body = ItemBody(ItemType.SINGLE_CHOICE, prompt, found, shuffle=shuffles(response))
    if not _sound(source, labels, found):
        return body, None
    try:
        nothing = rules.score({})
        paid = {
            one.id: rules.score({ident: (label.get("ident") or "",)}) - nothing
            for one, label in zip(found, labels, strict=True)
        }
    except Unreadable:
        source.problems.append(problems.rules_unknown())
        return body, None
    best = max(paid.values())
    if best <= 0:
        return body, None
    return body, ChoiceKey({name: pay / best for name, pay in paid.items() if pay})


def several(source: Source, rules: Rules, prompt: str, response: etree._Element) -> tuple[ItemBody, ItemKey | None]:
    """Return a choice of several: weights where each option is paid for alone, equal shares where only all are."""
    labels, ident = labels_of(response), response.get("ident") or ""
    found = options(source, labels)
    body = ItemBody(ItemType.MULTIPLE_CHOICE, prompt, found, shuffle=shuffles(response))
    if not _sound(source, labels, found):
        return body, None
    ours = {label.get("ident") or "": one.id for one, label in zip(found, labels, strict=True)}
    try:
        return body, _several(source, rules, ident, ours)
    except Unreadable:
        source.problems.append(problems.rules_unknown())
        return body, None


def _several(source: Source, rules: Rules, ident: str, ours: dict[str, str]) -> ItemKey | None:
    nothing = rules.score({})
    alone = {label: rules.score({ident: (label,)}) - nothing for label in ours}
    good = [label for label, pay in alone.items() if pay > 0]
    total = sum((alone[label] for label in good), start=Fraction(0))
    if good and rules.score({ident: tuple(good)}) - nothing == total:
        return ChoiceKey({ours[label]: pay / total for label, pay in alone.items() if pay})
    right = tuple(one for one in _named(rules, ident) if one in ours)
    best = rules.score({ident: right}) - nothing
    if not right or best <= 0:
        return None
    others = [(*right, label) for label in ours if label not in right]
    if any(rules.score({ident: other}) - nothing > best for other in others) or any(
        rules.score({ident: tuple(one for one in right if one != gone)}) - nothing >= best for gone in right
    ):
        source.problems.append(problems.rules_disagree())
        return None
    if len(right) > 1 or any(pay < 0 for pay in alone.values()):
        source.problems.append(problems.all_or_nothing())
    return ChoiceKey({ours[label]: Fraction(1, len(right)) for label in right})


def _named(rules: Rules, ident: str) -> list[str]:
    """Return the choices that a paying condition asks for, in its order."""
    for rule in rules.conditions:
        if not rules.pays(rule):
            continue
        asked = [
            (one.text or "").strip()
            for one in rule.iter("varequal")
            if one.get("respident") == ident and not any(above.tag == "not" for above in one.iterancestors())
        ]
        if asked:
            return list(dict.fromkeys(asked))
    return []


def ordered(source: Source, rules: Rules, prompt: str, response: etree._Element) -> tuple[ItemBody, ItemKey | None]:
    """Return things to put in order; they stand in the order of their words, which tells nothing."""
    ident = response.get("ident") or ""
    # The file's own order may be the answer; that of the words tells nothing.
    labels = sorted(labels_of(response), key=lambda one: fragments.plain(source.label(one)))
    found = options(source, labels)
    body = ItemBody(ItemType.ORDERING, prompt, found)
    ours = {label.get("ident") or "": one.id for one, label in zip(found, labels, strict=True)}
    right = _named(rules, ident)
    if not _sound(source, labels, found) or sorted(right) != sorted(ours):
        return body, None
    try:
        best, turned = rules.score({ident: tuple(right)}), rules.score({ident: tuple(reversed(right))})
    except Unreadable:
        source.problems.append(problems.rules_unknown())
        return body, None
    if best <= turned:
        source.problems.append(problems.rules_disagree())
        return body, None
    return body, OrderKey(tuple(ours[one] for one in right))


def _sound(source: Source, labels: Sequence[etree._Element], found: tuple[Option, ...]) -> bool:
    """Tell whether there are two choices at least, each with a name of its own and something to read."""
    if len(found) < 2 or len({one.get("ident") for one in labels}) != len(labels):
        source.problems.append(problems.too_few_options())
        return False
    for place, one in enumerate(found):
        if fragments.is_empty(one.html):
            source.problems.append(problems.empty_option(drafting.option_id(place).upper()))
    return True
