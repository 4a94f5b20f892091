"""Marking of short answers in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from lms.base.text import nfc, placed_tones
from question_bank.items.domain import AcceptedText, TextKey
from question_bank.scoring.outcome import FULL, NONE, Score, clamped
from question_bank.scoring.schemes import Scheme

_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})  # what telephones put for plain ones
_STAR = re.compile(r"\\\*|\*")


def _folded(text: str, *, case_sensitive: bool) -> str:
    spaced = " ".join(nfc(text).translate(_QUOTES).split())
    return spaced if case_sensitive else placed_tones(spaced)


def _runs(pattern: str) -> list[str]:
    r"""Cut a pattern at its `*`; `\*` is a star to be typed."""
    runs, end, current = [], 0, ""
    for found in _STAR.finditer(pattern):
        current += pattern[end : found.start()]
        end = found.end()
        if found[0] == "*":
            runs.append(current)
            current = ""
        else:
            current += "*"
    return [*runs, current + pattern[end:]]


def matches(accepted: AcceptedText, given: str) -> bool:
    """Return whether a typed answer is the accepted text.

    Spaces are folded, the tone of "hoà" may stand on either vowel, accents count, case counts only when asked; `*`
    stands for any run of characters. Each run is looked for once from left to right, so no pattern is slow.

    >>> matches(AcceptedText("Hà Nội"), " hà  nội"), matches(AcceptedText("Hà Nội"), "Ha Noi")
    (True, False)
    >>> matches(AcceptedText("*đường*"), "Con đường nhỏ"), matches(AcceptedText("O2", case_sensitive=True), "o2")
    (True, False)
    """
    typed = _folded(given, case_sensitive=accepted.case_sensitive)
    if not typed:
        return False
    first, *others = _runs(_folded(accepted.text, case_sensitive=accepted.case_sensitive))
    if not others:
        return typed == first
    *middle, last = others
    if not typed.startswith(first):
        return False
    place = len(first)
    for run in middle:
        found = typed.find(run, place)
        if found == -1:
            return False
        place = found + len(run)
    return typed.endswith(last) and len(typed) - len(last) >= place


def best_share(accepted: Iterable[AcceptedText], given: str) -> Fraction:
    """Return the largest share among the accepted texts that an answer matches; 0 when it matches none."""
    return max((clamped(one.share) for one in accepted if matches(one, given)), default=NONE)


def score_text(key: TextKey, given: str, scheme: Scheme) -> Score:
    """Mark a short text: the best share it earns, or all or nothing."""
    share = best_share(key.accepted, given)
    if scheme is Scheme.ALL_OR_NOTHING and share != FULL:
        share = NONE
    return Score(share, answered=bool(given.strip()))
