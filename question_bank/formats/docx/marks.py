"""Which option the look of the paper sets apart: underlined, coloured, highlighted or bold label or text, a star.

A look is a key only where it sets exactly one option apart from its siblings, and only if it is a mark that this paper
uses; a look that all options share, or one that is on a few words, says nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from question_bank.formats.docx.choices import Choice, Parsed
from question_bank.formats.docx.lines import OBJECT, Line

KINDS = ("underline", "shade", "color", "bold")
WHOLE = 0.9  # of the letters of an option
_STARRED = re.compile(r"^\s*\*(?!\*)\s*(?=\S)")
_CROSSED = re.compile(r"(?<=[\s\ufffc])\(\s*[xX]\s*\)\s*\.?\s*$")


@dataclass(frozen=True, slots=True)
class Usage:
    """The marks a paper uses: kinds of look for options, and for the labels of true statements."""

    options: frozenset[str]
    statements: frozenset[str]


def settle(questions: Sequence[Parsed]) -> None:
    """Take "*" and "(x)" for marks where the paper marks so: "*args" and "f (x)" may as well be what an option says."""
    choices = [one for one in questions if one.kind == "choice" and len(one.choices) >= 2]
    for sign, place in ((_STARRED, 0), (_CROSSED, -1)):
        signed = [[one for one in question.choices if _sign(sign, one, place)] for question in choices]
        if sum(len(found) == 1 for found in signed) < _needed(len(choices)):
            continue
        for one in (one for found in signed for one in found):
            match = _sign(sign, one, place)
            if match:
                one.starred = True
                line = one.lines[place]
                one.lines[place] = line.cut(match.end()) if place == 0 else line.cut(0, match.start())


def _sign(sign: re.Pattern[str], choice: Choice, place: int) -> re.Match[str] | None:
    """Return where a sign stands in an option that says something else as well."""
    match = sign.search(choice.lines[place].text) if choice.lines else None
    return match if match and (place == 0 or match.start() > 0) else None


def _needed(questions: int) -> int:
    """Return on how many questions a mark must set one option apart to be a mark of the paper."""
    return 1 if questions <= 3 else max(2, questions * 3 // 10)


def usage(questions: Iterable[Parsed]) -> Usage:
    """Return the marks that a paper uses, by how often each sets one option apart."""
    choices = [one for one in questions if one.kind == "choice" and len(one.choices) >= 2]
    clusters = [one for one in questions if one.kind == "cluster"]
    single: Counter[str] = Counter()
    for question in choices:
        for kind in KINDS:
            if len(set_apart(question.choices, kind)) == 1:
                single[kind] += 1
    needed = _needed(len(choices))
    used = {kind for kind, count in single.items() if count >= needed}
    # Nobody underlines a label or lays a colour under it by chance.
    used |= {
        kind
        for kind in ("underline", "shade")
        if single[kind] and any(_label_apart(one.choices, kind) for one in choices)
    }
    partial = {
        kind
        for kind in KINDS
        for one in clusters
        if 0 < len(_marked(one.choices, kind)) < len(one.choices) and (kind != "bold" or len(clusters) > 1)
    }
    return Usage(frozenset(used), frozenset(partial))


def set_apart(choices: Sequence[Choice], kind: str) -> set[str]:
    """Return the letters whose label or whole text looks different from that of most siblings."""
    return _label_apart(choices, kind) | _different(choices, _text_values(choices, kind))


def _label_apart(choices: Sequence[Choice], kind: str) -> set[str]:
    return _different(choices, [_value(getattr(choice.look, kind)) for choice in choices])


def _different(choices: Sequence[Choice], values: Sequence[str] | None) -> set[str]:
    if values is None:
        return set()
    common, count = Counter(values).most_common(1)[0]
    usual = common if count * 2 > len(values) else ""
    return {choice.letter for choice, value in zip(choices, values, strict=True) if value and value != usual}


def _text_values(choices: Sequence[Choice], kind: str) -> list[str] | None:
    """Return the look of each option's text; None where it is on some words only, as emphasis is."""
    values: list[str] = []
    for choice in choices:
        looks = [
            _value(getattr(line.styles[place], kind))
            for line in choice.lines
            for place, char in enumerate(line.text)
            if (char != OBJECT and (char.isalnum() or char not in " \t.,;:!?()–-\u00a0")) or _is_formula(line, place)
        ]
        counted = Counter(look for look in looks if look)
        if not counted:
            values.append("")
            continue
        look, count = counted.most_common(1)[0]
        if count < WHOLE * len(looks):
            return None
        values.append(look)
    return values


def _is_formula(line: Line, place: int) -> bool:
    return place in line.things and line.things[place].kind == "formula"


def _value(look: bool | str) -> str:
    return look if isinstance(look, str) else "1" if look else ""


def marked(question: Parsed, used: Usage) -> list[set[str]]:
    """Return, a set a mark, which letters of a choice the paper marks; sets differ where the marks disagree."""
    found: list[set[str]] = []
    for kind in KINDS:
        letters = set_apart(question.choices, kind)
        strict = _label_apart(question.choices, kind) if kind != "bold" else set()
        if kind in used.options and letters:
            found.append(letters)
        elif strict and found:
            # A look that the paper does not use elsewhere is no key of its own, but it can contradict one.
            found.append(strict)
    stars = {choice.letter for choice in question.choices if choice.starred}
    if stars:
        found.append(stars)
    return found


def several(question: Parsed) -> set[str]:
    """Return the letters of a choice that share a look which some siblings lack, "" where there is none."""
    for kind in KINDS:
        for values in (
            [_value(getattr(choice.look, kind)) for choice in question.choices],
            _text_values(question.choices, kind),
        ):
            letters = {choice.letter for choice, value in zip(question.choices, values or [], strict=False) if value}
            if 1 < len(letters) < len(question.choices):
                return letters
    return set()


def truths(question: Parsed, used: Usage) -> list[dict[str, bool]]:
    """Return, a mapping a mark, which statements the paper marks as true."""
    found: list[dict[str, bool]] = []
    for kind in KINDS:
        if kind not in used.statements:
            continue
        letters = _marked(question.choices, kind)
        if letters:
            found.append({choice.letter.lower(): choice.letter in letters for choice in question.choices})
    return found


def _marked(choices: Sequence[Choice], kind: str) -> set[str]:
    """Return the statements whose label (or else whole text) has a look, where there is but one such look."""
    labels = [_value(getattr(choice.look, kind)) for choice in choices]
    if not any(labels):
        labels = _text_values(choices, kind) or []
    looks = {value for value in labels if value}
    if len(looks) != 1:
        return set()
    return {choice.letter for choice, value in zip(choices, labels, strict=False) if value}


def unmarked(choices: Sequence[Choice]) -> list[list[Line]]:
    """Return the options' lines without the looks that may have told the key."""
    shown: list[list[Line]] = []
    for choice in choices:
        lines = [line.cut(0) for line in choice.lines]
        for kind in ("bold", "underline"):
            if getattr(choice.look, kind):
                _strip_start(lines, kind)
        shown.append(lines)
    return shown


def _strip_start(lines: list[Line], kind: str) -> None:
    """Take a look off the words that run on from the label with it."""
    if not lines:
        return
    styles = lines[0].styles
    for place, style in enumerate(styles):
        if not getattr(style, kind) and not lines[0].text[place].isspace():
            break
        styles[place] = replace(
            style, bold=style.bold and kind != "bold", underline=style.underline and kind != "underline"
        )


def uniform(lines: Sequence[Line]) -> set[str]:
    """Return the emphasis that lies on all words of some lines: a habit of writing, or a mark."""
    found: set[str] = set()
    for kind in ("bold", "underline"):
        looks = [
            getattr(line.styles[place], kind)
            for line in lines
            for place, char in enumerate(line.text)
            if char != OBJECT and char.isalnum()
        ]
        if looks and sum(looks) >= WHOLE * len(looks):
            found.add(kind)
    return found
