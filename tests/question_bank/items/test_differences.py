from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from question_bank.items.differences import Change, Part, Side, compare, differences
from question_bank.items.domain import ChoiceKey, ItemDraft, Option
from question_bank.items.keys_in_words import key_in_words
from tests.question_bank.items import samples


def side(draft: ItemDraft, **labels: str) -> Side:
    return Side(draft.body, draft.key, draft.notes, labels)


def said(before: str, after: str) -> list[tuple[str, str]]:
    return [(one.change.value, one.html) for one in compare(before, after)]


def changed(part: Part) -> list[tuple[str, str]]:
    return [(one.change.value, one.html.strip()) for one in part.pieces if one.change is not Change.SAME]


@pytest.mark.parametrize("make", samples.ALL)
def test_alike_is_alike(make: object) -> None:
    draft = make()  # type: ignore[operator]
    assert differences(side(draft, level="TH"), side(draft, level="TH")) == ()


TEX = '<span class="tex">%s</span>'


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("<p>Tính x.</p>", "Tính x.", [("same", "Tính x.")]),
        ("<p>Tính nhanh</p>", "<p>Tính</p>", [("same", "Tính"), ("gone", " nhanh")]),
        (f"Cho {TEX % 'x^2'} > 0", f"Cho {TEX % 'x^3'} > 0",
         [("same", "Cho"), ("gone", f" {TEX % 'x^2'}"), ("come", f" {TEX % 'x^3'}"), ("same", " &gt; 0")]),
        ("từ <u>bút</u> chì", "từ bút chì",
         [("same", "từ"), ("gone", " <u>bút</u>"), ("come", " bút"), ("same", " chì")]),
        ("<p>a</p><p>b</p>", "<p>a</p>", [("same", "a"), ("gone", "<br>b")]),
        ("", "mới", [("come", "mới")]),
    ],
)  # fmt: skip
def test_words_formulas_and_emphasis_go_and_come(before: str, after: str, found: list[tuple[str, str]]) -> None:
    assert said(before, after) == found


def test_a_picture_is_one_thing() -> None:
    old, new = (f'<p>Xem <img src="asset:{letter * 64}" alt="hình"></p>' for letter in "ab")
    assert [change for change, _ in said(old, new)] == ["same", "gone", "come"]
    assert f"asset:{'b' * 64}" in said(old, new)[2][1]


def test_what_is_kept_and_what_is_new_make_up_the_new_text() -> None:
    old = "<table><tr><td>1</td><td>2</td></tr></table><ul><li>một hai</li><li>ba</li></ul>"
    new = "<table><tr><td>1</td><td>3</td></tr></table><ul><li>một</li><li>ba bốn</li></ul>"
    come = "".join(one.html for one in compare(old, new) if one.change is not Change.GONE)
    assert come == "".join(one.html for one in compare("", new))


def test_options_are_compared_by_what_they_are_not_by_their_place() -> None:
    draft = samples.choice()
    a, b, _, d = draft.body.options
    moved = replace(draft, body=replace(draft.body, options=(b, a, Option("e", "<p>Mới</p>"), d)))
    parts = differences(side(draft), side(moved))
    assert [(part.name, part.letter) for part in parts] == [
        ("Phương án", "C"), ("Phương án", "C"), ("Thứ tự phương án", ""), ("Đáp án", ""),
    ]  # fmt: skip
    assert changed(parts[0]) == [("come", "Mới")]
    assert changed(parts[1]) == [("gone", "Phương án c")]
    assert changed(parts[2]) == [("gone", "A B D"), ("come", "B A D")]
    assert changed(parts[3]) == [("gone", "B"), ("come", "A")]  # the same option goes by another letter


def test_another_key_and_other_tags_are_told() -> None:
    draft = samples.choice()
    other = replace(draft, key=ChoiceKey({"c": Fraction(1)}))
    parts = differences(side(draft, level="TH"), side(other, level="VD"))
    assert [(part.name, changed(part)) for part in parts] == [
        ("Đáp án", [("gone", "B"), ("come", "C")]),
        ("level", [("gone", "TH"), ("come", "VD")]),
    ]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (samples.choice, "B"),
        (samples.several, "A (50%); B (-50%); C (50%)"),
        (samples.true_false, "Đ"),
        (samples.cluster, "a) Đ; b) S; c) Đ; d) S"),
        (samples.short_text, "Hà Nội; Ha Noi (50%)"),
        (samples.short_number, "2,5 ± 0,01"),
        (samples.matching, "1–b; 2–a"),
        (samples.ordering, "2, 1, 3"),
        (samples.gap_fill, "(1) Hà Nội; (2) nguyên chất"),
        (samples.essay, ""),
    ],
)
def test_a_key_in_words(make: object, words: str) -> None:
    draft = make()  # type: ignore[operator]
    assert key_in_words(draft.body, draft.key) == words


def test_texts_too_long_to_align_are_shown_whole() -> None:
    old, new = (" ".join(f"{letter}{number}" for number in range(4000)) for letter in "ab")
    assert [change for change, _ in said(f"đầu {old} cuối", f"đầu {new} cuối")] == ["same", "gone", "come", "same"]
