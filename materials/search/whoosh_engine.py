"""The pure-Python engine for small catalogues and for machines where tantivy's wheel does not run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from whoosh import fields, index, query, writing
from whoosh.analysis import SpaceSeparatedTokenizer

from lms.base.errors import Unavailable
from lms.base.text import nfc
from lms.base.typed_query import ParsedQuery, Term, TermKind, parse
from materials.search import matching
from materials.search.engine import FACETS, TYPOS_BELOW, Hit, Results, SearchDocument, Tier

WAIT_FOR_WRITER = 30.0  # seconds
SHAPE = "library-1"  # raise the number when the schema changes; `reindex` fills the new index
TITLE_WEIGHT = 3.0
TITLE_PHRASE_WEIGHT = 8.0
PAIR_WEIGHT = 2.0
FIELD = {Tier.EXACT: "exact", Tier.FOLDED: "folded", Tier.TYPO: "folded"}


def _schema() -> Any:
    keys = SpaceSeparatedTokenizer()
    return fields.Schema(
        uid=fields.ID(stored=True, unique=True),
        exact=fields.TEXT(analyzer=keys),
        folded=fields.TEXT(analyzer=keys),
        title_exact=fields.TEXT(analyzer=keys),
        title_folded=fields.TEXT(analyzer=keys),
        title=fields.STORED,
        summary=fields.STORED,
        body=fields.STORED,
        seen_by=fields.KEYWORD,
        age_key=fields.NUMERIC(int, bits=64, sortable=True),
        **{name: fields.KEYWORD(commas=True) for name in FACETS},
    )


class _Batch:
    def __init__(self, writer: Any) -> None:
        self._writer = writer
        self.cleared = False

    def replace(self, documents: Iterable[SearchDocument]) -> None:
        for document in documents:
            title, whole = matching.document_keys(document)
            facets = {name: ",".join(dict.fromkeys(document.facets.get(name, ()))) for name in FACETS}
            self._writer.update_document(
                uid=document.uid,
                exact=whole.exact,
                folded=whole.folded,
                title_exact=title.exact,
                title_folded=title.folded,
                title=nfc(document.title),
                summary=nfc(document.summary),
                body=nfc(document.body),
                seen_by=" ".join(document.seen_by),
                age_key=document.age_key,
                **{name: value for name, value in facets.items() if value},
            )

    def delete(self, uids: Iterable[str]) -> None:
        for uid in uids:
            self._writer.delete_by_term("uid", uid)

    def clear(self) -> None:
        self.cleared = True  # the commit then keeps only what this batch adds


class WhooshEngine:
    """A `SearchEngine` on a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if index.exists_in(folder, indexname=SHAPE):
            self._index = index.open_dir(folder, indexname=SHAPE)
        else:
            self._index = index.create_in(folder, _schema(), indexname=SHAPE)

    @contextmanager
    def writing(self) -> Iterator[_Batch]:
        try:
            writer = self._index.writer(timeout=WAIT_FOR_WRITER, delay=0.05)
        except index.LockError as problem:
            raise Unavailable from problem
        batch = _Batch(writer)
        try:
            yield batch
        except BaseException:
            writer.cancel()
            raise
        writer.commit(mergetype=writing.CLEAR if batch.cleared else None)

    def __len__(self) -> int:
        return int(self._index.doc_count())

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
        with self._index.searcher() as searcher:
            return _Search(searcher, parse(typed), visible, filters or {}).results(limit, offset)


class _Search:
    """One search on one state of the index."""

    def __init__(
        self, searcher: Any, parsed: ParsedQuery, visible: Collection[str], filters: Mapping[str, Collection[str]]
    ) -> None:
        self.searcher = searcher
        self.parsed = parsed
        self.near: dict[str, tuple[str, ...]] = {}
        self.seen = self._docs(query.Or([query.Term("seen_by", mark) for mark in visible]))
        self.chosen = {name: self._holding(name, values) for name, values in filters.items() if values}

    def results(self, limit: int, offset: int) -> Results:
        tiers = [Tier.EXACT]
        found = {Tier.EXACT: self._docs(self._matches(Tier.EXACT)) & self.seen}
        if self.parsed.wanted:
            tiers.append(Tier.FOLDED)
            found[Tier.FOLDED] = self._docs(self._matches(Tier.FOLDED)) & self.seen
            if len(found[Tier.FOLDED]) < TYPOS_BELOW:
                self.near = matching.typo_words(self.parsed, self._vocabulary)
                if matching.has_typo(self.parsed, self.near):
                    tiers.append(Tier.TYPO)
                    found[Tier.TYPO] = self._docs(self._matches(Tier.TYPO)) & self.seen
        widest = found[tiers[-1]]
        facets = {name: self._counts(widest, name) for name in FACETS}
        total = len(self._narrowed(widest))
        if not self.parsed.wanted:
            answer = self.searcher.search(
                query.Every(), limit=offset + limit, sortedby="age_key", reverse=True, filter=self._narrowed(widest)
            )
            hits = [self._hit(hit.docnum, Tier.EXACT) for hit in answer[offset : offset + limit]]
            return Results(tuple(hits), total, facets)
        hits = []
        before: set[int] = set()
        for tier in tiers:
            here = self._narrowed(found[tier]) - before
            before |= here
            room = limit - len(hits)
            if room > 0 and offset < len(here):
                answer = self.searcher.search(self._ranked(tier), limit=offset + room, filter=here)
                hits += [self._hit(hit.docnum, tier) for hit in answer[offset : offset + room]]
            offset = max(0, offset - len(here))
        return Results(tuple(hits), total, facets)

    def _docs(self, wanted: Any) -> set[int]:
        return set(self.searcher.docs_for_query(wanted))

    def _holding(self, facet: str, values: Collection[str]) -> set[int]:
        return self._docs(query.Or([query.Term(facet, value) for value in values]))

    def _narrowed(self, docs: set[int], *, without: str = "") -> set[int]:
        for name, holding in self.chosen.items():
            if name != without:
                docs = docs & holding
        return docs

    def _counts(self, widest: set[int], facet: str) -> dict[str, int]:
        docs = self._narrowed(widest, without=facet)
        reader = self.searcher.reader()
        values = [value.decode() for value in reader.lexicon(facet)]
        counts = {value: len(docs & self._docs(query.Term(facet, value))) for value in values}
        return {value: count for value, count in counts.items() if count}

    def _vocabulary(self, beginning: str) -> list[tuple[str, int]]:
        reader = self.searcher.reader()
        return [(term.decode(), int(info.doc_frequency())) for term, info in reader.iter_prefix("folded", beginning)]

    def _matches(self, tier: Tier) -> Any:
        wanted = [self._term(term, tier, FIELD[tier]) for term in self.parsed.wanted]
        every = query.And(wanted) if wanted else query.Every()
        if not self.parsed.unwanted:
            return every
        unwanted = [self._term(term, Tier.EXACT, "exact") for term in self.parsed.unwanted]
        return query.AndNot(every, query.Or(unwanted))

    def _ranked(self, tier: Tier) -> Any:
        """Order one tier: by words in the title, words standing together, and most by the query being the title's."""
        field = f"title_{FIELD[tier]}"
        boosts = [self._term(term, tier, field).with_boost(TITLE_WEIGHT) for term in self.parsed.wanted]
        keys = [matching.key_for(tier, word) for term in self.parsed.wanted for word in term.words]
        if len(keys) > 1:
            boosts.append(query.Phrase(field, keys, boost=TITLE_PHRASE_WEIGHT))
        boosts += [query.Phrase(FIELD[tier], list(pair), boost=PAIR_WEIGHT) for pair in pairwise(keys)]
        return query.AndMaybe(self._matches(tier), query.Or(boosts))

    def _term(self, term: Term, tier: Tier, field: str) -> Any:
        keys = [matching.key_for(tier, word) for word in term.words]
        if term.kind is TermKind.PHRASE:
            return query.Phrase(field, keys)
        if term.kind is TermKind.PREFIX:
            return query.Prefix(field, keys[0])
        alternatives = self.near.get(term.words[0], ()) if tier is Tier.TYPO else ()
        if not alternatives:
            return query.Term(field, keys[0])
        return query.Or([query.Term(field, key) for key in (keys[0], *alternatives)])

    def _hit(self, number: int, tier: Tier) -> Hit:
        row = self.searcher.stored_fields(number)
        words = matching.marker(self.parsed, tier, self.near)
        quoted = matching.passage(row["title"], row["summary"], row["body"], words)
        return Hit(row["uid"], tier, matching.mark(row["title"], words), quoted)
