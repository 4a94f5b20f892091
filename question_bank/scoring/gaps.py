"""Marking of gap fill: each gap typed, or picked from its choices."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction

from question_bank.items.domain import AcceptedText, GapKey
from question_bank.scoring.outcome import NONE, Score, clamped
from question_bank.scoring.schemes import Scheme, added_up
from question_bank.scoring.short_text import best_share


def _picked_share(accepted: tuple[AcceptedText, ...], choice: str) -> Fraction:
    return max((clamped(one.share) for one in accepted if one.text == choice), default=NONE)


def score_gaps(key: GapKey, given: Mapping[str, str | None], picked: Collection[str], scheme: Scheme) -> Score:
    """Mark filled gaps.

    Args:
        key: what counts in each gap.
        given: the text, or the id of the choice, by gap.
        picked: the gaps that have choices; there the id must be the very one, elsewhere spelling is folded as in a
            short text.
        scheme: how the gaps add up.
    """
    filled = {gap: text for gap, text in given.items() if isinstance(text, str) and text.strip()}
    detail = {
        gap: (_picked_share if gap in picked else best_share)(accepted, filled.get(gap, ""))
        for gap, accepted in key.gaps.items()
    }
    wrong = sum(share == NONE and gap in filled for gap, share in detail.items())
    return Score(added_up(detail, wrong, scheme), answered=bool(filled), detail=detail)
