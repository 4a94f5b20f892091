"""What a teacher decides while pupils work: extra time, pauses, attempts given back."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.quizzes.domain.flow import ReopeningState
from lms.quizzes.domain.states import HandedInBy, QuizState
from lms.quizzes.models import Attempt, AttemptEvent, AttemptScore, Quiz, QuizFlow, Reopening, Submission
from lms.quizzes.service import closing, pausing, releasing, reopening, taking, watching
from lms.quizzes.service.extra_time import give_extra_time
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.lms.quizzes.factories import DEVICE
from tests.question_bank.items import samples

LATER = NOON + timedelta(minutes=10)
FULL = timedelta(minutes=45)


class Values(dict[str, list[str]]):
    def getlist(self, key: str) -> list[str]:
        return self.get(key, [])


def write(session: Session, world: World, attempt: Attempt, at: Any = LATER, **fields: str) -> None:
    values = Values({name.replace("_", "-"): [value] for name, value in fields.items()})
    taking.save_plain(session, world.actor(session, "pupil"), attempt.uid, values, device=DEVICE, at=at)


def give(session: Session, world: World, quiz: Quiz, whom: Any, **more: Any) -> int:
    teacher = world.actor(session, "teacher")
    return give_extra_time(session, teacher, quiz.uid, whom, **{"reason": "Mất điện", "at": LATER, **more})


def bulletin(session: Session, quiz: Quiz) -> int:
    return session.get_one(QuizFlow, quiz.id, populate_existing=True).bulletin


def test_minutes_add_up_and_a_percentage_is_replaced(session: Session, world: World) -> None:
    quiz = factories.published(session, world)
    attempt = factories.begun(session, world, quiz)
    give(session, world, quiz, [world.pupil.uid], percent=20)
    assert attempt.deadline_at == NOON + FULL + timedelta(minutes=9)
    give(session, world, quiz, None, minutes=5)
    give(session, world, quiz, None, minutes=5)
    assert attempt.deadline_at == NOON + FULL + timedelta(minutes=19)
    assert attempt.accept_until_at == attempt.deadline_at + timedelta(seconds=20)
    give(session, world, quiz, [world.pupil.uid], minutes=-10, percent=0)
    assert attempt.deadline_at == NOON + FULL
    assert bulletin(session, quiz) == 4
    later = factories.begun(session, world, quiz, "classmate")
    assert later.deadline_at == NOON + FULL + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"minutes": 5, "reason": " "}, "reason"),
        ({}, "minutes"),
        ({"minutes": -1}, "minutes"),
        ({"minutes": 601}, "minutes"),
        ({"percent": 201}, "minutes"),
    ],
)
def test_extra_time_out_of_bounds(session: Session, world: World, more: dict[str, Any], field: str) -> None:
    quiz = factories.published(session, world)
    with pytest.raises(Invalid) as refused:
        give(session, world, quiz, None, **more)
    assert field in refused.value.fields


def test_a_pause_stops_the_clock_and_what_arrives_meanwhile_counts(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice()])
    attempt = factories.begun(session, world, quiz)
    teacher = world.actor(session, "teacher")
    closes = quiz.closes_at
    assert closes is not None
    assert pausing.pause(session, teacher, quiz.uid, None, reason="Mất điện", at=LATER) == 1
    assert pausing.pause(session, teacher, quiz.uid, None, reason="Mất điện", at=LATER) == 0
    much_later = LATER + timedelta(hours=3)
    assert closing.close_some(session, at=much_later) == 0
    assert closing.close_over(session, at=much_later) == []
    write(session, world, attempt, much_later, q1_choice="b")
    with pytest.raises(Conflict):
        factories.begun(session, world, quiz, "classmate", at=LATER)
    board = watching.board(session, teacher, quiz.uid)
    assert board.counts["paused"] == 1
    assert [row.left_minutes for row in board.rows if row.attempt_uid] == [35]
    assert pausing.resume(session, teacher, quiz.uid, None, at=much_later) == 1
    assert attempt.paused_at is None
    assert attempt.deadline_at == NOON + FULL + timedelta(hours=3)
    assert attempt.accept_until_at == attempt.deadline_at + timedelta(seconds=20)
    assert quiz.closes_at == closes + timedelta(hours=3)
    assert [event.standing for event in session.scalars(select(AttemptEvent))] == ["applied"]
    assert factories.begun(session, world, quiz, "classmate", at=much_later).deadline_at == much_later + FULL


def test_the_pause_of_one_pupil_leaves_the_others_alone(session: Session, world: World) -> None:
    quiz = factories.published(session, world)
    mine, other = (factories.begun(session, world, quiz, who) for who in ("pupil", "classmate"))
    teacher = world.actor(session, "teacher")
    closes = quiz.closes_at
    assert pausing.pause(session, teacher, quiz.uid, [world.pupil.uid], reason="Hỏng máy", at=LATER) == 1
    assert pausing.resume(session, teacher, quiz.uid, [world.pupil.uid], at=LATER + timedelta(minutes=5)) == 1
    assert mine.deadline_at == NOON + FULL + timedelta(minutes=5)
    assert other.deadline_at == NOON + FULL
    assert quiz.closes_at == closes
    with pytest.raises(NotFound):
        pausing.pause(session, teacher, quiz.uid, [world.other_pupil.uid], reason="x", at=LATER)
    with pytest.raises(Invalid):
        pausing.pause(session, teacher, quiz.uid, [], reason="x", at=LATER)


def test_an_attempt_whose_time_was_over_is_not_stopped(session: Session, world: World) -> None:
    quiz = factories.published(session, world)
    factories.begun(session, world, quiz)
    teacher = world.actor(session, "teacher")
    assert pausing.pause(session, teacher, quiz.uid, None, reason="x", at=NOON + timedelta(hours=1)) == 0


def test_extra_time_in_a_pause_comes_on_top(session: Session, world: World) -> None:
    quiz = factories.published(session, world)
    attempt = factories.begun(session, world, quiz)
    teacher = world.actor(session, "teacher")
    pausing.pause(session, teacher, quiz.uid, None, reason="x", at=LATER)
    give(session, world, quiz, None, minutes=7)
    pausing.resume(session, teacher, quiz.uid, None, at=LATER + timedelta(minutes=2))
    assert attempt.deadline_at == NOON + FULL + timedelta(minutes=9)


def test_a_quiz_that_ends_in_a_pause_is_handed_in(session: Session, world: World) -> None:
    quiz = factories.published(session, world)
    attempt = factories.begun(session, world, quiz)
    teacher = world.actor(session, "teacher")
    pausing.pause(session, teacher, quiz.uid, None, reason="x", at=LATER)
    releasing.end_now(session, teacher, quiz.uid, at=LATER)
    assert (attempt.state, attempt.paused_at) == ("handed_in", None)
    with pytest.raises(Conflict):
        pausing.resume(session, teacher, quiz.uid, None, at=LATER)


def test_only_its_teacher_stops_a_quiz(session: Session, world: World) -> None:
    quiz = factories.published(session, world)
    for who in ("subject_head", "leader", "pupil"):
        with pytest.raises(Forbidden):
            pausing.pause(session, world.actor(session, who), quiz.uid, None, reason="x", at=LATER)


def handed_in(session: Session, world: World, quiz: Quiz, **fields: str) -> Attempt:
    attempt = factories.begun(session, world, quiz)
    write(session, world, attempt, **fields)
    taking.hand_in(session, world.actor(session, "pupil"), attempt.uid, at=LATER)
    return attempt


def points(session: Session, quiz: Quiz, attempt: Attempt) -> Fraction:
    return session.get_one(AttemptScore, (quiz.current_run_id, attempt.id), populate_existing=True).points


def test_an_attempt_given_back_is_handed_in_anew(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice(), samples.cluster()])
    attempt = handed_in(session, world, quiz, q1_choice="a")
    old = session.get_one(Submission, attempt.id).receipt
    assert points(session, quiz, attempt) == 0
    back = LATER + timedelta(minutes=2)
    teacher = world.actor(session, "teacher")
    made = reopening.reopen(session, teacher, quiz.uid, attempt.uid, reason="Bấm nhầm", at=back)
    assert (made.state, made.receipt, made.handed_in_by) == (ReopeningState.DONE, old, HandedInBy.PUPIL)
    assert attempt.deadline_at == back + timedelta(minutes=35)  # as long as was left
    assert session.get(Submission, attempt.id) is None
    assert taking.begin(session, world.actor(session, "pupil"), quiz.uid, device=DEVICE, at=back).attempt is attempt
    write(session, world, attempt, back, q1_choice="b")
    taking.hand_in(session, world.actor(session, "pupil"), attempt.uid, at=back)
    assert points(session, quiz, attempt) == 1
    assert session.get_one(Submission, attempt.id).receipt != old
    assert [event.standing for event in session.scalars(select(AttemptEvent))] == ["applied", "applied"]
    assert len(session.scalars(select(Reopening)).all()) == 1


def test_what_came_after_the_hand_in_stays_late(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice()])
    attempt = handed_in(session, world, quiz, q1_choice="a")
    write(session, world, attempt, q1_choice="b")
    reopening.reopen(session, world.actor(session, "teacher"), quiz.uid, attempt.uid, minutes=5, reason="x", at=LATER)
    closing.close_attempt(session, attempt, HandedInBy.SERVER, at=LATER + timedelta(minutes=6))
    assert points(session, quiz, attempt) == 0


def test_once_closed_another_person_has_to_agree(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice()])
    attempt = handed_in(session, world, quiz, q1_choice="a")
    teacher, head = world.actor(session, "teacher"), world.actor(session, "subject_head")
    releasing.end_now(session, teacher, quiz.uid, at=LATER)
    asked = reopening.reopen(session, teacher, quiz.uid, attempt.uid, minutes=5, reason="Bấm nhầm", at=LATER)
    assert asked.state == ReopeningState.ASKED
    assert attempt.state == "handed_in"
    with pytest.raises(Conflict):
        reopening.reopen(session, teacher, quiz.uid, attempt.uid, minutes=5, reason="Bấm nhầm", at=LATER)
    with pytest.raises(Forbidden):
        reopening.decide(session, teacher, quiz.uid, asked.uid, agree=True, at=LATER)
    reopening.decide(session, head, quiz.uid, asked.uid, agree=True, at=LATER)
    assert (attempt.state, quiz.state) == ("open", QuizState.PUBLISHED)
    with pytest.raises(Conflict):
        reopening.decide(session, head, quiz.uid, asked.uid, agree=True, at=LATER)
    over = LATER + timedelta(hours=5)
    closing.close_some(session, at=over)
    assert closing.close_over(session, at=over) == [quiz]


def test_a_reopening_can_be_refused(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice()])
    attempt = handed_in(session, world, quiz, q1_choice="a")
    teacher = world.actor(session, "teacher")
    releasing.end_now(session, teacher, quiz.uid, at=LATER)
    asked = reopening.reopen(session, teacher, quiz.uid, attempt.uid, minutes=5, reason="Bấm nhầm", at=LATER)
    reopening.decide(session, world.actor(session, "leader"), quiz.uid, asked.uid, agree=False, at=LATER)
    assert asked.state == ReopeningState.REFUSED
    assert session.get(Submission, attempt.id) is not None
    assert quiz.state == QuizState.CLOSED


@pytest.mark.parametrize("why", ["running", "released", "no time", "no reason"])
def test_what_is_not_given_back(session: Session, world: World, why: str) -> None:
    quiz = factories.published(session, world, [samples.choice(), samples.essay()])
    teacher = world.actor(session, "teacher")
    attempt = (
        factories.begun(session, world, quiz) if why == "running" else handed_in(session, world, quiz, q2_text="Bài")
    )
    if why == "released":
        releasing.end_now(session, teacher, quiz.uid, at=LATER)
        releasing.release(session, teacher, quiz.uid, at=LATER)
    if why == "no time":
        attempt.deadline_at = LATER
    with pytest.raises(Invalid if why.startswith("no ") else Conflict):
        reopening.reopen(session, teacher, quiz.uid, attempt.uid, reason="" if why == "no reason" else "x", at=LATER)
