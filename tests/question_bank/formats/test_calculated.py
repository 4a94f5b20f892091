"""Moodle's calculated questions are templates with variables here, and go back as they came."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from question_bank.formats import moodle_xml
from question_bank.formats.losses import lost_of
from question_bank.formats.writers import WRITERS
from question_bank.items.checking import problems_in
from question_bank.items.domain import (
    AcceptedNumber,
    ItemBody,
    ItemDraft,
    ItemNotes,
    ItemType,
    NumberKey,
    Variable,
)
from question_bank.items.parameters import drawn
from question_bank.scoring.marking import score


def dataset(name: str, *values: str) -> str:
    items = "".join(
        f"<dataset_item><number>{place}</number><value>{value}</value></dataset_item>"
        for place, value in enumerate(values, 1)
    )
    return (
        f"<dataset_definition><name><text>{name}</text></name><type>calculated</type><minimum><text>1</text></minimum>"
        f"<maximum><text>10</text></maximum><decimals><text>1</text></decimals><dataset_items>{items}</dataset_items>"
        "</dataset_definition>"
    )


def answer(formula: str, tolerance: str = "0.01", kind: str = "1", form: str = "1", length: str = "2") -> str:
    return (
        f'<answer fraction="100"><text>{formula}</text><tolerance>{tolerance}</tolerance><tolerancetype>{kind}'
        f"</tolerancetype><correctanswerformat>{form}</correctanswerformat><correctanswerlength>{length}"
        "</correctanswerlength><feedback format='html'><text>Đúng</text></feedback></answer>"
    )


PAIRS = dataset("a", "3.0", "5.0") + dataset("b", "4.0", "12.0")


def quiz(kind: str, answers: str, datasets: str = PAIRS) -> bytes:
    return (
        f'<quiz><question type="{kind}"><name><text>Huyền</text></name><questiontext format="html">'
        f"<text>Cạnh góc vuông {{a}} và {{b}}.</text></questiontext>{answers}"
        f"<dataset_definitions>{datasets}</dataset_definitions></question></quiz>"
    ).encode()


def read_one(data: bytes) -> ItemDraft:
    reading = moodle_xml.read(data)
    assert reading.not_carried == ()
    (draft,) = reading.drafts
    return draft


@pytest.mark.parametrize("kind", ["calculated", "calculatedsimple"])
def test_a_calculated_number_is_drawn_from_its_sets(kind: str) -> None:
    draft = read_one(quiz(kind, answer("sqrt({a}*{a}+{b}*{b})")))
    assert draft.body.variables == (
        Variable("a", "1", "10", "0.1", ("3.0", "5.0")),
        Variable("b", "1", "10", "0.1", ("4.0", "12.0")),
    )
    assert problems_in(draft.body, draft.key) == ()
    seen = set()
    for seed in range(20):
        body, key, _ = drawn(draft.body, draft.key, draft.notes, str(seed))
        assert isinstance(key, NumberKey)
        seen.add((body.prompt, key.accepted[0].value, key.accepted[0].tolerance))
    assert seen == {
        ("<p>Cạnh góc vuông 3 và 4.</p>", "5.00", "0.05"),
        ("<p>Cạnh góc vuông 5 và 12.</p>", "13.00", "0.13"),
    }


def test_tolerances_and_roundings_mean_what_they_meant() -> None:
    nominal = read_one(quiz("calculated", answer("{a}/{b}", "0.1", "2", "2", "3")))
    assert nominal.key == NumberKey((AcceptedNumber("{={a}/{b};3s}", "0.1"),))
    geometric = read_one(quiz("calculated", answer("{a}", kind="3")))
    assert [one.code for one in geometric.problems] == ["geometric_tolerance"]


def test_options_are_worked_out() -> None:
    options = "".join(
        f'<answer fraction="{share}" format="html"><text>{{={formula}}} cm</text><correctanswerformat>1'
        "</correctanswerformat><correctanswerlength>1</correctanswerlength></answer>"
        for share, formula in ((100, "{a}+{b}"), (0, "{a}*{b}"))
    )
    draft = read_one(quiz("calculatedmulti", options + "<single>true</single>"))
    assert draft.body.type is ItemType.SINGLE_CHOICE
    body, key, _ = drawn(draft.body, draft.key, draft.notes, "1")
    assert body.options[0].html in {"7,0 cm", "17,0 cm"}
    assert score(body, key, {"choice": "a"}).fraction == 1


def test_a_power_sign_of_moodle_gives_no_key() -> None:
    draft = read_one(quiz("calculated", answer("{a}^2")))
    assert (draft.key, [one.code for one in draft.problems]) == (None, ["power_sign"])


@pytest.mark.parametrize("datasets", ["", dataset("hai từ", "1"), dataset("a").replace("10", "")])
def test_without_usable_numbers_it_is_not_carried(datasets: str) -> None:
    reading = moodle_xml.read(quiz("calculated", answer("{a}"), datasets))
    assert (reading.drafts, [one.what for one in reading.not_carried]) == ((), ["moodle:calculated"])


def test_what_is_no_formula_blocks_the_question() -> None:
    draft = read_one(quiz("calculated", answer("system({a})")))
    assert [one.code for one in problems_in(draft.body, draft.key)] == ["template", "template"]


def test_templates_go_back_as_they_came_and_other_formats_leave_them() -> None:
    for data in (
        quiz("calculated", answer("{a}+{b}")),
        quiz("calculated", answer("{a}/{b}", "0.5", "2", "2", "3")),
    ):
        draft = read_one(data)
        (again,) = moodle_xml.read(moodle_xml.write([draft])).drafts
        assert (again.body, again.key) == (draft.body, draft.key)
        for name in ("gift", "csv", "aiken"):
            assert lost_of(WRITERS[name], draft, {}) == {"question"}


def test_ranges_go_out_as_sets_of_numbers() -> None:
    body = ItemBody(ItemType.SHORT_NUMBER, "<p>{a}?</p>", variables=(Variable("a", "1", "5", "0.5"),))
    draft = ItemDraft(body, NumberKey((AcceptedNumber("{=2*a;1}"),)), ItemNotes())
    (again,) = moodle_xml.read(moodle_xml.write([draft])).drafts
    (variable,) = again.body.variables
    assert len(variable.values) == 20
    assert {Fraction(value) for value in variable.values} <= {Fraction(number, 2) for number in range(2, 11)}
    unlike = replace(draft, key=NumberKey((AcceptedNumber("{a}"),)))
    assert b"<question " not in moodle_xml.write([unlike])
