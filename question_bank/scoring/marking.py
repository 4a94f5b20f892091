"""The one door of marking: any question, its key and a kept response → score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from question_bank.items.domain import (
    KEY_OF,
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
from question_bank.scoring.choice import score_choices, score_one
from question_bank.scoring.gaps import score_gaps
from question_bank.scoring.matching import score_pairs
from question_bank.scoring.ordering import score_order
from question_bank.scoring.outcome import NONE, UNANSWERED, Score
from question_bank.scoring.responses import entries_of, is_answered, names_of, text_of
from question_bank.scoring.schemes import Scheme, scheme_for
from question_bank.scoring.short_number import score_number
from question_bank.scoring.short_text import score_text
from question_bank.scoring.truths import score_truths


class KeyNotFitting(ValueError):
    """The key is of another kind than the question; a mistake of whoever saved it."""


def score(
    body: ItemBody, key: ItemKey | None, response: Mapping[str, Any] | None, scheme: Scheme | None = None
) -> Score:
    """Mark a response that `check_response` let in; None or `{}` is a blank one.

    An answer to an essay, or to a question without a key, needs a person. Ids that the key does not know earn nothing,
    so an old response can be marked by a newer key.

    Raises:
        KeyNotFitting: the key belongs to another kind of question.
        SchemeNotFitting: this kind is not marked by that scheme.
    """
    kind = KEY_OF[body.type]
    if key is not None and (kind is None or not isinstance(key, kind)):
        raise KeyNotFitting(f"{type(key).__name__} for {body.type}")
    rule = scheme_for(body.type, scheme)
    if body.type is ItemType.DESCRIPTION or not is_answered(response):
        return UNANSWERED
    if key is None or rule is None:
        return Score(NONE, answered=True, needs_marking=True)
    return _scored(body, key, response, rule)


def _scored(body: ItemBody, key: ItemKey, response: Mapping[str, Any] | None, rule: Scheme) -> Score:
    match key:
        case ChoiceKey() if body.type is ItemType.SINGLE_CHOICE:
            return score_one(key, str((response or {}).get("choice")), rule)
        case ChoiceKey():
            return score_choices(key, names_of(response, "choices"), rule)
        case TruthKey():
            return score_truths(key, entries_of(response, "truths"), rule)
        case TextKey():
            return score_text(key, text_of(response), rule)
        case NumberKey():
            return score_number(key, text_of(response), rule)
        case PairKey():
            return score_pairs(key, entries_of(response, "pairs"), rule)
        case OrderKey():
            return score_order(key, names_of(response, "order"), rule)
        case GapKey():
            picked = {gap.id for gap in body.gaps if gap.choices}
            return score_gaps(key, entries_of(response, "gaps"), picked, rule)
        case _:
            return Score(NONE, answered=True, needs_marking=True)
