"""Notes on parts of an answer: their places, who sees them, and nothing lost on the way."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import db
from lms.base.errors import Conflict, Invalid, NotFound
from lms.quizzes.domain.notes import Span, cut, find_span
from lms.quizzes.models import AnswerNote, Attempt, MarkGiven, Quiz
from lms.quizzes.service import marking, noting, panels
from lms.quizzes.service.panels import MarkingWish
from tests.factories import World
from tests.lms.quizzes.test_marking import LATER, SignIn, desk_of, essays, in_use, version_of

TEXT = "Tiếng Việt giàu và đẹp.\nEm yêu tiếng Việt."


@pytest.mark.parametrize(
    ("quote", "start", "span"),
    [
        ("Việt", 37, Span(37, 41)),
        ("Việt", 7, Span(6, 10)),
        ("Việt", None, Span(6, 10)),
        ("Việt", -4, Span(6, 10)),
        ("", 0, None),
        ("Anh", 0, None),
    ],
)
def test_a_quote_is_found(quote: str, start: int | None, span: Span | None) -> None:
    assert find_span(TEXT, quote, start) == span


def test_cutting_loses_and_doubles_nothing() -> None:
    spans = [Span(0, 10), Span(6, 15), None, Span(6, 10), Span(30, len(TEXT))]
    pieces = cut(TEXT, spans)
    assert "".join(piece.text for piece in pieces) == TEXT
    assert [piece.opens for piece in pieces if piece.opens] == [(1,), (2, 4), (5,)]
    assert next(piece for piece in pieces if piece.text == "Việt").notes == (1, 2, 4)


def note(session: Session, world: World, who: str, quiz: Quiz, quote: str, words: str = "Hay.") -> AnswerNote:
    actor = world.actor(session, who)
    sheet = desk_of(session, actor, quiz).sheets[0]
    return noting.add_note(session, actor, quiz.uid, version_of(quiz), sheet.uid, quote=quote, note=words, at=LATER)


def on_sheet(session: Session, world: World, who: str, quiz: Quiz) -> list[str]:
    desk = desk_of(session, world.actor(session, who), quiz)
    return [one.note for one in noting.noted_sheet(session, desk, desk.sheets[0], TEXT).notes]


def test_a_note_is_kept_once_and_can_be_taken_back(session: Session, world: World) -> None:
    quiz, teacher = essays(session, world), world.actor(session, "teacher")
    made = note(session, world, "teacher", quiz, "Em yêu")
    assert (made.start, made.quote) == (24, "Em yêu")
    assert note(session, world, "teacher", quiz, "Em yêu") is made
    note(session, world, "teacher", quiz, " giàu ", "Vì sao?")
    assert on_sheet(session, world, "teacher", quiz) == ["Vì sao?", "Hay."]
    sheet = desk_of(session, teacher, quiz).sheets[0].uid
    noting.take_back_note(session, teacher, quiz.uid, version_of(quiz), sheet, made.uid, at=LATER)
    assert on_sheet(session, world, "teacher", quiz) == ["Vì sao?"]
    assert session.get_one(AnswerNote, made.id).taken_back_at == LATER
    with pytest.raises(NotFound):
        noting.take_back_note(session, teacher, quiz.uid, version_of(quiz), sheet, made.uid, at=LATER)
    details = [one.detail for one in session.info["audit"] if one.kind.startswith("quiz.answer_note")]
    assert len(details) == 3
    assert "Vì sao" not in str(details)


@pytest.mark.parametrize(("quote", "words"), [("không có trong bài", "Hay."), ("", "Hay."), ("Em yêu", " ")])
def test_a_note_needs_a_place_and_words(session: Session, world: World, quote: str, words: str) -> None:
    quiz = essays(session, world)
    with pytest.raises(Invalid):
        note(session, world, "teacher", quiz, quote, words)


def test_rounds_do_not_read_each_others_notes(session: Session, world: World) -> None:
    quiz = essays(session, world)
    wish = MarkingWish(second_marker=world.colleague.uid, tolerance=Fraction(0))
    panels.save_plan(session, world.actor(session, "teacher"), quiz.uid, wish)
    note(session, world, "teacher", quiz, "giàu", "Một.")
    note(session, world, "colleague", quiz, "đẹp", "Hai.")
    assert on_sheet(session, world, "teacher", quiz) == ["Một."]
    assert on_sheet(session, world, "colleague", quiz) == ["Hai."]
    for who, points in (("teacher", Fraction(1)), ("colleague", Fraction(0))):
        actor = world.actor(session, who)
        sheet = desk_of(session, actor, quiz).sheets[0].uid
        marking.mark_sheet(session, actor, quiz.uid, version_of(quiz), sheet, points=points, seen=0, at=LATER)
    assert on_sheet(session, world, "subject_head", quiz) == ["Một.", "Hai."]
    with pytest.raises(Conflict):
        note(session, world, "teacher", quiz, "giàu", "Thêm.")


def test_the_pupil_reads_notes_and_levels_once_they_are_out(app: Flask, world: World, signed_in: SignIn) -> None:
    desk, quiz, (first, _second) = in_use(world)
    teacher, pupil = signed_in("teacher"), signed_in("pupil")
    rubric = {"name-0": "Mở bài", "levels-0": "0,25 Có", "name-1": "Thân bài", "levels-1": "0,75 Đủ ý\n0,5 Thiếu ý"}
    assert teacher.post(f"{desk}/rubric", data=rubric).status_code == 303
    form = {"sheet": first, "seen": "0", "criteria": "2", "level-0": "1", "comment": "Lời đang gõ."}
    noted = teacher.post(f"{desk}/notes", data={**form, "quote": "Em yêu", "start": "24", "note": "Vì sao em yêu?"})
    assert noted.status_code == 200
    assert '<mark data-notes="1">Em yêu</mark>' in noted.text
    assert "Lời đang gõ." in noted.text
    assert len(re.findall(r'name="level-0" value="1"[^>]* checked', noted.text)) == 1
    lost = teacher.post(f"{desk}/notes", data={**form, "quote": "Em ghét", "note": "Lời ghi chú."})
    assert lost.status_code == 422
    assert "Không thấy đoạn này trong bài." in lost.text
    assert "Lời ghi chú." in lost.text
    with db.transaction() as session:
        assert session.scalars(select(MarkGiven)).all() == []
        uid = session.get_one(Attempt, session.scalars(select(AnswerNote)).one().attempt_id).uid
    assert teacher.post(desk, data={**form, "level-1": "1"}).status_code == 303
    for page in (f"/exam/{uid}/review", f"/exam/{uid}/receipt", f"/quizzes/{quiz}"):
        before = pupil.get(page).text
        assert not [secret for secret in ("Vì sao em yêu?", "Thiếu ý", "data-notes") if secret in before]
    assert teacher.post(f"/quizzes/{quiz}/end", data={"confirm": "kết thúc"}).status_code == 303
    assert teacher.post(f"/quizzes/{quiz}/release").status_code == 303
    review = pupil.get(f"/exam/{uid}/review").text
    assert '<mark data-notes="1">Em yêu</mark>' in review
    assert "Vì sao em yêu?" in review
    assert "Thiếu ý" in review
    assert "0,5</strong>/0,75" in review
