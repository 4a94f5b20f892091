"""Answers that came late or from another device: kept, listed, decided by a person or by rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from lms.base import clock, db
from lms.base.audit import AuditEntry
from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.gradebook.models import Mark
from lms.quizzes import jobs
from lms.quizzes.domain.deliveries import counts_by_rule, made_at
from lms.quizzes.domain.regrading import Policy
from lms.quizzes.domain.runs import Cause
from lms.quizzes.domain.states import Standing
from lms.quizzes.models import (
    Attempt,
    AttemptEvent,
    AttemptScore,
    EventDecision,
    ItemScore,
    Quiz,
    ResponseCurrent,
    ScoreRun,
    Submission,
)
from lms.quizzes.service import closing, deliveries, marking, panels, regrading, releasing, reviewing, taking
from lms.quizzes.service.panels import MarkingWish
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.question_bank.items import samples

SignIn = Callable[[str], FlaskClient]
MINUTE = timedelta(minutes=1)
END = NOON + 45 * MINUTE


@pytest.mark.parametrize(
    ("made", "came", "minutes", "counts"),
    [
        (-1, 5, 10, True),
        (0, 10, 10, True),
        (0, 10.01, 10, False),  # here too late
        (0.01, 5, 10, False),  # made after the end
        (-1, 5, 0, False),  # no rule
        (None, 5, 10, False),  # made nobody knows when
    ],
)
def test_the_rule_lets_in_what_was_made_in_time_and_came_soon(
    made: float | None, came: float, minutes: int, counts: bool
) -> None:
    made_then = None if made is None else END + made * MINUTE
    found = counts_by_rule(made_then, END + came * MINUTE, ended_at=END, accept_until_at=END, minutes=minutes)
    assert found is counts


def test_a_count_that_no_test_has_is_no_time() -> None:
    assert made_at(NOON, 60_000) == NOON + MINUTE
    assert made_at(NOON, 2**53) is None
    assert made_at(NOON, -1) is None


@pytest.fixture
def over(session: Session, world: World) -> tuple[Quiz, Attempt]:
    """A quiz of two choices whose only attempt was handed in blank at its deadline."""
    drafts = [samples.choice(), samples.choice("<p>Câu hai</p>", right="c")]
    quiz = factories.published(session, world, drafts, column_semester=1, column_key="gk")
    attempt = factories.begun(session, world, quiz)
    assert closing.close_some(session, at=END + MINUTE) == 1
    return quiz, attempt


def points(session: Session, attempt: Attempt) -> Fraction:
    quiz = attempt.quiz
    return session.get_one(AttemptScore, (quiz.current_run_id, attempt.id), populate_existing=True).points


def decide(session: Session, world: World, over: tuple[Quiz, Attempt], *events: AttemptEvent, **more: Any) -> int:
    quiz, attempt = over
    who = world.actor(session, more.pop("who", "teacher"))
    wanted = {"counts": True, "reason": "Mạng trường mất", "at": END + 30 * MINUTE, **more}
    return deliveries.decide(session, who, quiz.uid, attempt.uid, [event.id for event in events], **wanted)


def test_a_person_lets_a_late_answer_count_and_marks_follow(
    session: Session, world: World, over: tuple[Quiz, Attempt]
) -> None:
    quiz, attempt = over
    receipt = session.get_one(Submission, attempt.id).receipt
    event = factories.late(session, attempt, 1, {"choice": "b"}, END - MINUTE, END + 10 * MINUTE)
    teacher = world.actor(session, "teacher")
    assert points(session, attempt) == 0
    releasing.end_now(session, teacher, quiz.uid, at=END + 20 * MINUTE)
    releasing.release(session, teacher, quiz.uid, at=END + 20 * MINUTE)
    assert session.scalars(select(Mark.value)).all() == [0]

    assert deliveries.count_waiting(session, quiz) == 1
    assert decide(session, world, over, event) == 1
    assert deliveries.count_waiting(session, quiz) == 0
    assert points(session, attempt) == 1
    assert [float(value or 0) for value in session.scalars(select(Mark.value))] == [5.0]
    kept = session.get_one(EventDecision, event.id)
    assert (kept.counts, kept.reason, kept.decided_by_id) == (True, "Mạng trường mất", world.teacher.id)
    session.refresh(event)
    assert event.standing == Standing.LATE  # the event itself is as it came
    assert session.get_one(Submission, attempt.id).receipt == receipt  # of what was handed in
    found = reviewing.teacher_review(session, teacher, quiz.uid, attempt.uid, at=END + 40 * MINUTE)
    assert found.questions[0].response == {"choice": "b"}


def test_what_is_left_changes_nothing_and_is_kept(session: Session, world: World, over: tuple[Quiz, Attempt]) -> None:
    quiz, attempt = over
    event = factories.late(session, attempt, 1, {"choice": "b"}, END + MINUTE, END + 2 * MINUTE)
    assert decide(session, world, over, event, counts=False, reason="Làm sau giờ") == 1
    assert points(session, attempt) == 0
    assert session.scalars(select(ResponseCurrent)).all() == []
    _quiz, parcels = deliveries.list_deliveries(session, world.actor(session, "subject_head"), quiz.uid)
    (line,) = parcels[0].deliveries
    assert line.decision is not None
    assert not line.decision.counts
    assert line.made_at == END + MINUTE
    assert not line.waits


def test_an_older_answer_that_is_let_in_does_not_beat_a_newer_one(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice()])
    attempt = factories.begun(session, world, quiz)
    newer = factories.late(
        session, attempt, 1, {"choice": "b"}, NOON + 20 * MINUTE, NOON + 20 * MINUTE, Standing.APPLIED, "own.t"
    )
    older = factories.late(
        session, attempt, 1, {"choice": "a"}, NOON + 10 * MINUTE, NOON + 30 * MINUTE, Standing.OTHER_DEVICE
    )
    taking.hand_in(session, world.actor(session, "pupil"), attempt.uid, at=NOON + 40 * MINUTE)
    assert decide(session, world, (quiz, attempt), older) == 1
    assert points(session, attempt) == 1
    assert session.scalars(select(ResponseCurrent.event_id)).one() == newer.id
    assert session.scalars(select(ScoreRun.number)).all() == [1]  # nothing else counts: no other run


def test_who_may_not_decide_and_when(session: Session, world: World, over: tuple[Quiz, Attempt]) -> None:
    quiz, attempt = over
    event = factories.late(session, attempt, 1, {"choice": "b"}, END - MINUTE, END + MINUTE)
    passed = factories.late(session, attempt, 2, {"choice": "c"}, END - MINUTE, END - MINUTE, Standing.PASSED, "own.t")
    for who, refusal in (("subject_head", Forbidden), ("pupil", Forbidden), ("colleague", NotFound)):
        with pytest.raises(refusal):
            decide(session, world, over, event, who=who)
    with pytest.raises(Invalid) as unsaid:
        decide(session, world, over, event, reason=" ")
    assert "reason" in unsaid.value.fields
    with pytest.raises(Invalid):
        decide(session, world, over)
    with pytest.raises(NotFound):  # was left behind on purpose: nothing to decide
        decide(session, world, over, passed)
    assert decide(session, world, over, event) == 1
    with pytest.raises(Conflict):
        decide(session, world, over, event, counts=False)
    running = factories.begun(session, world, quiz, "classmate")
    other = factories.late(session, running, 1, {"choice": "b"}, NOON, NOON, Standing.OTHER_DEVICE)
    with pytest.raises(Conflict):
        decide(session, world, (quiz, running), other)
    with pytest.raises(NotFound):  # of another attempt
        decide(session, world, (quiz, attempt), other)


@pytest.mark.parametrize("change", [update(EventDecision).values(counts=False), delete(EventDecision)])
def test_a_decision_cannot_be_changed(session: Session, world: World, over: tuple[Quiz, Attempt], change: Any) -> None:
    event = factories.late(session, over[1], 1, {"choice": "b"}, END - MINUTE, END + MINUTE)
    decide(session, world, over, event)
    with pytest.raises(DatabaseError, match="append-only"):
        session.execute(change)


def test_the_rule_of_the_quiz_decides_what_it_can(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice(), samples.choice("<p>Câu hai</p>")])
    teacher = world.actor(session, "teacher")
    deliveries.set_rules(session, teacher, quiz.uid, late_minutes=10)
    attempt = factories.begun(session, world, quiz)
    assert closing.close_some(session, at=END + MINUTE) == 1
    soon = factories.late(session, attempt, 1, {"choice": "b"}, END - MINUTE, END + 5 * MINUTE)
    afterwards = factories.late(session, attempt, 2, {"choice": "b"}, END + MINUTE, END + 5 * MINUTE)
    assert deliveries.list_for_rule(session, at=END + 6 * MINUTE) == [[attempt.id]]
    assert deliveries.decide_by_rule(session, [attempt.id], at=END + 6 * MINUTE) == 1
    assert points(session, attempt) == 1
    assert session.get_one(EventDecision, soon.id).decided_by_id is None
    assert session.get(EventDecision, afterwards.id) is None  # waits for a person
    assert deliveries.decide_by_rule(session, [attempt.id], at=END + 7 * MINUTE) == 0
    assert deliveries.count_waiting(session, quiz) == 1


def test_an_answer_from_after_the_hand_in_is_no_matter_for_the_rule(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice()])
    deliveries.set_rules(session, world.actor(session, "teacher"), quiz.uid, late_minutes=60)
    attempt = factories.begun(session, world, quiz)
    taking.hand_in(session, world.actor(session, "pupil"), attempt.uid, at=NOON + 10 * MINUTE)
    factories.late(session, attempt, 1, {"choice": "b"}, NOON + 11 * MINUTE, NOON + 11 * MINUTE)
    assert deliveries.decide_by_rule(session, [attempt.id], at=NOON + 12 * MINUTE) == 0
    assert points(session, attempt) == 0


def test_the_rule_is_the_teachers_until_the_quiz_is_closed(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice()])
    teacher = world.actor(session, "teacher")
    for minutes in (-1, 1441):
        with pytest.raises(Invalid):
            deliveries.set_rules(session, teacher, quiz.uid, late_minutes=minutes)
    with pytest.raises(Forbidden):
        deliveries.set_rules(session, world.actor(session, "leader"), quiz.uid, late_minutes=5)
    releasing.end_now(session, teacher, quiz.uid, at=NOON)
    with pytest.raises(Conflict):
        deliveries.set_rules(session, teacher, quiz.uid, late_minutes=5)


def test_the_pages(app: Flask, world: World, signed_in: SignIn) -> None:
    now = clock.now()
    with db.transaction() as session:
        quiz = factories.published(session, world, at=now)
        attempt = factories.begun(session, world, quiz, at=now)
        answers = {**factories.RIGHT, 10: {"text": "Bài văn của em."}}
        for slot, response in answers.items():
            factories.late(session, attempt, slot, response, now + slot * MINUTE / 60, now, Standing.OTHER_DEVICE)
        taking.hand_in(session, world.actor(session, "pupil"), attempt.uid, at=now)
        factories.late(session, attempt, 1, {"choice": "a"}, now + MINUTE, now + MINUTE)
        uid, attempt_uid = quiz.uid, attempt.uid
    teacher = signed_in("teacher")
    for place in ("board", "results"):
        assert f"/quizzes/{uid}/deliveries" in teacher.get(f"/quizzes/{uid}/{place}").text
    assert "11 câu trả lời đến muộn" in teacher.get(f"/quizzes/{uid}/board").text
    path = f"/quizzes/{uid}/deliveries"
    page = teacher.get(path).text
    for words in (
        "A, C",
        "a) Đúng, b) Sai",
        "1–b, 2–a",
        "Lý → Trần → Lê sơ",
        "(1) Hà Nội; (2) nguyên chất",
        "Bài văn của em.",
    ):
        assert words in page, words
    with db.transaction() as session:
        panels.save_plan(session, world.actor(session, "teacher"), uid, MarkingWish(anonymous=True))
    assert "Bài văn của em." not in teacher.get(path).text
    with db.transaction() as session:
        ids = [str(one) for one in session.scalars(select(AttemptEvent.id).order_by(AttemptEvent.id))]
    bad = teacher.post(f"{path}/{attempt_uid}", data={"event": ids[:10], "act": "apply", "reason": ""})
    assert bad.status_code == 422
    assert "Hãy ghi lí do của quyết định." in bad.text
    good = teacher.post(f"{path}/{attempt_uid}", data={"event": ids[:10], "act": "apply", "reason": "Máy hỏng"})
    assert good.status_code == 303
    left = teacher.post(f"{path}/{attempt_uid}", data={"event": ids[10:], "act": "leave", "reason": "Sau giờ"})
    assert left.status_code == 303
    page = teacher.get(path).text
    assert "Không còn câu chờ xét" in page
    assert "Máy hỏng" in page
    assert "Sau giờ" in page
    with db.transaction() as session:
        acts = session.scalars(select(AuditEntry).where(AuditEntry.kind.like("attempt.delivery%"))).all()
        assert [(act.kind, act.detail) for act in acts] == [
            ("attempt.delivery_counts", {"quiz": uid, "answers": 10}),
            ("attempt.delivery_left", {"quiz": uid, "answers": 1}),
        ]

    assert teacher.get(f"/quizzes/{uid}/after").status_code == 200
    assert teacher.post(f"/quizzes/{uid}/after", data={"late_minutes": "x"}).status_code == 422
    assert teacher.post(f"/quizzes/{uid}/after", data={"late_minutes": "15", "request_days": "3"}).status_code == 303
    assert "trong vòng 15 phút" in teacher.get(path).text


def test_the_server_follows_the_rule_by_itself(app: Flask, world: World, signed_in: SignIn) -> None:
    now = clock.now()
    with db.transaction() as session:
        quiz = factories.published(session, world, [samples.choice()], at=now)
        deliveries.set_rules(session, world.actor(session, "teacher"), quiz.uid, late_minutes=10)
        attempt = factories.begun(session, world, quiz, at=now)
        taking.hand_in(session, world.actor(session, "pupil"), attempt.uid, at=now + MINUTE)
        factories.late(session, attempt, 1, {"choice": "b"}, now + MINUTE / 2, now + 2 * MINUTE)
        attempt_id, run_id, uid = attempt.id, quiz.current_run_id, quiz.uid
    jobs.take_late()
    jobs.take_late()
    with db.open_session(writes=False) as session:
        totals = session.scalars(
            select(AttemptScore).where(AttemptScore.attempt_id == attempt_id).order_by(AttemptScore.run_id)
        ).all()
        assert [one.points for one in totals] == [0, 1]
        assert totals[0].run_id == run_id
        run = session.get_one(ScoreRun, totals[1].run_id)
        assert (run.cause, run.reason, run.made_by_id) == (Cause.LATE, "", None)
    page = signed_in("teacher").get(f"/quizzes/{uid}/regrades").text
    assert page.index("Câu đến muộn được tính") < page.index("Chấm lần đầu")


def test_what_came_out_before_a_late_answer_stays_in_its_run(session: Session, world: World) -> None:
    """Another run with the points of everybody, the corrections and what people marked; the one before as it was."""
    drafts = [samples.choice(), samples.choice("<p>Câu hai</p>"), samples.essay()]
    quiz = factories.published(session, world, drafts)
    attempt = factories.answered(session, world, quiz, "pupil", q2_choice="a", q3_text="Bài văn")
    other = factories.answered(session, world, quiz, "classmate", q1_choice="b", q2_choice="a")
    teacher, head = world.actor(session, "teacher"), world.actor(session, "subject_head")
    marking.give_points(session, teacher, quiz.uid, attempt.uid, 3, points=Fraction(1, 2), at=NOON + MINUTE)
    releasing.end_now(session, teacher, quiz.uid, at=END)
    second = str(attempt.form.document[1]["version"])
    proposal = regrading.propose(session, teacher, quiz.uid, second, Policy.FULL_CREDIT, reason="Sai", at=END)
    regrading.decide(session, head, quiz.uid, proposal.uid, agree=True, at=END)
    before = quiz.current_run_id
    event = factories.late(session, attempt, 1, {"choice": "b"}, NOON, END)

    decide(session, world, (quiz, attempt), event)
    assert quiz.current_run_id not in (None, before)

    def points_in(run_id: int | None) -> dict[tuple[int, int], Fraction | None]:
        rows = session.scalars(select(ItemScore).where(ItemScore.run_id == run_id))
        return {(row.attempt_id, row.slot): row.points for row in rows}

    old, new = points_in(before), points_in(quiz.current_run_id)
    assert (old[attempt.id, 1], new[attempt.id, 1]) == (0, 1)
    assert (new[attempt.id, 2], new[attempt.id, 3]) == (1, Fraction(1, 2))  # by the correction, by the teacher
    assert {key: points for key, points in new.items() if key != (attempt.id, 1)} == {
        key: points for key, points in old.items() if key != (attempt.id, 1)
    }
    total = session.get_one(AttemptScore, (before, attempt.id), populate_existing=True)
    assert (total.points, points(session, attempt)) == (Fraction(3, 2), Fraction(5, 2))
    assert session.get_one(AttemptScore, (quiz.current_run_id, other.id)).points == 2
    _quiz, _regrades, runs = regrading.list_regrades(session, head, quiz.uid)
    assert [(run.cause, run.reason) for run in runs] == [
        (Cause.LATE, "Mạng trường mất"),
        (Cause.REGRADE, "Sai"),
        (Cause.PUBLISHED, ""),
    ]
