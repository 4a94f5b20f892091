"""Marking a finished quiz again: exact on trial, in force by a second person, the runs before stay."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import Conflict, Forbidden, Invalid, NotFound
from lms.base.marks import HUNDREDTH, TENTH, round_half_up
from lms.gradebook.models import Mark
from lms.quizzes.domain.regrading import (
    Change,
    Policy,
    RegradeState,
    Standing,
    Turn,
    changes,
    count_turns,
    fingerprint,
    still_stands,
)
from lms.quizzes.domain.results import on_ten
from lms.quizzes.models import Attempt, AttemptScore, EssayMark, ItemScore, Quiz, Regrade, ScoreRun
from lms.quizzes.service import marking, regrading, releasing, reopening, taking
from question_bank import api as bank
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.lms.quizzes.test_running import Values
from tests.question_bank.items import samples

LATER = NOON + timedelta(minutes=30)
AFTER = NOON + timedelta(hours=3)


def test_marks_go_up_down_or_stay_on_the_scale_of_ten() -> None:
    half = Standing(Fraction(1), Fraction(2))
    found = changes(
        {1: half, 2: half, 3: half},
        {
            1: Standing(Fraction(1), Fraction(1)),
            2: Standing(Fraction(1), Fraction(3)),
            3: Standing(Fraction(2), Fraction(4)),
        },
    )
    assert [change.turn for change in found] == [Turn.UP, Turn.DOWN, Turn.SAME]
    assert count_turns(found) == {"up": 1, "down": 1, "same": 1}
    assert count_turns([]) == {"up": 0, "down": 0, "same": 0}


def test_a_third_is_not_lost() -> None:
    """Thirds add up exactly: what floats would call a change is none."""
    before, after = Standing(Fraction(1, 3) * 3, Fraction(3)), Standing(Fraction(1), Fraction(3))
    assert Change(1, before, after).turn is Turn.SAME


@pytest.mark.parametrize(
    ("points", "worth", "step", "mark"),
    [  # the vectors of the national format: 10/12 choices, four statements, 4/6 short; then with one choice dropped
        (Fraction(5, 2) + Fraction(185, 100) + 2, Fraction(10), HUNDREDTH, "6.35"),
        (Fraction(9, 4) + Fraction(185, 100) + 2, Fraction(39, 4), HUNDREDTH, "6.26"),  # it was right
        (Fraction(5, 2) + Fraction(185, 100) + 2, Fraction(39, 4), HUNDREDTH, "6.51"),  # it was wrong
        (Fraction(29, 4), Fraction(10), TENTH, "7.3"),  # half up, once
    ],
)
def test_a_dropped_question_rescales_exactly(points: Fraction, worth: Fraction, step: Decimal, mark: str) -> None:
    assert round_half_up(on_ten(points, worth), step) == Decimal(mark)


def test_a_fingerprint_knows_no_order_but_every_value() -> None:
    rows: list[tuple[object, ...]] = [(1, 2, Fraction(1, 2)), (1, 3, None)]
    assert fingerprint(rows) == fingerprint(reversed(rows))
    assert fingerprint(rows) != fingerprint([(1, 2, Fraction(1, 3)), (1, 3, None)])
    assert fingerprint([(1, 23)]) != fingerprint([(12, 3)])


def test_points_stand_for_the_answer_they_were_given_to() -> None:
    soon, late = NOON, LATER
    assert still_stands(late, came_at=soon, decided_at=None)
    assert not still_stands(soon, came_at=late, decided_at=None)
    assert not still_stands(soon, came_at=soon, decided_at=late)
    assert still_stands(soon, came_at=None, decided_at=None)


@pytest.fixture
def over(session: Session, world: World) -> tuple[Quiz, Attempt, Attempt]:
    """A released quiz of three choices: the pupil 2/3 with a and c in the first two, the classmate 1/3."""
    drafts = [samples.choice(f"<p>Câu {number}</p>") for number in (1, 2, 3)]
    quiz = factories.published(session, world, drafts, column_semester=1, column_key="gk")
    one = factories.answered(session, world, quiz, "pupil", at=LATER, q1_choice="a", q2_choice="b", q3_choice="b")
    other = factories.answered(session, world, quiz, "classmate", at=LATER, q1_choice="b", q2_choice="c", q3_choice="c")
    teacher = world.actor(session, "teacher")
    releasing.end_now(session, teacher, quiz.uid, at=LATER)
    releasing.release(session, teacher, quiz.uid, at=LATER)
    return quiz, one, other


def total(session: Session, run_id: int | None, attempt: Attempt) -> tuple[Fraction, Fraction]:
    found = session.get_one(AttemptScore, (run_id, attempt.id), populate_existing=True)
    return found.points, found.worth


def version(attempt: Attempt, slot: int) -> str:
    return str(attempt.form.document[slot - 1]["version"])


def propose(session: Session, world: World, attempt: Attempt, policy: Policy, slot: int = 1, **more: Any) -> Regrade:
    who = world.actor(session, more.pop("who", "teacher"))
    wanted = {"reason": "Đáp án in nhầm", "at": AFTER, **more}
    return regrading.propose(session, who, attempt.quiz.uid, version(attempt, slot), policy, **wanted)


def decide(
    session: Session, world: World, regrade: Regrade, who: str = "subject_head", *, agree: bool = True
) -> Regrade:
    quiz = session.get_one(Quiz, regrade.quiz_id)
    return regrading.decide(session, world.actor(session, who), quiz.uid, regrade.uid, agree=agree, at=AFTER)


A = {"choice": "a"}


@pytest.mark.parametrize(
    ("policy", "answer", "one", "other", "turns"),
    [
        (Policy.KEY, A, (3, 3), (0, 3), {"up": 1, "down": 1, "same": 0}),
        (Policy.SEVERAL, A, (3, 3), (1, 3), {"up": 1, "down": 0, "same": 1}),
        (Policy.FULL_CREDIT, None, (3, 3), (1, 3), {"up": 1, "down": 0, "same": 1}),
        (Policy.DROP, None, (2, 2), (0, 2), {"up": 1, "down": 1, "same": 0}),
    ],
)
def test_each_policy_on_trial_and_in_force(
    session: Session,
    world: World,
    over: tuple[Quiz, Attempt, Attempt],
    policy: Policy,
    answer: Any,
    one: tuple[int, int],
    other: tuple[int, int],
    turns: dict[str, int],
) -> None:
    quiz, first, second = over
    old = quiz.current_run_id
    regrade = propose(session, world, first, policy, answer=answer)
    head = world.actor(session, "subject_head")
    dry = regrading.get_dry_run(session, head, quiz.uid, regrade.uid)
    assert dry.counts == turns
    assert dry.current
    assert quiz.current_run_id == old  # nothing has happened yet
    assert total(session, old, first) == (2, 3)

    decide(session, world, regrade)
    assert quiz.current_run_id == regrade.run_id
    assert total(session, quiz.current_run_id, first) == one
    assert total(session, quiz.current_run_id, second) == other
    assert total(session, old, first) == (2, 3)  # the run before can still be looked at
    assert total(session, old, second) == (1, 3)
    marks = {mark.pupil_id: mark.value for mark in session.scalars(select(Mark))}
    assert marks[world.pupil.id] == round_half_up(on_ten(Fraction(one[0]), Fraction(one[1])), TENTH)
    assert marks[world.classmate.id] == round_half_up(on_ten(Fraction(other[0]), Fraction(other[1])), TENTH)


def test_a_second_regrade_keeps_what_the_first_decided(
    session: Session, world: World, over: tuple[Quiz, Attempt, Attempt]
) -> None:
    quiz, first, second = over
    decide(session, world, propose(session, world, first, Policy.FULL_CREDIT))
    decide(session, world, propose(session, world, first, Policy.DROP, slot=2))
    assert total(session, quiz.current_run_id, first) == (2, 2)
    assert total(session, quiz.current_run_id, second) == (1, 2)
    _quiz, _regrades, runs = regrading.list_regrades(session, world.actor(session, "leader"), quiz.uid)
    assert [run.number for run in runs] == [3, 2, 1]
    _quiz, _run, rows = regrading.get_run(session, world.actor(session, "leader"), quiz.uid, runs[1].uid)
    assert [(attempt.pupil_id, row.points) for attempt, row in rows] == [(first.pupil_id, 3), (second.pupil_id, 1)]


def test_the_second_person_is_another_one(session: Session, world: World, over: tuple[Quiz, Attempt, Attempt]) -> None:
    quiz, first, _second = over
    for who, refusal in (("leader", Forbidden), ("pupil", Forbidden), ("colleague", NotFound), ("parent", Forbidden)):
        with pytest.raises(refusal):
            regrading.list_questions(session, world.actor(session, who), quiz.uid)
    regrade = propose(session, world, first, Policy.DROP)
    for who, refusal in (("teacher", Forbidden), ("pupil", Forbidden), ("colleague", NotFound)):
        with pytest.raises(refusal):
            decide(session, world, regrade, who)
    heads = propose(session, world, first, Policy.DROP, who="subject_head")
    with pytest.raises(Forbidden):
        decide(session, world, heads)
    decide(session, world, heads, "teacher", agree=False)
    assert heads.state == RegradeState.REFUSED
    with pytest.raises(Conflict):
        decide(session, world, heads, "leader")
    decide(session, world, regrade, "leader")
    assert regrade.state == RegradeState.IN_FORCE


def test_what_changed_in_between_has_to_be_run_again(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice(), samples.essay()])
    attempt = factories.answered(session, world, quiz, "pupil", at=LATER, q1_choice="a", q2_text="Bài văn")
    teacher = world.actor(session, "teacher")
    releasing.end_now(session, teacher, quiz.uid, at=LATER)
    regrade = propose(session, world, attempt, Policy.FULL_CREDIT)
    marking.give_points(session, teacher, quiz.uid, attempt.uid, 2, points=Fraction(1, 2), at=AFTER)
    with pytest.raises(Conflict):
        decide(session, world, regrade)
    assert not regrading.get_dry_run(session, teacher, quiz.uid, regrade.uid).current
    regrading.run_again(session, teacher, quiz.uid, regrade.uid, at=AFTER)
    decide(session, world, regrade)
    assert total(session, quiz.current_run_id, attempt) == (Fraction(3, 2), 2)
    marking.give_points(session, teacher, quiz.uid, attempt.uid, 2, points=Fraction(1), at=AFTER)  # goes on in the new
    assert total(session, quiz.current_run_id, attempt) == (2, 2)
    with pytest.raises(Conflict):
        regrading.run_again(session, teacher, quiz.uid, regrade.uid, at=AFTER)


def test_two_proposals_and_the_second_is_outdated_by_the_first(
    session: Session, world: World, over: tuple[Quiz, Attempt, Attempt]
) -> None:
    _quiz, first, _second = over
    one, other = (propose(session, world, first, Policy.DROP, slot=slot) for slot in (1, 2))
    decide(session, world, one)
    with pytest.raises(Conflict):
        decide(session, world, other)


def test_what_cannot_be_proposed(session: Session, world: World, over: tuple[Quiz, Attempt, Attempt]) -> None:
    quiz, first, _second = over
    for more in ({"reason": " "}, {"answer": {}}, {"answer": {"choice": "zz"}}):
        with pytest.raises(Invalid):
            propose(session, world, first, Policy.KEY, **{"answer": A, **more})
    with pytest.raises(NotFound):
        regrading.propose(
            session, world.actor(session, "teacher"), quiz.uid, "nothing", Policy.DROP, reason="Sai", at=AFTER
        )
    for slot in (1, 2):
        decide(session, world, propose(session, world, first, Policy.DROP, slot=slot))
    with pytest.raises(Invalid):  # nothing would be left
        propose(session, world, first, Policy.DROP, slot=3)
    running = factories.published(session, world, [samples.choice()])
    with pytest.raises(Conflict):
        regrading.list_questions(session, world.actor(session, "teacher"), running.uid)


def test_a_corrected_key_holds_for_who_hands_in_again(session: Session, world: World) -> None:
    quiz = factories.published(session, world, [samples.choice(), samples.choice("<p>Câu hai</p>")])
    attempt = factories.answered(session, world, quiz, "pupil", at=LATER, q1_choice="a", q2_choice="b")
    teacher, head = world.actor(session, "teacher"), world.actor(session, "subject_head")
    releasing.end_now(session, teacher, quiz.uid, at=LATER)
    decide(session, world, propose(session, world, attempt, Policy.KEY, answer=A))
    asked = reopening.reopen(session, teacher, quiz.uid, attempt.uid, minutes=5, reason="Bấm nhầm", at=AFTER)
    reopening.decide(session, head, quiz.uid, asked.uid, agree=True, at=AFTER)
    with pytest.raises(Conflict):  # somebody works again
        propose(session, world, attempt, Policy.DROP)
    taking.hand_in(session, world.actor(session, "pupil"), attempt.uid, at=AFTER)
    assert total(session, quiz.current_run_id, attempt) == (2, 2)


@pytest.mark.parametrize(("rewritten", "waiting", "points"), [("Bài văn", 0, "3/2"), ("Bài văn khác", 1, "1")])
def test_points_by_hand_stand_while_their_answer_does(
    session: Session, world: World, rewritten: str, waiting: int, points: str
) -> None:
    """An attempt with an essay that was marked is given back: the points stay, unless the essay is written anew."""
    quiz = factories.published(session, world, [samples.choice(), samples.essay()])
    attempt = factories.answered(session, world, quiz, "pupil", at=LATER, q1_choice="b", q2_text="Bài văn")
    teacher = world.actor(session, "teacher")
    soon = LATER + timedelta(minutes=1)
    marking.give_points(session, teacher, quiz.uid, attempt.uid, 2, points=Fraction(1, 2), at=soon)
    reopening.reopen(session, teacher, quiz.uid, attempt.uid, minutes=20, reason="Nộp nhầm", at=soon)
    values = Values({"q1-choice": ["b"], "q2-text": [rewritten]})
    later = soon + timedelta(minutes=5)
    taking.save_plain(session, world.actor(session, "pupil"), attempt.uid, values, device=factories.DEVICE, at=later)
    taking.hand_in(session, world.actor(session, "pupil"), attempt.uid, at=later)
    found = session.get_one(AttemptScore, (quiz.current_run_id, attempt.id), populate_existing=True)
    assert (found.waiting, found.points) == (waiting, Fraction(points))
    assert session.scalars(select(EssayMark.points)).all() == [Fraction(1, 2)]  # what was said stays known


def test_keys_from_a_right_answer_earn_everything() -> None:
    for make, answer in zip(samples.ALL, [*factories.RIGHT.values(), {"text": "Bài văn"}], strict=True):
        body = make().body
        if body.type is bank.ItemType.ESSAY:
            with pytest.raises(Invalid):
                bank.key_from(body, answer)
            continue
        assert bank.score(body, bank.key_from(body, answer), answer).right, body.type
        with pytest.raises(Invalid):
            bank.key_from(body, {})


def test_the_runs_hold_the_same_attempts(session: Session, world: World, over: tuple[Quiz, Attempt, Attempt]) -> None:
    _quiz, first, second = over
    regrade = propose(session, world, first, Policy.DROP)
    run = session.get_one(ScoreRun, regrade.run_id)
    assert (run.number, run.reason, run.made_by_id) == (2, "Đáp án in nhầm", world.teacher.id)
    rows = session.scalars(select(ItemScore).where(ItemScore.run_id == run.id)).all()
    assert sorted((row.attempt_id, row.slot) for row in rows) == [
        (attempt.id, slot) for attempt in (first, second) for slot in (2, 3)
    ]
