"""Keys by the words of what they name, so that two questions can be compared whose ids differ."""

from __future__ import annotations

from collections import defaultdict

from lms.base import richtext
from lms.base.text import exact_key
from question_bank.items.domain import (
    ChoiceKey,
    EssayKey,
    GapKey,
    ItemBody,
    ItemKey,
    NumberKey,
    OrderKey,
    PairKey,
    TextKey,
    TruthKey,
)


def sense_of(body: ItemBody, key: ItemKey | None) -> object:
    """Return a key by the words of what it names, whatever ids they go by."""
    words = {option.id: words_in(option.html) for option in (*body.options, *body.targets)}
    words |= {choice.id: words_in(choice.html) for gap in body.gaps for choice in gap.choices}
    match key:
        case ChoiceKey(weights):
            return {(words.get(name, name), share) for name, share in weights.items() if share}
        case TruthKey(truths):
            return {(words.get(name, name), truth) for name, truth in truths.items()}
        case TextKey(accepted) | NumberKey(accepted):
            return set(accepted)
        case PairKey(pairs):
            return {(words.get(left, left), words.get(right, right)) for left, right in pairs.items()}
        case OrderKey(order):
            return [words.get(name, name) for name in order]
        case GapKey(gaps):
            places = {gap.id: place for place, gap in enumerate(body.gaps)}
            sense: dict[int, set[tuple[str, object]]] = defaultdict(set)
            for name, texts in gaps.items():
                sense[places.get(name, -1)] |= {(words.get(one.text, one.text), one.share) for one in texts}
            return dict(sense)
        case EssayKey(rubric):
            return words_in(rubric)
        case _:
            return None


def words_in(html: str) -> str:
    """The words of a fragment, two spellings of a word as one."""
    return exact_key(richtext.to_plain(html))
