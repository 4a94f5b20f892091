"""A key as one line of words, with the letters that its question's options go by."""

from __future__ import annotations

from collections.abc import Iterator

from lms.base.richtext import to_plain
from question_bank.items.domain import (
    ChoiceKey,
    GapKey,
    ItemBody,
    ItemKey,
    NumberKey,
    OrderKey,
    PairKey,
    TextKey,
    TruthKey,
)
from question_bank.items.presenting import number_in_words, share_in_words


def key_in_words(body: ItemBody, key: ItemKey | None) -> str:
    """Return what is right in a few words; "" where a person marks. An essay's guide is no key in words.

    Letters: options A, B, C; statements, targets a, b, c; the left side and things to order 1, 2, 3.
    """
    return "; ".join(_lines(body, key))


def _lines(body: ItemBody, key: ItemKey | None) -> Iterator[str]:
    upper = {option.id: _letter("A", place) for place, option in enumerate(body.options)}
    lower = {option.id: _letter("a", place) for place, option in enumerate(body.options)}
    targets = {target.id: _letter("a", place) for place, target in enumerate(body.targets)}
    match key:
        case ChoiceKey(weights):
            for name in upper:
                if weights.get(name):
                    yield f"{upper[name]}{share_in_words(weights[name])}"
        case TruthKey(truths):
            for name, truth in sorted(truths.items(), key=lambda one: lower.get(one[0], "")):
                yield f"{lower[name]}) {_MARK[truth]}" if name in lower else _MARK[truth]
        case TextKey(accepted):
            yield from (f"{one.text}{share_in_words(one.share)}" for one in accepted)
        case NumberKey(accepted):
            yield from map(number_in_words, accepted)
        case PairKey(pairs):
            for place, option in enumerate(body.options, 1):
                yield f"{place}–{targets.get(pairs.get(option.id, ''), '?')}"
        case OrderKey(order):
            places = {option.id: str(place) for place, option in enumerate(body.options, 1)}
            yield ", ".join(places.get(name, "?") for name in order)
        case GapKey(gaps):
            choices = {choice.id: to_plain(choice.html) for gap in body.gaps for choice in gap.choices}
            for place, gap in enumerate(body.gaps, 1):
                right = gaps.get(gap.id, ())
                texts = (f"{choices.get(one.text, one.text)}{share_in_words(one.share)}" for one in right)
                yield f"({place}) {' / '.join(texts)}"


_MARK = {True: "Đ", False: "S"}


def _letter(first: str, place: int) -> str:
    return chr(ord(first) + place) if place < 26 else str(place + 1)
