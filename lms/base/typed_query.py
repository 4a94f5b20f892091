"""What a searcher typed, taken apart the same way for every engine.

Words stand alone, `"…"` is a phrase, `word*` a beginning, `-word` something not wanted. Every word must be in the
text; there is no other syntax, so nothing a person types is ever an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from lms.base.text import nfc, words

MOST_CHARACTERS = 300
MOST_TERMS = 16
_PIECE = re.compile(r"""(?P<minus>(?:^|(?<=\s))-)?(?:["“”](?P<phrase>[^"“”]*)["“”]?|(?P<bare>[^\s"“”]+))""")


class TermKind(StrEnum):
    """How a term asks to be met."""

    WORD = "word"
    PHRASE = "phrase"
    PREFIX = "prefix"


@dataclass(frozen=True, slots=True)
class Term:
    """One thing the text must hold (or must not, when `unwanted`); only a phrase has several words."""

    kind: TermKind
    words: tuple[str, ...]
    unwanted: bool = False


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """The terms in typed order; none at all means "show everything"."""

    terms: tuple[Term, ...] = ()

    @property
    def wanted(self) -> tuple[Term, ...]:
        """The terms a text must hold."""
        return tuple(term for term in self.terms if not term.unwanted)

    @property
    def unwanted(self) -> tuple[Term, ...]:
        """The terms a text must not hold."""
        return tuple(term for term in self.terms if term.unwanted)


def parse(typed: str) -> ParsedQuery:
    """Take a typed query apart; what is over the limits is left out.

    >>> [(t.kind.value, t.words) for t in parse('"bậc nhất" pt*').terms]
    [('phrase', ('bậc', 'nhất')), ('prefix', ('pt',))]
    """
    terms: list[Term] = []
    for piece in _PIECE.finditer(nfc(typed)[:MOST_CHARACTERS]):
        unwanted = piece["minus"] is not None
        if piece["phrase"] is not None:
            parts = tuple(words(piece["phrase"]))
            if parts:
                kind = TermKind.PHRASE if len(parts) > 1 else TermKind.WORD
                terms.append(Term(kind, parts, unwanted))
            continue
        parts = tuple(words(piece["bare"]))
        if unwanted and len(parts) > 1:  # "-bậc/nhất": not this run of words
            terms.append(Term(TermKind.PHRASE, parts, unwanted=True))
            continue
        for index, part in enumerate(parts):
            begins = piece["bare"].endswith("*") and index == len(parts) - 1
            terms.append(Term(TermKind.PREFIX if begins else TermKind.WORD, (part,), unwanted))
    return ParsedQuery(tuple(dict.fromkeys(terms))[:MOST_TERMS])
