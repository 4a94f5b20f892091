"""What a list of questions is asked for, and the plain meaning of it: which entries match, how many of each value.

`tests/question_bank/items/search/test_index.py` holds the index to the same answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from lms.base.text import fold, words
from lms.base.typed_query import ParsedQuery, Term, TermKind, parse
from question_bank.items.domain import LEVELS, ItemState

FACETS = (
    "subject",
    "grade",
    "type",
    "level",
    "state",
    "topic",
    "competency",
    "outcome",
    "label",
    "source",
    "year",
    "category",
    "textbook",
    "author",
)
ANY_TEXTBOOK = "any"
NOTHING: Mapping[str, str] = MappingProxyType({})
Counts = dict[str, dict[str, int]]  # facet → value → how many
LONGEST_WORD = 64  # letters of a "word" that count; a longer one is no word
ID_BITS = 40  # a place by grade is the grade and the level above the version's id
_RANKS = {level: rank for rank, level in enumerate(LEVELS)}


class Order(StrEnum):
    """How a list is sorted."""

    NEWEST = "newest"
    OLDEST = "oldest"
    GRADE = "grade"  # by grade, then by level; what has none comes last


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: words (accents do not matter), and one value for each facet that narrows.

    Retired questions come only when they are asked for by their state.
    """

    typed: str = ""
    chosen: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    order: Order = Order.NEWEST

    @property
    def query(self) -> ParsedQuery:
        """The words taken apart, without accents."""
        return parse(fold(self.typed))

    @property
    def filters(self) -> dict[str, str]:
        """The facets that narrow."""
        return {name: self.chosen[name] for name in FACETS if self.chosen.get(name)}


@dataclass(frozen=True, slots=True)
class Entry:
    """What a search knows of a version: its words, its values by facet, and the marks by which people see it."""

    id: int
    words: str
    values: Mapping[str, tuple[str, ...]]
    seen_by: frozenset[str]

    @property
    def graded(self) -> int:
        """Where it stands in a list by grade and level."""
        grade = int(next(iter(self.values.get("grade", ())), "15"))
        rank = _RANKS.get(next(iter(self.values.get("level", ())), ""), len(_RANKS))
        return (grade * 16 + rank << ID_BITS) + self.id


def place(entry: Entry, order: Order) -> int:
    """Return the number by which a list in this order is sorted, the smallest first."""
    if order is Order.GRADE:
        return entry.graded
    return entry.id if order is Order.OLDEST else -entry.id


def id_of(place: int) -> int:
    """Return the id of the version that stands at a place of a list."""
    return abs(place) & ((1 << ID_BITS) - 1)


def searchable(folded: str) -> str:
    """Return a folded text as words between single spaces, with one at either end.

    >>> searchable("x^2 - 4, bac hai")
    ' x 2 4 bac hai '
    """
    return f" {' '.join(keys(words(folded)))} "


def keys(typed: Iterable[str]) -> list[str]:
    """Cut words to the length that counts."""
    return [word[:LONGEST_WORD] for word in typed]


def _holds(entry: Entry, term: Term) -> bool:
    run = " ".join(keys(term.words))
    return (f" {run}" if term.kind is TermKind.PREFIX else f" {run} ") in entry.words


def found_among(entries: Iterable[Entry], wanted: Wanted, marks: Collection[str]) -> Iterator[Entry]:
    """Go through the entries that somebody with these marks sees and that hold the words, whatever their values."""
    seen, query = frozenset(marks), wanted.query
    for entry in entries:
        if entry.seen_by & seen and all(_holds(entry, term) is not term.unwanted for term in query.terms):
            yield entry


def fits(entry: Entry, filters: Mapping[str, str], *, but: str = "") -> bool:
    """Say whether an entry has the chosen values, the facet *but* left aside."""
    if "state" not in filters and but != "state" and ItemState.RETIRED in entry.values.get("state", ()):
        return False
    return all(value in entry.values.get(name, ()) for name, value in filters.items() if name != but)


def tally(entries: Iterable[Entry], wanted: Wanted) -> tuple[list[int], Counts]:
    """Return the places of the entries that fit, and the counts of each facet under the other facets' filters."""
    filters = wanted.filters
    places: list[int] = []
    counts: Counts = {name: {} for name in FACETS}
    for entry in entries:
        if fits(entry, filters):
            places.append(place(entry, wanted.order))
        for name in FACETS:
            if fits(entry, filters, but=name):
                for value in entry.values.get(name, ()):
                    counts[name][value] = counts[name].get(value, 0) + 1
    return sorted(places), counts


def together(first: Counts, second: Counts) -> Counts:
    """Add counts up."""
    return {
        name: {
            value: first[name].get(value, 0) + second[name].get(value, 0) for value in {**first[name], **second[name]}
        }
        for name in FACETS
    }
