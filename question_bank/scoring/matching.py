"""Marking of matching: which target belongs to which option."""

from __future__ import annotations

from collections.abc import Mapping

from question_bank.items.domain import PairKey
from question_bank.scoring.outcome import FULL, NONE, Score
from question_bank.scoring.schemes import Scheme, added_up


def score_pairs(key: PairKey, given: Mapping[str, str | None], scheme: Scheme) -> Score:
    """Mark pairs; an option that the key does not pair neither earns nor costs.

    >>> key = PairKey({"1": "a", "2": "b"})
    >>> score_pairs(key, {"1": "a", "2": "c"}, Scheme.SHARE).fraction
    Fraction(1, 2)
    """
    paired = {option: target for option, target in given.items() if isinstance(target, str) and target}
    detail = {option: FULL if paired.get(option) == target else NONE for option, target in key.pairs.items()}
    wrong = sum(share == NONE and option in paired for option, share in detail.items())
    return Score(added_up(detail, wrong, scheme), answered=bool(paired), detail=detail)
