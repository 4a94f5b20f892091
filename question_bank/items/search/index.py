"""The index of questions on disk (`lms.base.index_folder`): one for all schools of the installation."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from threading import Lock

import structlog
import tantivy
from flask import Flask
from tantivy import Occur, Order, Query

from lms.base.config import Settings
from lms.base.index_folder import MOST_VALUES, IndexFolder, total_of
from lms.base.typed_query import Term, TermKind
from question_bank.items.domain import ItemState
from question_bank.items.search import wanted as plain
from question_bank.items.search.entries import Position
from question_bank.items.search.wanted import FACETS, Counts, Entry, Wanted, keys

log = structlog.get_logger()
SHAPE = "1"  # raise it when entries come to hold other words or values
BROKEN = (ValueError, OSError)  # what tantivy raises when its files are not what they should be
NO_VERSION = 0  # the id of the document that holds the position
_SORTED = {
    plain.Order.NEWEST: ("id", Order.Desc),
    plain.Order.OLDEST: ("id", Order.Asc),
    plain.Order.GRADE: ("graded", Order.Asc),
}


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("id", indexed=True, fast=True)
    builder.add_unsigned_field("graded", fast=True)
    builder.add_text_field("words", tokenizer_name="whitespace")
    for name in (*FACETS, "seen_by"):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("position", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


SCHEMA = _schema()


class Look:
    """The index as it stood at one moment."""

    def __init__(self, searcher: tantivy.Searcher, position: Position) -> None:
        self._searcher = searcher
        self.position = position

    def __len__(self) -> int:
        return self._searcher.num_docs - 1

    def find(
        self, wanted: Wanted, marks: Collection[str], *, without: Collection[int], limit: int, offset: int
    ) -> tuple[list[int], int, Counts]:
        """Return places of the sorted list from *offset* on, how many there are, and the counts of each facet.

        *marks* are those of whoever looks, *without* the versions that are left out.
        """
        found = _all_of([_matches(wanted), Query.term_set_query(SCHEMA, "seen_by", sorted(marks))])
        if without:
            left_out = Query.term_set_query(SCHEMA, "id", sorted(without))
            found = Query.boolean_query([(Occur.Must, found), (Occur.MustNot, left_out)])
        filters = wanted.filters
        narrowed = _narrowed(found, filters)
        field, order = _SORTED[wanted.order]
        result = self._searcher.search(narrowed, limit=max(1, limit), offset=offset, order_by_field=field, order=order)
        sign = -1 if wanted.order is plain.Order.NEWEST else 1
        places = [sign * int(place) for place, _ in result.hits[:limit]]
        alone = {name for name in FACETS if name in filters or name == "state"}
        counts = self._counts(narrowed, [name for name in FACETS if name not in alone])
        for name in alone:  # a chosen value does not narrow its own facet
            counts |= self._counts(_narrowed(found, filters, but=name), [name])
        return places, total_of(result), counts

    def _counts(self, query: Query, names: Iterable[str]) -> Counts:
        asked = {name: {"terms": {"field": name, "size": MOST_VALUES, "segment_size": MOST_VALUES}} for name in names}
        answer = self._searcher.aggregate(query, asked)
        return {
            name: {str(bucket["key"]): int(bucket["doc_count"]) for bucket in answer[name]["buckets"]} for name in asked
        }


class BankIndex:
    """An index folder that may be missing, damaged or of another database, which only ever makes lists slower."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opening = Lock()
        self._open: IndexFolder | None = None

    def _index(self) -> IndexFolder:
        with self._opening:
            if self._open is None:
                self._open = IndexFolder(self._folder, SCHEMA)
            return self._open

    def look(self) -> Look | None:
        """Look at the newest state of the index; None when there is none that can be used."""
        try:
            searcher = self._index().searcher()
            hits = searcher.search(Query.term_query(SCHEMA, "id", NO_VERSION), limit=1).hits
            if not hits:
                return None
            shape, mark_id, token = str(searcher.doc(hits[0][1]).get_first("position")).split(":")
        except BROKEN:
            self.give_up()
            return None
        return Look(searcher, Position(int(mark_id), token)) if shape == SHAPE else None

    def give_up(self) -> None:
        """Let go of files that cannot be read; whoever looks next opens them anew."""
        log.exception("bank_index.unreadable", folder=str(self._folder))
        with self._opening:
            self._open = None

    def replace(self, ids: Iterable[int], found: Iterable[Entry], position: Position) -> None:
        """Put in what is known of the versions *ids*: those that are *found*, the others are gone."""
        with self._index().writing() as writer:
            writer.delete_documents_by_query(Query.term_set_query(SCHEMA, "id", [NO_VERSION, *ids]))
            _fill(writer, found, position)

    def rebuild(self, found: Iterable[Entry], position: Position) -> None:
        """Hold these entries and nothing else; the index before answers until this one is whole."""
        if self.look() is None:  # perhaps it can never be written again
            with self._opening:
                self._open = None
                shutil.rmtree(self._folder, ignore_errors=True)
        with self._index().writing() as writer:
            writer.delete_all_documents()
            _fill(writer, found, position)


def _fill(writer: tantivy.IndexWriter, found: Iterable[Entry], position: Position) -> None:
    for entry in found:
        row = tantivy.Document(words=entry.words)
        row.add_unsigned("id", entry.id)
        row.add_unsigned("graded", entry.graded)
        for name in FACETS:
            for value in entry.values[name]:
                row.add_text(name, value)
        for mark in entry.seen_by:
            row.add_text("seen_by", mark)
        writer.add_document(row)
    about = tantivy.Document(position=f"{SHAPE}:{position.mark_id}:{position.token}")
    about.add_unsigned("id", NO_VERSION)
    writer.add_document(about)


def _matches(wanted: Wanted) -> Query:
    """Say what the words of a version must be."""
    clauses = [(Occur.MustNot if term.unwanted else Occur.Must, _term(term)) for term in wanted.query.terms]
    if not wanted.query.wanted:
        clauses.append((Occur.Must, Query.all_query()))
    return Query.boolean_query(clauses)


def _term(term: Term) -> Query:
    run = keys(term.words)
    if term.kind is TermKind.PHRASE and len(run) > 1:
        return Query.phrase_query(SCHEMA, "words", list(run))
    if term.kind is TermKind.PREFIX:
        return Query.regex_query(SCHEMA, "words", re.escape(run[0]) + ".*")
    return Query.term_query(SCHEMA, "words", run[0])


def _narrowed(query: Query, filters: Mapping[str, str], *, but: str = "") -> Query:
    clauses = [(Occur.Must, query)]
    clauses += [(Occur.Must, Query.term_query(SCHEMA, name, value)) for name, value in filters.items() if name != but]
    if "state" not in filters and but != "state":
        clauses.append((Occur.MustNot, Query.term_query(SCHEMA, "state", str(ItemState.RETIRED))))
    return Query.boolean_query(clauses)


def _all_of(queries: list[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


_place: dict[str, BankIndex] = {}


def init_app(app: Flask) -> None:
    """Keep the index in the folder of this installation's data."""
    settings: Settings = app.config["GIEO"]
    configure(settings)


def configure(settings: Settings) -> None:
    """Keep the index where the settings say; it is opened when it is first asked."""
    _place["index"] = BankIndex(settings.data_dir / "search" / "bank")


def current() -> BankIndex:
    """The index of the running installation."""
    return _place["index"]
