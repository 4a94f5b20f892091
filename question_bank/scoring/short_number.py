"""Marking of short answers in figures, as Decision 764/QĐ-BGDĐT (2024) reads them."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

from lms.base.text import nfc
from question_bank.items.domain import AcceptedNumber, NumberKey
from question_bank.scoring.outcome import FULL, NONE, Score, clamped
from question_bank.scoring.schemes import Scheme

NOT_A_NUMBER = "not_a_number"
NOT_NATIONAL = "not_in_national_format"

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,60}(?:,[0-9]{0,60})?|,[0-9]{1,60})\Z")
_KEY_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,60}(?:\.[0-9]{0,60})?|\.[0-9]{1,60})(?:[eE][+-]?[0-9]{1,2})?\Z")
_NATIONAL = re.compile(r"[-0-9,]{1,4}\Z")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2010": "-", "\u2011": "-", ".": ","})


def written(text: str) -> str:
    """Return a number as the answer sheet would hold it: `.` as a comma, U+2212 as `-`, no spaces.

    >>> written(" \u22121.5 ")
    '-1,5'
    """
    return "".join(nfc(text).split()).translate(_MINUS)


def in_national_format(text: str) -> bool:
    """Return whether a number fits the four boxes of the national answer sheet: `-`, digits and comma only.

    >>> in_national_format("-1,5"), in_national_format("12,75"), in_national_format("+2")
    (True, False, False)
    """
    return bool(_NATIONAL.match(written(text)))


def number_of(text: str) -> Fraction | None:
    """Return the number that a pupil wrote, exactly; None when it is not one (units, fractions, words).

    >>> number_of("2,50"), number_of("\u22123"), number_of("1/2")
    (Fraction(5, 2), Fraction(-3, 1), None)
    """
    figures = written(text)
    if not _NUMBER.match(figures):
        return None
    return Fraction(Decimal(figures.replace(",", ".")))


def key_number(text: str) -> Fraction | None:
    """Return a number of a key, which may come with a point or a comma and with an exponent (`1.5e-3`)."""
    figures = written(text).replace(",", ".")
    return Fraction(Decimal(figures)) if _KEY_NUMBER.match(figures) else None


def matches(accepted: AcceptedNumber, given: str) -> bool:
    """Return whether a number is the accepted one, within its tolerance, or in its very digits when they are asked.

    >>> matches(AcceptedNumber("2"), "2,0"), matches(AcceptedNumber("2", exact_form=True), "2,0")
    (True, False)
    >>> matches(AcceptedNumber("9.8", tolerance="0.1"), "9,9")
    True
    """
    if accepted.exact_form:
        return written(given) == written(accepted.value)
    value, middle, around = number_of(given), key_number(accepted.value), key_number(accepted.tolerance or "0")
    if value is None or middle is None or around is None:
        return False
    return abs(value - middle) <= abs(around)


def score_number(key: NumberKey, given: str, scheme: Scheme) -> Score:
    """Mark a short number by the best accepted value; a spelling the national sheet cannot hold is flagged only.

    >>> score_number(NumberKey((AcceptedNumber("2.75"),)), "2.75", Scheme.WEIGHTED).fraction
    Fraction(1, 1)
    """
    if not given.strip():
        return Score(NONE, answered=False)
    share = max((clamped(one.share) for one in key.accepted if matches(one, given)), default=NONE)
    if scheme is Scheme.ALL_OR_NOTHING and share != FULL:
        share = NONE
    flags = () if in_national_format(given) else (NOT_NATIONAL,)
    if number_of(given) is None:
        flags = (NOT_A_NUMBER, *flags)
    return Score(share, answered=True, flags=flags)
