"""The default engine: tantivy, which keeps an index of immutable segments and swaps its list of them atomically."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from lms.base.errors import Unavailable
from lms.base.text import nfc
from materials.search import matching
from materials.search.engine import FACETS, TYPOS_BELOW, Hit, Results, SearchDocument, Tier
from materials.search.query import ParsedQuery, Term, TermKind, parse

HEAP = 30_000_000  # bytes a writer may hold before it spills a segment
WAIT_FOR_WRITER = 30.0  # seconds
TITLE_WEIGHT = 3.0
TITLE_PHRASE_WEIGHT = 8.0
PAIR_WEIGHT = 2.0
MOST_VALUES = 10_000  # distinct values of a facet up to which its counts are exact
FIELD = {Tier.EXACT: "exact", Tier.FOLDED: "folded", Tier.TYPO: "folded"}


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("uid", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("exact", "folded", "title_exact", "title_folded"):
        builder.add_text_field(name, tokenizer_name="whitespace")
    for name in ("title", "summary", "body"):
        builder.add_text_field(name, stored=True, tokenizer_name="raw", index_option="basic")
    for name in (*FACETS, "seen_by"):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("age_key", stored=False, indexed=True, fast=True)
    return builder.build()


def _count(result: tantivy.SearchResult) -> int:
    """Say how many documents matched in all."""
    return int(result.count)  # type: ignore[attr-defined]  # the package's stub leaves it out


class _Batch:
    def __init__(self, writer: tantivy.IndexWriter) -> None:
        self._writer = writer

    def replace(self, documents: Iterable[SearchDocument]) -> None:
        for document in documents:
            self._writer.delete_documents_by_term("uid", document.uid)
            title, whole = matching.document_keys(document)
            row = tantivy.Document(
                uid=document.uid,
                exact=whole.exact,
                folded=whole.folded,
                title_exact=title.exact,
                title_folded=title.folded,
                title=nfc(document.title),
                summary=nfc(document.summary),
                body=nfc(document.body),
            )
            for name in FACETS:
                for value in dict.fromkeys(document.facets.get(name, ())):
                    row.add_text(name, value)
            for mark in document.seen_by:
                row.add_text("seen_by", mark)
            row.add_integer("age_key", document.age_key)
            self._writer.add_document(row)

    def delete(self, uids: Iterable[str]) -> None:
        for uid in uids:
            self._writer.delete_documents_by_term("uid", uid)

    def clear(self) -> None:
        self._writer.delete_all_documents()


class TantivyEngine:
    """A `SearchEngine` on a folder; an index of another shape found there is put aside and begun anew, empty."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()
        self._schema = _schema()
        self._index = self._open()
        self._index.config_reader(reload_policy="manual")  # `_searcher` looks itself; no thread watches
        self._seen: tuple[int, int] | None = None

    def _open(self) -> tantivy.Index:
        try:
            return tantivy.Index(self._schema, path=str(self._folder), reuse=True)
        except ValueError:  # "schema does not match": an older shape; `reindex` fills the new one
            for path in self._folder.iterdir():
                path.unlink()
            return tantivy.Index(self._schema, path=str(self._folder), reuse=True)

    @contextmanager
    def writing(self) -> Iterator[_Batch]:
        with self._lock:
            writer = self._writer()
            try:
                yield _Batch(writer)
            except BaseException:
                writer.rollback()
                raise
            else:
                writer.commit()
            finally:
                writer.wait_merging_threads()

    def _writer(self) -> tantivy.IndexWriter:
        """Wait for the one writer's place; the lock is the system's, so a killed writer leaves it."""
        until = time.monotonic() + WAIT_FOR_WRITER
        while True:
            try:
                return self._index.writer(heap_size=HEAP, num_threads=1)
            except ValueError as problem:
                if "lock" not in str(problem).lower():
                    raise
                if time.monotonic() > until:
                    raise Unavailable from problem
                time.sleep(0.05)

    def _searcher(self) -> tantivy.Searcher:
        """Look at the newest commit, whoever made it."""
        state = (self._folder / "meta.json").stat()
        seen = (state.st_ino, state.st_mtime_ns)
        if seen != self._seen:
            self._index.reload()
            self._seen = seen
        return self._index.searcher()

    def __len__(self) -> int:
        return self._searcher().num_docs

    def search(
        self,
        typed: str,
        *,
        visible: Collection[str],
        filters: Mapping[str, Collection[str]] | None = None,
        limit: int = 20,
        offset: int = 0,
    ) -> Results:
        if not visible:
            return Results((), 0, {name: {} for name in FACETS})
        searcher = self._searcher()
        query = parse(typed)
        chosen = {name: sorted(values) for name, values in (filters or {}).items() if values}
        seen = Query.term_set_query(self._schema, "seen_by", sorted(visible))
        near: dict[str, tuple[str, ...]] = {}
        tiers = [Tier.EXACT]
        if query.wanted:
            tiers.append(Tier.FOLDED)
            base = self._all_of([self._matches(query, Tier.FOLDED, near), seen])
            if _count(searcher.search(base, limit=1)) < TYPOS_BELOW:
                near = matching.typo_words(query, lambda beginning: searcher.terms_with_prefix("folded", beginning))
                if matching.has_typo(query, near):
                    tiers.append(Tier.TYPO)
        widest = self._all_of([self._matches(query, tiers[-1], near), seen])
        narrowed = self._narrow(widest, chosen)
        total = _count(searcher.search(narrowed, limit=1))
        facets = {name: self._counts(searcher, widest, chosen, name) for name in FACETS}
        if not query.wanted:
            found = searcher.search(narrowed, limit=max(1, limit), offset=offset, order_by_field="age_key").hits
            hits = [self._hit(searcher, address, query, Tier.EXACT, near) for _, address in found[:limit]]
            return Results(tuple(hits), total, facets)
        return Results(self._page(searcher, query, tiers, near, seen, chosen, limit, offset), total, facets)

    def _page(
        self,
        searcher: tantivy.Searcher,
        query: ParsedQuery,
        tiers: list[Tier],
        near: dict[str, tuple[str, ...]],
        seen: Query,
        chosen: Mapping[str, list[str]],
        limit: int,
        offset: int,
    ) -> tuple[Hit, ...]:
        """Walk the tiers one after another, each without what stood in those before it."""
        hits: list[Hit] = []
        before: Query | None = None
        for tier in tiers:
            matches = self._matches(query, tier, near)
            wanted = self._narrow(self._all_of([self._ranked(query, tier, matches, near), seen]), chosen)
            if before is not None:
                wanted = Query.boolean_query([(Occur.Must, wanted), (Occur.MustNot, before)])
            room = limit - len(hits)
            result = searcher.search(wanted, limit=max(1, room), offset=offset)
            hits += [self._hit(searcher, address, query, tier, near) for _, address in result.hits[:room]]
            offset = max(0, offset - _count(result))
            if len(hits) >= limit:
                break
            before = matches
        return tuple(hits)

    def _matches(self, query: ParsedQuery, tier: Tier, near: dict[str, tuple[str, ...]]) -> Query:
        """Say what a text must hold to stand in this tier or a better one; typed without a word, anything does."""
        clauses = [(Occur.Must, self._term(term, tier, near, FIELD[tier])) for term in query.wanted]
        if not clauses:
            clauses = [(Occur.Must, Query.all_query())]
        clauses += [(Occur.MustNot, self._term(term, Tier.EXACT, {}, "exact")) for term in query.unwanted]
        return Query.boolean_query(clauses)

    def _ranked(self, query: ParsedQuery, tier: Tier, matches: Query, near: dict[str, tuple[str, ...]]) -> Query:
        """Order one tier: by words in the title, words standing together, and most by the query being the title's."""
        field = f"title_{FIELD[tier]}"
        clauses: list[tuple[Occur, Query]] = [(Occur.Must, matches)]
        for term in query.wanted:
            in_title = self._term(term, tier, near, field)
            clauses.append((Occur.Should, Query.boost_query(in_title, TITLE_WEIGHT)))
        keys = [matching.key_for(tier, word) for term in query.wanted for word in term.words]
        if len(keys) > 1:
            phrase = Query.phrase_query(self._schema, field, list(keys))
            clauses.append((Occur.Should, Query.boost_query(phrase, TITLE_PHRASE_WEIGHT)))
        for pair in pairwise(keys):  # a Vietnamese word is mostly two syllables side by side
            beside = Query.phrase_query(self._schema, FIELD[tier], list(pair))
            clauses.append((Occur.Should, Query.boost_query(beside, PAIR_WEIGHT)))
        return Query.boolean_query(clauses)

    def _term(self, term: Term, tier: Tier, near: dict[str, tuple[str, ...]], field: str) -> Query:
        keys = [matching.key_for(tier, word) for word in term.words]
        if term.kind is TermKind.PHRASE:
            return Query.phrase_query(self._schema, field, list(keys))
        if term.kind is TermKind.PREFIX:
            return Query.regex_query(self._schema, field, re.escape(keys[0]) + ".*")
        alternatives = near.get(term.words[0], ()) if tier is Tier.TYPO else ()
        exact = Query.term_query(self._schema, field, keys[0])
        if not alternatives:
            return exact
        others = Query.term_set_query(self._schema, field, list(alternatives))
        return Query.boolean_query([(Occur.Should, exact), (Occur.Should, others)])

    def _narrow(self, query: Query, chosen: Mapping[str, list[str]]) -> Query:
        filters = [Query.term_set_query(self._schema, name, values) for name, values in chosen.items()]
        return self._all_of([query, *filters])

    @staticmethod
    def _all_of(queries: list[Query]) -> Query:
        """Join queries; only the first one's score counts."""
        first, *others = queries
        return Query.boolean_query(
            [(Occur.Must, first), *((Occur.Must, Query.const_score_query(other, 0.0)) for other in others)]
        )

    def _counts(
        self, searcher: tantivy.Searcher, widest: Query, chosen: Mapping[str, list[str]], facet: str
    ) -> dict[str, int]:
        others = {name: values for name, values in chosen.items() if name != facet}
        terms = {"field": facet, "size": MOST_VALUES, "segment_size": MOST_VALUES}
        answer = searcher.aggregate(self._narrow(widest, others), {"values": {"terms": terms}})
        return {str(bucket["key"]): int(bucket["doc_count"]) for bucket in answer["values"]["buckets"]}

    def _hit(
        self,
        searcher: tantivy.Searcher,
        address: tantivy.DocAddress,
        query: ParsedQuery,
        tier: Tier,
        near: dict[str, tuple[str, ...]],
    ) -> Hit:
        row = searcher.doc(address)
        words = matching.marker(query, tier, near)
        texts = {name: str(row.get_first(name) or "") for name in ("uid", "title", "summary", "body")}
        return Hit(
            texts["uid"],
            tier,
            matching.mark(texts["title"], words),
            matching.passage(texts["title"], texts["summary"], texts["body"], words),
        )
