"""A quiz on paper: who may take it, what stands on it, and that our own reader of Word papers finds it unchanged."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.documents.word import word
from lms.base.errors import Conflict, Forbidden, NotFound
from lms.quizzes.models import Form, Quiz
from lms.quizzes.service import building, printing
from lms.quizzes.service.printing import Sheet
from question_bank import api as bank
from question_bank.formats import docx
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.question_bank.items import samples

TEXT = "<p>Một mảnh vườn hình chữ nhật dài 20 m.</p><p>Quanh vườn có lối đi.</p>"


def _choice(prompt: str, options: list[str], right: str, passage: str = "") -> bank.ItemDraft:
    body = bank.ItemBody(
        bank.ItemType.SINGLE_CHOICE,
        f"<p>{prompt}</p>",
        tuple(bank.Option(chr(ord("a") + place), html) for place, html in enumerate(options)),
        passage=passage,
        passage_id="vuon" if passage else "",
    )
    return bank.ItemDraft(body, bank.ChoiceKey({right: Fraction(1)}), level="TH")


DRAFTS = [
    _choice(r'Giá trị của <span class="tex">\frac{1}{2}+x^{2}</span> khi x = 0 là', ["0,5", "1", "2", "0"], "a"),
    _choice("Thủ đô của Việt Nam là", ["Huế", "Hà Nội", "Đà Nẵng", "Cần Thơ"], "b"),
    _choice("Chu vi là", ["40 m", "60 m", "80 m", "Cả A và B đều đúng"], "c", TEXT),
    _choice("Diện tích là", ["một giá trị lớn hơn mọi giá trị đã nêu", "nhỏ", "vừa", "lớn"], "d", TEXT),
    samples.cluster(),
    samples.short_number(),
    samples.essay(),
]


def _published(session: Session, world: World, **changes: object) -> Quiz:
    quiz = factories.draft(session, world, DRAFTS, **changes)
    return building.publish(session, world.actor(session, "teacher"), quiz.uid, at=NOON)


def _squeezed(html: str) -> str:
    return "".join(html.replace("<p>", "").replace("</p>", " ").split())


@pytest.mark.parametrize("shuffled", [False, True])
def test_the_teachers_copy_of_every_form_imports_again_unchanged(
    session: Session, world: World, shuffled: bool
) -> None:
    quiz = _published(session, world, shuffle_questions=shuffled, shuffle_options=shuffled, form_count=3)
    teacher = world.actor(session, "teacher")

    for form in session.scalars(select(Form).where(Form.quiz_id == quiz.id)).all():
        _quiz, document = printing.print_quiz(session, teacher, quiz.uid, Sheet.TEACHER, form.code)
        reading = docx.read(word(document))
        items = bank.load_versions(session, quiz.school_id, [slot["version"] for slot in form.document])

        assert len(reading.drafts) == len(form.document)
        assert not reading.not_carried
        for slot, draft in zip(form.document, reading.drafts, strict=True):
            body, key = bank.decode_body(slot["body"]), items[slot["version"]].key
            assert draft.number == f"Câu {slot['label']}"
            assert not draft.blocked, (draft.body.prompt, draft.problems)
            assert draft.body.type is body.type
            assert _squeezed(draft.body.prompt) == _squeezed(body.prompt)
            assert _squeezed(draft.body.passage) == _squeezed(body.passage)
            assert [_squeezed(one.html) for one in draft.body.options] == [_squeezed(one.html) for one in body.options]
            assert _key(draft.body, draft.key) == _key(body, key)
            assert draft.level == items[slot["version"]].level
            assert draft.points == Fraction(slot["worth"])


def _key(body: bank.ItemBody, key: bank.ItemKey | None) -> object:
    """The key by the places of the options, since a reader names them anew."""
    places = {option.id: place for place, option in enumerate(body.options)}
    match key:
        case bank.ChoiceKey(weights):
            return {places[name] for name, weight in weights.items() if weight > 0}
        case bank.TruthKey(truths):
            return {places[name]: holds for name, holds in truths.items()}
        case bank.NumberKey(accepted):
            return accepted[0].value
        case _:
            return None


def test_pupils_get_no_key(session: Session, world: World) -> None:
    quiz = _published(session, world, shuffle_options=True)

    _quiz, document = printing.print_quiz(session, world.actor(session, "teacher"), quiz.uid, Sheet.PAPER, "101")
    reading = docx.read(word(document))

    said = [draft.key for draft in reading.drafts if draft.body.type is not bank.ItemType.ESSAY]
    assert said == [None] * 6
    assert "Đáp án" not in repr(document)


def test_the_sheet_of_keys_holds_every_form(session: Session, world: World) -> None:
    quiz = _published(session, world, shuffle_options=True, form_count=2)

    _quiz, document = printing.print_quiz(session, world.actor(session, "teacher"), quiz.uid, Sheet.KEYS)

    assert all(f"Mã đề {code}" in repr(document) for code in (101, 102))


def test_a_draft_has_no_forms_to_print(session: Session, world: World) -> None:
    quiz = factories.draft(session, world, DRAFTS)

    with pytest.raises(Conflict):
        printing.print_quiz(session, world.actor(session, "teacher"), quiz.uid, Sheet.PAPER)


def test_pupils_cannot_print(session: Session, world: World) -> None:
    quiz = _published(session, world)

    with pytest.raises(Forbidden):
        printing.print_quiz(session, world.actor(session, "pupil"), quiz.uid, Sheet.TEACHER)


def test_an_unknown_form_is_not_found(session: Session, world: World) -> None:
    quiz = _published(session, world)

    with pytest.raises(NotFound):
        printing.print_quiz(session, world.actor(session, "teacher"), quiz.uid, Sheet.PAPER, "999")
