"""What every search engine of the library promises; `tests/materials/search/test_conformance.py` holds them to it.

A document is found by its text, narrowed by its facets, and seen only by who holds one of its `seen_by` marks: the
engine applies that before it counts or quotes anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

FACETS = ("subject", "grade", "kind", "licence")
TYPOS_BELOW = 5  # hits with a typing mistake join in only while fewer than this many were found without one
BODY_LIMIT = 400_000  # characters of a file's text that are worth indexing


class Tier(IntEnum):
    """How a hit matched; a hit of a lower tier always stands before one of a higher."""

    EXACT = 0  # every word in the spelling that was typed
    FOLDED = 1  # every word when accents, đ, i/y are laid aside
    TYPO = 2  # at least one word only with a typing mistake


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """What the index holds of one edition.

    `facets` maps names of `FACETS` to values; `seen_by` are opaque marks such as `school:12`; `age_key` orders a
    list without a query, the greatest first.
    """

    uid: str
    title: str
    summary: str = ""
    body: str = ""
    keywords: str = ""  # searched, never quoted: names of subject, grade, kind, authors
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    seen_by: Sequence[str] = ()
    age_key: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text for the page, `marked` where it answers the query."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One found document: its title and a passage, both cut into runs."""

    uid: str
    tier: Tier
    title: tuple[Run, ...]
    passage: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """One page of hits, how many there are in all, and the exact count of each facet value.

    A facet is counted under the filters of the other facets, so that its counts say what choosing another value
    would give.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]


class Batch(Protocol):
    """Changes that become visible together when the `with engine.writing()` block ends, or not at all."""

    def replace(self, documents: Iterable[SearchDocument]) -> None:
        """Put documents in, in place of those with the same uid."""

    def delete(self, uids: Iterable[str]) -> None:
        """Take documents out; unknown uids are no error."""

    def clear(self) -> None:
        """Take everything out, before a rebuild."""


class SearchEngine(Protocol):
    """An index on disk. Safe to read from many threads and processes; one writer at a time, others wait."""

    def writing(self) -> AbstractContextManager[Batch]:
        """Change the index in one atomic step; an exception, or a killed process, leaves the old one."""

    def search(
        self,
        typed: str,
        *,
        visible: Collection[str],
        filters: Mapping[str, Collection[str]] | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> Results:
        """Find what `typed` asks for among documents that carry one of the `visible` marks.

        Values of one facet are alternatives, facets narrow each other. No marks: nothing is seen.
        """

    def __len__(self) -> int:
        """How many documents the index holds, seen or not."""
