"""Keys that are found after a test: made from a right answer, and several of which the best counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    GapKey,
    ItemBody,
    ItemKey,
    ItemType,
    NumberKey,
    OrderKey,
    PairKey,
    TextKey,
    TruthKey,
)
from question_bank.scoring.marking import score
from question_bank.scoring.outcome import Score
from question_bank.scoring.responses import entries_of, names_of, text_of
from question_bank.scoring.schemes import Scheme
from question_bank.scoring.short_number import number_of, written

_WHOLE = Fraction(1)


def key_from(body: ItemBody, response: Mapping[str, Any]) -> ItemKey:
    """The key by which exactly this answer earns the whole worth.

    Of several choices each right one weighs the same; nothing is taken away for wrong ones.

    Raises:
        Invalid: a part of the answer is missing, or nobody but a person marks this kind.
    """
    match body.type:
        case ItemType.SINGLE_CHOICE if response.get("choice"):
            return ChoiceKey({str(response["choice"]): _WHOLE})
        case ItemType.MULTIPLE_CHOICE if names_of(response, "choices"):
            names = names_of(response, "choices")
            return ChoiceKey({name: Fraction(1, len(names)) for name in names})
        case ItemType.TRUE_FALSE | ItemType.CLUSTER:
            truths = entries_of(response, "truths")
            wanted = len(body.options) if body.type is ItemType.CLUSTER else 1
            if len(truths) == wanted and None not in truths.values():
                return TruthKey(dict(truths))
        case ItemType.SHORT_TEXT if text_of(response).strip():
            return TextKey((AcceptedText(text_of(response).strip()),))
        case ItemType.SHORT_NUMBER if number_of(text_of(response)) is not None:
            return NumberKey((AcceptedNumber(written(text_of(response)).replace(",", ".")),))
        case ItemType.MATCHING if len(entries_of(response, "pairs")) == len(body.options):
            return PairKey(dict(entries_of(response, "pairs")))
        case ItemType.ORDERING if len(names_of(response, "order")) == len(body.options):
            return OrderKey(tuple(names_of(response, "order")))
        case ItemType.GAP_FILL:
            gaps = {name: str(text).strip() for name, text in entries_of(response, "gaps").items() if text}
            if len(gaps) == len(body.gaps) and all(gaps.values()):
                return GapKey({name: (AcceptedText(text),) for name, text in gaps.items()})
    raise Invalid.at("key", N_("Hãy trả lời đủ câu hỏi: câu trả lời này là đáp án mới."))


def best_score(
    body: ItemBody, keys: Sequence[ItemKey | None], response: Mapping[str, Any] | None, scheme: Scheme | None = None
) -> Score:
    """Mark a response by each of these keys and return the score that earns most; of equal ones the first.

    >>> body = ItemBody(ItemType.TRUE_FALSE, "<p>2 > 1</p>")
    >>> best_score(body, [TruthKey({"s": True}), TruthKey({"s": False})], {"truths": {"s": False}}).right
    True
    """
    return max((score(body, key, response, scheme) for key in keys), key=lambda found: found.fraction)
