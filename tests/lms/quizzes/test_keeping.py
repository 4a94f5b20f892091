"""The figures of finished quizzes go to the question bank: once, and again when their points have changed."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from lms.base import db
from lms.quizzes import jobs
from lms.quizzes.domain.behaviours import Behaviour
from lms.quizzes.domain.regrading import Policy
from lms.quizzes.models import Quiz, QuizBehaviour
from lms.quizzes.service import keeping, marking, regrading, releasing, taking
from lms.quizzes.service.class_results import class_results
from question_bank import api as bank
from question_bank.analysis.models import ItemUse
from question_bank.analysis.service import history_of
from question_bank.items.models import ItemVersion
from tests.factories import NOON, World
from tests.lms.quizzes import factories
from tests.question_bank.items import samples

LATER = NOON + timedelta(minutes=1)


def closed(session: Session, world: World) -> Quiz:
    """A closed quiz of a choice and an essay that one pupil answered rightly and the other not at all."""
    quiz = factories.published(session, world, [samples.choice(), samples.essay()], form_count=1)
    for who, typed in (("pupil", {"q1-choice": "b", "q2-text": "Bài"}), ("classmate", {"q1-choice": "c"})):
        attempt, actor = factories.begun(session, world, quiz, who), world.actor(session, who)
        taking.save_plain(session, actor, attempt.uid, MultiDict(typed), device=factories.DEVICE, at=NOON)
        taking.hand_in(session, actor, attempt.uid, at=NOON)
    return releasing.end_now(session, world.actor(session, "teacher"), quiz.uid, at=NOON)


def uses(session: Session) -> list[ItemUse]:
    return list(session.scalars(select(ItemUse).order_by(ItemUse.id)))


def test_a_closed_quiz_is_kept_once(session: Session, world: World) -> None:
    running = factories.published(session, world, [samples.choice()])
    quiz = closed(session, world)
    assert keeping.list_stale(session, at=LATER) == [quiz.id]
    assert running.id != quiz.id
    assert keeping.keep_figures(session, quiz.id, at=LATER) == 1  # the essay waits for its marker
    assert keeping.list_stale(session, at=LATER) == []
    [row] = uses(session)
    assert (row.title, row.year, row.papers, row.facility) == (quiz.title, "2026–2027", 2, Fraction(1, 2))
    assert (row.counts["b"], row.counts["c"], row.model, row.kept_at) == (1, 1, "", LATER)


def test_points_that_came_later_are_kept_too(session: Session, world: World) -> None:
    quiz = closed(session, world)
    keeping.keep_figures(session, quiz.id, at=LATER)
    teacher = world.actor(session, "teacher")
    after = LATER + timedelta(minutes=1)
    for row in class_results(session, teacher, quiz.uid).rows:
        marking.give_points(session, teacher, quiz.uid, row.attempt_uid, 2, points=Fraction(1), at=after)
    assert keeping.list_stale(session, at=after) == [quiz.id]
    assert keeping.keep_figures(session, quiz.id, at=after) == 2
    assert len(uses(session)) == 2
    assert keeping.list_stale(session, at=after + keeping.LOOKED_AT_AGAIN) == []


@pytest.mark.parametrize(("policy", "expected"), [(Policy.KEY, [Fraction(1, 2)]), (Policy.FULL_CREDIT, [])])
def test_another_marking_is_kept_in_place_of_the_first(
    session: Session, world: World, policy: Policy, expected: list[Fraction]
) -> None:
    """The key was b, which one of two chose; c was meant, which the other chose. What all were given says nothing."""
    quiz = closed(session, world)
    keeping.keep_figures(session, quiz.id, at=LATER)
    [row] = uses(session)
    [version] = session.scalars(select(ItemVersion.uid).where(ItemVersion.id == row.version_id))
    answer = {"choice": "c"} if policy is Policy.KEY else None
    teacher, head = (world.actor(session, who) for who in ("teacher", "subject_head"))
    regrade = regrading.propose(session, teacher, quiz.uid, version, policy, answer=answer, reason="Sai", at=LATER)
    regrading.decide(session, head, quiz.uid, regrade.uid, agree=True, at=LATER)
    assert keeping.list_stale(session, at=LATER) == [quiz.id]
    keeping.keep_figures(session, quiz.id, at=LATER)
    assert [one.facility for one in uses(session)] == expected


def test_a_practice_says_nothing_of_its_questions(session: Session, world: World) -> None:
    quiz = closed(session, world)
    session.add(QuizBehaviour(quiz_id=quiz.id, school_id=quiz.school_id, behaviour=Behaviour.IMMEDIATE))
    session.flush()
    assert keeping.list_stale(session, at=LATER) == []


def test_the_job_keeps_what_is_stale(world: World) -> None:
    with db.transaction() as session:
        closed(session, world)
    jobs.keep_figures()
    with db.open_session(writes=False) as session:
        assert [row.papers for row in uses(session)] == [2]
        assert keeping.list_stale(session, at=LATER) == []


def test_a_long_history_asks_no_more_than_a_short_one(session: Session, world: World, queries: list[str]) -> None:
    quiz = closed(session, world)
    keeping.keep_figures(session, quiz.id, at=LATER)
    [row] = uses(session)
    item = session.get_one(ItemVersion, row.version_id).item.uid
    counts = []
    for more in (0, 3):
        for number in range(more):
            use = bank.Use(bank.ItemFigures(40, Fraction(1, 2), None, None, None, None))
            held = bank.Occasion(quiz.school_id, f"quiz-{number}", "Bài", "2026–2027", NOON)
            version = session.get_one(ItemVersion, row.version_id).uid
            bank.keep_uses(session, held, {version: use}, at=NOON)
        session.expunge_all()
        teacher = world.actor(session, "teacher")
        queries.clear()
        assert len(history_of(session, teacher, item).uses) == more + 1
        counts.append(len(queries))
    assert counts[0] == counts[1]
