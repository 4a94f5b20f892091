"""The question card: what each mode shows, and that its fields come back as the response."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, render_template_string
from lxml import html as lxml_html
from werkzeug.datastructures import MultiDict

from question_bank import api
from question_bank.items.domain import ItemDraft
from tests.question_bank.items import samples

CARD = '{% from "macros/question.html" import question %}{{ question(**given) }}'
RESPONSES: dict[Any, dict[str, Any]] = {
    samples.choice: {"choice": "c"},
    samples.several: {"choices": ["a", "c"]},
    samples.true_false: {"truths": {"s": False}},
    samples.cluster: {"truths": {"a": True, "b": False, "c": None, "d": True}},
    samples.short_text: {"text": "Huế"},
    samples.short_number: {"text": "2,5"},
    samples.matching: {"pairs": {"l1": "r2", "l2": "r3"}},
    samples.ordering: {"order": ["o3", "o1", "o2"]},
    samples.gap_fill: {"gaps": {"g1": "Hà Nội", "g2": "c2"}},
    samples.essay: {"text": "Em thấy <b>vui</b>."},
}


def card(app: Flask, draft: ItemDraft, mode: str, **more: Any) -> str:
    presented = api.present(draft.body, lambda sha256: f"/pictures/{sha256}")
    with app.test_request_context():
        return render_template_string(CARD, given={"presented": presented, "number": 7, "mode": mode, **more})


def posted(page: str) -> MultiDict[str, str]:
    """What a browser would send."""
    values: MultiDict[str, str] = MultiDict()
    form = lxml_html.fragment_fromstring(f"<form>{page}</form>")
    for name, value in form.form_values():
        values.add(name, value)
    return values


@pytest.mark.parametrize("make", samples.ALL)
def test_a_card_to_answer_posts_its_response_and_shows_no_key(app: Flask, make: Any) -> None:
    draft = make()
    page = card(app, draft, "answer", response=RESPONSES[make], name_prefix="q7-")
    got = api.response_from_form(draft.body, posted(page), "q7-")
    assert got == RESPONSES[make]
    assert api.check_response(draft.body, got) == got
    assert "Đáp án" not in page.replace("Chọn các đáp án", "")
    assert "style=" not in page
    assert "<script" not in page


@pytest.mark.parametrize("make", samples.ALL)
def test_a_blank_card_posts_a_blank_response(app: Flask, make: Any) -> None:
    draft = make()
    got = api.response_from_form(draft.body, posted(card(app, draft, "answer")))
    assert not api.is_answered(api.check_response(draft.body, got))


@pytest.mark.parametrize("make", samples.ALL)
def test_a_review_says_the_verdict_in_words_and_marks_the_key(app: Flask, make: Any) -> None:
    draft = make()
    outcome = api.score(draft.body, draft.key, RESPONSES[make])
    key = api.present_key(draft.body, draft.key, str)
    page = card(app, draft, "review", response=RESPONSES[make], key=key, outcome=outcome)
    words = lxml_html.fragment_fromstring(page).text_content()
    assert any(word in words for word in ("Đúng", "Sai", "Chờ chấm"))
    assert "Đáp án" in words or "đúng" in words or make is samples.essay
    assert "<input" not in page
    assert "<b>vui" not in page


@pytest.mark.parametrize("make", samples.ALL)
def test_a_review_without_the_key_does_not_tell_it(app: Flask, make: Any) -> None:
    draft = make()
    page = card(app, draft, "review", response=RESPONSES[make], outcome=None)
    assert "Đáp án" not in page
    assert " key" not in page


@pytest.mark.parametrize("make", samples.ALL)
def test_a_preview_without_the_key_has_nothing_of_it(app: Flask, make: Any) -> None:
    draft = make()
    page = card(app, draft, "preview")
    assert "Đáp án" not in page
    assert "Thứ tự đúng" not in page


def test_a_formula_is_drawn_and_a_picture_gets_its_address(app: Flask) -> None:
    sha256 = "a" * 64
    page = card(app, samples.choice(f'<p>{samples.TEX} <img src="asset:{sha256}" alt="Hình vẽ"></p>'), "answer")
    assert "<math" in page
    assert f'src="/pictures/{sha256}"' in page


def test_two_things_given_one_place_keep_the_order_of_the_page() -> None:
    body = samples.ordering().body
    form = MultiDict({"o-o1": "2", "o-o2": "1", "o-o3": "2", "o-x": "1"})
    assert api.response_from_form(body, form) == {"order": ["o2", "o1", "o3"]}
