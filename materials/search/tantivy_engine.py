"""The default engine: tantivy (`lms.base.index_folder`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from lms.base.index_folder import MOST_VALUES, IndexFolder, total_of
from lms.base.text import nfc
from lms.base.typed_query import ParsedQuery, Term, TermKind, parse
from materials.search import matching
from materials.search.engine import FACETS, TYPOS_BELOW, Hit, Results, SearchDocument, Tier

TITLE_WEIGHT = 3.0
TITLE_PHRASE_WEIGHT = 8.0
PAIR_WEIGHT = 2.0
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
        self._schema = _schema()
        self._index = IndexFolder(folder, self._schema)

    @contextmanager
    def writing(self) -> Iterator[_Batch]:
        with self._index.writing() as writer:
            yield _Batch(writer)

    def __len__(self) -> int:
        return self._index.searcher().num_docs

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
        searcher = self._index.searcher()
        query = parse(typed)
        chosen = {name: sorted(values) for name, values in (filters or {}).items() if values}
        seen = Query.term_set_query(self._schema, "seen_by", sorted(visible))
        near: dict[str, tuple[str, ...]] = {}
        tiers = [Tier.EXACT]
        if query.wanted:
            tiers.append(Tier.FOLDED)
            base = self._all_of([self._matches(query, Tier.FOLDED, near), seen])
            if total_of(searcher.search(base, limit=1)) < TYPOS_BELOW:
                near = matching.typo_words(query, lambda beginning: searcher.terms_with_prefix("folded", beginning))
                if matching.has_typo(query, near):
                    tiers.append(Tier.TYPO)
        widest = self._all_of([self._matches(query, tiers[-1], near), seen])
        narrowed = self._narrow(widest, chosen)
        total = total_of(searcher.search(narrowed, limit=1))
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
            offset = max(0, offset - total_of(result))
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
