"""Marking by hand: one question across all pupils, what is kept of every act, who is told what."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.base import clock, db
from lms.base.errors import Forbidden, Invalid, NotFound
from lms.base.permissions import Actor
from lms.quizzes.domain.sheets import neighbours, next_waiting, sheet_uid
from lms.quizzes.models import Attempt, AttemptScore, EssayMark, MarkGiven, Quiz
from lms.quizzes.service import marking, reviewing, taking
from lms.quizzes.service.sheets import Desk, open_desk, open_sheet
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.question_bank.items import samples

SignIn = Callable[[str], FlaskClient]
LATER = NOON + timedelta(minutes=30)
ESSAY = "Tiếng Việt giàu và đẹp.\r\nEm yêu tiếng Việt."


@dataclass(frozen=True)
class Paper:
    """A name and whether it waits."""

    uid: str
    waits: bool


def papers(states: str) -> list[Paper]:
    return [Paper(str(place), state == "w") for place, state in enumerate(states)]


@pytest.mark.parametrize(
    ("states", "at", "found"),
    [("wdw", "", "0"), ("wdw", "0", "2"), ("wdw", "2", "0"), ("ddw", "2", None), ("dd", "0", None), ("www", "1", "2")],
)
def test_the_next_that_waits_is_behind_or_from_the_front(states: str, at: str, found: str | None) -> None:
    paper = next_waiting(papers(states), at)
    assert (paper.uid if paper else None) == found


def test_neighbours_at_the_ends() -> None:
    three = papers("www")
    assert neighbours(three, "0") == (None, three[1])
    assert neighbours(three, "2") == (three[1], None)
    assert neighbours(three, "zz") == (None, None)


def essays(session: Session, world: World, at: object = NOON, **changes: object) -> Quiz:
    """A quiz of one essay, handed in by both pupils of the class."""
    quiz = factories.published(session, world, [samples.essay()], at, **changes)  # type: ignore[arg-type]
    for who in ("pupil", "classmate"):
        attempt = factories.begun(session, world, quiz, who, at=at)  # type: ignore[arg-type]
        actor, written = world.actor(session, who), MultiDict({"q1-text": ESSAY})
        taking.save_plain(session, actor, attempt.uid, written, device=factories.DEVICE, at=at)  # type: ignore[arg-type]
        taking.hand_in(session, actor, attempt.uid, at=at)  # type: ignore[arg-type]
    return quiz


def version_of(quiz: Quiz) -> str:
    return str(quiz.slots[0].version_uid)


def desk_of(session: Session, actor: Actor, quiz: Quiz) -> Desk:
    return open_desk(session, actor, quiz.uid, version_of(quiz))


def give(session: Session, actor: Actor, quiz: Quiz, place: int, points: str, seen: int = 0, comment: str = "") -> None:
    sheet = desk_of(session, actor, quiz).sheets[place]
    marking.mark_sheet(
        session,
        actor,
        quiz.uid,
        version_of(quiz),
        sheet.uid,
        points=Fraction(points),
        comment=comment,
        seen=seen,
        at=LATER,
    )


def test_a_question_is_marked_across_the_class(session: Session, world: World) -> None:
    quiz, teacher = essays(session, world), world.actor(session, "teacher")
    desk = desk_of(session, teacher, quiz)
    assert [sheet.name for sheet in desk.sheets] == ["Nguyễn Minh Anh", "Trần Gia Bình"]
    assert (desk.done, desk.waiting) == (0, 2)
    assert open_sheet(session, desk, desk.sheets[0]).text == "Tiếng Việt giàu và đẹp.\nEm yêu tiếng Việt."
    give(session, teacher, quiz, 0, "1/3", comment="Gọn.")
    desk = desk_of(session, teacher, quiz)
    assert [sheet.points for sheet in desk.sheets] == [Fraction(1, 3), None]
    total = session.scalars(select(AttemptScore).where(AttemptScore.attempt_id == desk.sheets[0].attempt_id)).one()
    assert (total.points, total.waiting) == (Fraction(1, 3), 0)


def test_every_act_of_marking_is_kept(session: Session, world: World) -> None:
    quiz, teacher = essays(session, world), world.actor(session, "teacher")
    give(session, teacher, quiz, 0, "1", comment="Tốt.")
    desk = desk_of(session, teacher, quiz)
    sheet = desk.sheets[0]
    opened = open_sheet(session, desk, sheet)
    give(session, teacher, quiz, 0, "1/2", seen=opened.seen, comment="Xem lại ý hai.")
    marking.give_points(
        session, teacher, quiz.uid, sheet.attempt_uid, sheet.slot, points=None, comment="Xem lại ý ba.", at=LATER
    )
    said = [(one.points, one.comment, one.given_by_id) for one in reversed(open_sheet(session, desk, sheet).history)]
    assert said == [
        (1, "Tốt.", teacher.user_id),
        (Fraction(1, 2), "Xem lại ý hai.", teacher.user_id),
        (None, "Xem lại ý ba.", teacher.user_id),
    ]
    assert session.scalars(select(EssayMark)).one().points == Fraction(1, 2)


def test_nobody_marks_over_what_they_have_not_seen(session: Session, world: World) -> None:
    quiz, teacher = essays(session, world), world.actor(session, "teacher")
    give(session, teacher, quiz, 0, "1")
    with pytest.raises(Invalid) as told:
        give(session, teacher, quiz, 0, "0")
    assert "Nguyễn Thị Thu Hà" in str(told.value.fields[""])
    assert session.scalars(select(EssayMark)).one().points == 1
    seen = session.scalars(select(MarkGiven)).one().id
    give(session, teacher, quiz, 0, "0", seen=seen)
    assert session.scalars(select(EssayMark)).one().points == 0


def test_words_stay_out_of_the_audit_log(session: Session, world: World) -> None:
    quiz, teacher = essays(session, world), world.actor(session, "teacher")
    give(session, teacher, quiz, 0, "1/2", comment="Điều riêng với em.")
    entry = next(one for one in session.info["audit"] if one.kind == "attempt.marked")
    assert "riêng" not in str(entry.detail)


@pytest.mark.parametrize(
    ("who", "refusal"), [("pupil", Forbidden), ("leader", Forbidden), ("colleague", NotFound), ("outsider", NotFound)]
)
def test_only_teachers_of_the_class_sit_at_the_desk(
    session: Session, world: World, who: str, refusal: type[Exception]
) -> None:
    quiz = essays(session, world)
    with pytest.raises(refusal):
        desk_of(session, world.actor(session, who), quiz)


def test_a_sheet_of_another_question_is_not_found(session: Session, world: World) -> None:
    quiz, other = essays(session, world), essays(session, world)
    teacher = world.actor(session, "teacher")
    foreign = desk_of(session, teacher, other).sheets[0].uid
    with pytest.raises(NotFound):
        desk_of(session, teacher, quiz).sheet(foreign)


def in_use(world: World, **changes: object) -> tuple[str, str, Sequence[str]]:
    """The address of the desk of a quiz, and the names of its sheets."""
    with db.transaction() as session:
        quiz = essays(session, world, clock.now(), **changes)
        attempts = session.scalars(select(Attempt.uid).where(Attempt.quiz_id == quiz.id).order_by(Attempt.id)).all()
        return f"/quizzes/{quiz.uid}/marking/{version_of(quiz)}", quiz.uid, [sheet_uid("", one, 1) for one in attempts]


def test_the_page_goes_from_one_that_waits_to_the_next(app: Flask, world: World, signed_in: SignIn) -> None:
    desk, _quiz, (first, second) = in_use(world)
    teacher = signed_in("teacher")
    page = teacher.get(desk).text
    assert "0/2 bài" in page
    assert f'name="sheet" value="{first}"' in page
    saved = teacher.post(
        desk, data={"sheet": first, "seen": "0", "points": "0,5", "comment": "Gọn.", "show": "waiting"}
    )
    assert saved.status_code == 303
    assert f"sheet={second}" in saved.location
    assert "show=waiting" in saved.location
    page = teacher.get(saved.location).text
    assert "1/2 bài" in page
    assert "Nguyễn Minh Anh" not in page  # only what waits is listed
    assert "Nguyễn Minh Anh" in teacher.get(f"{desk}?sheet={second}").text
    last = teacher.post(desk, data={"sheet": second, "seen": "0", "points": "1"})
    assert "Đã lưu điểm. Câu này đã chấm hết." in teacher.get(last.location).text
    assert "Đã chấm hết" in teacher.get(desk).text


def test_what_was_typed_stays_where_somebody_was_faster(app: Flask, world: World, signed_in: SignIn) -> None:
    desk, _quiz, (first, _second) = in_use(world)
    teacher = signed_in("teacher")
    assert teacher.post(desk, data={"sheet": first, "seen": "0", "points": "1"}).status_code == 303
    refused = teacher.post(desk, data={"sheet": first, "seen": "0", "points": "0,25", "comment": "Lời vừa gõ."})
    assert refused.status_code == 422
    assert "vừa chấm bài này (1)" in refused.text
    assert 'value="0,25"' in refused.text
    assert "Lời vừa gõ." in refused.text
    seen = re.search(r'name="seen" value="(\d+)"', refused.text)
    assert seen
    again = teacher.post(desk, data={"sheet": first, "seen": seen[1], "points": "0,25", "comment": "Lời vừa gõ."})
    assert again.status_code == 303


@pytest.mark.parametrize(("points", "told"), [("", "Hãy ghi điểm của bài này."), ("2", "Điểm phải từ 0 đến 1.")])
def test_points_must_be_there_and_fit(app: Flask, world: World, signed_in: SignIn, points: str, told: str) -> None:
    desk, _quiz, (first, _second) = in_use(world)
    refused = signed_in("teacher").post(desk, data={"sheet": first, "seen": "0", "points": points, "comment": "x"})
    assert refused.status_code == 422
    assert told in refused.text
    with db.transaction() as session:
        assert session.scalars(select(MarkGiven)).all() == []


def test_what_a_person_says_of_an_automatic_question_is_what_the_review_says(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice(), samples.choice()])
    attempt = factories.answered(session, world, quiz, "pupil", q1_choice="a", q2_choice="a")
    teacher = world.actor(session, "teacher")
    for slot, points in ((1, "1"), (2, "1/2")):
        marking.give_points(session, teacher, quiz.uid, attempt.uid, slot, points=Fraction(points), at=LATER)
    review = reviewing.teacher_review(session, teacher, quiz.uid, attempt.uid, at=LATER)
    outcomes = [one.outcome for one in review.questions]
    assert [one and one.fraction for one in outcomes] == [1, Fraction(1, 2)]
    assert [one and one.right for one in outcomes] == [True, False]
