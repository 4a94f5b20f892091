"""The index answers what the plain meaning of a search says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.items.domain import ItemState
from question_bank.items.search.entries import Position
from question_bank.items.search.index import BankIndex
from question_bank.items.search.wanted import FACETS, Entry, Order, Wanted, found_among, searchable, tally

AT = Position(7, "here")
WORDS = ("phuong", "trinh", "bac", "hai", "2x", "3", "x", "phuongx", "a" * 80, "hình", "🜁")
VALUES = ("a", "b", "Tứ giác (1)")
MARKS = ("1:by:1", "1:approved", "2:approved")


def made(number: int, words: list[str], values: dict[str, tuple[str, ...]], marks: frozenset[str]) -> Entry:
    full = {name: values.get(name, ()) for name in FACETS}
    full["state"] = (ItemState.RETIRED if "b" in full["state"] else ItemState.APPROVED,)
    full["grade"] = ("8",) if full["grade"] else ()
    return Entry(number, searchable(" ".join(words)), full, marks)


entry = st.tuples(
    st.lists(st.sampled_from(WORDS), max_size=6),
    st.dictionaries(st.sampled_from(FACETS), st.sets(st.sampled_from(VALUES)).map(tuple)),
    st.frozensets(st.sampled_from(MARKS), max_size=2),
)
word = st.sampled_from([*WORDS, "phuo", "Phương", "(x)"])
term = st.one_of(
    word,
    word.map("{}*".format),
    word.map("-{}".format),
    st.tuples(word, word).map(lambda both: '"{} {}"'.format(*both)),
)
wanted = st.builds(
    Wanted,
    st.lists(term, max_size=3).map(" ".join),
    st.dictionaries(
        st.sampled_from(FACETS), st.sampled_from([*VALUES, "8", "approved", "retired", "nobody"]), max_size=2
    ),
    st.sampled_from(Order),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> BankIndex:
    return BankIndex(tmp_path_factory.mktemp("bank"))


@settings(max_examples=25)  # each makes an index on disk and asks it often
@given(
    rows=st.lists(entry, max_size=12),
    asked=st.lists(wanted, min_size=8, max_size=24),
    marks=st.frozensets(st.sampled_from(MARKS), min_size=1),
    without=st.frozensets(st.integers(1, 12), max_size=2),
    offset=st.integers(0, 3),
)
def test_index_and_plain_meaning_agree(
    index: BankIndex,
    rows: list[tuple[list[str], dict[str, tuple[str, ...]], frozenset[str]]],
    asked: list[Wanted],
    marks: frozenset[str],
    without: frozenset[int],
    offset: int,
) -> None:
    entries = [made(number, *row) for number, row in enumerate(rows, 1)]
    index.rebuild(entries, AT)
    look = index.look()
    assert look is not None
    assert (len(look), look.position) == (len(entries), AT)
    for one in asked:
        others = [entry for entry in entries if entry.id not in without]
        places, counts = tally(found_among(others, one, marks), one)
        found, total, counted = look.find(one, marks, without=without, limit=5, offset=offset)
        assert (found, total) == (places[offset : offset + 5], len(places)), one
        assert counted == counts, one


def test_versions_are_replaced_and_go(tmp_path: Path) -> None:
    index = BankIndex(tmp_path)
    mark = frozenset({"1:approved"})
    index.rebuild([made(number, ["cu"], {}, mark) for number in (1, 2, 3)], AT)
    index.replace([1, 2, 9], [made(1, ["moi"], {}, mark)], Position(8, "later"))
    look = index.look()
    assert look is not None
    assert look.position == Position(8, "later")
    assert look.find(Wanted("moi"), mark, without=(), limit=9, offset=0)[:2] == ([-1], 1)
    assert look.find(Wanted("cu"), mark, without=(), limit=9, offset=0)[:2] == ([-3], 1)


@pytest.mark.parametrize("harm", ["gone", "emptied", "cut", "another shape"])
def test_an_index_that_cannot_be_read_is_none_until_it_is_made_anew(
    tmp_path: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = frozenset({"1:approved"})
    BankIndex(tmp_path).rebuild([made(1, ["cu"], {}, mark)], AT)
    files = [path for path in tmp_path.iterdir() if path.name == "meta.json" or path.suffix in {".idx", ".fast"}]
    assert len(files) > 1
    if harm == "another shape":
        monkeypatch.setattr("question_bank.items.search.index.SHAPE", "0")
    for path in files if harm != "another shape" else ():
        path.unlink() if harm == "gone" else path.write_bytes(path.read_bytes()[: 9 if harm == "cut" else 0])
    index = BankIndex(tmp_path)
    assert index.look() is None
    index.rebuild([made(2, ["moi"], {}, mark)], AT)
    look = index.look()
    assert look is not None
    assert look.find(Wanted(), mark, without=(), limit=9, offset=0)[0] == [-2]
