"""Requests for review: asked in time by the family, answered by a teacher, changed by a second person only."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import clock, db
from lms.base.audit import AuditEntry
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.quizzes.domain.requests import MOVES, Outcome, RequestState, move, taken_until
from lms.quizzes.models import Attempt, AttemptScore, EssayMark, Quiz, ReviewRequest
from lms.quizzes.service import deliveries, regrading, releasing, requests
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.question_bank.items import samples

SignIn = Callable[[str], FlaskClient]
AFTER = NOON + timedelta(hours=3)
DAY = timedelta(days=1)


@pytest.mark.parametrize("now", list(RequestState))
@pytest.mark.parametrize("to", list(RequestState))
def test_only_the_moves_of_the_table(now: RequestState, to: RequestState) -> None:
    if to in MOVES[now]:
        assert move(now, to) is to
        return
    with pytest.raises(Conflict):
        move(now, to)


def test_until_when() -> None:
    assert taken_until(NOON, 7) == NOON + 7 * DAY
    assert taken_until(NOON, 0) is None
    assert taken_until(None, 7) is None


@pytest.fixture
def over(session: Session, world: World) -> tuple[Quiz, Attempt]:
    """A released quiz of two choices, of which the pupil got the first wrong."""
    quiz = factories.published(session, world, [samples.choice(), samples.choice("<p>Câu hai</p>")])
    attempt = factories.answered(session, world, quiz, "pupil", q1_choice="a", q2_choice="b")
    teacher = world.actor(session, "teacher")
    releasing.end_now(session, teacher, quiz.uid, at=NOON)
    releasing.release(session, teacher, quiz.uid, at=NOON)
    return quiz, attempt


def send(session: Session, world: World, attempt: Attempt, who: str = "pupil", **more: object) -> ReviewRequest:
    child = world.pupil.uid if who == "parent" else ""
    wanted = {"reason": "Câu 1 em chọn đúng theo sách", "at": AFTER, **more}
    return requests.send(session, world.actor(session, who), attempt.uid, child, **wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("who", ["pupil", "parent"])
def test_a_mark_is_changed_by_two_people(session: Session, world: World, over: tuple[Quiz, Attempt], who: str) -> None:
    quiz, attempt = over
    teacher, head = world.actor(session, "teacher"), world.actor(session, "subject_head")
    asked = send(session, world, attempt, who)
    assert requests.count_open(session, quiz) == 1
    with pytest.raises(Conflict):  # not taken up
        requests.keep(session, teacher, quiz.uid, asked.uid, answer="Không đổi", at=AFTER)
    requests.take_up(session, teacher, quiz.uid, asked.uid)
    with pytest.raises(Conflict):
        requests.withdraw(
            session, world.actor(session, who), attempt.uid, asked.uid, world.pupil.uid if who == "parent" else ""
        )
    for points in ({}, {1: Fraction(2)}, {2: Fraction(1)}):  # nothing, too much, what it has already
        with pytest.raises(Invalid):
            requests.change(session, teacher, quiz.uid, asked.uid, points, answer="Em đúng", at=AFTER)
    regrade = requests.change(
        session, teacher, quiz.uid, asked.uid, {1: Fraction(1, 2)}, answer="Em đúng một nửa", at=AFTER
    )
    assert asked.state == RequestState.TAKEN_UP
    with pytest.raises(Conflict):  # waits for the second person
        requests.keep(session, teacher, quiz.uid, asked.uid, answer="Không đổi", at=AFTER)
    with pytest.raises(Forbidden):
        regrading.decide(session, teacher, quiz.uid, regrade.uid, agree=True, at=AFTER)
    regrading.decide(session, head, quiz.uid, regrade.uid, agree=True, at=AFTER)
    assert (asked.state, asked.outcome) == (RequestState.ANSWERED, Outcome.CHANGED)
    assert (asked.points_before, asked.points_after, asked.worth_after) == (1, Fraction(3, 2), 2)
    total = session.get_one(AttemptScore, (quiz.current_run_id, attempt.id), populate_existing=True)
    assert total.points == Fraction(3, 2)
    assert session.scalars(select(EssayMark.points)).all() == [Fraction(1, 2)]  # later runs keep it
    family = world.actor(session, who)
    requests.close(session, family, attempt.uid, asked.uid, world.pupil.uid if who == "parent" else "")
    assert asked.state == RequestState.CLOSED


def test_what_the_second_person_refuses_is_answered_otherwise(
    session: Session, world: World, over: tuple[Quiz, Attempt]
) -> None:
    quiz, attempt = over
    teacher = world.actor(session, "teacher")
    asked = send(session, world, attempt)
    requests.take_up(session, teacher, quiz.uid, asked.uid)
    regrade = requests.change(session, teacher, quiz.uid, asked.uid, {1: Fraction(1)}, answer="Em đúng", at=AFTER)
    head = world.actor(session, "subject_head")
    regrading.decide(session, head, quiz.uid, regrade.uid, agree=False, at=AFTER)
    assert asked.state == RequestState.TAKEN_UP
    requests.keep(session, teacher, quiz.uid, asked.uid, answer="Đáp án B mới đúng", at=AFTER)
    assert (asked.state, asked.outcome) == (RequestState.ANSWERED, Outcome.KEPT)
    assert (asked.points_before, asked.points_after) == (1, 1)


def test_one_open_request_in_time(session: Session, world: World, over: tuple[Quiz, Attempt]) -> None:
    _quiz, attempt = over
    with pytest.raises(Invalid):
        send(session, world, attempt, reason="  ")
    with pytest.raises(Conflict):
        send(session, world, attempt, at=NOON + 7 * DAY + timedelta(seconds=1))
    first = send(session, world, attempt, at=NOON + 7 * DAY)
    with pytest.raises(Conflict):
        send(session, world, attempt, "parent")
    requests.withdraw(session, world.actor(session, "pupil"), attempt.uid, first.uid)
    assert send(session, world, attempt, "parent").id != first.id


def test_the_quiz_says_for_how_many_days(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice()])
    teacher = world.actor(session, "teacher")
    with pytest.raises(Invalid):
        deliveries.set_rules(session, teacher, quiz.uid, late_minutes=0, request_days=61)
    deliveries.set_rules(session, teacher, quiz.uid, late_minutes=0, request_days=0)
    attempt = factories.answered(session, world, quiz, "pupil", q1_choice="a")
    with pytest.raises(NotFound):  # results are not out
        send(session, world, attempt)
    releasing.end_now(session, teacher, quiz.uid, at=NOON)
    releasing.release(session, teacher, quiz.uid, at=NOON)
    with pytest.raises(Conflict):
        send(session, world, attempt)


def test_who_has_no_business_with_a_request(session: Session, world: World, over: tuple[Quiz, Attempt]) -> None:
    quiz, attempt = over
    for who in ("classmate", "other_pupil", "teacher"):
        with pytest.raises(NotFound):
            send(session, world, attempt, who)
    asked = send(session, world, attempt)
    with pytest.raises(NotFound):
        requests.withdraw(session, world.actor(session, "classmate"), attempt.uid, asked.uid)
    for who, refusal in (("leader", Forbidden), ("pupil", Forbidden), ("colleague", NotFound)):
        with pytest.raises(refusal):
            requests.take_up(session, world.actor(session, who), quiz.uid, asked.uid)
        with pytest.raises(refusal):
            requests.list_requests(session, world.actor(session, who), quiz.uid)


def test_the_pages(app: Flask, world: World, signed_in: SignIn) -> None:
    now = clock.now()
    with db.transaction() as session:
        quiz = factories.published(session, world, [samples.choice(), samples.choice("<p>Câu hai</p>")], at=now)
        attempt = factories.answered(session, world, quiz, "pupil", at=now, q1_choice="a", q2_choice="b")
        teacher = world.actor(session, "teacher")
        releasing.end_now(session, teacher, quiz.uid, at=now)
        releasing.release(session, teacher, quiz.uid, at=now)
        uid, attempt_uid = quiz.uid, attempt.uid
    pupil, parent, teaching, head = (signed_in(who) for who in ("pupil", "parent", "teacher", "subject_head"))
    mine, childs = f"/exam/{attempt_uid}/requests", f"/children/{world.pupil.uid}/quizzes/{attempt_uid}/requests"
    assert mine in pupil.get(f"/exam/{attempt_uid}/review").text
    assert childs in parent.get(childs.removesuffix("/requests")).text
    assert pupil.post(mine, data={"reason": ""}).status_code == 422
    assert pupil.post(mine, data={"reason": "Câu 1 em đúng"}).status_code == 303
    seen = parent.get(childs).text
    assert "Câu 1 em đúng" in seen
    assert "Gửi đơn" not in seen
    assert parent.post(childs, data={"reason": "Câu 1"}).status_code == 409
    found = re.search(rf"{mine}/([0-9a-f-]+)", pupil.get(mine).text)
    assert found

    assert "1 đơn phúc khảo chờ trả lời" in teaching.get(f"/quizzes/{uid}/results").text
    path = f"/quizzes/{uid}/requests"
    answer = f"{path}/{found[1]}"
    assert "Câu 1 em đúng" in teaching.get(path).text
    assert teaching.post(answer, data={"act": "?"}).status_code == 422
    assert teaching.post(answer, data={"act": "take"}).status_code == 303
    assert teaching.post(answer, data={"act": "keep", "answer": ""}).status_code == 422
    unchanged = teaching.post(answer, data={"act": "change", "answer": "Em đúng", "points-1": ""})
    assert unchanged.status_code == 422
    assert "Chưa có câu nào đổi điểm." in unchanged.text
    changed = teaching.post(answer, data={"act": "change", "answer": "Em đúng", "points-1": "1"})
    assert changed.status_code == 303
    assert "Điểm mới chờ người thứ hai duyệt" in teaching.get(path).text
    assert head.post(changed.location, data={"act": "agree"}).status_code == 303
    told = pupil.get(mine).text
    assert "Em đúng" in told
    assert "Điểm trước: 5,0. Điểm sau: 10,0." in told
    assert "10,0" in pupil.get(f"/exam/{attempt_uid}/review").text
    assert parent.post(f"{childs}/{found[1]}", data={"act": "close"}).status_code == 303
    assert "Đã xong" in pupil.get(mine).text
    with db.transaction() as session:
        acts = session.scalars(
            select(AuditEntry).where(AuditEntry.kind.like("attempt.review%")).order_by(AuditEntry.seq)
        ).all()
        assert [act.kind.removeprefix("attempt.review_") for act in acts] == ["asked", "taken_up", "closed"]
        assert all(act.detail == {"quiz": uid} for act in acts)
