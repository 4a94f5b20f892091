"""Several responses in one item of QTI 1.2: pairs to match, blanks to fill."""

from __future__ import annotations

import re
from fractions import Fraction
from html import escape

from lxml import etree

from question_bank.formats import drafting, fragments, problems, xml
from question_bank.formats.qti12 import choosing, typed
from question_bank.formats.qti12.material import MARK, Source
from question_bank.formats.qti12.rules import Rules, Unreadable
from question_bank.items.domain import AcceptedText, Gap, GapKey, ItemBody, ItemKey, ItemType, Option

_PICKED = ("dropdown", "wordbank")


def matching(
    source: Source, rules: Rules, prompt: str, asked: list[etree._Element], rights: list[str]
) -> tuple[ItemBody, ItemKey | None]:
    """Return pairs: a response each on the left, its right choice on the right.

    `rights` are the words on the right where the choices have none of their own (Blackboard).
    """
    lefts = [left(source, one) for one in asked]
    words: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    try:
        for words_left, response in zip(lefts, asked, strict=True):
            labels = choosing.labels_of(response)
            said = {
                one.get("ident") or "": rights[place] if place < len(rights) else source.label(one)
                for place, one in enumerate(labels)
            }
            words.update(said)
            ident = response.get("ident") or ""
            right = _only_best(rules, ident, list(said))
            pairs.append((words_left, said[right] if right else ""))
    except Unreadable:
        source.problems.append(problems.rules_unknown())
        pairs = [(one, "") for one in lefts]
    used = {right for _, right in pairs}
    spare = [("", html) for html in dict.fromkeys(words.values()) if html not in used]
    body, key, said_of = drafting.matching(prompt, [(fragments.unwrap(one), right) for one, right in pairs] + spare)
    source.problems += said_of
    return body, key


def left(source: Source, response: etree._Element) -> str:
    """Return the words on the left of a pair: inside its response, or beside it in the same block (Blackboard)."""
    own = response.find("material")
    if own is not None:
        return source.material(own)
    flow = response.getparent()
    beside = [one for one in flow if one is not response and isinstance(one.tag, str)] if flow is not None else []
    return "".join(source.material(one) for one in beside if next(one.iter("response_label"), None) is None)


def _only_best(rules: Rules, ident: str, choices: list[str]) -> str:
    """Return the one choice that is paid for, "" where there is none or more than one."""
    nothing = rules.score({})
    paid = {one: rules.score({ident: (one,)}) - nothing for one in choices}
    best = max(paid.values(), default=Fraction(0))
    right = [one for one, pay in paid.items() if pay == best]
    return right[0] if best > 0 and len(right) == 1 else ""


def blanks(
    source: Source, rules: Rules, prompt: str, asked: list[etree._Element], *, named: bool, listed: bool
) -> tuple[ItemBody, ItemKey | None]:
    """Return a text with gaps.

    `named`: the words hold `[name]` where a gap stands (Canvas); `listed`: every choice of a gap is an accepted text
    to type, whatever the rules pay for.
    """
    gaps: list[Gap] = []
    accepted: dict[str, tuple[AcceptedText, ...]] = {}
    fills = [one.get("ident") or "" for one in asked if one.tag != "response_lid"]
    written = typed.texts(source, rules, fills) if fills else {}
    for place, response in enumerate(asked):
        name, ident = f"g{place + 1}", response.get("ident") or ""
        labels = choosing.labels_of(response)
        if response.tag != "response_lid":
            gaps.append(Gap(name))
            accepted[name] = (written or {}).get(ident, ())
        elif listed and not any(one.get("answer_type") in _PICKED for one in labels):
            gaps.append(Gap(name))
            accepted[name] = _open(source, labels)
        else:
            picks = choosing.options(source, labels, "c")
            if any(fragments.is_empty(one.html) for one in picks):
                source.problems.append(problems.empty_option(f"({place + 1})"))
            gaps.append(Gap(name, picks))
            accepted[name] = _picked(source, rules, ident, labels, picks)
    body = ItemBody(ItemType.GAP_FILL, _placed(source, prompt, asked, named), gaps=tuple(gaps), shuffle=False)
    missing = [str(place + 1) for place, one in enumerate(gaps) if not accepted[one.id]]
    if missing:
        if not any(one.blocking for one in source.problems):
            source.problems.append(problems.half_key(", ".join(missing)))
        return body, None
    return body, GapKey(accepted)


def _open(source: Source, labels: list[etree._Element]) -> tuple[AcceptedText, ...]:
    """Return what may be typed: Canvas lists every accepted text as a choice, and New Quizzes how it is compared."""
    found: dict[str, AcceptedText] = {}
    for one in labels:
        text = fragments.plain(source.label(one)).replace("*", "\\*")
        match one.get("scoring_algorithm"):
            case "TextRegex":
                source.problems.append(problems.rules_unknown())
                return ()
            case "TextContainsAnswer":
                text = f"*{text}*"
            case "TextCloseEnough":
                source.problems.append(problems.spelling_dropped())
        if text:
            found.setdefault(text.casefold(), AcceptedText(text))
    return tuple(found.values())


def _picked(
    source: Source, rules: Rules, ident: str, labels: list[etree._Element], picks: tuple[Option, ...]
) -> tuple[AcceptedText, ...]:
    try:
        nothing = rules.score({})
        paid = [rules.score({ident: (one.get("ident") or "",)}) - nothing for one in labels]
    except Unreadable:
        source.problems.append(problems.rules_unknown())
        return ()
    best = max(paid, default=Fraction(0))
    if best <= 0:
        return ()
    return tuple(AcceptedText(pick.id, pay / best) for pick, pay in zip(picks, paid, strict=True) if pay > 0)


def _placed(source: Source, prompt: str, asked: list[etree._Element], named: bool) -> str:
    """Return the words with a gap for each response, at its name or where the response stands."""
    if named:
        bare = MARK.sub("", prompt).replace("<p></p>", "")
        for place, response in enumerate(asked):
            gap = _gap(place + 1)
            own = xml.text_of(response, "material").strip()
            for name in dict.fromkeys(((response.get("ident") or "").removeprefix("response_"), own)):
                pattern = re.compile(re.escape(f"[{escape(name, quote=False)}]"))
                if name and pattern.search(bare):
                    bare = pattern.sub(lambda match, gap=gap: gap, bare, count=1)  # type: ignore[misc]
                    break
            else:
                bare += f"<p>{gap}</p>"
        return bare
    return MARK.sub(lambda match: _gap(int(match[1])), prompt)


def _gap(place: int) -> str:
    return f'<span class="gap" data-gap="g{place}"></span>'
