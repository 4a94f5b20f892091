"""Answers that are typed or picked within the words, in QTI 2 and 3; essays."""

from __future__ import annotations

import re
from fractions import Fraction

from lxml import etree

from question_bank.formats import fragments, problems
from question_bank.formats.qti.judging import Judge, candidates, near
from question_bank.formats.qti.marks import GAP
from question_bank.formats.qti.measuring import number_key, pays_around, written
from question_bank.formats.qti.source import Source, block, gapped, identifiers, prompt_of, put
from question_bank.formats.qti.values import Scalar, Unprocessable
from question_bank.items.domain import (
    AcceptedText,
    EssayKey,
    Gap,
    GapKey,
    ItemBody,
    ItemKey,
    ItemType,
    TextKey,
)

_LAST = re.compile("\ue001(\\d+)\ue002(?:\\s|</?p>|</?div>|<br>|[.])*\\Z")


def essay(source: Source, body: etree._Element, interaction: etree._Element) -> tuple[ItemBody, ItemKey | None]:
    return ItemBody(ItemType.ESSAY, prompt_of(source, body, interaction)), EssayKey()


def inline(source: Source, body: etree._Element, found: list[etree._Element]) -> tuple[ItemBody, ItemKey | None]:
    gaps: list[Gap] = []
    ids: list[dict[str, str]] = []
    names = [one.get("responseIdentifier") or "RESPONSE" for one in found]
    for place, one in enumerate(found):
        choices = list(one.iterchildren("inlineChoice"))
        ours = identifiers(choices, "c")
        ids.append(ours)
        gaps.append(
            Gap(
                f"g{place + 1}", tuple(source.option(c, ident) for c, ident in zip(choices, ours.values(), strict=True))
            )
        )
        put(one, f"\ue001{place + 1}\ue002")
    html = block(source.html(body))
    within = GAP in (found[0].get("class") or "").split()
    if len(found) == 1 and found[0].tag == "textEntryInteraction" and _LAST.search(html) and not within:
        return _typed(source, names[0], fragments.import_html(_LAST.sub("", html), source.shelf))
    accepted = _accepted(source, names)
    shuffle = any(one.get("shuffle") == "true" for one in found)
    content = ItemBody(ItemType.GAP_FILL, gapped(html), gaps=tuple(gaps), shuffle=shuffle)
    if accepted is None:
        return content, None
    key = {}
    for gap, name, ours in zip(gaps, names, ids, strict=True):
        if gap.choices and not all(one.text in ours for one in accepted[name]):
            return content, None
        key[gap.id] = tuple(AcceptedText(ours[one.text], one.share) if gap.choices else one for one in accepted[name])
    return content, GapKey(key)


def _typed(source: Source, name: str, prompt: str) -> tuple[ItemBody, ItemKey | None]:
    if source.judge.response(name).base in ("integer", "float"):
        return ItemBody(ItemType.SHORT_NUMBER, block(prompt)), number_key(source, name)
    accepted = _accepted(source, [name])
    return ItemBody(ItemType.SHORT_TEXT, block(prompt)), TextKey(accepted[name]) if accepted else None


def _accepted(source: Source, names: list[str]) -> dict[str, tuple[AcceptedText, ...]] | None:
    """Return the answers that count in each place and for how much, found by running the rules on each of them."""
    judge = source.judge
    stated = {name: candidates(judge.response(name)) for name in names}
    if len(set(names)) != len(names) or not all(stated.values()):
        return None
    if judge.silent:
        return {name: tuple(AcceptedText(written(one)) for one in found[:1]) for name, found in stated.items()}
    best = {name: (found[0],) for name, found in stated.items()}
    try:
        full = judge.score(best)
        if full <= 0:
            source.problems.append(problems.rules_disagree())
            return None
        key = {name: _shares(judge, best, name, found, full) for name, found in stated.items()}
    except Unprocessable:
        source.problems.append(problems.rules_unknown())
        return None
    if any(not found or max(one.share for one in found) != 1 for found in key.values()):
        source.problems.append(problems.rules_disagree())
        return None
    for place, name in enumerate(names, 1):
        if judge.response(name).base in ("integer", "float") and pays_around(judge, best, name, best[name][0]):
            source.problems.append(problems.tolerance_dropped(str(place)))
    if len(names) > 1 and all(judge.score({name: best[name]}) <= 0 for name in names):
        source.problems.append(problems.all_or_nothing())
    return key


def _shares(
    judge: Judge, best: dict[str, tuple[Scalar]], name: str, found: tuple[Scalar, ...], full: Fraction
) -> tuple[AcceptedText, ...]:
    without = judge.score({**best, name: ()})
    if without >= full:
        return ()  # the rules pay the same for a blank
    accepted = []
    for one in found:
        share = near((judge.score({**best, name: (one,)}) - without) / (full - without))
        if share <= 0:
            continue
        swapped = one.swapcase() if isinstance(one, str) else one
        exact = swapped != one and judge.score({**best, name: (swapped,)}) != judge.score({**best, name: (one,)})
        accepted.append(AcceptedText(written(one), min(share, Fraction(1)), exact))
    return tuple(accepted)
