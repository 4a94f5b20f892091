"""Pairs of QTI 2 and 3: two lists to match, words to put into gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lxml import etree

from question_bank.formats import drafting
from question_bank.formats.qti.judging import note_whole, stated, trusted
from question_bank.formats.qti.marks import CLUSTER
from question_bank.formats.qti.source import Lost, Source, block, gapped, identifiers, prompt_of, put
from question_bank.formats.qti.values import Scalar
from question_bank.items.domain import AcceptedText, Gap, GapKey, ItemBody, ItemKey, ItemType, Option, PairKey, TruthKey


def match(source: Source, body: etree._Element, interaction: etree._Element) -> tuple[ItemBody, ItemKey | None]:
    name = interaction.get("responseIdentifier") or "RESPONSE"
    sets = [list(one.iterchildren("simpleAssociableChoice")) for one in interaction.iterchildren("simpleMatchSet")]
    if len(sets) != 2:
        raise Lost("matchInteraction")
    right = [one for one in stated(source.judge.response(name)) if isinstance(one, tuple) and len(one) == 2]
    firsts = [one.get("identifier") for one in sets[0]]
    if sorted(str(left) for left, _ in right) != sorted(map(str, firsts)):
        # One on the right for each on the left is what our matching says; the other way round it may still fit.
        if sorted(pair[1] for pair in right) != sorted(str(one.get("identifier")) for one in sets[1]):
            raise Lost("matchInteraction")
        sets.reverse()
        ours = {pair[1]: pair[0] for pair in right}
    else:
        ours = {pair[0]: pair[1] for pair in right}
    lefts, targets = identifiers(sets[0], "l"), identifiers(sets[1], "r")
    content = ItemBody(
        ItemType.MATCHING,
        "",
        tuple(source.option(one, ident) for one, ident in zip(sets[0], lefts.values(), strict=True)),
        tuple(source.option(one, ident) for one, ident in zip(sets[1], targets.values(), strict=True)),
        shuffle=interaction.get("shuffle") == "true",
    )
    content = _with_prompt(content, prompt_of(source, body, interaction))
    if not set(ours.values()) <= set(targets) or not trusted(
        source.judge, source.problems, name, tuple(right), _partly(right)
    ):
        return content, None
    note_whole(source.judge, source.problems, name, tuple(right))
    if CLUSTER in (interaction.get("class") or "").split() and set(targets) == {"true", "false"}:
        body_of = ItemBody(ItemType.CLUSTER, content.prompt, _as_statements(content), shuffle=content.shuffle)
        places = {one.id: drafting.option_id(place) for place, one in enumerate(content.options)}
        return body_of, TruthKey({places[lefts[left]]: target == "true" for left, target in ours.items()})
    return content, PairKey({lefts[left]: targets[target] for left, target in ours.items()})


def _as_statements(content: ItemBody) -> tuple[Option, ...]:
    return tuple(replace(one, id=drafting.option_id(place)) for place, one in enumerate(content.options))


def _with_prompt(content: ItemBody, prompt: str) -> ItemBody:
    return ItemBody(content.type, prompt, content.options, content.targets, content.gaps, shuffle=content.shuffle)


def _partly(right: Sequence[tuple[str, ...]]) -> list[tuple[Scalar, ...]]:
    return [tuple(one for one in right if one != gone) for gone in right]


def gap_match(source: Source, body: etree._Element, interaction: etree._Element) -> tuple[ItemBody, ItemKey | None]:
    name = interaction.get("responseIdentifier") or "RESPONSE"
    things = list(interaction.iterchildren("gapText", "gapImg"))
    places = [one.get("identifier") or "" for one in interaction.iter("gap")]
    ids = identifiers(things, "c")
    choices = tuple(source.option(one, ident) for one, ident in zip(things, ids.values(), strict=True))
    for one in things:
        interaction.remove(one)
    for place, gap in enumerate(list(interaction.iter("gap"))):
        put(gap, f"\ue001{place + 1}\ue002")
    if (prompt := interaction.find("prompt")) is not None:
        prompt.tag = "p"
    interaction.tag = "div"
    html = block(source.html(body))
    gaps = tuple(Gap(f"g{place + 1}", choices) for place in range(len(places)))
    content = ItemBody(ItemType.GAP_FILL, gapped(html), gaps=gaps, shuffle=False)
    right = [one for one in stated(source.judge.response(name)) if isinstance(one, tuple) and len(one) == 2]
    filled = {gap: ids.get(text, "") for text, gap in right}
    if len(filled) != len(right) or set(filled) != set(places) or not all(filled.values()):
        return content, None
    if not trusted(source.judge, source.problems, name, tuple(right), _partly(right)):
        return content, None
    note_whole(source.judge, source.problems, name, tuple(right))
    return content, GapKey({f"g{place + 1}": (AcceptedText(filled[gap]),) for place, gap in enumerate(places)})
