"""Templates with variables: what is drawn from them, the same in every year, and what keeps them from being drawn."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from werkzeug.datastructures import MultiDict

from question_bank.items import codec
from question_bank.items.checking import problems_in
from question_bank.items.domain import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    ItemBody,
    ItemDraft,
    ItemNotes,
    ItemType,
    NumberKey,
    Option,
    TextKey,
    Variable,
)
from question_bank.items.forms import draft_from_form, fields_of
from question_bank.items.parameters import NoDraw, drawn, example, figures, problems_of, values_for
from question_bank.scoring.marking import score

SIDES = (Variable("a", "2", "9"), Variable("h", "0.5", "4", "0.5"))
AREA = ItemBody(
    ItemType.SHORT_NUMBER,
    '<p>Tam giác có đáy {a} cm, cao {h} cm, <span class="tex">S = \\frac{a}{2} \\cdot {h}</span> = ?</p>',
    variables=SIDES,
)
AREA_KEY = NumberKey((AcceptedNumber("{={a}*{h}/2}", "{=0.01*a}"),))
NOTES = ItemNotes("<p>{={a}*{h}; 1} : 2</p>")


def test_a_draw_is_a_question_like_any_other() -> None:
    body, key, notes = drawn(AREA, AREA_KEY, NOTES, "1")
    values = values_for(SIDES, "1")
    base, height = (figures(values[name]) for name in "ah")
    assert (base, height) == ("8", "2.5")  # fixed for good: versions are drawn anew whenever they are marked
    assert body == ItemBody(
        ItemType.SHORT_NUMBER,
        '<p>Tam giác có đáy 8 cm, cao 2,5 cm, <span class="tex">S = \\frac{8}{2} \\cdot {2{,}5}</span> = ?</p>',
    )
    assert (key, notes.solution) == (NumberKey((AcceptedNumber("10", "0.08"),)), "<p>20,0 : 2</p>")
    assert score(body, key, {"text": "10,08"}).fraction == 1
    assert problems_in(AREA, AREA_KEY) == ()


def test_other_seeds_give_siblings_within_the_ranges() -> None:
    seen = [values_for(SIDES, f"u/{number}") for number in range(300)]
    assert {value["a"] for value in seen} == {Fraction(number) for number in range(2, 10)}
    assert {value["h"] for value in seen} == {Fraction(number, 2) for number in range(1, 9)}


def test_listed_values_stay_together() -> None:
    pairs = (Variable("a", values=("3", "5", "8")), Variable("b", values=("4", "12", "15")))
    assert {tuple(map(int, values_for(pairs, str(n)).values())) for n in range(50)} == {(3, 4), (5, 12), (8, 15)}


def test_numbers_that_make_options_alike_are_passed_over() -> None:
    options = tuple(
        Option(name, text) for name, text in (("a", "{={x}*2}"), ("b", "{={x}^2}"), ("c", "{={x}/({x}-3)}"))
    )
    body = ItemBody(ItemType.SINGLE_CHOICE, "<p>Gấp đôi {x}?</p>", options, variables=(Variable("x", "0", "4"),))
    for number in range(40):
        drawing, key, _ = drawn(body, ChoiceKey({"a": Fraction(1)}), ItemNotes(), str(number))
        assert drawing.prompt in {"<p>Gấp đôi 1?</p>", "<p>Gấp đôi 4?</p>"}, "2·2 = 2², 3 - 3 = 0, 0·2 = 0²"
        assert key == ChoiceKey({"a": Fraction(1)})


def test_texts_in_keys_are_written_with_a_comma() -> None:
    body = ItemBody(ItemType.SHORT_TEXT, "<p>{a}</p>", variables=(Variable("a", "0.5", "0.5"),))
    assert drawn(body, TextKey((AcceptedText("{a} m"),)), ItemNotes(), "")[1] == TextKey((AcceptedText("0,5 m"),))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"variables": (*SIDES, Variable("a"))}, "tên riêng"),
        ({"variables": (*SIDES, Variable("1a"))}, "Tên biến"),
        ({"variables": SIDES[:1]}, "chưa khai báo"),
        ({"prompt": "{=a*}", "variables": SIDES}, "Chưa dùng được"),
        ({"prompt": "{=1/(a-a)}"}, "Không chọn được số"),
        ({"variables": (Variable("a", "9", "2"), SIDES[1])}, "bước lớn hơn 0"),
        ({"variables": (Variable("a", "2", "9", "0"), SIDES[1])}, "bước lớn hơn 0"),
        ({"variables": (Variable("a", "0", "9e50", "1"), SIDES[1])}, "bước lớn hơn 0"),
        ({"variables": (Variable("a", "hai", "9"), SIDES[1])}, "không phải là một số"),
        ({"variables": (Variable("a", values=("2", "?")), SIDES[1])}, "không phải là một số"),
    ],
)
def test_what_keeps_a_template_out_is_said(change: dict[str, object], said: str) -> None:
    body = replace(AREA, **change)  # type: ignore[arg-type]  # mypy cannot follow the names
    messages = problems_of(body, AREA_KEY)
    assert said in str(messages[0])
    assert [(one.code, one.blocking) for one in problems_in(body, AREA_KEY)] == [("template", True)] * len(messages)


def test_a_template_that_cannot_be_drawn_is_shown_as_it_stands() -> None:
    draft = ItemDraft(replace(AREA, prompt="{=1/(a-a)}"), AREA_KEY)
    with pytest.raises(NoDraw):
        drawn(draft.body, draft.key, draft.notes, "")
    assert example(draft) == draft


def test_variables_are_written_down_and_bodies_without_keep_their_hash() -> None:
    assert codec.decode_body(codec.encode_body(AREA)) == AREA
    plain = replace(AREA, variables=())
    assert "variables" not in codec.encode_body(plain)
    assert codec.decode_body(codec.encode_body(plain)) == plain


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        ("5/2", "", "2.5"),
        ("100", "", "100"),
        ("1/3", "", "0.333333333333"),
        ("-1/1000", "2", "0.00"),
        ("2/3", "2", "0.67"),
        ("5/2", "0", "3"),
        ("12345", "2s", "12000"),
        ("3/2", "3s", "1.5"),
        ("0", "", "0"),
    ],
)
def test_figures(number: str, form: str, text: str) -> None:
    assert figures(Fraction(number), form) == text


def test_a_template_comes_back_from_its_form_as_it_was() -> None:
    key = NumberKey((AcceptedNumber("{=1.5*a;2}", "{=0.01*abs(1.5*a)}"),))
    draft = ItemDraft(AREA, key)
    form = MultiDict({"prompt": fields_of(draft).prompt, "accepted": fields_of(draft).accepted, "shuffle": "y"})
    again = draft_from_form(form, draft)
    assert (again.body.variables, again.key) == (AREA.variables, key)
