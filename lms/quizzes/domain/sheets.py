"""Answers on the desk of a marker: how each is named in addresses, in which order, which comes next."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol, TypeVar

LENGTH = 24  # hexadecimal digits: 96 bits


def sheet_uid(secret: str, attempt_uid: str, slot: int) -> str:
    """The name of an answer on the pages of marking: without the secret it leads to no attempt, so to no pupil.

    >>> sheet_uid("", "a", 1) == sheet_uid("", "a", 1) != sheet_uid("", "a", 2)
    True
    """
    return hmac.new(secret.encode(), f"{attempt_uid}/{slot}".encode(), "sha256").hexdigest()[:LENGTH]


class Marked(Protocol):
    """A sheet as far as the order of work is concerned."""

    @property
    def uid(self) -> str: ...
    @property
    def waits(self) -> bool: ...


S = TypeVar("S", bound=Marked)


def next_waiting(sheets: Sequence[S], uid: str = "") -> S | None:
    """The next sheet after *uid* that waits, from the front again where none is left behind it; never *uid* itself."""
    at = next((place for place, sheet in enumerate(sheets) if sheet.uid == uid), -1)
    behind, before = sheets[at + 1 :], sheets[: max(at, 0)]
    return next((sheet for sheet in (*behind, *before) if sheet.waits), None)


def neighbours(sheets: Sequence[S], uid: str) -> tuple[S | None, S | None]:
    """The sheet before and the sheet behind *uid*."""
    at = next((place for place, sheet in enumerate(sheets) if sheet.uid == uid), None)
    if at is None:
        return None, None
    return (sheets[at - 1] if at else None), (sheets[at + 1] if at + 1 < len(sheets) else None)


def in_words(points: Fraction) -> str:
    """Points in a sentence.

    >>> in_words(Fraction(5, 4))
    '1,25'
    """
    return f"{float(points):g}".replace(".", ",")
