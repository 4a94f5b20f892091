"""Marking of true/false questions: one statement, or a cluster on the stepped scale."""

from __future__ import annotations

from collections.abc import Mapping

from question_bank.items.domain import TruthKey
from question_bank.scoring.outcome import FULL, NONE, Score
from question_bank.scoring.schemes import Scheme, added_up


def score_truths(key: TruthKey, given: Mapping[str, bool | None], scheme: Scheme) -> Score:
    """Mark judged statements; a blank counts as not right, and costs nothing.

    >>> key = TruthKey({"a": True, "b": False, "c": True, "d": True})
    >>> score_truths(key, {"a": True, "b": True, "c": None, "d": True}, Scheme.STEPPED_764).fraction
    Fraction(1, 4)
    """
    judged = {statement: truth for statement, truth in given.items() if isinstance(truth, bool)}
    detail = {statement: FULL if judged.get(statement) is truth else NONE for statement, truth in key.truths.items()}
    wrong = sum(share == NONE and statement in judged for statement, share in detail.items())
    return Score(added_up(detail, wrong, scheme), answered=bool(judged), detail=detail)
