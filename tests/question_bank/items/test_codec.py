from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from question_bank.items import codec
from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    Gap,
    GapKey,
    ItemBody,
    ItemDraft,
    ItemNotes,
    ItemType,
    NumberKey,
    Option,
    OrderKey,
    PairKey,
    Problem,
    TextKey,
    TruthKey,
)
from tests.question_bank.items import samples

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ids = st.text("abcdefgh123", min_size=1, max_size=4)
shares = st.fractions(-1, 1)
options = st.lists(st.builds(Option, ids, words, st.booleans()), max_size=4).map(tuple)
accepted = st.lists(st.builds(AcceptedText, words, shares, st.booleans()), max_size=3).map(tuple)
keys = {
    ItemType.SINGLE_CHOICE: st.builds(ChoiceKey, st.dictionaries(ids, shares)),
    ItemType.CLUSTER: st.builds(TruthKey, st.dictionaries(ids, st.booleans())),
    ItemType.SHORT_TEXT: st.builds(TextKey, accepted),
    ItemType.SHORT_NUMBER: st.builds(
        NumberKey, st.lists(st.builds(AcceptedNumber, words, words, shares, st.booleans()), max_size=3).map(tuple)
    ),
    ItemType.MATCHING: st.builds(PairKey, st.dictionaries(ids, ids)),
    ItemType.ORDERING: st.builds(OrderKey, st.lists(ids, max_size=4).map(tuple)),
    ItemType.GAP_FILL: st.builds(GapKey, st.dictionaries(ids, accepted)),
    ItemType.ESSAY: st.builds(EssayKey, words),
    ItemType.DESCRIPTION: st.none(),
}


@st.composite
def drafts(draw: st.DrawFn) -> ItemDraft:
    kind = draw(st.sampled_from(sorted(keys)))
    body = ItemBody(
        kind,
        draw(words),
        draw(options),
        draw(options),
        draw(st.lists(st.builds(Gap, ids, options), max_size=3).map(tuple)),
        draw(words),
        draw(ids),
        draw(st.booleans()),
    )
    return ItemDraft(
        body,
        draw(st.one_of(st.none(), keys[kind])),
        draw(st.builds(ItemNotes, words, words, st.dictionaries(ids, words))),
        draw(words),
        codes=draw(st.lists(words, max_size=2).map(tuple)),
        points=draw(st.one_of(st.none(), shares)),
        problems=(Problem("no_key", "Thiếu %(what)s", {"what": draw(words), "place": draw(st.integers(0, 9))}, True),),
    )


@given(drafts())
def test_what_is_written_reads_the_same(draft: ItemDraft) -> None:
    assert codec.decode_draft(codec.encode_draft(draft)) == draft
    assert codec.decode_body(codec.encode_body(draft.body)) == draft.body
    assert codec.decode_key(draft.body.type, codec.encode_key(draft.key)) == draft.key
    assert codec.decode_notes(codec.encode_notes(draft.notes)) == draft.notes


@pytest.mark.parametrize("make", samples.ALL)
def test_every_kind_reads_the_same(make: object) -> None:
    draft = make()  # type: ignore[operator]
    assert codec.decode_draft(codec.encode_draft(draft)) == draft


def test_the_order_of_a_mapping_does_not_change_the_fingerprint() -> None:
    body = samples.several().body
    one = ChoiceKey({"a": Fraction(1, 2), "b": Fraction(1, 2)})
    other = ChoiceKey({"b": Fraction(2, 4), "a": Fraction(1, 2)})
    assert codec.fingerprint(body, one, ItemNotes()) == codec.fingerprint(body, other, ItemNotes())
    assert codec.fingerprint(body, one, ItemNotes()) != codec.fingerprint(replace(body, prompt="?"), one, ItemNotes())


def test_a_key_of_another_kind_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        codec.decode_key(ItemType.ORDERING, codec.encode_key(ChoiceKey({"a": Fraction(1)})))


def test_notes_from_before_there_were_hints_are_read() -> None:
    kept = '{"feedback":"","per_option":{},"solution":"<p>x</p>"}'
    assert codec.decode_notes(kept) == ItemNotes("<p>x</p>")
