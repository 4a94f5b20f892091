"""The parts of a search that must not depend on the engine: keys of words, typing mistakes, tiers, passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from lms.base.text import exact_key, fold, words
from lms.base.typed_query import ParsedQuery, TermKind
from materials.search.engine import BODY_LIMIT, Run, SearchDocument, Tier

BREAK = "¶"  # stands between title, summary and body, so that no phrase reaches across
SHORTEST_WITH_TYPO = 4  # letters; nearly every shorter syllable is one letter from another
MOST_NEAR_WORDS = 12
PASSAGE_WORDS = 32

KEY_LIMIT = 64  # letters of a "word" that count; a longer one is no word

Vocabulary = Callable[[str], Iterable[tuple[str, int]]]  # beginning → folded words and in how many texts they are


@dataclass(frozen=True, slots=True)
class Keys:
    """The two forms in which a text is indexed, as space-separated keys at equal positions."""

    exact: str
    folded: str


def keys_of(*texts: str) -> Keys:
    """Make the index keys of texts that stand apart from each other."""
    parts = [words(text) for text in texts if text]
    return Keys(
        exact=f" {BREAK} ".join(" ".join(_exact(word) for word in part) for part in parts),
        folded=f" {BREAK} ".join(" ".join(_folded(word) for word in part) for part in parts),
    )


def document_keys(document: SearchDocument) -> tuple[Keys, Keys]:
    """Make the keys of the title alone and of the whole document."""
    whole = keys_of(document.title, document.summary, document.keywords, document.body[:BODY_LIMIT])
    return keys_of(document.title), whole


def key_for(tier: Tier, word: str) -> str:
    """Give the form in which `word` is looked up in this tier."""
    return _exact(word) if tier is Tier.EXACT else _folded(word)


@lru_cache(maxsize=1 << 16)  # a language has few syllables
def _exact(word: str) -> str:
    return _one_key(exact_key(word))


@lru_cache(maxsize=1 << 16)
def _folded(word: str) -> str:
    return _one_key(fold(word))


def _one_key(key: str) -> str:
    """Keep a key one token: compatibility forms of some letters hold spaces."""
    return "".join(key.split())[:KEY_LIMIT] or BREAK


def near_words(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """List indexed words one typing mistake away (a letter more, less, other, or two swapped), the frequent first.

    The first letter is taken as right, or as left out, or as swapped with the second: mistakes at the very
    beginning of a word are rare, and this keeps the look-up small.
    """
    key = _folded(word)
    if len(key) < SHORTEST_WITH_TYPO or not key.isalpha():
        return ()
    found: dict[str, int] = {}
    for beginning in {key[0], key[1]}:
        for candidate, count in vocabulary(beginning):
            if abs(len(candidate) - len(key)) <= 1 and candidate != key and candidate.isalpha():
                found[candidate] = count
    near = [
        candidate
        for candidate in found
        if OSA.distance(key, candidate, score_cutoff=1) <= 1
        and (candidate[0] == key[0] or candidate in (key[1:], key[1] + key[0] + key[2:]))
    ]
    return tuple(sorted(near, key=lambda candidate: (-found[candidate], candidate))[:MOST_NEAR_WORDS])


@dataclass(frozen=True, slots=True)
class Marker:
    """Finds in a text the words that answer a query, in the spelling its tier allows."""

    tier: Tier
    whole: frozenset[str]
    beginnings: tuple[str, ...]

    def answers(self, word: str) -> bool:
        """Whether this word of the text is one the query asked for."""
        key = key_for(self.tier, word)
        return key in self.whole or any(key.startswith(begin) for begin in self.beginnings)


def marker(query: ParsedQuery, tier: Tier, near: dict[str, tuple[str, ...]]) -> Marker:
    """Make the marker for hits of one tier; `near` holds the accepted mistakes per typed word."""
    whole: set[str] = set()
    beginnings: list[str] = []
    for term in query.wanted:
        if term.kind is TermKind.PREFIX:
            beginnings.append(key_for(tier, term.words[0]))
            continue
        whole.update(key_for(tier, word) for word in term.words)
        if tier is Tier.TYPO and term.kind is TermKind.WORD:
            whole.update(near.get(term.words[0], ()))
    return Marker(tier, frozenset(whole), tuple(beginnings))


def mark(text: str, marker: Marker) -> tuple[Run, ...]:
    """Cut a whole text into runs, neighbouring answers joined over the space between them."""
    spans = [(start, end) for start, end in _spans(text) if marker.answers(text[start:end])]
    runs: list[Run] = []
    at = 0
    for start, end in _joined(spans, text):
        if start > at:
            runs.append(Run(text[at:start]))
        runs.append(Run(text[start:end], marked=True))
        at = end
    if at < len(text):
        runs.append(Run(text[at:]))
    return tuple(runs)


def passage(title: str, summary: str, body: str, marker: Marker) -> tuple[Run, ...]:
    """Choose what to quote below a title: the summary, unless a stretch of the body answers more of the query."""
    window, there = _best_window(body, marker)
    told = _answered(summary, marker) or (_answered(title, marker) if summary else set())
    if window is None or len(told) >= there:
        return mark(summary, marker)
    start, end = window
    inside = mark(" ".join(body[start:end].split()), marker)
    before = (Run("… "),) if start else ()
    after = (Run(" …"),) if end < len(body) else ()
    return before + inside + after


def _answered(text: str, marker: Marker) -> set[str]:
    """The different words of a text that answer the query, by their keys."""
    return {key_for(marker.tier, word) for word in words(text) if marker.answers(word)}


def _best_window(text: str, marker: Marker) -> tuple[tuple[int, int] | None, int]:
    """Find the stretch of a text with the most different answers, then the most answers; and how many different."""
    spans = _spans(text)
    keys = [key_for(marker.tier, text[start:end]) for start, end in spans]
    hits = [index for index, (start, end) in enumerate(spans) if marker.answers(text[start:end])]
    if not hits:
        return None, 0
    inside: Counter[str] = Counter()
    best, best_at, first = (0, 0), 0, 0
    for number, index in enumerate(hits):
        inside[keys[index]] += 1
        while hits[first] <= index - PASSAGE_WORDS:
            inside[keys[hits[first]]] -= 1
            inside += Counter()  # drops what is no longer inside
            first += 1
        weight = (len(inside), number - first + 1)
        if weight > best:
            best, best_at = weight, index
    last = min(best_at + 4, len(spans) - 1)  # a few words after the last answer read better than none
    start = max(0, last - PASSAGE_WORDS + 1)
    return (spans[start][0], spans[last][1]), best[0]


def _spans(text: str) -> list[tuple[int, int]]:
    """Find where each word of `words(text)` stands in an NFC text."""
    spans: list[tuple[int, int]] = []
    at = 0
    for word in words(text):
        start = text.find(word, at)
        if start < 0:  # `words` changed the spelling; such a word is searchable but not marked
            continue
        at = start + len(word)
        spans.append((start, at))
    return spans


def _joined(spans: Sequence[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and text[joined[-1][1] : start].isspace():
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def typo_words(query: ParsedQuery, vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """Give for each typed single word the indexed words it may have been meant for."""
    return {term.words[0]: near_words(term.words[0], vocabulary) for term in query.wanted if term.kind is TermKind.WORD}


def has_typo(query: ParsedQuery, near: dict[str, tuple[str, ...]]) -> bool:
    """Whether allowing for mistakes could find anything more."""
    return any(near.get(term.words[0]) for term in query.wanted if term.kind is TermKind.WORD)
