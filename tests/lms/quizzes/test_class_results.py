"""The class's results: each question, each form, and how few questions the database is asked."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.base import clock, db
from lms.base.errors import Forbidden, NotFound
from lms.quizzes.models import Quiz
from lms.quizzes.service import marking, releasing, taking
from lms.quizzes.service.class_results import ClassResults, FormRow, class_results
from question_bank.analysis.domain.classical import interval
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.question_bank.items import samples

SignIn = Callable[[str], FlaskClient]


def taken(session: Session, world: World, answers: dict[str, dict[str, str]], **changes: object) -> Quiz:
    """A closed quiz of a choice, a number and an essay, with what each pupil typed."""
    drafts = [samples.choice(), samples.short_number(), samples.essay()]
    quiz = factories.published(session, world, drafts, form_count=1, **changes)
    for who, typed in answers.items():
        attempt, actor = factories.begun(session, world, quiz, who), world.actor(session, who)
        taking.save_plain(session, actor, attempt.uid, MultiDict(typed), device=factories.DEVICE, at=NOON)
        taking.hand_in(session, actor, attempt.uid, at=NOON)
    releasing.end_now(session, world.actor(session, "teacher"), quiz.uid, at=NOON)
    return quiz


def test_how_each_question_went(session: Session, world: World) -> None:
    written = {"q1-choice": "a", "q3-text": "Bài"}
    quiz = taken(session, world, {"pupil": {**written, "q2-text": "2,5"}, "classmate": written})
    found = class_results(session, world.actor(session, "teacher"), quiz.uid)
    choice, number = found.items  # the hardest first; the essay waits for its marker
    assert (choice.figures.facility, choice.blanks) == (0, 0)
    assert choice.choices is not None
    assert {one.option: one.count for one in choice.choices.options if one.count} == {"a": 2}
    assert (number.figures.facility, number.blanks, number.choices) == (Fraction(1, 2), 1, None)
    assert [one.flag for one in choice.findings] == ["few"]
    assert number.figures.papers == 2
    assert found.forms == []  # no paper has its total yet
    assert found.waiting == 2


def test_an_essay_counts_once_it_is_marked(session: Session, world: World) -> None:
    quiz = taken(session, world, {who: {"q1-choice": "b", "q3-text": "Bài"} for who in ("pupil", "classmate")})
    teacher = world.actor(session, "teacher")
    for row, points in zip(class_results(session, teacher, quiz.uid).rows, (1, 0), strict=True):
        marking.give_points(session, teacher, quiz.uid, row.attempt_uid, 3, points=Fraction(points), at=NOON)
    found = class_results(session, teacher, quiz.uid)
    assert sorted(row.figures.facility for row in found.items) == [0, Fraction(1, 2), 1]
    [form] = found.forms
    assert (form.papers, form.mean) == (2, Fraction(5))  # marks of 2/3 and 1/3, on ten
    assert form.bounds == interval([Fraction(20, 3), Fraction(10, 3)])
    assert found.unlike == []
    assert found.test is not None


def test_forms_that_are_not_alike_are_named() -> None:
    rows = [
        FormRow(code, 3, Fraction(mark), interval([Fraction(mark + step, 10) * 10 for step in (0, 0, 1)]))
        for code, mark in (("101", 2), ("102", 3), ("103", 8))
    ]
    found = ClassResults(Quiz(), [], [], rows, None, Fraction(10))
    assert found.unlike == [("101", "103"), ("102", "103")]


@pytest.mark.parametrize("who", [["pupil"], ["pupil", "classmate"]])
def test_a_class_costs_as_many_questions_as_a_pupil(world: World, queries: list[str], who: list[str]) -> None:
    with db.transaction() as session:
        uid = taken(session, world, {one: {"q1-choice": "a"} for one in who}).uid
    with db.open_session(writes=False) as session:
        teacher = world.actor(session, "teacher")
        queries.clear()
        class_results(session, teacher, uid)
    assert len(queries) == 11


def test_who_sees_the_results_of_a_class(session: Session, world: World) -> None:
    quiz = taken(session, world, {"pupil": {}})
    for who in ("teacher", "subject_head", "leader"):
        assert class_results(session, world.actor(session, who), quiz.uid).rows
    for who, refusal in (("pupil", Forbidden), ("parent", Forbidden), ("colleague", NotFound), ("outsider", NotFound)):
        with pytest.raises(refusal):
            class_results(session, world.actor(session, who), quiz.uid)


def test_the_page_draws_forms_and_questions(world: World, signed_in: SignIn) -> None:
    with db.transaction() as session:
        quiz = factories.published(
            session, world, [samples.choice()], at=clock.now(), form_count=2, shuffle_options=True
        )
        for who in ("pupil", "classmate"):
            attempt = factories.begun(session, world, quiz, who, at=clock.now())
            taking.hand_in(session, world.actor(session, who), attempt.uid, at=clock.now())
        uid = quiz.uid
    page = signed_in("teacher").get(f"/quizzes/{uid}/results").text
    assert "Các mã đề có ngang nhau không" in page
    assert "Độ phân biệt" in page
    assert ' style="' not in page
