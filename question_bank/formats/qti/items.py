"""One QTI item (2.1, 2.2 or 3.0) → a draft, or the name of what is not carried."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from html import escape

from lxml import etree

from question_bank.formats import drafting, fragments, problems
from question_bank.formats.qti.judging import Judge
from question_bank.formats.qti.processing import Declaration, Scalar, Unprocessable, Value, mapped, scalar
from question_bank.formats.qti.tree import words
from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    Gap,
    GapKey,
    ItemBody,
    ItemDraft,
    ItemKey,
    ItemNotes,
    ItemType,
    NumberKey,
    Option,
    OrderKey,
    PairKey,
    Problem,
    TextKey,
)

GAP = re.compile("\ue001(\\d+)\ue002")
_INLINE = ("textEntryInteraction", "inlineChoiceInteraction")
_LAST = re.compile("\ue001(\\d+)\ue002(?:\\s|</?p>|</?div>|<br>|[.])*\\Z")


class Lost(Exception):
    """The item is not carried; the argument names why: an interaction, `template`, `adaptive`, `composite`."""


@dataclass(slots=True)
class Source:
    """One item while it is read; `picture` turns an address of the item into one of the shelf, or into nothing."""

    root: etree._Element
    shelf: fragments.Shelf
    picture: Callable[[str], str]
    judge: Judge
    problems: list[Problem] = field(default_factory=list)

    def html(self, element: etree._Element, *, place: fragments.Replace | None = None) -> str:
        """Return what an element holds as a fragment."""
        for image in list(element.iter("img", "object")):
            self.show(image)
        if next(element.iter("math"), None) is not None and not any(one.code == "maths_flat" for one in self.problems):
            self.problems.append(problems.maths_flat())
        inside = escape(element.text or "", quote=False) + "".join(
            etree.tostring(one, encoding="unicode", method="html") for one in element
        )
        return fragments.import_html(inside, self.shelf, place=place)

    def show(self, image: etree._Element) -> None:
        address = image.get("src") or image.get("data") or ""
        if not address or address.startswith(("asset:", "data:")):
            return
        found = self.picture(address)
        if image.tag == "object" and not (image.get("type") or "image/").startswith("image/"):
            self.shelf.left_out.append(address)
            return
        image.tag = "img"
        image.attrib.pop("data", "")
        image.set("src", found)
        if not found:
            self.shelf.missing.append(address)

    def option(self, element: etree._Element, ident: str) -> Option:
        """Return a choice without the feedback inside it."""
        for said in list(element.iter("feedbackInline")):
            _take_out(said)
        return Option(ident, fragments.unwrap(self.html(element)), fixed=element.get("fixed") == "true")


def read_item(root: etree._Element, shelf: fragments.Shelf, picture: Callable[[str], str]) -> ItemDraft:
    """Return the question of an item.

    Raises:
        Lost: we have nothing like it.
    """
    if root.get("adaptive") == "true":
        raise Lost("adaptive")
    if root.find("templateProcessing") is not None or root.find("templateDeclaration") is not None:
        raise Lost("template")
    body = root.find("itemBody")
    if body is None:
        raise Lost("itemBody")
    found = [one for one in body.iter() if str(one.tag).endswith("Interaction")]
    kinds = [str(one.tag) for one in found]
    unknown = [kind for kind in kinds if kind not in _READERS and kind not in _INLINE]
    if unknown:
        raise Lost(unknown[0])
    if len(found) > 1 and not all(kind in _INLINE for kind in kinds):
        raise Lost("composite")
    try:
        judge = Judge(root)
    except Unprocessable as error:
        raise Lost("declaration") from error
    source = Source(root, shelf, picture, judge)
    rubric = _rubric(source, body)
    try:
        if not found:
            content, key = ItemBody(ItemType.DESCRIPTION, _block(source.html(body))), None
        elif kinds[0] in _INLINE:
            content, key = _inline(source, body, found)
        else:
            content, key = _READERS[kinds[0]](source, body, found[0])
    except Unprocessable as error:
        raise Lost("declaration") from error
    if isinstance(key, EssayKey):
        key = EssayKey(rubric)
    return _draft(source, content, key)


def _draft(source: Source, content: ItemBody, key: ItemKey | None) -> ItemDraft:
    root, shelf = source.root, source.shelf
    if fragments.is_empty(content.prompt):
        source.problems.append(problems.empty_prompt())
    source.problems += [problems.missing_picture(name) for name in shelf.missing]
    source.problems += [problems.file_left_out(name) for name in shelf.left_out]
    if key is None and content.type is not ItemType.DESCRIPTION and not any(one.blocking for one in source.problems):
        source.problems.append(problems.no_key())
    shelf.missing.clear()
    shelf.left_out.clear()
    most = source.judge.declared.get("MAXSCORE")
    worth = most.default.items[0] if most and most.default else None
    return ItemDraft(
        content,
        key,
        ItemNotes(),
        title=" ".join(fragments.tidy(root.get("title") or "").split()),
        points=worth if isinstance(worth, Fraction) and 0 < worth < 10_000 else None,
        external_id=fragments.tidy(root.get("identifier") or "").strip(),
        source=fragments.plain(content.prompt)[:2000],
        problems=tuple(source.problems),
    )


def _rubric(source: Source, body: etree._Element) -> str:
    kept = []
    for block in list(body.iter("rubricBlock")):
        if "candidate" not in (block.get("view") or "").split():
            _take_out(block)
            kept.append(source.html(block))
    for one in list(body.iter("feedbackBlock", "stylesheet", "infoControl")):
        _take_out(one)
    return "".join(kept)


def _take_out(element: etree._Element) -> None:
    """Remove an element and keep the words behind it."""
    _put(element, "")


def _put(element: etree._Element, text: str) -> None:
    parent, tail = element.getparent(), text + (element.tail or "")
    if parent is None:
        return
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _block(html: str) -> str:
    return html if not html or html.startswith(("<p>", "<ul>", "<ol>", "<table>", "<h")) else f"<p>{html}</p>"


def _prompt(source: Source, body: etree._Element, interaction: etree._Element) -> str:
    """Return the words of the item with the prompt of the interaction in its place."""
    prompt = interaction.find("prompt")
    mark = "\ue0011\ue002"
    asked = _block(source.html(prompt)) if prompt is not None else ""
    for one in list(interaction):
        interaction.remove(one)
    _put(interaction, mark)
    whole = _block(source.html(body, place=fragments.inline_keeping_spaces))
    whole = whole.replace(f"<p>{mark}</p>", mark)
    return whole.replace(mark, asked) if whole != f"<p>{mark}</p>" else asked


def _identifiers(elements: list[etree._Element], prefix: str = "") -> dict[str, str]:
    """Return our ids by theirs, in the order of the item.

    Raises:
        Lost: two have the same, so that no key could tell them apart.
    """
    ids = {
        one.get("identifier") or f"?{place}": f"{prefix}{place + 1}" if prefix else drafting.option_id(place)
        for place, one in enumerate(elements)
    }
    if len(ids) != len(elements):
        raise Lost("unreadable")
    return ids


def _stated(declared: Declaration) -> tuple[Scalar, ...]:
    """Return the stated answer, else the values that the mapping pays for."""
    if declared.correct is not None:
        return declared.correct.items
    if declared.mapping is None:
        return ()
    keys = [Value((_scalar(entry, declared),)) for entry in declared.mapping.iterchildren("mapEntry")]
    return tuple(one.items[0] for one in keys if mapped(declared, one) > 0)


def _scalar(entry: etree._Element, declared: Declaration) -> Scalar:
    return scalar((entry.get("mapKey") or "").strip(), declared.base)


def _trusted(source: Source, name: str, right: tuple[Scalar, ...], others: list[tuple[Scalar, ...]]) -> bool:
    """Tell whether the rules pay for the stated answer, and for none of the others more; say so where they do not."""
    judge = source.judge
    if judge.silent:
        return True
    try:
        best = judge.score({name: right})
        if best <= 0 or any(judge.score({name: other}) >= best for other in others):
            source.problems.append(problems.rules_disagree())
            return False
    except Unprocessable:
        source.problems.append(problems.rules_unknown())
        return False
    return True


def _whole(source: Source, name: str, right: tuple[Scalar, ...]) -> None:
    """Note it where the rules pay nothing for a part of the answer."""
    judge = source.judge
    if not judge.silent and len(right) > 1 and all(judge.score({name: (one,)}) <= 0 for one in right):
        source.problems.append(problems.all_or_nothing())


def _choice(source: Source, body: etree._Element, interaction: etree._Element) -> tuple[ItemBody, ItemKey | None]:
    name = interaction.get("responseIdentifier") or "RESPONSE"
    declared = source.judge.response(name)
    choices = list(interaction.iterchildren("simpleChoice"))
    ids = _identifiers(choices)
    options = tuple(source.option(one, ident) for one, ident in zip(choices, ids.values(), strict=True))
    several = declared.cardinality != "single"
    shuffle = interaction.get("shuffle") == "true"
    kind = ItemType.MULTIPLE_CHOICE if several else ItemType.SINGLE_CHOICE
    content = ItemBody(kind, _prompt(source, body, interaction), options, shuffle=shuffle)
    if len(options) < 2:
        source.problems.append(problems.too_few_options())
        return content, None
    right = tuple(one for one in _stated(declared) if str(one) in ids)
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
    return content, ChoiceKey({ident: score / best for ident, score in paid.items() if score})


def _several(
    source: Source, name: str, declared: Declaration, ids: dict[str, str], right: tuple[Scalar, ...]
) -> ItemKey | None:
    others = [(*right, theirs) for theirs in ids if theirs not in right]
    others += [tuple(one for one in right if one != gone) for gone in right]
    if not right or not _trusted(source, name, right, others):
        return None
    if not source.judge.silent and declared.mapping is not None:
        best = mapped(declared, Value(right))
        each = {ids[one]: mapped(declared, Value((one,)), floor=False) / best for one in ids} if best > 0 else {}
        if best > 0 and source.judge.score({name: right}) == best:
            return ChoiceKey({ident: share for ident, share in each.items() if share})
    _whole(source, name, right)
    return ChoiceKey({ids[str(one)]: Fraction(1, len(right)) for one in right})


def _order(source: Source, body: etree._Element, interaction: etree._Element) -> tuple[ItemBody, ItemKey | None]:
    name = interaction.get("responseIdentifier") or "RESPONSE"
    choices = list(interaction.iterchildren("simpleChoice"))
    right = _stated(source.judge.response(name))
    # The file's own order may be the answer; that of the words tells nothing.
    choices.sort(key=lambda one: words(one))
    ids = _identifiers(choices)
    options = tuple(source.option(one, ident) for one, ident in zip(choices, ids.values(), strict=True))
    content = ItemBody(ItemType.ORDERING, _prompt(source, body, interaction), options)
    if sorted(map(str, right)) != sorted(ids) or not _trusted(source, name, right, [right[::-1]]):
        return content, None
    return content, OrderKey(tuple(ids[str(one)] for one in right))


def _match(source: Source, body: etree._Element, interaction: etree._Element) -> tuple[ItemBody, ItemKey | None]:
    name = interaction.get("responseIdentifier") or "RESPONSE"
    sets = [list(one.iterchildren("simpleAssociableChoice")) for one in interaction.iterchildren("simpleMatchSet")]
    if len(sets) != 2:
        raise Lost("matchInteraction")
    right = [one for one in _stated(source.judge.response(name)) if isinstance(one, tuple) and len(one) == 2]
    firsts = [one.get("identifier") for one in sets[0]]
    if sorted(str(left) for left, _ in right) != sorted(map(str, firsts)):
        # One on the right for each on the left is what our matching says; the other way round it may still fit.
        if sorted(pair[1] for pair in right) != sorted(str(one.get("identifier")) for one in sets[1]):
            raise Lost("matchInteraction")
        sets.reverse()
        ours = {pair[1]: pair[0] for pair in right}
    else:
        ours = {pair[0]: pair[1] for pair in right}
    lefts, targets = _identifiers(sets[0], "l"), _identifiers(sets[1], "r")
    content = ItemBody(
        ItemType.MATCHING,
        "",
        tuple(source.option(one, ident) for one, ident in zip(sets[0], lefts.values(), strict=True)),
        tuple(source.option(one, ident) for one, ident in zip(sets[1], targets.values(), strict=True)),
        shuffle=interaction.get("shuffle") == "true",
    )
    content = _with_prompt(content, _prompt(source, body, interaction))
    if not set(ours.values()) <= set(targets) or not _trusted(source, name, tuple(right), _partly(right)):
        return content, None
    _whole(source, name, tuple(right))
    return content, PairKey({lefts[left]: targets[target] for left, target in ours.items()})


def _with_prompt(content: ItemBody, prompt: str) -> ItemBody:
    return ItemBody(content.type, prompt, content.options, content.targets, content.gaps, shuffle=content.shuffle)


def _partly(right: Sequence[tuple[str, ...]]) -> list[tuple[Scalar, ...]]:
    return [tuple(one for one in right if one != gone) for gone in right]


def _gap_match(source: Source, body: etree._Element, interaction: etree._Element) -> tuple[ItemBody, ItemKey | None]:
    name = interaction.get("responseIdentifier") or "RESPONSE"
    things = list(interaction.iterchildren("gapText", "gapImg"))
    places = [one.get("identifier") or "" for one in interaction.iter("gap")]
    ids = {one.get("identifier") or "": f"c{place + 1}" for place, one in enumerate(things)}
    choices = tuple(source.option(one, ident) for one, ident in zip(things, ids.values(), strict=True))
    for one in things:
        interaction.remove(one)
    for place, gap in enumerate(list(interaction.iter("gap"))):
        _put(gap, f"\ue001{place + 1}\ue002")
    if (prompt := interaction.find("prompt")) is not None:
        prompt.tag = "p"
    interaction.tag = "div"
    html = _block(source.html(body))
    gaps = tuple(Gap(f"g{place + 1}", choices) for place in range(len(places)))
    content = ItemBody(ItemType.GAP_FILL, _gapped(html), gaps=gaps, shuffle=False)
    right = [one for one in _stated(source.judge.response(name)) if isinstance(one, tuple) and len(one) == 2]
    filled = {gap: ids.get(text, "") for text, gap in right}
    if len(filled) != len(right) or set(filled) != set(places) or not all(filled.values()):
        return content, None
    if not _trusted(source, name, tuple(right), _partly(right)):
        return content, None
    _whole(source, name, tuple(right))
    return content, GapKey({f"g{place + 1}": (AcceptedText(filled[gap]),) for place, gap in enumerate(places)})


def _gapped(html: str) -> str:
    return GAP.sub(lambda match: f'<span class="gap" data-gap="g{match[1]}"></span>', html)


def _essay(source: Source, body: etree._Element, interaction: etree._Element) -> tuple[ItemBody, ItemKey | None]:
    return ItemBody(ItemType.ESSAY, _prompt(source, body, interaction)), EssayKey()


def _inline(source: Source, body: etree._Element, found: list[etree._Element]) -> tuple[ItemBody, ItemKey | None]:
    gaps: list[Gap] = []
    ids: list[dict[str, str]] = []
    names = [one.get("responseIdentifier") or "RESPONSE" for one in found]
    for place, one in enumerate(found):
        choices = list(one.iterchildren("inlineChoice"))
        ours = {choice.get("identifier") or "": f"c{number + 1}" for number, choice in enumerate(choices)}
        ids.append(ours)
        gaps.append(
            Gap(
                f"g{place + 1}", tuple(source.option(c, ident) for c, ident in zip(choices, ours.values(), strict=True))
            )
        )
        _put(one, f"\ue001{place + 1}\ue002")
    html = _block(source.html(body))
    accepted = _accepted(source, names)
    if len(found) == 1 and found[0].tag == "textEntryInteraction" and _LAST.search(html):
        return _typed(source, names[0], fragments.import_html(_LAST.sub("", html), source.shelf), accepted)
    shuffle = any(one.get("shuffle") == "true" for one in found)
    content = ItemBody(ItemType.GAP_FILL, _gapped(html), gaps=tuple(gaps), shuffle=shuffle)
    if accepted is None:
        return content, None
    key = {}
    for gap, name, ours in zip(gaps, names, ids, strict=True):
        if gap.choices and not all(one.text in ours for one in accepted[name]):
            return content, None
        key[gap.id] = tuple(AcceptedText(ours[one.text], one.share) if gap.choices else one for one in accepted[name])
    return content, GapKey(key)


def _typed(
    source: Source, name: str, prompt: str, accepted: dict[str, tuple[AcceptedText, ...]] | None
) -> tuple[ItemBody, ItemKey | None]:
    numeric = source.judge.response(name).base in ("integer", "float")
    content = ItemBody(ItemType.SHORT_NUMBER if numeric else ItemType.SHORT_TEXT, _block(prompt))
    if accepted is None:
        return content, None
    if not numeric:
        return content, TextKey(accepted[name])
    return content, NumberKey(tuple(AcceptedNumber(one.text, share=one.share) for one in accepted[name]))


def _accepted(source: Source, names: list[str]) -> dict[str, tuple[AcceptedText, ...]] | None:
    """Return the answers that count in each place and for how much, found by running the rules on each of them."""
    judge = source.judge
    stated = {name: _candidates(judge.response(name)) for name in names}
    if len(set(names)) != len(names) or not all(stated.values()):
        return None
    if judge.silent:
        return {name: tuple(AcceptedText(_written(one)) for one in found[:1]) for name, found in stated.items()}
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
        share = (judge.score({**best, name: (one,)}) - without) / (full - without)
        if share <= 0:
            continue
        swapped = one.swapcase() if isinstance(one, str) else one
        exact = swapped != one and judge.score({**best, name: (swapped,)}) != judge.score({**best, name: (one,)})
        accepted.append(AcceptedText(_written(one), min(share, Fraction(1)), exact))
    return tuple(accepted)


def _candidates(declared: Declaration) -> tuple[Scalar, ...]:
    entries = declared.mapping.iterchildren("mapEntry") if declared.mapping is not None else ()
    mapped_ones = [_scalar(entry, declared) for entry in entries]
    return tuple(dict.fromkeys((*(declared.correct.items if declared.correct else ()), *mapped_ones)))


def _written(one: Scalar) -> str:
    if not isinstance(one, Fraction):
        return str(one).replace("*", "\\*")
    digits = 0
    while (one * 10**digits).denominator != 1:
        digits += 1
    whole = one * 10**digits
    return format(Decimal(int(whole)).scaleb(-digits), "f")


_READERS: dict[str, Callable[[Source, etree._Element, etree._Element], tuple[ItemBody, ItemKey | None]]] = {
    "choiceInteraction": _choice,
    "orderInteraction": _order,
    "matchInteraction": _match,
    "gapMatchInteraction": _gap_match,
    "extendedTextInteraction": _essay,
}
