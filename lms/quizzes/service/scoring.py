"""Mark an attempt in the run that is in force, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.quizzes.models import Attempt, AttemptScore, EssayMark, Form, ItemScore, Quiz
from question_bank import api as bank

NONE = Fraction(0)


def versions_of(session: Session, form: Form) -> dict[str, bank.BankItem]:
    """The questions of a form with their keys: the key sheet. For marking and released reviews only."""
    return bank.load_versions(session, form.school_id, [slot["version"] for slot in form.document])


def scheme_of(quiz: Quiz, kind: bank.ItemType) -> bank.Scheme | None:
    """How parts of an answer add up: the quiz's wish where this kind of question knows it."""
    if not quiz.scheme:
        return None
    try:
        return bank.scheme_for(kind, bank.Scheme(quiz.scheme))
    except ValueError:  # not a scheme of this kind
        return None


def score_attempt(session: Session, attempt: Attempt, answers: Mapping[int, Any], *, at: datetime) -> AttemptScore:
    """Add the points of each answer and their total to the run in force; once for each attempt and run."""
    quiz = attempt.quiz
    if quiz.current_run_id is None:
        raise ValueError("A published quiz has a score run.")
    given = {
        mark.slot: mark.points for mark in session.scalars(select(EssayMark).where(EssayMark.attempt_id == attempt.id))
    }
    items = versions_of(session, attempt.form)
    for slot in attempt.form.document:
        item = items[slot["version"]]
        if item.type is bank.ItemType.DESCRIPTION:
            continue
        number, worth = slot["number"], Fraction(slot["worth"])
        score = bank.score(item.body, item.key, answers.get(number), scheme_of(quiz, item.type))
        points = given.get(number, None if score.needs_marking else worth * score.fraction)
        session.add(
            ItemScore(
                run_id=quiz.current_run_id,
                attempt_id=attempt.id,
                slot=number,
                school_id=attempt.school_id,
                version_uid=item.version_uid,
                points=points,
                worth=worth,
            )
        )
    session.flush()
    return total_up(session, attempt, at=at)


def total_up(session: Session, attempt: Attempt, *, at: datetime) -> AttemptScore:
    """Write the total of an attempt from the points of its answers."""
    run_id = attempt.quiz.current_run_id
    scores = session.scalars(
        select(ItemScore).where(ItemScore.run_id == run_id, ItemScore.attempt_id == attempt.id)
    ).all()
    total = session.get(AttemptScore, (run_id, attempt.id))
    if total is None:
        total = AttemptScore(run_id=run_id, attempt_id=attempt.id, school_id=attempt.school_id)
        session.add(total)
    total.points = sum((score.points for score in scores if score.points is not None), NONE)
    total.worth = sum((score.worth for score in scores), NONE)
    total.waiting = sum(1 for score in scores if score.points is None)
    total.scored_at = at
    session.flush()
    return total
