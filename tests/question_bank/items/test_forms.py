from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from lms.base import richtext
from question_bank.items.checking import problems_in
from question_bank.items.domain import ChoiceKey, GapKey, ItemDraft, ItemNotes, ItemType, NumberKey, TextKey
from question_bank.items.forms import blank, draft_from_form, fields_of
from question_bank.items.service.content import cleaned
from question_bank.items.typed_text import from_typed, to_typed
from tests.question_bank.items import samples


def filled(draft: ItemDraft) -> MultiDict[str, str]:
    """The form of a question as a browser would send it back untouched."""
    fields = fields_of(draft)
    values = MultiDict(
        {name: getattr(fields, name) for name in ("prompt", "passage", "solution", "feedback", "rubric")}
    )
    values.setlist("hint", list(fields.hints))
    values.update({f"said-{name}": text for name, text in fields.said.items()})
    values.update({"accepted": fields.accepted, "distractors": fields.distractors, "shuffle": "y"})
    for row in fields.rows:
        values[f"text-{row.number}"], values[f"id-{row.number}"] = row.text, row.id
        values[f"other-{row.number}"], values[f"said-{row.number}"] = row.other, row.said
        if row.right:
            values.add("right", str(row.number))
        if row.truth is not None:
            values[f"truth-{row.number}"] = str(row.truth).lower()
        if row.fixed:
            values[f"fixed-{row.number}"] = "y"
    if draft.body.type is ItemType.TRUE_FALSE:
        values["truth"] = "true"
    return values


def stripped(draft: ItemDraft) -> ItemDraft:
    """A draft whose lone paragraphs are unwrapped in options, as forms write them."""
    body = draft.body
    options = tuple(replace(one, html=one.html.removeprefix("<p>").removesuffix("</p>")) for one in body.options)
    return replace(draft, body=replace(body, options=options))


@pytest.mark.parametrize("make", [make for make in samples.ALL if make not in (samples.matching, samples.gap_fill)])
def test_an_untouched_form_gives_the_question_back(make: Any) -> None:
    draft = stripped(cleaned(make()))
    assert draft_from_form(filled(draft), draft) == draft


@pytest.mark.parametrize("make", [samples.choice, samples.true_false, samples.short_text, samples.cluster])
def test_hints_and_feedback_stand_in_the_form_and_come_back(make: Any) -> None:
    draft = stripped(cleaned(make()))
    said = {samples.choice: {"a": "<p>Sai dấu.</p>"}, samples.true_false: {"false": "<p>Xem lại số 2.</p>"}}
    notes = ItemNotes("", "<p>Nhận xét.</p>", said.get(make, {"Huế": "<p>Cố đô.</p>"}), ("<p>Một.</p>", "<p>Hai.</p>"))
    draft = replace(draft, notes=notes)
    assert fields_of(draft).hints == ("Một.", "Hai.", "")
    assert draft_from_form(filled(draft), draft) == draft


def test_an_emptied_hint_is_gone_and_a_new_one_is_last() -> None:
    draft = cleaned(samples.choice())
    draft = replace(draft, notes=replace(draft.notes, hints=("<p>Một.</p>", "<p>Hai.</p>")))
    form = filled(draft)
    form.setlist("hint", ["", "Hai.", "Ba."])
    form["said-0"], form["said-1"] = "", "Đúng rồi."
    notes = draft_from_form(form, draft).notes
    assert notes.hints == ("<p>Hai.</p>", "<p>Ba.</p>")
    assert notes.per_option == {"b": "<p>Đúng rồi.</p>"}


def test_pairs_keep_their_meaning() -> None:
    draft = cleaned(samples.matching())
    again = draft_from_form(filled(draft), draft)
    words = {target.id: target.html for target in again.body.targets}
    lefts = {option.id: option.html for option in again.body.options}
    assert {lefts[left]: words[right] for left, right in again.key.pairs.items()} == {  # type: ignore[union-attr]
        "Sông Hồng": "Hà Nội",
        "Sông Hương": "Huế",
    }
    assert sorted(words.values()) == list(words.values()) == ["Cần Thơ", "Huế", "Hà Nội"]
    assert draft_from_form(filled(again), again) == again


def test_gaps_stand_in_brackets_with_their_answers() -> None:
    draft = cleaned(samples.gap_fill())
    fields = fields_of(draft)
    assert fields.prompt == "Thủ đô là [[Hà Nội]], nước [[=nguyên chất|muối]] sôi ở 100 °C."
    again = draft_from_form(filled(draft), draft)
    assert problems_in(again.body, again.key) == ()
    assert isinstance(again.key, GapKey)
    [typed, picked] = again.body.gaps
    assert [one.text for one in again.key.gaps[typed.id]] == ["Hà Nội"]
    [right] = again.key.gaps[picked.id]
    assert {choice.id: choice.html for choice in picked.choices}[right.text] == "nguyên chất"
    assert draft_from_form(filled(again), again) == again


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        (ItemType.SINGLE_CHOICE, {"text-0": "1", "text-1": r"\(\sqrt2\)", "right": "1"}),
        (ItemType.MULTIPLE_CHOICE, {"text-0": "1", "text-1": "2", "text-5": "3", "right": "5"}),
        (ItemType.TRUE_FALSE, {"truth": "false"}),
        (ItemType.CLUSTER, {"text-0": "a", "truth-0": "true", "text-1": "b", "truth-1": "false"}),
        (ItemType.SHORT_TEXT, {"accepted": "Hà Nội\nHa Noi = 50%"}),
        (ItemType.SHORT_NUMBER, {"accepted": "3,14 ± 0,01\r\n\r\n22/7"}),
        (ItemType.MATCHING, {"text-0": "a", "other-0": "1", "text-1": "b", "other-1": "2", "distractors": "3"}),
        (ItemType.ORDERING, {"text-0": "hai", "text-1": "ba"}),
        (ItemType.ESSAY, {"rubric": "Mở bài"}),
        (ItemType.DESCRIPTION, {}),
    ],
)
def test_a_new_question_of_each_kind(kind: ItemType, form: dict[str, str]) -> None:
    draft = draft_from_form(MultiDict({"prompt": "Hỏi gì?", **form}), blank(kind))
    codes = [problem.code for problem in problems_in(draft.body, draft.key)]
    assert codes == (["unreadable_number"] if kind is ItemType.SHORT_NUMBER else [])
    assert draft.body.prompt == "<p>Hỏi gì?</p>"


def test_accepted_lines_carry_shares_and_tolerances() -> None:
    texts = draft_from_form(MultiDict({"accepted": "Hà Nội\nHN = 50%"}), blank(ItemType.SHORT_TEXT)).key
    assert isinstance(texts, TextKey)
    assert [(one.text, one.share) for one in texts.accepted] == [("Hà Nội", 1), ("HN", Fraction(1, 2))]
    numbers = draft_from_form(MultiDict({"accepted": "3,14 ± 0,01"}), blank(ItemType.SHORT_NUMBER)).key
    assert isinstance(numbers, NumberKey)
    assert [(one.value, one.tolerance) for one in numbers.accepted] == [("3.14", "0.01")]


def test_a_half_filled_form_is_a_question_that_is_not_whole() -> None:
    for kind in set(ItemType) - {ItemType.DESCRIPTION, ItemType.ESSAY}:
        draft = draft_from_form(MultiDict({"prompt": "?"}), blank(kind))
        assert problems_in(draft.body, draft.key)


def test_changing_the_right_one_shares_the_worth_anew_and_leaving_it_keeps_penalties() -> None:
    draft = samples.several()
    form = filled(draft)
    assert draft_from_form(form, draft).key == draft.key
    form.setlist("right", ["0"])
    assert draft_from_form(form, draft).key == ChoiceKey({"a": Fraction(1)})


def test_an_id_that_is_not_the_questions_own_is_not_taken() -> None:
    form = filled(samples.choice())
    form["id-0"], form["id-1"] = "../x", "c"  # a stranger, and one that another row has
    options = draft_from_form(form, samples.choice()).body.options
    assert len({option.id for option in options}) == 4
    assert "../x" not in {option.id for option in options}


def test_pictures_are_named_by_number_and_stay() -> None:
    image = f'<img src="asset:{"a" * 64}" alt="Hình vẽ" width="300">'
    draft = cleaned(samples.choice(f"<p>Nhìn {image} rồi tính</p>"))
    fields = fields_of(draft)
    assert fields.prompt == "Nhìn [hình 1] rồi tính"
    form = filled(draft)
    assert draft_from_form(form, draft).body.prompt == draft.body.prompt
    form["prompt"] = "Không có [hình 9]"
    assert draft_from_form(form, draft).body.prompt == "<p>Không có [hình 9]</p>"


@given(st.text(st.characters(exclude_categories=["Cs", "Co", "Cc"]), max_size=60))
def test_typed_text_comes_back_as_it_is_shown(text: str) -> None:
    stored = from_typed(text)
    assert richtext.to_plain(from_typed(to_typed(stored))) == richtext.to_plain(stored)


@pytest.mark.parametrize(
    "html",
    [
        '<p>Giá 5$, <span class="tex">a&lt;b</span></p><p>x &lt; y &amp; z</p>',
        '<p>Cho</p><div class="tex">\\frac{1}{2}</div><p>tính</p>',
        "<p>a<br>b</p>",
        "<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
        "<p>H<sub>2</sub>O và <b>đậm</b></p>",
        "<p>viết &lt;b&gt; là thẻ</p>",
    ],
)
def test_stored_text_survives_a_form(html: str) -> None:
    stored = richtext.clean(html)
    assert from_typed(to_typed(stored)) == stored
