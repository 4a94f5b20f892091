"""Notes on parts of a written answer: where a part lies, and the answer cut where notes begin and end.

Places are counted in characters (code points) of the answer as it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text, from one character up to another."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text under the same notes; `opens` are those that begin with it. Notes count from 1."""

    text: str
    notes: tuple[int, ...] = ()
    opens: tuple[int, ...] = ()


def find_span(text: str, quote: str, start: int | None = None) -> Span | None:
    """Where a quoted part lies: at *start* if it stands there, else where it stands first; None: nowhere.

    >>> find_span("một hai một", "một", 8)
    Span(start=8, end=11)
    >>> find_span("một hai một", "một", 3)
    Span(start=0, end=3)
    """
    if not quote:
        return None
    if start is None or text[start : start + len(quote)] != quote or start < 0:
        start = text.find(quote)
    return Span(start, start + len(quote)) if start >= 0 else None


def cut(text: str, spans: Sequence[Span | None]) -> list[Piece]:
    """Cut a text wherever a note begins or ends; a note without a place cuts nothing.

    >>> [(piece.text, piece.notes) for piece in cut("abcd", [Span(0, 2), Span(1, 3)])]
    [('a', (1,)), ('b', (1, 2)), ('c', (2,)), ('d', ())]
    """
    placed = [(number, span) for number, span in enumerate(spans, 1) if span is not None]
    edges = sorted({0, len(text), *(edge for _number, span in placed for edge in (span.start, span.end))})
    return [
        Piece(
            text[begin:end],
            tuple(number for number, span in placed if span.start <= begin < span.end),
            tuple(number for number, span in placed if span.start == begin),
        )
        for begin, end in pairwise(edges)
        if begin < end
    ]
