"""The rules of going through a quiz, and telling those who are working that something was decided."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lms.quizzes.domain.flow import Navigation
from lms.quizzes.models import Quiz, QuizFlow


def flow_of(session: Session, quiz: Quiz) -> QuizFlow:
    """The rules of going through a quiz; those that hold by default when nobody has set any."""
    return session.get(QuizFlow, quiz.id) or QuizFlow(
        quiz_id=quiz.id,
        school_id=quiz.school_id,
        bulletin=0,
        navigation=Navigation.FREE,
        way_back=True,
        sections=[],
    )


def lock_flow(session: Session, quiz: Quiz) -> QuizFlow:
    """The same, to be changed. Whoever locks attempts too locks those first."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(
        insert(cast(Table, QuizFlow.__table__))
        .values(quiz_id=quiz.id, school_id=quiz.school_id)
        .on_conflict_do_nothing(index_elements=["quiz_id"])
    )
    query = select(QuizFlow).where(QuizFlow.quiz_id == quiz.id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def tell_running(session: Session, quiz: Quiz) -> None:
    """Let the page of every running attempt look how it stands, within seconds; the last step of an act."""
    lock_flow(session, quiz).bulletin += 1
    session.flush()
