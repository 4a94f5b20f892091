"""Runs of marking: begin another one, take over what stays, put it in force.

Whoever adds to the run in force, or changes it, holds the attempt first and then shares the quiz (`share_run`); whoever
makes another run holds the quiz for itself (`next_run` or `hold_run`), so that nothing is added to a run that has just
been replaced.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import cast

from sqlalchemy import Table, func, insert, literal, select
from sqlalchemy.orm import Session

from lms.quizzes.domain.runs import Cause
from lms.quizzes.models import AttemptScore, ItemScore, Quiz, ScoreRun

ENGINE = "1"  # of the marking rules, noted with each run


def first_run(session: Session, quiz: Quiz, made_by_id: int, *, at: datetime) -> ScoreRun:
    """Begin the run that a quiz is published with, in force at once."""
    run = _add(session, quiz, 1, Cause.PUBLISHED, "", made_by_id, at)
    put_in_force(session, quiz, run, at=at)
    return run


def share_run(session: Session, quiz: Quiz) -> None:
    """Learn which run is in force and keep it so until the end of the transaction, beside others who do the same."""
    session.refresh(quiz, ["current_run_id"], with_for_update={"read": True})


def hold_run(session: Session, quiz: Quiz) -> None:
    """The same, for whoever puts another run in force or takes points away: nobody else shares it.

    Pupils who begin just then wait for nobody: they only point at the quiz.
    """
    session.refresh(quiz, ["current_run_id"], with_for_update={"key_share": True})


def next_run(
    session: Session, quiz: Quiz, cause: Cause, *, reason: str, made_by_id: int | None, at: datetime
) -> ScoreRun:
    """Begin another run, not in force; until the end of the transaction nobody else adds to the one that is."""
    hold_run(session, quiz)
    last = session.scalars(select(func.max(ScoreRun.number)).where(ScoreRun.quiz_id == quiz.id)).one()
    return _add(session, quiz, last + 1, cause, reason, made_by_id, at)


def _add(
    session: Session, quiz: Quiz, number: int, cause: Cause, reason: str, made_by_id: int | None, at: datetime
) -> ScoreRun:
    run = ScoreRun(
        school_id=quiz.school_id,
        quiz_id=quiz.id,
        number=number,
        engine=ENGINE,
        cause=cause,
        reason=reason,
        made_by_id=made_by_id,
        made_at=at,
    )
    session.add(run)
    session.flush()
    return run


def take_over(session: Session, quiz: Quiz, run: ScoreRun, *, but: Collection[int]) -> None:
    """Let a new run begin with the points of the run in force, but those of some attempts, by their ids."""
    for table in (cast(Table, ItemScore.__table__), cast(Table, AttemptScore.__table__)):
        others = [column for column in table.c if column.name != "run_id"]
        kept = select(literal(run.id), *others).where(
            table.c.run_id == quiz.current_run_id, table.c.attempt_id.not_in(but)
        )
        session.execute(insert(table).from_select([table.c.run_id, *others], kept))


def put_in_force(session: Session, quiz: Quiz, run: ScoreRun, *, at: datetime) -> None:
    """Let the quiz point at a run from now on; the one before stays as it is."""
    quiz.current_run_id, run.in_force_at = run.id, at
    session.flush()
