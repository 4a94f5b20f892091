"""How questions answer: the rules of a practice by themselves, and what a published one is told."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from lms.base.errors import Conflict, Invalid
from lms.quizzes.domain.behaviours import (
    DEFERRED,
    Behaviour,
    Conduct,
    Penalty,
    Progress,
    decode_conduct,
    encode_conduct,
)
from lms.quizzes.domain.states import ReleasePolicy
from lms.quizzes.domain.topics import by_topic
from lms.quizzes.models import Form
from lms.quizzes.service import behaving, building
from lms.quizzes.service.behaviours import behaviour_of
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.question_bank.items import samples

SEVERAL = Conduct(Behaviour.INTERACTIVE, 3, Penalty.THIRD)
ONCE = Conduct(Behaviour.IMMEDIATE)


def test_a_conduct_comes_back_as_it_was_kept_and_a_test_takes_no_room() -> None:
    assert encode_conduct(DEFERRED) == {}
    assert decode_conduct({}) is DEFERRED
    for conduct in (SEVERAL, ONCE):
        assert decode_conduct(encode_conduct(conduct)) == conduct


@pytest.mark.parametrize(
    ("conduct", "tries", "left"),
    [
        (ONCE, (), 1),
        (ONCE, (False,), 0),
        (SEVERAL, (False, False), 1),
        (SEVERAL, (True,), 0),
        (SEVERAL, (False,) * 3, 0),
    ],
)
def test_a_right_answer_or_the_last_try_ends_a_question(conduct: Conduct, tries: tuple[bool, ...], left: int) -> None:
    assert conduct.tries_left(Progress(tries)) == left


def test_with_one_try_hints_stand_before_it() -> None:
    assert ONCE.may_see_hint(Progress(), 2)
    assert ONCE.may_see_hint(Progress((), 1), 2)
    assert not ONCE.may_see_hint(Progress((), 2), 2)
    assert not ONCE.may_see_hint(Progress((False,), 0), 2)


def test_with_several_tries_a_hint_opens_with_each_wrong_one() -> None:
    assert not SEVERAL.may_see_hint(Progress(), 2)
    assert SEVERAL.may_see_hint(Progress((False,)), 2)
    assert not SEVERAL.may_see_hint(Progress((False,), 1), 2)
    assert SEVERAL.may_see_hint(Progress((False, False), 1), 2)
    assert not SEVERAL.may_see_hint(Progress((True,)), 2)


@pytest.mark.parametrize(
    ("penalty", "tries", "share"),
    [
        (Penalty.THIRD, 1, Fraction(1)),
        (Penalty.THIRD, 3, Fraction(1, 3)),
        (Penalty.HALF, 3, Fraction(0)),
        (Penalty.HALF, 5, Fraction(0)),
        (Penalty.QUARTER, 2, Fraction(3, 4)),
        (Penalty.NOTHING, 5, Fraction(1)),
    ],
)
def test_each_wrong_try_takes_its_share_exactly(penalty: Penalty, tries: int, share: Fraction) -> None:
    assert Conduct(Behaviour.INTERACTIVE, 5, penalty).earned(Fraction(1), tries) == share


def test_topics_come_weakest_first_and_what_is_worth_nothing_is_no_topic() -> None:
    one, half, nothing = Fraction(1), Fraction(1, 2), Fraction(0)
    found = by_topic([("Số", one, one), ("Hình", half, one), ("Số", half, one), ("Văn", nothing, nothing)])
    assert [(topic.topic, topic.questions, topic.share, topic.is_weak) for topic in found] == [
        ("Hình", 1, half, True),
        ("Số", 2, Fraction(3, 4), True),
    ]
    assert not by_topic([("Số", Fraction(4), Fraction(5))])[0].is_weak


def test_a_quiz_is_a_test_until_its_teacher_says_otherwise(session: Session, world: World) -> None:
    quiz = factories.draft(session, world)
    assert behaviour_of(session, quiz).conduct == DEFERRED
    behaving.change_behaviour(session, world.actor(session, "teacher"), quiz.uid, Behaviour.INTERACTIVE)
    assert behaviour_of(session, quiz).conduct == behaving.SUGGESTED


@pytest.mark.parametrize("tries", [0, 1, 6])
def test_several_tries_are_two_to_five(session: Session, world: World, tries: int) -> None:
    quiz = factories.draft(session, world)
    with pytest.raises(Invalid):
        behaving.change_behaviour(
            session, world.actor(session, "teacher"), quiz.uid, Behaviour.INTERACTIVE, tries=tries
        )


def test_a_practice_needs_no_window_and_has_neither_clock_nor_column(session: Session, world: World) -> None:
    teacher = world.actor(session, "teacher")
    quiz = factories.draft(session, world, opens_at=None, closes_at=None, column_semester=1, column_key="tx1")
    behaving.change_behaviour(session, teacher, quiz.uid, Behaviour.IMMEDIATE)
    building.publish(session, teacher, quiz.uid, at=NOON)
    assert quiz.opens_at == NOON
    assert quiz.closes_at is not None
    assert quiz.closes_at > NOON + timedelta(days=1)
    assert (quiz.duration_seconds, quiz.column_semester, quiz.column_key) == (None, None, "")
    assert quiz.release_policy == ReleasePolicy.AFTER_HAND_IN
    form = session.query(Form).filter(Form.quiz_id == quiz.id).one()
    assert form.rules == {"conduct": {"behaviour": "immediate", "tries": 1, "penalty": "nothing"}}


def test_a_practice_keeps_the_column_that_its_teacher_wants_it_to_feed(session: Session, world: World) -> None:
    teacher = world.actor(session, "teacher")
    quiz = factories.draft(session, world, column_semester=1, column_key="tx1")
    closes = quiz.closes_at
    behaving.change_behaviour(session, teacher, quiz.uid, Behaviour.IMMEDIATE, marks_count=True)
    building.publish(session, teacher, quiz.uid, at=NOON)
    assert (quiz.column_semester, quiz.column_key, quiz.closes_at) == (1, "tx1", closes)


def test_an_essay_of_a_practice_is_worth_nothing(session: Session, world: World) -> None:
    teacher = world.actor(session, "teacher")
    quiz = factories.draft(session, world, [samples.choice(), samples.essay()])
    behaving.change_behaviour(session, teacher, quiz.uid, Behaviour.IMMEDIATE)
    building.publish(session, teacher, quiz.uid, at=NOON)
    form = session.query(Form).filter(Form.quiz_id == quiz.id).one()
    assert [slot["worth"] for slot in form.document] == ["1", "0"]


def test_the_behaviour_of_a_published_quiz_stays(session: Session, world: World) -> None:
    quiz = factories.published(session, world)
    with pytest.raises(Conflict):
        behaving.change_behaviour(session, world.actor(session, "teacher"), quiz.uid, Behaviour.IMMEDIATE)
