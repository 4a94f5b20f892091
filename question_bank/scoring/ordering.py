"""Marking of ordering."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from question_bank.items.domain import OrderKey
from question_bank.scoring.outcome import FULL, NONE, Score
from question_bank.scoring.schemes import Scheme, added_up


def score_order(key: OrderKey, given: Sequence[str], scheme: Scheme) -> Score:
    """Mark an order: each thing in its own place, or each pair of neighbours, or all or nothing.

    >>> key = OrderKey(("a", "b", "c", "d"))
    >>> score_order(key, ["b", "c", "d", "a"], Scheme.SHARE).fraction
    Fraction(0, 1)
    >>> score_order(key, ["b", "c", "d", "a"], Scheme.NEIGHBOURS).fraction
    Fraction(2, 3)
    """
    places = {name: place for place, name in enumerate(given)}
    detail = {name: FULL if places.get(name) == place else NONE for place, name in enumerate(key.order)}
    if scheme is Scheme.NEIGHBOURS and len(key.order) > 1:
        wanted = set(pairwise(key.order))
        fraction = Fraction(len(wanted & set(pairwise(given))), len(wanted))
    else:
        wrong = sum(share == NONE and name in places for name, share in detail.items())
        fraction = added_up(detail, wrong, scheme)
    return Score(fraction, answered=bool(given), detail=detail)
