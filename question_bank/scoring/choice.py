"""Marking of one choice and of several choices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

from question_bank.items.domain import ChoiceKey
from question_bank.scoring.outcome import FULL, NONE, Score, clamped
from question_bank.scoring.schemes import Scheme


def score_choices(key: ChoiceKey, chosen: Collection[str], scheme: Scheme) -> Score:
    """Mark the options that were chosen, one or several.

    * weighted: the key's shares of the chosen options are added, penalties included, never below 0;
    * all or nothing: exactly the right options, those with a positive share (for one choice: one with the full share);
    * share: each right option that was chosen earns an equal share, and nothing is earned when more options were
      chosen than are right, so that choosing everything does not pay;
    * right minus wrong: as share, and each wrong option takes one share back.

    >>> key = ChoiceKey({"a": Fraction(1, 2), "b": Fraction(1, 2), "c": Fraction(-1, 2)})
    >>> [str(score_choices(key, {"a", "c"}, scheme).fraction) for scheme in (Scheme.WEIGHTED, Scheme.SHARE)]
    ['0', '1/2']
    >>> score_choices(key, set(), Scheme.WEIGHTED).answered
    False
    """
    picked = set(chosen)
    if not picked:
        return Score(NONE, answered=False)
    right = {option for option, share in key.weights.items() if share > 0}
    detail = {option: FULL if option in right else NONE for option in sorted(picked)}
    return Score(_share(key.weights, right, picked, scheme), answered=True, detail=detail)


def _share(weights: Mapping[str, Fraction], right: set[str], picked: set[str], scheme: Scheme) -> Fraction:
    if scheme is Scheme.WEIGHTED:
        return clamped(sum((weights.get(option, NONE) for option in picked), start=NONE))
    if not right:
        return NONE
    hits, misses = len(picked & right), len(picked - right)
    if scheme is Scheme.ALL_OR_NOTHING:
        return FULL if picked == right else NONE
    if scheme is Scheme.RIGHT_MINUS_WRONG:
        return clamped(Fraction(hits - misses, len(right)))
    return Fraction(hits, len(right)) if len(picked) <= len(right) else NONE


def score_one(key: ChoiceKey, chosen: str, scheme: Scheme) -> Score:
    """Mark one choice: the share that the key gives the option, or all or nothing.

    >>> score_one(ChoiceKey({"a": Fraction(1), "b": Fraction(1, 2)}), "b", Scheme.WEIGHTED).fraction
    Fraction(1, 2)
    """
    share = clamped(key.weights.get(chosen, NONE))
    if scheme is Scheme.ALL_OR_NOTHING:
        share = FULL if share == FULL else NONE
    return Score(share, answered=True, detail={chosen: share})
