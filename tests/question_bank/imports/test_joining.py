"""One question of two, and two of one: what becomes of words, options and keys."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from question_bank.imports.joining import merged, pieces_of, split
from question_bank.items.checking import problems_in
from question_bank.items.domain import (
    ChoiceKey,
    EssayKey,
    ItemBody,
    ItemDraft,
    ItemKey,
    ItemNotes,
    ItemType,
    Option,
    TruthKey,
)
from tests.question_bank.items import samples


def choice(prompt: str, *options: str, right: str = "", kind: ItemType = ItemType.SINGLE_CHOICE) -> ItemDraft:
    body = ItemBody(kind, prompt, tuple(Option("abcdefgh"[place], html) for place, html in enumerate(options)))
    key: ItemKey | None = ChoiceKey({right: Fraction(1)}) if right else None
    return ItemDraft(body, key, ItemNotes(per_option={"a": "<p>a?</p>"} if options else {}), source=prompt)


def essay(prompt: str) -> ItemDraft:
    return ItemDraft(ItemBody(ItemType.ESSAY, prompt), EssayKey(), source=prompt)


def test_a_stem_that_was_cut_off_comes_back_to_its_options() -> None:
    joined = merged(essay("<p>Cho hàm số.</p>"), choice("<p>Tính y'.</p>", "1", "2", right="b"))
    assert joined is not None
    assert joined.body.type is ItemType.SINGLE_CHOICE
    assert joined.body.prompt == "<p>Cho hàm số.</p><p>Tính y'.</p>"
    assert [option.html for option in joined.body.options] == ["1", "2"]
    assert joined.key == ChoiceKey({"b": Fraction(1)})
    assert joined.source == "<p>Cho hàm số.</p>\n<p>Tính y'.</p>"
    assert problems_in(joined.body, joined.key) == ()


def test_options_of_both_join_under_new_ids() -> None:
    first, second = choice("<p>Một?</p>", "1", "2"), choice("<p> và hơn</p>", "3", "4", right="a")
    joined = merged(first, second)
    assert joined is not None
    assert joined.body.prompt == "<p>Một?</p>"
    assert [(option.id, option.html) for option in joined.body.options] == [
        ("a", "1"), ("b", "2<p> và hơn</p>"), ("c", "3"), ("d", "4"),
    ]  # fmt: skip
    assert joined.key == ChoiceKey({"c": Fraction(1)})
    assert joined.notes.per_option == {"a": "<p>a?</p>", "c": "<p>a?</p>"}


def test_two_keys_are_none() -> None:
    joined = merged(choice("<p>?</p>", "1", "2", right="a"), choice("", "3", "4", right="a"))
    assert joined is not None
    assert joined.key is None


def test_statements_keep_what_each_of_them_says() -> None:
    first, second = (
        replace(choice("<p>Cho</p>", "x", "y", kind=ItemType.CLUSTER), key=TruthKey({"a": True, "b": truth}))
        for truth in (False, True)
    )
    joined = merged(first, second)
    assert joined is not None
    assert joined.key == TruthKey({"a": True, "b": False, "c": True, "d": True})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (samples.short_number(), samples.choice()),
        (samples.short_text(), samples.short_number()),
        (samples.matching(), samples.essay()),
        (samples.gap_fill(), samples.essay()),
    ],
)
def test_kinds_that_do_not_go_together_stay_apart(first: ItemDraft, second: ItemDraft) -> None:
    assert merged(first, second) is None


def test_two_questions_in_one_stem_are_parted() -> None:
    glued = choice("<p>Câu 1. Một?</p><p>Câu 2. Hai?</p>", "1", "2", right="b")
    assert pieces_of(glued) == ("<p>Câu 1. Một?</p>", "<p>Câu 2. Hai?</p>", "1", "2")
    halves = split(glued, 1)
    assert halves is not None
    first, second = halves
    assert (first.body.prompt, second.body.prompt) == ("<p>Câu 1. Một?</p>", "<p>Câu 2. Hai?</p>")
    assert second.key == ChoiceKey({"b": Fraction(1)})
    # The first has lost its options: it asks for an answer, and nobody overlooks it.
    assert first.key is None
    assert [problem.code for problem in problems_in(first.body, first.key)] == ["no_key"]


@pytest.mark.parametrize(("right", "keys"), [("a", (True, False)), ("d", (False, True)), ("c", (False, False))])
def test_an_option_that_was_the_next_question_becomes_its_stem(right: str, keys: tuple[bool, bool]) -> None:
    glued = choice("<p>Một?</p>", "1", "2", "Câu 2. Hai?", "3", "4", right=right)
    halves = split(glued, 3)
    assert halves is not None
    first, second = halves
    assert second.body.prompt == "<p>Câu 2. Hai?</p>"
    assert [option.html for option in first.body.options] == ["1", "2"]
    assert [(option.id, option.html) for option in second.body.options] == [("a", "3"), ("b", "4")]
    assert (first.key is not None, second.key is not None) == keys


def test_what_was_split_and_merged_again_is_what_it_was() -> None:
    draft = essay("<p>Đọc.</p><p>Viết.</p>")
    halves = split(draft, 1)
    assert halves is not None
    joined = merged(*halves)
    assert joined is not None
    assert (joined.body, joined.key) == (draft.body, draft.key)


@pytest.mark.parametrize("at", [0, -1, 2, 99])
def test_no_half_is_empty(at: int) -> None:
    assert split(essay("<p>Đọc.</p><p>Viết.</p>"), at) is None
    assert split(samples.matching(), 1) is None
