"""Each part of the results by its own switch: what comes out, when, what stays in, what is written down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.base import clock, db
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.gradebook.models import Mark
from lms.quizzes.domain.results import ReleaseRules
from lms.quizzes.domain.states import QuizState, ReleasePolicy
from lms.quizzes.domain.switches import Part, shown, was_ever_out
from lms.quizzes.models import Attempt, Quiz, TeacherComment
from lms.quizzes.service import releasing, reopening, reviewing, statistics, taking
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.question_bank.items import samples

SignIn = Callable[[str], FlaskClient]
LATER = NOON + timedelta(minutes=30)
HOUR = timedelta(hours=1)


class Act(NamedTuple):
    part: str
    out_at: datetime | None
    made_at: datetime = NOON


def ended(session: Session, world: World, **changes: object) -> Quiz:
    """A closed quiz of one question, one pupil's paper with a comment; nothing is out."""
    quiz = factories.published(session, world, [samples.choice()], **changes)
    attempt = factories.begun(session, world, quiz)
    taking.hand_in(session, world.actor(session, "pupil"), attempt.uid, at=NOON)
    session.add(
        TeacherComment(
            school_id=quiz.school_id,
            attempt_id=attempt.id,
            slot=1,
            text="Em đọc kĩ đề hơn.",
            written_by_id=world.teacher.id,
            written_at=NOON,
        )
    )
    releasing.end_now(session, world.actor(session, "teacher"), quiz.uid, at=LATER)
    return quiz


def set_part(session: Session, world: World, quiz: Quiz, part: Part, out_at: datetime | None, at: datetime) -> None:
    releasing.set_part(session, world.actor(session, "teacher"), quiz.uid, part, out_at=out_at, at=at)


def seen(session: Session, world: World, at: datetime) -> set[str]:
    """The parts that the pupil's own review shows, by what stands in it."""
    attempt = session.scalars(select(Attempt).where(Attempt.pupil_id == world.pupil.id)).one()
    review = reviewing.own_review(session, world.actor(session, "pupil"), attempt.uid, at=at)
    child = reviewing.child_review(session, world.actor(session, "parent"), world.pupil.uid, attempt.uid, at=at)
    assert child.shown == review.shown
    assert (review.points is not None) is review.shown.marks
    assert any(one.comment for one in review.questions) is review.shown.comments
    return {part.value for part in Part if review.shown.has(part)}


@pytest.mark.parametrize("out", list(product([False, True], repeat=4)))
def test_each_of_the_sixteen_choices_shows_exactly_what_is_out(
    session: Session, world: World, out: tuple[bool, ...]
) -> None:
    ended(session, world)
    quiz = session.scalars(select(Quiz)).one()
    wanted = {part.value for part, on in zip(Part, out, strict=True) if on}
    for part in Part:
        set_part(session, world, quiz, part, LATER if part.value in wanted else None, LATER)
    assert seen(session, world, LATER) == wanted


def test_the_first_switch_leaves_the_other_parts_as_they_were(session: Session, world: World) -> None:
    quiz = ended(session, world, show_key=True)
    releasing.release(session, world.actor(session, "teacher"), quiz.uid, at=LATER)
    assert seen(session, world, LATER) == {"marks", "comments", "key"}
    set_part(session, world, quiz, Part.KEY, None, LATER + HOUR)
    assert seen(session, world, LATER + HOUR) == {"marks", "comments"}
    assert [one.out_at for one in quiz.release_acts if one.part == "marks"] == [LATER]


def test_marks_out_by_a_switch_bring_nothing_else_out_and_go_to_the_gradebook(session: Session, world: World) -> None:
    quiz = ended(session, world, show_key=True, column_semester=1, column_key="tx1")
    set_part(session, world, quiz, Part.MARKS, LATER, LATER)
    assert seen(session, world, LATER) == {"marks"}
    assert session.scalars(select(Mark)).one().value == 0
    assert quiz.released_at == LATER


def test_a_part_comes_out_at_its_hour(session: Session, world: World) -> None:
    quiz = ended(session, world, column_semester=1, column_key="tx1")
    hour = LATER + HOUR
    set_part(session, world, quiz, Part.KEY, hour, LATER)
    set_part(session, world, quiz, Part.MARKS, hour + HOUR, LATER)
    assert seen(session, world, hour - timedelta(seconds=1)) == set()
    assert seen(session, world, hour) == {"key"}
    assert releasing.release_due(session, at=hour) == 0
    assert releasing.release_due(session, at=hour + HOUR) == 1
    assert releasing.release_due(session, at=hour + HOUR) == 0
    assert seen(session, world, hour + HOUR) == {"key", "marks"}
    assert len(session.scalars(select(Mark)).all()) == 1


def test_what_was_planned_and_taken_back_never_comes_out(session: Session, world: World) -> None:
    quiz = ended(session, world)
    set_part(session, world, quiz, Part.MARKS, LATER + HOUR, LATER)
    set_part(session, world, quiz, Part.MARKS, None, LATER)
    assert releasing.release_due(session, at=LATER + 2 * HOUR) == 0
    assert seen(session, world, LATER + 2 * HOUR) == set()


def test_what_cannot_be_set(session: Session, world: World) -> None:
    running = factories.published(session, world, [samples.choice()])
    with pytest.raises(Conflict):
        set_part(session, world, running, Part.MARKS, NOON, NOON)
    releasing.end_now(session, world.actor(session, "teacher"), running.uid, at=NOON)
    for moment in (NOON - HOUR, NOON + timedelta(days=400)):
        with pytest.raises(Invalid):
            set_part(session, world, running, Part.KEY, moment, NOON)
    for who, refusal in (("leader", Forbidden), ("pupil", Forbidden), ("colleague", NotFound), ("outsider", NotFound)):
        with pytest.raises(refusal):
            releasing.set_part(session, world.actor(session, who), running.uid, Part.KEY, out_at=NOON, at=NOON)
    set_part(session, world, running, Part.KEY, None, NOON)
    with pytest.raises(Conflict):  # part by part, or all together
        releasing.release(session, world.actor(session, "teacher"), running.uid, at=NOON)


def test_who_saw_anything_does_not_get_the_paper_back(session: Session, world: World) -> None:
    """A key that was out for an hour has been read, though it is held back again."""
    quiz = ended(session, world)
    attempt = session.scalars(select(Attempt)).one()
    teacher = world.actor(session, "teacher")
    set_part(session, world, quiz, Part.KEY, LATER, LATER)
    set_part(session, world, quiz, Part.KEY, None, LATER + HOUR)
    with pytest.raises(Conflict):
        reopening.reopen(session, teacher, quiz.uid, attempt.uid, minutes=5, reason="x", at=LATER + HOUR)


def test_switches_that_never_let_anything_out() -> None:
    planned = [Act("key", NOON + HOUR), Act("key", None, NOON + timedelta(minutes=1))]
    assert not was_ever_out(planned, NOON + 5 * HOUR)
    assert was_ever_out([Act("key", NOON + HOUR), Act("key", None, NOON + 2 * HOUR)], NOON + 5 * HOUR)
    assert not was_ever_out([], NOON)


@pytest.mark.parametrize("part", list(Part))
def test_key_and_statistics_wait_for_the_end_whatever_is_set(part: Part) -> None:
    rules = ReleaseRules(ReleasePolicy.BY_HAND)
    acts = [Act(part.value, NOON)]
    running = shown(rules, acts, QuizState.PUBLISHED, NOON, NOON)
    assert running.has(part) is (part in {Part.MARKS, Part.COMMENTS})
    assert shown(rules, acts, QuizState.CLOSED, NOON, NOON).has(part)


def test_the_page_is_kept_but_never_ahead_of_the_switch(app: Flask, world: World, signed_in: SignIn) -> None:
    """Drawn with the key, then without, then with: each page from the memory says what is out now."""
    with db.transaction() as session:
        quiz = factories.published(session, world, [samples.choice()], at=clock.now())
        attempt = factories.begun(session, world, quiz, at=clock.now()).uid
        taking.hand_in(session, world.actor(session, "pupil"), attempt, at=clock.now())
        releasing.end_now(session, world.actor(session, "teacher"), quiz.uid, at=clock.now())
        uid = quiz.uid
    teacher, pupil = signed_in("teacher"), signed_in("pupil")
    seen = []
    for part, act in (("marks", "now"), ("key", "now"), ("key", "hold"), ("marks", "hold"), ("key", "now")):
        assert teacher.post(f"/quizzes/{uid}/releases/{part}", data={"act": act}).status_code == 303
        for _ in range(2):
            page = pupil.get(f"/exam/{attempt}/review").text
        seen.append(("Đáp án" in page, "trên 1 điểm" in page))
    assert seen == [(False, True), (True, True), (False, True), (False, False), (True, False)]
    assert teacher.post(f"/quizzes/{uid}/releases/solution", data={"act": "now"}).status_code == 404
    for form in (
        {"act": "later", "out_at": "mai"},
        {"act": "later"},
        {},
        {"act": "later", "out_at": "2020-01-01T07:00"},
    ):
        assert teacher.post(f"/quizzes/{uid}/releases/key", data=form).status_code == 422, form
    later = {"act": "later", "out_at": (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")}
    assert teacher.post(f"/quizzes/{uid}/releases/comments", data=later).status_code == 303
    shown_page = teacher.get(f"/quizzes/{uid}/releases").text
    assert "Sẽ mở lúc" in shown_page
    assert "đã hẹn giờ" in shown_page


def test_statistics_say_how_a_class_did_and_nothing_of_a_few(session: Session, world: World) -> None:
    quiz = ended(session, world)
    assert statistics.class_shares(session, quiz, LATER) == {}


def test_statistics_of_ten_papers(session: Session, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "FEWEST", 2)
    quiz = factories.published(session, world, [samples.choice()])
    for who, choice in (("pupil", "b"), ("classmate", "a")):
        attempt = factories.begun(session, world, quiz, who)
        actor, typed = world.actor(session, who), MultiDict({"q1-choice": choice})
        taking.save_plain(session, actor, attempt.uid, typed, device=factories.DEVICE, at=NOON)
        taking.hand_in(session, actor, attempt.uid, at=NOON)
    releasing.end_now(session, world.actor(session, "teacher"), quiz.uid, at=LATER)
    set_part(session, world, quiz, Part.STATISTICS, LATER, LATER)
    own = session.scalars(select(Attempt).where(Attempt.pupil_id == world.pupil.id)).one()
    for part in (Part.MARKS, Part.STATISTICS):
        set_part(session, world, quiz, part, LATER, LATER)
    review = reviewing.own_review(session, world.actor(session, "pupil"), own.uid, at=LATER)
    assert [one.share for one in review.questions] == [Fraction(1, 2)]
