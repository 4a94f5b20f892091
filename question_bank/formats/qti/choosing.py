"""Choices and orders of QTI 2 and 3."""

from __future__ import annotations

from fractions import Fraction

from lxml import etree

from question_bank.formats import problems
from question_bank.formats.qti.judging import near, note_whole, stated, trusted
from question_bank.formats.qti.looking_up import mapped
from question_bank.formats.qti.source import Source, identifiers, prompt_of
from question_bank.formats.qti.tree import words
from question_bank.formats.qti.values import Declaration, Scalar, Unprocessable, Value
from question_bank.items.domain import ChoiceKey, ItemBody, ItemKey, ItemType, OrderKey, TruthKey


def choice(source: Source, body: etree._Element, interaction: etree._Element) -> tuple[ItemBody, ItemKey | None]:
    name = interaction.get("responseIdentifier") or "RESPONSE"
    declared = source.judge.response(name)
    choices = list(interaction.iterchildren("simpleChoice"))
    ids = identifiers(choices)
    options = tuple(source.option(one, ident) for one, ident in zip(choices, ids.values(), strict=True))
    if set(ids) == {"true", "false"} and declared.cardinality == "single":
        return _truth(source, name, declared, prompt_of(source, body, interaction))
    several = declared.cardinality != "single"
    shuffle = interaction.get("shuffle") == "true"
    kind = ItemType.MULTIPLE_CHOICE if several else ItemType.SINGLE_CHOICE
    content = ItemBody(kind, prompt_of(source, body, interaction), options, shuffle=shuffle)
    if len(options) < 2:
        source.problems.append(problems.too_few_options())
        return content, None
    right = tuple(one for one in stated(declared) if str(one) in ids)
    if several:
        return content, _several(source, name, declared, ids, right)
    if source.judge.silent:
        return content, ChoiceKey({ids[str(right[0])]: Fraction(1)}) if len(right) == 1 else None
    try:
        paid = {ident: source.judge.score({name: (theirs,)}) for theirs, ident in ids.items()}
    except Unprocessable:
        source.problems.append(problems.rules_unknown())
        return content, None
    best = max(paid.values())
    if best <= 0:
        return content, None
    if declared.correct is not None and any(paid[ids[str(one)]] != best for one in right):
        source.problems.append(problems.rules_disagree())
        return content, None
    return content, ChoiceKey({ident: near(score / best) for ident, score in paid.items() if score})


def _truth(source: Source, name: str, declared: Declaration, prompt: str) -> tuple[ItemBody, ItemKey | None]:
    """Return a statement: the identifiers of the choices say true and false, whatever their words."""
    body = ItemBody(ItemType.TRUE_FALSE, prompt)
    right = [str(one) for one in stated(declared)]
    if len(right) != 1:
        return body, None
    other = "false" if right[0] == "true" else "true"
    if not trusted(source.judge, source.problems, name, (right[0],), [(other,)]):
        return body, None
    return body, TruthKey({"s": right[0] == "true"})


def _several(
    source: Source, name: str, declared: Declaration, ids: dict[str, str], right: tuple[Scalar, ...]
) -> ItemKey | None:
    others = [(*right, theirs) for theirs in ids if theirs not in right]
    others += [tuple(one for one in right if one != gone) for gone in right]
    if not right or not trusted(source.judge, source.problems, name, right, others):
        return None
    if not source.judge.silent and declared.mapping is not None:
        best = mapped(declared, Value(right))
        each = {ids[one]: near(mapped(declared, Value((one,)), floor=False) / best) for one in ids} if best > 0 else {}
        if best > 0 and source.judge.score({name: right}) == best:
            return ChoiceKey({ident: share for ident, share in each.items() if share})
    note_whole(source.judge, source.problems, name, right)
    return ChoiceKey({ids[str(one)]: Fraction(1, len(right)) for one in right})


def order(source: Source, body: etree._Element, interaction: etree._Element) -> tuple[ItemBody, ItemKey | None]:
    name = interaction.get("responseIdentifier") or "RESPONSE"
    choices = list(interaction.iterchildren("simpleChoice"))
    right = stated(source.judge.response(name))
    # The file's own order may be the answer; that of the words tells nothing.
    choices.sort(key=lambda one: words(one))
    ids = identifiers(choices)
    options = tuple(source.option(one, ident) for one, ident in zip(choices, ids.values(), strict=True))
    content = ItemBody(ItemType.ORDERING, prompt_of(source, body, interaction), options)
    if sorted(map(str, right)) != sorted(ids) or not trusted(source.judge, source.problems, name, right, [right[::-1]]):
        return content, None
    return content, OrderKey(tuple(ids[str(one)] for one in right))
